#!/usr/bin/env bats
# A pull and a disk that is too small: for what helps the next pull, or for the image itself.
# runs as: root

load support/session
load support/registries

setup_file() {
    begin_store
    start_registry plain
    start_server proxy fault_proxy.py "$(port_of plain)"
    export PROXY=localhost:$(port_of proxy) WHOLE=$STORE
    push_hundred "localhost:$(port_of plain)"
}
teardown_file() {
    stop_servers
    STORE=$WHOLE end_store
}
teardown() {
    umount -l "$STORE/graph/overlay" 2>/dev/null || true
    umount -l "$STORE"
    rmdir "$STORE"
}

# A store on a disk of so many megabytes.
small_store() {
    STORE=$(mktemp -d "${SWIFTLET_TEST_STORES:-/var/tmp}/small.XXXX")
    mount -t tmpfs -o "size=$1m,mode=755" none "$STORE"
    rm -f "$BATS_FILE_TMPDIR/proxy/log"
}

fetched() { awk '$1 == "GET" && $2 ~ /blobs/ { sum += $4 } END { print sum + 0 }' "$BATS_FILE_TMPDIR/proxy/log"; }

pull() { swiftlet pull -q --tls-verify=false "$PROXY/hundred"; }

@test "a disk with space for only the image: the pull succeeds" {
    small_store 130
    run -0 pull
    [ "$(fetched)" -lt 102000000 ] || fail "fetched $(fetched) bytes"
    store_is_sound
}

@test "a disk without space for the image: a single error, and the next pull resumes" {
    small_store 90
    run pull
    own_failure
    has "no space left on device"
    store_is_sound
    sleep 1
    rm "$BATS_FILE_TMPDIR/proxy/log"
    mount -o remount,size=300m "$STORE"
    run -0 pull
    store_is_sound
    # Half of the disk was what had arrived.
    [ "$(fetched)" -lt 70000000 ] || fail "fetched $(fetched) bytes:" "$(cat "$BATS_FILE_TMPDIR/proxy/log")"
    equal "$(find "$STORE/graph/swiftlet/partial" -type f | wc -l)" 0
}
