#!/usr/bin/env bats
# docker-daemon: images to and from a daemon with Docker's API, here Podman's service on a socket.
# runs as: user root

load support/session
load support/layout

setup_file() {
    begin_short_store
    # The daemon's own store.
    export SERVED=$STORE/served SOCKET=$STORE/api.sock BASE=$STORE/base
    mkdir "$SERVED"
    # `exec`, so that the process that is killed later is podman itself.
    (STORE=$SERVED serve_podman) >"$STORE/service.log" 2>&1 3>&- 4>&- &
    echo $! >"$STORE/service.pid"
    local tries
    for tries in $(seq 100); do
        if ask_daemon /_ping >/dev/null 2>&1; then break; fi
        sleep 0.1
    done
    [ "$tries" -lt 100 ] || fail "no service:" "$(cat "$STORE/service.log")"
    export DOCKER_HOST=unix://$SOCKET
    swiftlet build -q -t localhost/hello "$EXAMPLES/hello"
    swiftlet push -q localhost/hello "oci:$BASE"
}
teardown_file() {
    local service
    service=$(cat "$STORE/service.pid")
    # Without root the service is a child of the started podman, and would outlive it.
    # shellcheck disable=SC2046 # Several numbers.
    kill $(pgrep -P "$service") "$service" 2>/dev/null || true
    wait 2>/dev/null || true
    if is_root; then umount -l "$SERVED/graph/overlay" 2>/dev/null || true; fi
    end_short_store
}
setup() { enter_new_directory; }

serve_podman() {
    exec podman --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" --runtime runc \
        --cgroup-manager cgroupfs --events-backend file system service --time 0 "unix://$SOCKET"
}

# Queries the daemon: ask_daemon PATH
ask_daemon() {
    python3 - "$SOCKET" "$1" <<'PY'
import http.client, socket, sys
connection = http.client.HTTPConnection("localhost")
connection.sock = socket.socket(socket.AF_UNIX)
connection.sock.connect(sys.argv[1])
connection.request("GET", sys.argv[2])
print(connection.getresponse().read().decode())
PY
}

served() { STORE=$SERVED podman "$@"; }

config_of_layout() { basename "$(config_of "$1")"; }

@test "images of the store, of a layout and with zstd layers are copied to the daemon, and run there" {
    local id
    id=$(config_of_layout "$BASE")
    run -0 swiftlet image copy containers-storage:localhost/hello docker-daemon:localhost/from-store:1
    has_line "Writing manifest to image destination"
    run -0 swiftlet push -q localhost/hello docker-daemon:localhost/pushed:1
    run -0 swiftlet image copy -q "oci:$BASE" docker-daemon:localhost/from-layout:1
    swiftlet image copy -q --dest-compress-format zstd "oci:$BASE" oci:zstd
    run -0 swiftlet image copy -q oci:zstd docker-daemon:localhost/from-zstd:1
    run -0 served images --no-trunc --format '{{.Repository}}:{{.Tag}} {{.ID}}'
    local name
    for name in from-store pushed from-layout from-zstd; do has_line "localhost/$name:1 sha256:$id"; done
    run -0 env STORE="$SERVED" bash -c "$(declare -f is_root podman podman_run); podman_run localhost/from-zstd:1 ls /my-file"
    has_line /my-file
}

@test "an image of the daemon, by name and by id, is the same image; skopeo reads and writes it too" {
    local id
    id=$(config_of_layout "$BASE")
    swiftlet image copy -q "oci:$BASE" docker-daemon:localhost/there:1
    run -0 swiftlet image copy docker-daemon:localhost/there:1 oci:by-name
    is_layout by-name
    equal "$(config_of_layout by-name)" "$id"
    equal "$(diff_ids_of by-name)" "$(diff_ids_of "$BASE")"
    run -0 swiftlet image copy -q "docker-daemon:sha256:$id" oci:by-id
    equal "$(config_of_layout by-id)" "$id"
    unset DOCKER_HOST
    skopeo copy -q --insecure-policy --src-daemon-host "unix://$SOCKET" docker-daemon:localhost/there:1 oci:theirs
    equal "$(config_of_layout theirs)" "$id"
    skopeo copy -q --insecure-policy --dest-daemon-host "unix://$SOCKET" "oci:$BASE" docker-daemon:localhost/theirs:1
    run -0 swiftlet image copy -q --src-daemon-host "unix://$SOCKET" docker-daemon:localhost/theirs:1 dir:from-theirs
    equal "$(jq -r .config.digest from-theirs/manifest.json)" "sha256:$id"
    run -0 swiftlet image inspect --daemon-host "unix://$SOCKET" --format '{{.Architecture}}' docker-daemon:localhost/there:1
    prints "$(jq -r .architecture "$(config_of "$BASE")")"
}

@test "pull stores a daemon's image under its name" {
    swiftlet image copy -q "oci:$BASE" docker-daemon:example.com/some/name:2
    run -0 swiftlet pull -q docker-daemon:example.com/some/name:2
    prints "$(config_of_layout "$BASE")"
    run -0 in_image example.com/some/name:2 ls /my-file
    has_line /my-file
    swiftlet rmi -f example.com/some/name:2 >/dev/null
    store_is_sound
}

@test "policy.json applies to a daemon's images by name" {
    local name
    for name in allowed denied; do swiftlet image copy -q "oci:$BASE" "docker-daemon:localhost/$name:1"; done
    echo '{"default": [{"type": "insecureAcceptAnything"}], "transports":
        {"docker-daemon": {"localhost/denied:1": [{"type": "reject"}]}}}' >policy.json
    run -0 swiftlet image copy -q --signature-policy policy.json docker-daemon:localhost/allowed:1 oci:allowed
    run swiftlet image copy -q --signature-policy policy.json docker-daemon:localhost/denied:1 oci:denied
    own_failure
    has "rejected by policy"
    [ ! -e denied/index.json ]
}

@test "broken images are not stored, and the daemon's error is reported" {
    cp -r "$BASE" broken
    truncate -s -1 "$(layers_of broken | tail -n 1)"
    run swiftlet image copy -q oci:broken docker-daemon:localhost/broken:1
    own_failure
    python3 "$SUPPORT/oci_layout.py" lying wrong-diff-id "$BATS_RUN_TMPDIR/busybox/root.tar" >/dev/null
    run swiftlet image copy -q oci:lying docker-daemon:localhost/lying:1
    own_failure
    has "docker-daemon:localhost/lying:1: "
    run -0 served images --format '{{.Repository}}'
    lacks broken
    lacks lying
    run swiftlet image copy -q docker-daemon:localhost/nowhere:1 oci:nowhere
    own_failure
    has "docker-daemon:localhost/nowhere:1: "
    has "404"
    [ ! -e nowhere ]
}

@test "a missing daemon, invalid addresses and ambiguous names are rejected" {
    local host
    run swiftlet image copy -q --src-daemon-host "unix://$PWD/none.sock" docker-daemon:x:1 dir:not
    own_failure
    has "no Docker daemon found (no $PWD/none.sock)"
    for host in nope ftp://x unix://relative; do
        run swiftlet image copy -q --src-daemon-host "$host" docker-daemon:x:1 dir:not
        own_failure
        has "daemon host \"$host\""
    done
    run swiftlet image copy -q --src-daemon-host http://127.0.0.1:1 docker-daemon:x:1 dir:not
    own_failure
    has "Connection refused"
    run swiftlet image copy -q docker-daemon:x dir:not
    own_failure
    has "neither a tag nor a digest"
    run swiftlet image copy -q docker-daemon:sha256:abc dir:not
    own_failure
    has "reserved"
    run swiftlet image copy -q "oci:$BASE" "docker-daemon:sha256:$(config_of_layout "$BASE")"
    own_failure
    has "a destination must be a name:tag"
    [ ! -e not ]
}
