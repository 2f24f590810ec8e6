#!/usr/bin/env bats
# Hostile archives and images: each is rejected with one clear error or unpacked inside the root, and nothing
# outside is touched.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_outside
}
teardown_file() { end_store; }

setup() {
    enter_new_directory
    outside_before=$(outside)
    images_before=$(swiftlet images -a -q | sort)
}

# Must never change.
outside() {
    stat -c '%n %a %u:%g %h %s %y' "$OUTSIDE" "$OUTSIDE"/* "$OUTSIDE"/.[!.]* 2>/dev/null || true
    cat "$OUTSIDE/canary"
}

evil() { python3 "$SUPPORT/evil_tar.py" "$1" "${2:-evil.tar}" "$OUTSIDE"; }

add_evil() {
    dockerfile <<<$'FROM localhost/busybox\nADD evil.tar /'
    run swiftlet build --no-cache -q -t evil .
}

# A new layout with the given layers; CULPRIT must be named in errors.
layout() {
    rm -rf layout layout.outside
    CULPRIT=$(python3 "$SUPPORT/oci_layout.py" layout "$@")
}

pull_evil() {
    layout none evil.tar
    run swiftlet pull -q oci:layout:image
}

nothing_happened() {
    equal "$(outside)" "$outside_before"
    equal "$(swiftlet images -a -q | sort)" "$images_before"
    store_is_sound
}

# Exactly one error: its first line begins with Error, and the word does not occur again.
one_error() {
    own_failure
    equal "$(grep -c '^Error: ' <<<"$output")" 1
    lacks "Fatal"
}

# The error names the entry, or at least the layer.
names_culprit() { [[ $output == *' entry "'* || $output == *' for "'* ]] || has "$CULPRIT"; }

# Rejected by ADD, with the Dockerfile's line, and by pull, with the layer's digest or the entry's name.
refused() {
    local case=$1 text=$2
    evil "$case"
    add_evil
    one_error || fail "ADD of $case"
    has "Dockerfile:2"
    has "ADD evil.tar /"
    has "$text"
    nothing_happened || fail "ADD of $case"
    pull_evil
    one_error || fail "pull of $case"
    has "$text"
    names_culprit || fail "pull of $case"
    nothing_happened || fail "pull of $case"
}

# Unpacked, with all effects inside the root. Leaves the images `evil` (by ADD) and `image` (by pull).
accepted() {
    evil "$1"
    add_evil
    [ "$status" -eq 0 ] || fail "ADD of $1:" "$output"
    equal "$(outside)" "$outside_before"
    pull_evil
    [ "$status" -eq 0 ] || fail "pull of $1:" "$output"
    equal "$(outside)" "$outside_before"
    # The pulled layer on top of a system, for inspection.
    layout none "$(layer_files localhost/busybox | head -n 1)" evil.tar
    swiftlet pull -q oci:layout:image
    store_is_sound
}

teardown() {
    swiftlet rmi -f evil image >/dev/null 2>&1 || true
    swiftlet rmi --prune >/dev/null 2>&1 || true
}

# --- Names that lead outside -------------------------------------------------------------------------------------------

@test "names with .. that leave the root" {
    local case
    for case in dot-dot dot-dot-middle dot-dot-directory whiteout-slash; do refused "$case" "the name leaves the root"; done
}

@test "absolute names land inside the root" {
    accepted absolute
    local image
    for image in evil image; do
        run -0 in_image "$image" cat "$OUTSIDE/planted" /before /after
        prints $'planted\nplanted\nplanted'
    done
}

@test "a link, then a file through it" {
    local case
    for case in symlink-write symlink-relative-write symlink-chain; do refused "$case" planted; done
}

@test "a link, then another entry of the same name: the link is replaced, its target is not touched" {
    local image
    accepted symlink-replace-file
    for image in evil image; do
        run -0 in_image "$image" sh -c 'cat /name; test -L /name || echo a file'
        prints $'overwritten\na file'
    done
    accepted symlink-chmod
    equal "$(stat -c %a "$OUTSIDE")" 777
}

@test "ADD follows a link in the image inside its root, as every builder does" {
    dockerfile base <<<$'FROM localhost/busybox\nRUN mkdir -p /usr/lib /real && ln -s usr/lib /lib && ln -s /real /absolute'
    run -0 swiftlet build -q -t evil-base -f base .
    mkdir -p tree/lib tree/absolute
    echo one >tree/lib/one
    echo two >tree/absolute/two
    tar -C tree -cf files.tar lib/one absolute/two
    dockerfile <<<$'FROM localhost/evil-base\nADD files.tar /'
    run -0 swiftlet build -q -t evil .
    run -0 in_image evil sh -c 'cat /usr/lib/one /real/two; test -L /lib && test -L /absolute && echo links'
    prints $'one\ntwo\nlinks'
    swiftlet rmi -f evil evil-base
}

@test "hard links to the outside" {
    local case
    for case in hard-link-absolute hard-link-through-symlink hard-link-itself hard-link-missing; do
        refused "$case" "a hard link to a missing file"
    done
    refused hard-link-dot-dot "the name leaves the root"
    # A hard link to a symbolic link is one to the link itself.
    accepted hard-link-to-symlink
    run -0 in_image evil cat /same
    prints overwritten
}

@test "entries that name the root itself" {
    refused root-as-link "the root is not a directory"
    refused root-as-file "the root is not a directory"
}

@test "invalid names: with a NUL, too long" {
    refused nul-in-pax-name NUL
    refused long-name "too long"
    accepted empty-name
}

# --- Whiteouts -----------------------------------------------------------------------------------------------------------

@test "whiteouts without a name, of . and of .." {
    refused whiteout-nothing '".wh."'
    refused whiteout-dot '"etc/.wh.."'
    refused whiteout-dot-dot '"etc/.wh..."'
}

@test "whiteouts through links" {
    refused whiteout-through-symlink door/.wh.canary
    refused opaque-through-symlink door/.wh..wh..opq
}

@test "whiteouts that are a link or a directory delete at most what is in the image" {
    evil whiteout-link
    pull_evil
    equal "$(outside)" "$outside_before"
    evil whiteout-directory
    pull_evil
    equal "$(outside)" "$outside_before"
    store_is_sound
}

# --- Attributes and devices --------------------------------------------------------------------------------------------

@test "attributes that affect the storage driver are dropped" {
    accepted attributes
    # No file in any layer has a redirect, whatever else the driver stores in its attributes.
    run -0 as_owner python3 - "$(graphroot)/$DRIVER" <<'EOF'
import os, sys
for folder, directories, files in os.walk(sys.argv[1]):
    for name in directories + files:
        path = os.path.join(folder, name)
        for attribute in os.listxattr(path, follow_symlinks=False):
            if "overlay.redirect" in attribute or "overlay.metacopy" in attribute or "override_stat" in attribute or \
                    ("overlay." in attribute and name.startswith(("redirected", "metacopy", "opaque."))):
                print(attribute, path)
            if attribute == "user.plain":
                print("plain stays")
EOF
    lacks overlay
    lacks override_stat
    has "plain stays"
    in_image evil ls /redirected.user.overlay.redirect
}

@test "devices: not created without the privilege" {
    is_root && skip "root may make devices"
    accepted devices
    local image
    for image in evil image; do
        run -0 in_image --entrypoint '[]' "$image" true
        run -0 as_owner find "$(graphroot)/$DRIVER" '(' -type b -o -type c ')' -name 'evil-*'
        prints ""
    done
}

@test "devices: created as root, but no container can open them" {
    is_root || skip "only root may make devices"
    accepted devices
    # In the layer created by ADD, in the one pulled by itself, and in the one pulled on top of a system.
    equal "$(as_owner find "$(graphroot)/$DRIVER" -type b -name evil-disk | wc -l)" 3
    # /dev is the container's own.
    run in_image image ls /dev/evil-disk
    [ "$status" -ne 0 ]
}

# --- Sizes that lie ------------------------------------------------------------------------------------------------------

@test "absurd sizes: an exabyte of headers, of names, of content; negative sizes; not a number" {
    refused pax-header-of-an-exabyte "more than"
    refused pax-header-of-100-megabytes "more than"
    refused long-link-of-an-exabyte "more than"
    refused pax-huge-size "ends within the content"
    refused pax-negative-size "negative size"
    refused size-2-to-the-60 "ends within the content"
    refused size-2-to-the-63 "unreadable size"
    refused size-2-to-the-87 "unreadable size"
    refused size-negative "negative size"
    refused size-no-number "unreadable size"
    refused sparse-map-beyond-the-file "tar"
}

@test "truncated archives, and a wrong checksum" {
    refused cut-off-in-a-file "ends within the content"
    refused checksum checksum
    # A file that is not an archive is copied unchanged.
    evil cut-off-in-a-header
    add_evil
    [ "$status" -eq 0 ] || fail "$output"
    equal "$(last_layer_names evil)" evil.tar
    swiftlet rmi -f evil >/dev/null
    pull_evil
    one_error
    has "$CULPRIT"
}

@test "endless entries in a small compressed archive use no memory" {
    # Headers of an empty file, all of the same name: 25 MB that gzip makes small.
    python3 - <<'EOF'
import gzip, tarfile
block = tarfile.TarInfo("same").tobuf()
with gzip.open("evil.tar.gz", "wb", compresslevel=1) as file:
    chunk = block * 10_000
    for _ in range(5):
        file.write(chunk)
    file.write(bytes(1024))
EOF
    dockerfile <<<$'FROM localhost/busybox\nADD evil.tar.gz /'
    run bash -c 'ulimit -v 2000000; exec timeout 100 swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" build --no-cache -q -t evil .'
    [ "$status" -eq 0 ] || [ "$status" -eq 125 ] || fail "exit code $status:" "$output"
    lacks "Fatal"
    equal "$(outside)" "$outside_before"
    store_is_sound
}

# --- Layouts that lie ----------------------------------------------------------------------------------------------------

# A layer that the store cannot have yet: existing layers are not read again.
new_layer() {
    mkdir tree
    head -c 300000 /dev/urandom >tree/random
    tar -C tree -cf layer.tar random
    rm -r tree
}

faulty() {
    new_layer
    layout "$1" layer.tar
    run swiftlet pull -q oci:layout:image
    one_error || fail "$1"
    has "$CULPRIT" || fail "$1"
    has "${2:-}" || fail "$1"
    nothing_happened || fail "$1"
}

@test "a valid layout is pulled; so the invalid ones fail because of their defect" {
    new_layer
    layout none layer.tar
    run -0 swiftlet pull -q oci:layout:image
    store_is_sound
}

@test "a layer that does not match its digest" { faulty wrong-layer; }
@test "a layer that does not match the size in the manifest" { faulty wrong-layer-size; }
@test "a layer that does not match its diff ID" { faulty wrong-diff-id "the uncompressed layer is"; }
@test "a configuration that does not match its digest" { faulty wrong-config "digest mismatch"; }
@test "a manifest that does not match its digest" { faulty wrong-manifest "digest mismatch"; }
@test "a missing layer" { faulty missing-layer; }
@test "a layer with truncated compressed data" { faulty truncated-gzip; }
@test "a layer with corrupt compressed data" { faulty corrupt-gzip; }
@test "a layer that is not an archive" { faulty no-archive; }
@test "digests that are paths" {
    faulty path-in-digest "invalid digest"
    faulty path-in-config-digest "invalid digest"
    lacks root:
}
@test "a digest too short" { faulty short-digest "invalid digest"; }
@test "JSON nested a hundred thousand deep: index" { faulty nested-index "nested deeper"; }
@test "JSON nested a hundred thousand deep: manifest" { faulty nested-manifest "nested deeper"; }
@test "JSON nested a hundred thousand deep: configuration" { faulty nested-config "nested deeper"; }
@test "JSON of wrong types" { faulty wrong-types layers; }
@test "an index that is empty, truncated, or 8 GB long" {
    faulty empty-index
    faulty no-json
    faulty huge-index "more than"
}
@test "an index that lists itself" { faulty index-in-itself; }

@test "a configuration with another number of layers than the manifest" {
    new_layer
    local fault
    for fault in too-few-diff-ids too-many-diff-ids; do
        layout "$fault" layer.tar
        run swiftlet pull -q oci:layout:image
        one_error
        has layout
        has "layers"
        nothing_happened
    done
}

@test "bytes after a layer's compressed stream only count for its digest" {
    new_layer
    layout garbage-after-gzip layer.tar
    run swiftlet pull -q oci:layout:image
    [ "$status" -eq 0 ] || one_error
    store_is_sound
}

@test "blobs of a layout that are links to the outside" {
    faulty_link() {
        new_layer
        layout "$1" layer.tar
        run swiftlet pull -q oci:layout:image
        one_error || fail "$1"
        has layout
        nothing_happened
    }
    faulty_link linked-layer
    faulty_link linked-blobs
}

@test "endless holes in a sparse archive are rejected without being hashed" {
    truncate -s 1T holes
    echo end >>holes
    tar -S -cf evil.tar holes
    rm holes
    add_evil
    one_error
    has "Dockerfile:2"
    has "more than 68719476736 bytes of holes"
    nothing_happened
}
