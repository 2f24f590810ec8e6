#!/usr/bin/env bats
# An interrupted pull goes on where it stopped, in a new process.
# runs as: user root

load support/session
load support/registries

setup_file() {
    begin_store
    start_registry plain
    start_server proxy fault_proxy.py "$(port_of plain)"
    export DIRECT=localhost:$(port_of plain) PROXY=localhost:$(port_of proxy)
    push_hundred "$DIRECT"
}
teardown_file() {
    stop_servers
    end_store
}
setup() {
    enter_new_directory
    rm -f "$(state)/faults" "$(state)/log"
    swiftlet rmi -f "$PROXY/hundred" >/dev/null 2>&1 || true
    as_owner rm -rf "$(graphroot)/swiftlet/partial"
}

fetched() { awk '$1 == "GET" && $2 ~ /blobs/ { sum += $4 } END { print sum + 0 }' "$(state)/log"; }

partial() { echo "$(graphroot)/swiftlet/partial"; }

kept() { as_owner find "$(partial)" -type f -printf '%s\n' 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

# Pulls, and kills it when this many bytes have been kept.
kill_at() {
    echo 'GET .*/blobs/.* slow 40000000 0' >"$(state)/faults"
    command swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" \
        pull -q --tls-verify=false "$PROXY/hundred" >/dev/null 2>&1 3>&- &
    local pid=$!
    until [ "$(kept)" -ge "$1" ]; do
        kill -0 $pid 2>/dev/null || fail "the pull ended by itself with $(kept) bytes kept"
        sleep 0.05
    done
    kill -9 $pid
    wait $pid || true
    rm "$(state)/faults"
    # The server writes of a request when it notices.
    sleep 1
    rm -f "$(state)/log"
}

arrives() {
    run -0 swiftlet pull -q --tls-verify=false "$PROXY/hundred"
    run -0 in_image "$PROXY/hundred" sh -c 'cat /first /second | wc -c'
    has_line 100000000
    store_is_sound
    equal "$(as_owner find "$(partial)" -type f | wc -l)" 0
}

@test "after kill -9 at half of a pull, the next one fetches less than 55 %" {
    kill_at 50000000
    arrives
    [ "$(fetched)" -lt 55000000 ] || fail "fetched $(fetched) bytes:" "$(cat "$(state)/log")"
}

@test "data of an interrupted pull is verified, and fetched again if damaged" {
    kill_at 50000000
    as_owner bash -c 'for file in "$1"/*; do printf damage | dd of="$file" bs=1 seek=1000000 conv=notrunc status=none; done' - \
        "$(partial)"
    arrives
}

@test "two concurrent pulls of the same image" {
    echo 'GET .*/blobs/.* slow 40000000 0' >"$(state)/faults"
    command swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" \
        pull -q --tls-verify=false "$PROXY/hundred" >first.log 2>&1 3>&- &
    local pid=$!
    arrives
    wait $pid || fail "$(cat first.log)"
    store_is_sound
}

@test "an unwritable directory for partial blobs does not fail a pull" {
    as_owner touch "$(partial)"
    run -0 swiftlet pull -q --tls-verify=false "$PROXY/hundred"
    as_owner rm "$(partial)"
}

# --- Servers that give each connection a share --------------------------------------------------------------------------

# Ranges of blobs that the client has asked for.
ranges() { grep -c '^GET .*/blobs/.* bytes=[0-9]*-[0-9]* ' "$(state)/log" || true; }

@test "parts of a large blob are fetched in parallel on slow connections" {
    echo 'GET .*/blobs/.* slow 8000000 0' >"$(state)/faults"
    arrives
    [ "$(ranges)" -ge 8 ] || fail "$(cat "$(state)/log")"
    # What the first connections had in their buffers may come again.
    [ "$(fetched)" -lt 120000000 ] || fail "fetched $(fetched) bytes:" "$(cat "$(state)/log")"
}

@test "parallel parts: a server that ignores ranges, and one whose connections break" {
    echo 'GET .*/blobs/.* slow-norange 12000000 0' >"$(state)/faults"
    arrives
    swiftlet rmi -f "$PROXY/hundred"
    rm "$(state)/log"
    printf '%s\n' 'GET .*/blobs/.* slow 8000000 2' 'GET .*/blobs/.* cut 1000000 3' 'GET .*/blobs/.* slow 8000000 0' \
        >"$(state)/faults"
    arrives
    [ "$(ranges)" -ge 3 ] || fail "$(cat "$(state)/log")"
}

@test "a large blob is fetched in one part on a fast connection" {
    arrives
    equal "$(ranges)" 0
}

# --- Copies to files ----------------------------------------------------------------------------------------------------

# The parts of blobs in a directory.
parts() { find "$1" -maxdepth 1 -name '.partial-*' -printf '%s\n' 2>/dev/null | awk '{ sum += $1 } END { print sum + 0 }'; }

copy() { swiftlet image copy -q --src-tls-verify=false "docker://$PROXY/hundred" "$1"; }

# Copies to a place in files in the directory `copied`, and kills it when half has arrived.
kill_copy() {
    echo 'GET .*/blobs/.* slow 40000000 0' >"$(state)/faults"
    command swiftlet image copy -q --src-tls-verify=false "docker://$PROXY/hundred" "$1" >/dev/null 2>&1 3>&- &
    local pid=$!
    until [ "$(parts copied)" -ge 50000000 ]; do
        kill -0 $pid 2>/dev/null || fail "the copy ended by itself with $(parts copied) bytes"
        sleep 0.05
    done
    kill -9 $pid
    wait $pid || true
    sleep 1
    rm "$(state)/faults" "$(state)/log"
}

@test "a killed copy to a layout or a directory is resumed; other tools do not see its partial data" {
    local place
    for place in oci:copied:hundred dir:copied; do
        rm -rf copied
        kill_copy "$place"
        run ! skopeo inspect "$place"
        run -0 copy "$place"
        [ "$(fetched)" -lt 55000000 ] || fail "$place: fetched $(fetched) bytes:" "$(cat "$(state)/log")"
        skopeo copy -q "$place" "dir:checked.${place%%:*}"
        equal "$(find copied -name '.*' ! -name . | wc -l)" 0
    done
}

@test "data of a killed copy is verified, and fetched again if damaged" {
    kill_copy oci:copied:hundred
    local file
    for file in copied/.partial-*; do
        printf damage | dd of="$file" bs=1 seek=1000000 conv=notrunc status=none
    done
    run -0 copy oci:copied:hundred
    skopeo copy -q oci:copied:hundred dir:checked
}
