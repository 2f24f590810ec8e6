#!/usr/bin/env bats
# An interrupted push goes on where it stopped, in the same process and in a new one.
# runs as: user root

load support/session
load support/layout
load support/registries

setup_file() {
    begin_store
    begin_own_home
    start_registry plain
    start_server proxy fault_proxy.py "$(port_of plain)"
    export DIRECT=localhost:$(port_of plain) PROXY=localhost:$(port_of proxy)
    # Sixty megabytes that do not compress, in one layer.
    local context=$BATS_FILE_TMPDIR/context
    mkdir "$context"
    head -c 60000000 /dev/urandom >"$context/random"
    printf 'FROM localhost/busybox\nCOPY random /\n' >"$context/Dockerfile"
    swiftlet build -q -t localhost/sixty "$context"
    rm "$context/random"
}
teardown_file() {
    stop_servers
    end_store
}
setup() {
    enter_new_directory
    rm -f "$(state)/faults" "$(state)/log"
    # Nothing of the image is in a registry's repository that has a new name, nor is it known where else it is.
    export NAME=push$BATS_TEST_NUMBER
    # The layer below is there already: the faults are for the large one.
    swiftlet push -q --tls-verify=false localhost/busybox "$DIRECT/$NAME"
    rm -rf "$HOME/.local/share/containers/cache/swiftlet-blobs"
    [ "$(id -u)" != 0 ] || rm -rf /var/lib/containers/cache/swiftlet-blobs
}

# Bytes of blobs that the client has sent.
sent() { awk '$1 == "PATCH" { sum += $6 } END { print sum + 0 }' "$(state)/log"; }

records() { echo "$(graphroot)/swiftlet/uploads"; }

# What the registry has of uploads that are not complete.
uploading() {
    local place=$BATS_FILE_TMPDIR/plain/data/docker/registry/v2/repositories/$NAME/_uploads
    find "$place" -name data -printf '%s\n' 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'
}

push() { swiftlet push -q --tls-verify=false --retry-delay 0s "$@" localhost/sixty "$PROXY/$NAME"; }

# The registry has the image with all of its bytes.
arrives() {
    run -0 push "$@"
    skopeo copy -q --src-tls-verify=false "docker://$DIRECT/$NAME" dir:pushed
    [ "$(du -sb pushed | cut -f 1)" -gt 60000000 ]
    equal "$(as_owner find "$(records)" -type f | wc -l)" 0
}

sends_less_than() { [ "$(sent)" -lt "$1" ] || fail "sent $(sent) bytes:" "$(cat "$(state)/log")"; }

# What the records say that the registry has.
confirmed() { as_owner cat "$(records)"/* 2>/dev/null | jq -s 'map(.bytes) | add // 0' 2>/dev/null || echo 0; }

# Pushes and kills it when there are this many bytes, as COUNTED says: kill_at COUNTED BYTES
kill_at() {
    command swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" \
        push -q --tls-verify=false localhost/sixty "$PROXY/$NAME" >output 2>&1 3>&- &
    local pid=$!
    until [ "$($1)" -ge "$2" ]; do
        kill -0 $pid 2>/dev/null || fail "the push ended by itself" "$(cat output)" "$(cat "$(state)/log")"
        sleep 0.05
    done
    kill -9 $pid
    wait $pid || true
    # The proxy notices a little later.
    sleep 1
    rm -f "$(state)/faults" "$(state)/log"
}

@test "an interrupted upload: the bytes that the registry has are not sent again" {
    fault 'PATCH .* keep-upload 40000000 1' 'PATCH .* keep-upload 3000000 1'
    arrives
    sends_less_than 70000000
    grep -q '^PATCH .* 4[0-9]*-' "$(state)/log" || fail "$(cat "$(state)/log")"
}

@test "an interrupted upload of an image from files is also resumed" {
    swiftlet push -q localhost/sixty oci:layout
    fault 'PATCH .* keep-upload 40000000 1'
    run -0 swiftlet image copy -q --dest-tls-verify=false --retry-times 1 oci:layout "docker://$PROXY/$NAME"
    sends_less_than 70000000
}

@test "a registry that discards interrupted requests gets chunks" {
    fault 'PATCH .* cut-upload 40000000 1' 'PATCH .* cut-upload 5000000 0'
    run push --retry 1
    own_failure
    fault 'PATCH .* cut-upload 41000000 1'
    rm "$(state)/log"
    arrives
    [ "$(grep -c '^PATCH .* 202 0 [0-9]*-[0-9]* 8388608$' "$(state)/log")" = 7 ] || fail "$(cat "$(state)/log")"
}

@test "bodies that are too large are sent in chunks" {
    fault 'PATCH .* limit 5000000 0'
    arrives
    grep -q '^PATCH .* 202 0 0-4194303 ' "$(state)/log"
}

@test "a registry that keeps only the last of several chunks gets a single one" {
    swiftlet push -q localhost/sixty oci:layout
    local digest
    digest=$(jq -r '.layers[-1].digest' "$(manifest_of layout)")
    fault 'PATCH .* limit 30000000 1' "PUT .*${digest#*:}.* status 400 1"
    arrives
    equal "$(grep -c "^PUT .*${digest#*:}" "$(state)/log")" 2
}

@test "after kill -9, the next push sends the rest" {
    fault 'PATCH .* slow-keep 40000000 0'
    kill_at uploading 40000000
    equal "$(as_owner find "$(records)" -type f -printf '%m\n' | sort -u)" 600
    arrives
    sends_less_than 25000000
}

@test "after kill -9 between chunks, the next push sends the rest" {
    fault 'PATCH .* status 413 1' 'PATCH .* slow-buffer 16000000 0'
    kill_at confirmed 40000000
    arrives
    sends_less_than 25000000
}

@test "an upload that the registry no longer knows is restarted" {
    fault 'PATCH .* slow-keep 40000000 0'
    kill_at uploading 20000000
    rm -r "$BATS_FILE_TMPDIR/plain/data/docker/registry/v2/repositories/$NAME/_uploads"
    arrives
}

@test "an upload with different content at its beginning is restarted" {
    fault 'PATCH .* slow-keep 40000000 0'
    kill_at uploading 20000000
    local file
    for file in "$BATS_FILE_TMPDIR/plain/data/docker/registry/v2/repositories/$NAME"/_uploads/*/data; do
        printf damage | dd of="$file" bs=1 seek=1000 conv=notrunc status=none
    done
    arrives
}
