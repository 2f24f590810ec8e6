#!/usr/bin/env bats
# swiftlet push and pull: layouts, archives and directories, read and written by other tools as well.
# runs as: user root

load support/session
load support/layout

setup_file() {
    begin_short_store
    swiftlet build -q -t my-image "$EXAMPLES/hello"
}
teardown_file() { end_short_store; }
setup() { enter_new_directory; }

id_of() { in_config "$1" .FromImageID | tr -d '"'; }

diff_ids() { in_config "$1" .OCIv1.rootfs.diff_ids; }

has_image() { swiftlet inspect --type image "$1" >/dev/null 2>&1 || fail "there is no image $1:" "$(swiftlet images)"; }

has_no_image() { ! swiftlet inspect --type image "$1" >/dev/null 2>&1 || fail "there is an image $1"; }

# A separate image that a test can remove: its last layer has the file /unique, which contains the name.
make_image() {
    dockerfile Dockerfile.unique <<<$'FROM localhost/busybox\nARG name\nRUN echo "$name" >/unique\nCMD ["cat", "/unique"]'
    swiftlet build -q -f Dockerfile.unique --build-arg name="$1" -t "$1" . >/dev/null
}

# The last `run` failed with one error. Later checks see only the error: the lines before it contain digests too.
refused() {
    own_failure
    equal "$(grep -c '^Error: ' <<<"$output")" 1
    output=$(sed -n '/^Error: /,$p' <<<"$output")
}

# --- To a layout ------------------------------------------------------------------------------------------------------

@test "push to oci:DIRECTORY: a valid layout, with the image's configuration" {
    run -0 swiftlet push my-image oci:layout
    has_line "Getting image source signatures"
    has "Copying config sha256:$(id_of my-image)"
    has_line "Writing manifest to image destination"
    is_layout layout
    equal "$(ls layout | paste -sd ' ')" "blobs index.json oci-layout"
    equal "$(jq -c '.manifests[0].platform | .os, has("architecture")' layout/index.json | paste -sd ' ')" '"linux" true'
    equal "$(jq -c '.manifests[0].annotations' layout/index.json)" null
    equal "$(diff_ids_of layout)" "$(diff_ids my-image)"
    equal "$(basename "$(config_of layout)")" "$(id_of my-image)"
    equal "$(ls layout/blobs/sha256 | wc -l)" 4
    equal "$(jq -c '[.history[] | .empty_layer // false]' "$(config_of layout)")" "[false,true,true,true,false]"
    run -0 swiftlet push -q my-image oci:quiet
    prints ""
}

@test "--digestfile holds the manifest's digest" {
    run -0 swiftlet push -q --digestfile digest my-image oci:layout
    equal "$(cat digest)" "$(manifest_digest layout)"
}

@test "push to oci:DIRECTORY:NAME: several images in one layout, an existing name is replaced" {
    make_image first
    make_image second
    run -0 swiftlet push -q first oci:layout:one
    run -0 swiftlet push -q second oci:layout:two
    is_layout layout
    run -0 umoci ls --layout layout
    prints $'one\ntwo'
    equal "$(basename "$(config_of layout two)")" "$(id_of second)"
    run -0 swiftlet push -q second oci:layout:one
    equal "$(manifest_digest layout one)" "$(manifest_digest layout two)"
    # The image that had the name stays without it.
    equal "$(jq '.manifests | length' layout/index.json)" 3
    is_layout layout
}

@test "pushing twice produces the same bytes" {
    swiftlet push -q my-image oci:one:name
    swiftlet push -q my-image oci:two:name
    run -0 diff -r one two
    local before
    before=$(sha256sum one/index.json)
    swiftlet push -q my-image oci:one:name
    equal "$(sha256sum one/index.json)" "$before"
}

@test "skopeo, umoci, buildah and podman read the layout" {
    swiftlet push -q my-image oci:layout:tag
    run -0 skopeo inspect oci:layout:tag
    equal "$(jq -r .Digest <<<"$output")" "$(manifest_digest layout tag)"
    run -0 skopeo inspect --config oci:layout:tag
    equal "$(jq -c .rootfs.diff_ids <<<"$output")" "$(diff_ids my-image)"
    run -0 skopeo copy -q oci:layout:tag dir:copied
    run -0 umoci stat --image layout:tag --json
    equal "$(jq '.history | length' <<<"$output")" 5
    if is_root; then
        run -0 umoci unpack --image layout:tag bundle
    else
        run -0 umoci unpack --rootless --image layout:tag bundle
    fi
    [ -f bundle/rootfs/my-file ] && [ -x bundle/rootfs/bin/busybox ]
    run -0 buildah --root "$STORE/other" --runroot "$STORE/o" --storage-driver vfs pull -q oci:layout:tag
    equal "${lines[-1]}" "$(id_of my-image)"
    swiftlet push -q my-image oci:untagged
    run -0 skopeo inspect oci:untagged
    run -0 podman --root "$STORE/other" --runroot "$STORE/o" --storage-driver vfs pull -q oci:untagged
    equal "${lines[-1]}" "$(id_of my-image)"
    as_owner rm -rf "$STORE/other" "$STORE/o"
}

# --- Names ------------------------------------------------------------------------------------------------------------

@test "pull names an image after the layout's reference name, otherwise after the directory" {
    make_image named
    local id
    id=$(id_of named)
    swiftlet push -q named oci:a-directory
    swiftlet push -q named oci:other:localhost/own/name:v1
    swiftlet push -q named oci:third:tag
    swiftlet rmi -f named
    has_no_image named

    run -0 swiftlet pull oci:a-directory
    equal "${lines[-1]}" "$id"
    run -0 swiftlet pull -q oci:other
    prints "$id"
    run -0 swiftlet pull -q "oci:$PWD/third/:tag"
    run -0 swiftlet images --no-trunc --format '{{.Name}}:{{.Tag}}' --filter since=busybox
    has_line localhost/a-directory:latest
    has_line localhost/own/name:v1
    run -0 in_image a-directory
    prints named
    store_is_sound
}

@test "a layout with several images requires a name, and reports a missing one" {
    make_image first
    make_image second
    swiftlet push -q first oci:layout:one
    swiftlet push -q second oci:layout:two
    run swiftlet pull oci:layout
    refused
    run swiftlet pull oci:layout:three
    refused
    has three
    run -0 swiftlet pull -q oci:layout:two
    prints "$(id_of second)"
    run swiftlet pull oci:no-such-directory
    refused
    has no-such-directory
}

# --- Round trips in every format --------------------------------------------------------------------------------------

# there_and_back DESTINATION SOURCE: the image is the same afterwards.
there_and_back() {
    make_image traveller
    local ids before id
    ids=$(diff_ids traveller)
    before=$(in_config traveller .OCIv1.config)
    run -0 swiftlet push traveller "$1"
    swiftlet rmi -f traveller
    run -0 swiftlet pull -q "$2"
    id=${lines[-1]}
    equal "$(diff_ids "$id")" "$ids"
    equal "$(in_config "$id" .OCIv1.config)" "$before"
    run -0 in_image "$id"
    prints traveller
    swiftlet rmi -f "$id"
}

@test "oci-archive: there and back, and skopeo reads it" {
    there_and_back oci-archive:archive.tar:v1 oci-archive:archive.tar
    run -0 skopeo inspect --config oci-archive:archive.tar:v1
    mkdir layout
    tar -xf archive.tar -C layout
    is_layout layout
}

@test "docker-archive: there and back, and skopeo and podman read it" {
    there_and_back docker-archive:archive.tar:localhost/there:v1 docker-archive:archive.tar
    run -0 skopeo inspect --config docker-archive:archive.tar
    equal "$(tar -xOf archive.tar manifest.json | jq -c '.[0].RepoTags')" '["localhost/there:v1"]'
    run -0 podman load -q -i archive.tar
    has localhost/there:v1
    run -0 in_image localhost/there:v1
    prints traveller
}

@test "dir: there and back, and skopeo reads it" {
    there_and_back dir:directory dir:directory
    run -0 skopeo inspect --config dir:directory
    equal "$(cat directory/version | head -n 1)" "Directory Transport Version: 1.1"
}

@test "swiftlet pulls every format written by skopeo" {
    make_image origin
    local ids id form
    ids=$(diff_ids origin)
    swiftlet push -q origin oci:layout:tag
    skopeo copy -q oci:layout:tag oci:by-skopeo:tag
    skopeo copy -q oci:layout:tag oci-archive:oci.tar:tag
    skopeo copy -q oci:layout:tag docker-archive:docker.tar:localhost/from-skopeo:v1
    skopeo copy -q oci:layout:tag dir:directory
    skopeo copy -q --format v2s2 oci:layout:tag dir:schema2
    skopeo copy -q --dest-compress-format zstd --dest-compress oci:layout:tag oci:zstd:tag
    skopeo copy -q --dest-decompress oci:layout:tag dir:plain
    for form in oci:by-skopeo:tag oci-archive:oci.tar docker-archive:docker.tar dir:directory dir:schema2 oci:zstd:tag dir:plain; do
        swiftlet rmi -a -f >/dev/null
        run -0 swiftlet pull -q "$form"
        id=${lines[-1]}
        equal "$form $(diff_ids "$id")" "$form $ids"
        run -0 in_image "$id"
        prints origin
        if [ "$form" = docker-archive:docker.tar ]; then has_image localhost/from-skopeo:v1; fi
    done
    store_is_sound
    swiftlet rmi -a -f >/dev/null
    make_base
    swiftlet build -q -t my-image "$EXAMPLES/hello"
}

@test "skopeo copies to and from the store itself" {
    local where
    where="containers-storage:[$DRIVER@$STORE/graph+$STORE/run]localhost"
    local copy="skopeo copy -q"
    is_root || copy="command buildah unshare skopeo copy -q"
    run -0 $copy "$where/my-image:latest" oci:layout:tag
    is_layout layout
    equal "$(diff_ids_of layout)" "$(diff_ids my-image)"
    run -0 $copy oci:layout:tag "$where/by-skopeo:v1"
    run -0 in_image localhost/by-skopeo:v1 ls /my-file
    prints /my-file
    store_is_sound
}

# --- Existing data ----------------------------------------------------------------------------------------------------

@test "pulling twice skips layers, and a push skips existing blobs" {
    make_image again
    swiftlet push -q again oci:layout
    swiftlet rmi -f again
    run -0 swiftlet pull oci:layout
    equal "$(grep -c 'skipped: already exists' <<<"$output")" 1
    run -0 swiftlet pull oci:layout
    equal "$(grep -c 'skipped: already exists' <<<"$output")" 2
    local layer times
    layer=$(layers_of layout | head -n 1)
    touch -d '2001-02-03 04:05:06' "$layer"
    times=$(stat -c %Y "$layer")
    run -0 swiftlet push layout oci:layout
    equal "$(stat -c %Y "$layer")" "$times"
    store_is_sound
}

# --- Errors -----------------------------------------------------------------------------------------------------------

# Changes a byte in the middle of a file.
damage() {
    local size byte
    size=$(stat -c %s "$1")
    byte=$(od -An -tu1 -j $((size / 2)) -N 1 "$1" | tr -d ' ')
    printf "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek=$((size / 2)) conv=notrunc status=none
}

# A layout `broken` of an image that is not in the store.
make_broken() {
    make_image broken
    swiftlet push -q broken oci:broken
    swiftlet rmi -f broken
}

refuses_broken() {
    local images
    images=$(swiftlet images -a -q | sort)
    run swiftlet pull oci:broken
    refused
    has "$1"
    equal "$(swiftlet images -a -q | sort)" "$images"
    store_is_sound
}

@test "a layer with a changed byte is rejected by its digest, and leaves no image" {
    make_broken
    local layer
    layer=$(layers_of broken | tail -n 1)
    damage "$layer"
    refuses_broken "sha256:$(basename "$layer")"
}

@test "a changed byte anywhere is detected: in a header, in a name, in a file, at the end" {
    make_broken
    local layer size part byte
    layer=$(layers_of broken | head -n 1)
    cp "$layer" saved
    size=$(stat -c %s "$layer")
    for part in 0 11 1000 $((size / 7)) $((size / 3)) $((size / 2)) $((size - 500)) $((size - 6)) $((size - 1)); do
        cp saved "$layer"
        byte=$(od -An -tu1 -j "$part" -N 1 "$layer" | tr -d ' ')
        printf "\\x$(printf %x $((byte ^ 255)))" | dd of="$layer" bs=1 seek="$part" conv=notrunc status=none
        different "$(sha256sum <"$layer")" "$(sha256sum <saved)"
        # In an empty store, where no layer can be skipped.
        local STORE=$BATS_TEST_TMPDIR/empty
        run swiftlet pull oci:broken
        refused
        has "sha256:$(basename "$layer")"
        equal "$(swiftlet images -a -q)" ""
        store_is_sound
    done
}

@test "a different layer that unpacks without an error is rejected" {
    make_broken
    local layer
    layer=$(layers_of broken | tail -n 1)
    mkdir other
    echo other >other/unique
    tar -czf "$layer" -C other unique
    refuses_broken "sha256:$(basename "$layer")"
}

@test "a corrupt tar in a valid compressed stream is rejected, wherever the defect is" {
    make_broken
    local layer offset
    layer=$(layers_of broken | head -n 1)
    gzip -dc "$layer" >layer.tar
    local STORE=$BATS_TEST_TMPDIR/empty
    for offset in $(python3 -c 'import tarfile; m = tarfile.open("layer.tar").getmembers()
print(m[0].offset, m[len(m) // 2].offset, m[-1].offset)'); do
        cp layer.tar damaged.tar
        printf 'X' | dd of=damaged.tar bs=1 seek=$((offset + 3)) conv=notrunc status=none
        gzip -c damaged.tar >"$layer"
        refuses_broken "sha256:$(basename "$layer")"
    done
}

@test "a changed configuration and a changed manifest are rejected" {
    make_broken
    local config manifest
    config=$(config_of broken)
    cp "$config" saved
    damage "$config"
    refuses_broken "sha256:$(basename "$config")"
    cp saved "$config"
    manifest=$(manifest_of broken)
    sed -i 's/"schemaVersion":2/"schemaVersion": 2/; s/"size":/"size": /' "$manifest"
    refuses_broken "sha256:$(basename "$manifest")"
}

@test "missing and truncated blobs are rejected" {
    make_broken
    local layer
    layer=$(layers_of broken | tail -n 1)
    truncate -s -5 "$layer"
    refuses_broken "sha256:$(basename "$layer")"
    rm "$layer"
    refuses_broken "$(basename "$layer")"
}

@test "an invalid layout: the error names the problem and its location" {
    mkdir empty text
    run swiftlet pull oci:empty
    refused
    has empty
    echo '{"imageLayoutVersion":"1.0.0"}' >text/oci-layout
    echo 'no json' >text/index.json
    run swiftlet pull oci:text
    refused
    has index.json
    echo junk >archive.tar
    run swiftlet pull docker-archive:archive.tar
    refused
    run swiftlet pull oci-archive:archive.tar
    refused
    run swiftlet push no-such-image oci:layout
    refused
    has no-such-image
}

# An index of the same image as for other platforms: make_index PLATFORM...
make_index() {
    local platform number=0
    rm -rf multi entry.*
    swiftlet push -q my-image oci:multi
    for platform in "$@"; do
        jq -c --arg os "${platform%/*}" --arg architecture "${platform#*/}" \
            '.manifests[0] + {platform: {os: $os, architecture: $architecture}}' multi/index.json >"entry.$number"
        number=$((number + 1))
    done
    jq -sc '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: .}' entry.* >index
    mv index "multi/blobs/sha256/$(sha256sum index | cut -d' ' -f1)"
    local path
    path=$(grep -l '"manifests"' multi/blobs/sha256/*)
    jq -nc --arg digest "sha256:$(basename "$path")" --argjson size "$(stat -c %s "$path")" \
        '{schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.index.v1+json", digest: $digest, size: $size}]}' \
        >multi/index.json
}

@test "an index without this platform: the error lists those present; otherwise it is selected" {
    local architecture
    architecture=$(in_config my-image .OCIv1.architecture | tr -d '"')
    make_index linux/s390x linux/riscv64 windows/arm
    run swiftlet pull oci:multi
    refused
    has "for architecture \"$architecture\", variant \"\", OS \"linux\""
    has linux/s390x
    has linux/riscv64
    has windows/arm
    make_index linux/s390x "linux/$architecture"
    run -0 swiftlet pull -q oci:multi
    prints "$(id_of my-image)"
    run swiftlet pull --platform linux/ppc64le oci:multi
    refused
    has 'for architecture "ppc64le"'
    has "linux/$architecture"
}

@test "--platform with a layout of another platform's image is an error that names both" {
    local architecture
    architecture=$(in_config my-image .OCIv1.architecture | tr -d '"')
    swiftlet push -q my-image oci:layout
    run swiftlet pull --platform linux/s390x oci:layout
    refused
    has linux/s390x
    has "linux/$architecture"
    run -0 swiftlet pull -q --platform "linux/$architecture" oci:layout
}
