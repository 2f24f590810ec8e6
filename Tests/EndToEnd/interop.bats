#!/usr/bin/env bats
# One store, three tools: podman and buildah work on what swiftlet made, swiftlet on what they made, all at the same time.
# runs as: user root

load support/session
load support/layout

setup_file() {
    begin_short_store
    swiftlet build -q -t my-image "$EXAMPLES/hello"
}
teardown_file() { end_short_store; }
setup() { enter_new_directory; }

# An image by the real buildah: FROM localhost/busybox and a layer with the file /from-buildah.
buildah_image() {
    dockerfile Dockerfile.buildah <<'EOD'
FROM localhost/busybox
RUN echo "by buildah" >/from-buildah && rm /bin/wget && mkdir -m 1777 /sticky
ENV maker=buildah
CMD ["cat", "/from-buildah"]
EOD
    buildah bud -q --isolation chroot -f Dockerfile.buildah -t "$1" .
}

# podman_runs ARGUMENT...: podman run; skipped where podman cannot even run what buildah made.
podman_runs() {
    run podman_run "$@"
    [ "$status" -ne 0 ] || return 0
    local seen=$output
    buildah_image podmans-own >/dev/null
    podman_run podmans-own >/dev/null 2>&1 && fail "podman runs buildah's image, but not this one:" "$seen"
    skip "podman cannot run even buildah's image here: $seen"
}

# --- What swiftlet made ------------------------------------------------------------------------------------------------

@test "podman and buildah list what swiftlet built, with the same ids, names and sizes" {
    local id
    id=$(in_config my-image .FromImageID | tr -d '"')
    run -0 podman images --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}'
    has_line "sha256:$id localhost/my-image:latest"
    run -0 buildah images --no-trunc --format '{{.ID}} {{.Name}}:{{.Tag}}'
    output=$(tr -s ' ' <<<"$output")
    has_line "sha256:$id localhost/my-image:latest"
    equal "$(swiftlet images --format '{{.Name}} {{.Size}}' my-image)" "$(buildah images --format '{{.Name}} {{.Size}}' my-image)"
    run -0 podman image exists my-image
}

@test "podman and buildah inspect what swiftlet built, and read its history" {
    local theirs ours
    run -0 --separate-stderr buildah inspect --type image my-image
    theirs=$(jq -cS '[.FromImageID, .FromImageDigest, .OCIv1.rootfs, .OCIv1.config, .OCIv1.history]' <<<"$output")
    ours=$(swiftlet inspect my-image | jq -cS '[.FromImageID, .FromImageDigest, .OCIv1.rootfs, .OCIv1.config, .OCIv1.history]')
    equal "$ours" "$theirs"
    run -0 --separate-stderr podman inspect my-image
    equal "$(jq -c '.[0].RootFS.Layers' <<<"$output")" "$(in_config my-image .OCIv1.rootfs.diff_ids)"
    equal "$(jq -c '.[0].Digest' <<<"$output")" "$(in_config my-image .FromImageDigest)"
    run -0 podman history --no-trunc --format '{{.CreatedBy}}' my-image
    equal "${lines[0]}" "/bin/sh -c touch my-file"
}

@test "podman runs what swiftlet built" {
    podman_runs my-image sh -c "ls /my-file; $LINGER"
    prints /my-file
}

@test "buildah extends swiftlet's image: FROM, and from, run, commit" {
    dockerfile <<<$'FROM localhost/my-image\nRUN test -f /my-file && echo more >/more'
    run -0 buildah bud --isolation chroot --layers -t extended .
    run -0 in_image extended cat /more
    prints more

    local container
    container=$(buildah from my-image)
    run -0 buildah run --isolation chroot "$container" sh -c 'rm /my-file; echo yet more >/yet-more'
    run -0 buildah commit -q --rm "$container" extended-by-hand
    run -0 in_image extended-by-hand sh -c 'cat /yet-more; ls /my-file 2>/dev/null || echo gone'
    prints $'yet more\ngone'
    equal "$(layer_count extended-by-hand)" 3
    store_is_sound
}

@test "buildah push and podman save write exactly the layers in the image's manifest" {
    run -0 buildah push -q my-image oci:by-buildah:it
    is_layout by-buildah
    equal "$(diff_ids_of by-buildah)" "$(in_config my-image .OCIv1.rootfs.diff_ids)"
    run -0 podman save -q --format oci-dir -o by-podman my-image
    is_layout by-podman
    equal "$(diff_ids_of by-podman)" "$(in_config my-image .OCIv1.rootfs.diff_ids)"
    equal "$(sha256sum <"$(config_of by-podman)" | cut -d' ' -f1)" "$(in_config my-image .FromImageID | tr -d '"')"
    run -0 podman save -q --format docker-archive -o archive.tar my-image
    tar -xf archive.tar
    local layer
    for layer in $(jq -r '.[0].Layers[]' manifest.json); do content_digest "$layer"; done | jq -Rnc '[inputs]' >digests
    equal "$(cat digests)" "$(in_config my-image .OCIv1.rootfs.diff_ids)"
}

@test "podman tags and untags what swiftlet built; buildah removes it" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo removable >/removable'
    swiftlet build -q -t removable .
    run -0 podman tag removable second
    run -0 buildah tag removable third:v3
    run -0 swiftlet images --format '{{.Name}}:{{.Tag}}'
    has_line localhost/second:latest
    has_line localhost/third:v3
    run -0 podman untag second localhost/second
    run -0 buildah rmi third:v3
    run -0 swiftlet images --format '{{.Name}}:{{.Tag}}'
    has_line localhost/removable:latest
    lacks localhost/second
    lacks localhost/third
    run -0 podman rmi removable
    run swiftlet inspect --type image removable
    own_failure
    store_is_sound
}

@test "each tool's container protects its image from removal by the other" {
    buildah_image held >/dev/null
    local container
    container=$(buildah from held)
    run swiftlet rmi held
    [ "$status" -ne 0 ] || fail "swiftlet removed an image in use by buildah"
    run -0 buildah rm "$container"

    container=$(swiftlet from held)
    run buildah rmi held
    [ "$status" -ne 0 ] || fail "buildah removed an image in use by swiftlet"
    run -0 buildah containers --format '{{.ContainerName}}'
    has_line "$container"
    run -0 swiftlet rm "$container"
    run -0 swiftlet rmi held
    store_is_sound
}

@test "each tool continues the other's working container" {
    swiftlet from --name shared busybox
    swiftlet run shared sh -c 'echo swiftlet >/both'
    run -0 buildah run --isolation chroot shared sh -c 'echo buildah >>/both'
    run -0 swiftlet run shared cat /both
    prints $'swiftlet\nbuildah'
    run -0 buildah config --env step=two shared
    run -0 swiftlet commit -q shared shared-image
    run -0 in_image shared-image sh -c 'cat /both; echo $step'
    prints $'swiftlet\nbuildah\ntwo'
    run -0 buildah rm shared
    run -0 swiftlet containers -q
    prints ""
}

# --- What the others made -----------------------------------------------------------------------------------------------

@test "swiftlet lists, inspects and runs images of buildah and podman" {
    run -0 buildah_image theirs
    run -0 swiftlet images --format '{{.Name}} {{.Size}}' theirs
    equal "$output" "$(buildah images --format '{{.Name}} {{.Size}}' theirs)"
    equal "$(in_config theirs .FromImageID)" "$(buildah inspect --type image theirs | jq .FromImageID)"
    equal "$(in_config theirs .OCIv1)" "$(buildah inspect --type image theirs | jq -c .OCIv1)"
    run -0 in_image theirs
    prints "by buildah"
    run -0 in_image theirs sh -c 'echo $maker; ls /bin/wget 2>/dev/null; stat -c %a /sticky'
    prints $'buildah\n1777'
    run -0 swiftlet history --no-trunc theirs
    has "/from-buildah"

    dockerfile <<<$'FROM localhost/theirs\nENV maker=podman'
    run -0 podman build -q --isolation chroot -t podmans .
    run -0 in_image podmans sh -c 'echo $maker'
    prints podman
}

@test "swiftlet builds FROM buildah's image, pushes it with exact layers, and removes it" {
    buildah_image below >/dev/null
    dockerfile <<'EOD'
FROM localhost/below AS one
RUN test -f /from-buildah && test ! -e /bin/wget && echo above >/above
FROM localhost/busybox
COPY --from=one /above /from-buildah /both/
COPY --from=localhost/below /from-buildah /third
EOD
    run -0 swiftlet build -t above .
    run -0 in_image above cat /both/above /both/from-buildah /third
    prints $'above\nby buildah\nby buildah'

    run -0 swiftlet push -q below oci:layout
    is_layout layout
    equal "$(diff_ids_of layout)" "$(buildah inspect --type image below | jq -c .OCIv1.rootfs.diff_ids)"

    run -0 swiftlet tag below beneath
    run -0 podman images --format '{{.Repository}}'
    has_line localhost/beneath
    run -0 swiftlet rmi beneath
    run -0 podman image exists below
    run -0 swiftlet rmi below
    run -1 podman image exists below
    run -0 podman images
    run -0 buildah images
    store_is_sound
}

@test "a buildah layer with unusual files is unchanged by swiftlet's push" {
    dockerfile <<'EOD'
FROM localhost/busybox
RUN mkdir -p /odd && cd /odd && echo a >one && ln one two && ln -s one three && mkfifo -m 640 pipe && chmod 6755 one && \
    echo x >"a name with spaces" && touch -d '2001-02-03 04:05:06' one && chown 12:34 pipe && rm -r /tmp && mkdir -m 1777 /tmp
EOD
    run -0 buildah bud --isolation chroot -t odd .
    run -0 swiftlet push -q odd oci:layout
    is_layout layout
    run -0 tar -tvf "$(layers_of layout | tail -n 1)"
    matches 'rwsr-sr-x .* odd/one'
    matches 'prw-r----- 12/34 .* odd/pipe'
}

# --- At the same time ------------------------------------------------------------------------------------------------------

rounds_of_swiftlet() {
    local number
    for number in 1 2 3 4 5 6 7 8 9 10; do
        swiftlet build -q --build-arg number="$number" -t "swift$number" -f Dockerfile.rounds . || return
    done
}

rounds_of_buildah() {
    local number container
    for number in 1 2 3 4 5 6 7 8 9 10; do
        container=$(buildah from scratch) || return
        buildah copy -q "$container" Dockerfile.rounds "/hand$number" >/dev/null || return
        buildah commit -q "$container" "hand$number" >/dev/null || return
        buildah rm "$container" >/dev/null || return
    done
}

rounds_of_podman() {
    local number
    for number in 1 2 3 4 5 6 7 8 9 10; do
        podman tag my-image "pod$number" || return
        podman images -q >/dev/null || return
    done
}

rounds_of_tags() {
    local number
    for number in 1 2 3 4 5 6 7 8 9 10; do
        swiftlet tag localhost/busybox "tag$number" || return
        swiftlet images -q >/dev/null || return
    done
}

@test "all tools write concurrently, and no record is lost" {
    dockerfile Dockerfile.rounds <<<$'FROM localhost/busybox\nARG number\nRUN echo $number >/number\nRUN touch /another'
    local job jobs=() bad=0 number name
    rounds_of_swiftlet >swiftlet.log 2>&1 3>&- &
    jobs+=($!)
    rounds_of_buildah >buildah.log 2>&1 3>&- &
    jobs+=($!)
    rounds_of_podman >podman.log 2>&1 3>&- &
    jobs+=($!)
    rounds_of_tags >tags.log 2>&1 3>&- &
    jobs+=($!)
    for job in "${jobs[@]}"; do wait "$job" || bad=1; done
    [ "$bad" = 0 ] || fail "one of them failed:" "$(tail -n 5 ./*.log)"

    local lister
    for lister in swiftlet buildah; do
        run -0 "$lister" images --format '{{.Name}}'
        for name in swift hand pod tag; do
            for number in 1 2 3 4 5 6 7 8 9 10; do has_line "localhost/$name$number"; done
        done
    done
    for number in 1 5 10; do
        run -0 in_image "swift$number" cat /number
        prints "$number"
    done
    run -0 swiftlet containers -q
    prints ""
    store_is_sound
}

@test "both tools concurrently remove images of both" {
    local number bad=0 ours theirs
    for number in 1 2 3 4 5 6 7 8 9 10; do
        swiftlet rmi "swift$number" "tag$number" || exit
    done >swiftlet.log 2>&1 3>&- &
    ours=$!
    for number in 1 2 3 4 5 6 7 8 9 10; do
        buildah rmi "hand$number" "pod$number" || exit
    done >buildah.log 2>&1 3>&- &
    theirs=$!
    wait "$ours" || bad=1
    wait "$theirs" || bad=1
    [ "$bad" = 0 ] || fail "one of them failed:" "$(tail -n 5 ./*.log)"
    run -0 podman images --format '{{.Repository}}'
    has_line localhost/my-image
    if grep -E '^localhost/(swift|hand|pod|tag)[0-9]+$' <<<"$output"; then fail "these are left"; fi
    store_is_sound
}

# --- Where every tool looks by default ---------------------------------------------------------------------------------

@test "by default, all three tools use the same store" {
    ! is_root || skip "root's default store is the machine's own"
    [ -n "${SWIFTLET_TEST_HOME:-}" ] && [ "$HOME" = "$SWIFTLET_TEST_HOME" ] || skip "this is not a test's home: $HOME"
    local own=$STORE
    begin_default_store
    swiftlet build -q -t my-image "$EXAMPLES/hello"
    run -0 podman images --format '{{.Repository}}'
    has_line localhost/my-image
    run -0 podman_run my-image sh -c "ls /my-file; $LINGER"
    prints /my-file
    run -0 buildah_image by-buildah
    run -0 in_image by-buildah
    prints "by buildah"
    [ -e "$HOME/.local/share/containers/storage/overlay-images/images.json" ]
    store_is_sound
    end_default_store
    export STORE=$own
}
