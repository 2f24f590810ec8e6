#!/usr/bin/env bats
# The main job with --storage-driver vfs, where a layer is a full copy and no overlay mount helps.
# runs as: user root

load support/session

setup_file() { begin_store vfs; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

@test "the walkthrough: build, images, history, run" {
    run -0 swiftlet build -t my-image "$EXAMPLES/hello"
    has_line "STEP 2/3: RUN echo Hello"
    has_line Hello
    equal "$(layer_count my-image)" 2
    equal "$(last_layer_names my-image)" my-file
    run -0 swiftlet images
    matches 'localhost/my-image +latest'
    run -0 swiftlet history my-image
    has "touch my-file"
    run -0 in_image my-image ls -l /my-file
    matches '^-rw-r--r-- +1 root +root +0 .* /my-file$'
    run -0 swiftlet info
    equal "$(jq -r .store.GraphDriverName <<<"$output")" vfs
    store_is_sound
}

@test "a rebuild runs nothing" {
    run -0 swiftlet build -t my-image "$EXAMPLES/hello"
    local id=${lines[-1]}
    run -0 swiftlet build -t my-image "$EXAMPLES/hello"
    equal "${lines[-1]}" "$id"
    has "Using cache"
}

@test "files that a step deletes, changes and replaces" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN mkdir -p /dir/sub /opaque /stays && touch /dir/one /dir/two /dir/sub/three /opaque/old /stays/file /plain && ln /dir/one /dir/linked && ln -s two /dir/link
RUN rm /dir/one && rm -r /dir/sub && rm -r /opaque && mkdir /opaque && touch /opaque/new && rm /plain && mkdir /plain && chmod 700 /stays/file
EOF
    run -0 swiftlet build -t deleted .
    run -0 in_image deleted sh -c 'ls /dir /opaque /stays; test -d /plain && stat -c %a /stays/file'
    prints $'/dir:\nlink\nlinked\ntwo\n\n/opaque:\nnew\n\n/stays:\nfile\n700'
    run -0 last_layer_names deleted
    has dir/.wh.one
    has dir/.wh.sub
    has_line opaque/new
    has_line plain
    has_line stays/file
    lacks dir/two
    lacks .wh.stays
}

@test "a step that only deletes files, and one that changes nothing" {
    dockerfile <<<$'FROM localhost/busybox\nRUN touch /gone\nRUN rm /gone\nRUN true'
    run -0 swiftlet build -t whiteout .
    equal "$(last_layer_names whiteout)" .wh.gone
    equal "$(layer_count whiteout)" 3
}

@test "the layers equal those of the overlay driver" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN mkdir -p /a/b && echo text >/a/b/file && ln /a/b/file /a/hard && ln -s b /a/soft && chown 3:4 /a/b && chmod 4755 /a/b/file && echo x >/a/other && touch /a/old
RUN rm /a/old && echo more >>/a/other
EOF
    run -0 swiftlet build --timestamp 0 -t both .
    list() { local file; for file in $(layer_files "$1" | tail -n 2); do tar --numeric-owner -tvf "$file" | awk '{$4=$5=""; print}' | sort; echo; done; }
    list both >vfs
    swiftlet push -q localhost/busybox oci:base:busybox
    (
        STORE=$BATS_TEST_TMPDIR/overlay DRIVER=overlay
        mkdir "$STORE"
        swiftlet pull -q oci:base:busybox
        sed -i "s|localhost/busybox|$(swiftlet images -q | head -n 1)|" Dockerfile
        swiftlet build --timestamp 0 -q -t both .
        list both >overlay
        as_owner rm -rf "$STORE"
    )
    equal "$(cat vfs)" "$(cat overlay)"
}

@test "COPY, COPY --from, --chown, and a stage from scratch" {
    echo content >file
    chmod 640 file
    dockerfile <<'EOF'
FROM localhost/busybox AS build
COPY --chown=5:6 file /out/
RUN echo built >/out/built && ln -s built /out/link
FROM scratch
COPY --from=build /out /
COPY --from=build /bin /bin
EOF
    run -0 swiftlet build -t stages .
    run -0 in_image stages /bin/busybox stat -c '%n %a %u:%g' /file /built
    prints $'/file 640 5:6\n/built 644 0:0'
    run -0 in_image stages /bin/busybox readlink /link
    prints built
}

@test "a failing step leaves nothing behind" {
    dockerfile <<<$'FROM localhost/busybox\nRUN touch /made\nRUN exit 7'
    run swiftlet build --no-cache -t failing .
    equal "$status" 7
    run swiftlet inspect failing
    own_failure
    store_is_sound
}

@test "push and pull keep the image's id" {
    run -0 swiftlet build -q -t moved "$EXAMPLES/hello"
    local id=$output
    run -0 swiftlet push -q moved oci:layout:moved
    run -0 swiftlet rmi -f "$id"
    run -0 swiftlet pull -q oci:layout:moved
    equal "${lines[-1]}" "$id"
    run -0 in_image "$id" ls /my-file
    store_is_sound
}

@test "podman lists, runs, extends and removes swiftlet's images" {
    run -0 swiftlet build -q -t shared "$EXAMPLES/hello"
    run -0 podman images --format '{{.Repository}}:{{.Tag}}'
    has_line localhost/shared:latest
    run -0 podman_run --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 localhost/shared sh -c "ls /my-file; $LINGER"
    has_line /my-file
    dockerfile <<<$'FROM localhost/shared\nCOPY Dockerfile /extended'
    run -0 buildah build --isolation chroot -t extended .
    run -0 in_image extended cat /extended
    has "FROM localhost/shared"
    run -0 podman rmi -f localhost/extended
    run swiftlet inspect extended
    own_failure
    store_is_sound
}

@test "rmi leaves no files of an image" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo only here >/unique-file-of-this-test'
    run -0 swiftlet build -q -t removed .
    [ -n "$(as_owner find "$(graphroot)" -name unique-file-of-this-test)" ]
    run -0 swiftlet rmi removed
    equal "$(as_owner find "$(graphroot)" -name unique-file-of-this-test)" ""
    store_is_sound
}
