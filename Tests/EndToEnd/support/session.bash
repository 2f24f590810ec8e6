# shellcheck shell=bash
# Loaded by every .bats file: a store, a base image, and the checks.
#
# A line `# runs as: ...` in a file says who runs it: `user` (an ordinary user with subordinate ids), `root`, `plain`
# (an ordinary user without subordinate ids), or several of these. `scripts/test-end-to-end` sets up the environment:
#   PATH       begins with the swiftlet to test
#   EXAMPLES   the repository's examples/
#   SWIFTLET_TEST_STORES   the directory for stores, with a short name: Podman limits the run root to 50 characters
#   SWIFTLET_TEST_HOME     a home directory whose containers may be deleted
bats_require_minimum_version 1.5.0

EXAMPLES=${EXAMPLES:-$BATS_TEST_DIRNAME/../../examples}
SUPPORT=$BATS_TEST_DIRNAME/support
export EXAMPLES SUPPORT LC_ALL=C

# Without support for private networks, every command would print a warning. Only networks.bats is about that.
(: <>/dev/net/tun) 2>/dev/null || export CONTAINERS_CONF_OVERRIDE=$SUPPORT/host-network.conf

# --- Stores ---------------------------------------------------------------------------------------------------------

# Creates a store for this file, containing localhost/busybox.
begin_store() {
    # Podman only accepts short run roots.
    export STORE DRIVER=${1:-overlay}
    STORE=$(mktemp -d "${SWIFTLET_TEST_STORES:-/var/tmp}/sl.XXXXXX")
    chmod 755 "$STORE"
    make_base
}

end_store() {
    # Run by root, Podman leaves the driver's directory mounted on itself.
    if is_root; then umount -l "$STORE/graph/overlay" 2>/dev/null || true; fi
    as_owner rm -rf "$STORE"
}

# A store in the default location of all tools; root, whose real store that would be, gets a separate one.
begin_default_store() {
    if is_root; then
        begin_store
        return
    fi
    unset STORE
    wipe_default_store
    export STORAGE_DRIVER=overlay
    make_base
}

end_default_store() {
    if is_root; then end_store; else wipe_default_store; fi
}

# Only called as the user created by scripts/test-end-to-end, or with a HOME that it created.
wipe_default_store() {
    [ -n "${SWIFTLET_TEST_HOME:-}" ] && [ "$HOME" = "$SWIFTLET_TEST_HOME" ] || fail "this is not a test's home: $HOME"
    # The driver is specified since the leftovers would otherwise determine another one.
    STORAGE_DRIVER=overlay podman system migrate >/dev/null 2>&1 || true
    as_owner rm -rf "$HOME/.local/share/containers"
}

# The directory that holds the store's files.
graphroot() {
    if [ -n "${STORE:-}" ]; then echo "$STORE/graph"; else echo "$HOME/.local/share/containers/storage"; fi
}

make_base() {
    local context=$BATS_RUN_TMPDIR/busybox
    if [ ! -e "$context/root.tar" ]; then
        mkdir -p "$context"
        cp "$EXAMPLES/busybox/Dockerfile" "$context/"
        "$EXAMPLES/busybox/make-root" "$context"
    fi
    swiftlet build -q -t localhost/busybox "$context"
}

# A directory outside of every root, OUTSIDE, which everybody could change and nothing may: it holds a canary.
make_outside() {
    export OUTSIDE=$BATS_FILE_TMPDIR/outside
    mkdir "$OUTSIDE"
    echo canary >"$OUTSIDE/canary"
    chmod 666 "$OUTSIDE/canary"
    chmod 777 "$OUTSIDE"
}

# --- Users ----------------------------------------------------------------------------------------------------------

is_root() { [ "$(id -u)" = 0 ]; }

has_subordinate_ids() { grep -q "^$(id -un):" /etc/subuid; }

# Runs a command as the owner of all files in a store: root, or root in the user's own user namespace.
as_owner() {
    if is_root; then
        "$@"
    elif has_subordinate_ids; then
        unshare --user --map-auto --map-root-user -- "$@"
    else
        unshare --user --map-root-user -- "$@"
    fi
}

# --- Tools, all on the same store -----------------------------------------------------------------------------------

swiftlet() {
    command swiftlet ${STORE:+--root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER"} "$@"
}

# The same for a background job: `$!` is swiftlet's own process, which receives signals as if run interactively.
start_swiftlet() {
    exec python3 "$SUPPORT/foreground.py" swiftlet ${STORE:+--root "$STORE/graph" --runroot "$STORE/run" \
        --storage-driver "$DRIVER"} "$@"
}

buildah() {
    command buildah ${STORE:+--root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER"} "$@"
}

# runc and cgroupfs also work with cgroup setups that crun or systemd would reject.
podman() {
    command podman ${STORE:+--root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER"} \
        --runtime runc --cgroup-manager cgroupfs --events-backend file "$@"
}

# Older versions of podman may lose the output of a container that exits immediately.
export LINGER='sleep 0.5'

# As root, podman tries to raise limits, which not every host permits.
podman_run() {
    local limits=()
    if is_root; then limits=(--ulimit nofile=1024:1024 --ulimit nproc=1024:1024); fi
    podman run --rm --network host "${limits[@]}" "$@"
}

# Runs a command in an image to examine its files.
in_image() { swiftlet container run --rm "$@"; }

# A value of an image's configuration: in_config IMAGE JQ-FILTER
in_config() { swiftlet inspect "$1" | jq -c "$2"; }

# --- Layers ---------------------------------------------------------------------------------------------------------

# Writes an image as an OCI layout and prints the paths of its layers, bottom first.
layer_files() {
    local layout=${2:-$BATS_TEST_TMPDIR/layout.$RANDOM}
    swiftlet push -q "$1" "oci:$layout:image" >&2
    local manifest
    manifest=$(jq -r '.manifests[0].digest' "$layout/index.json")
    jq -r '.layers[].digest' "$layout/blobs/${manifest/://}" | sed "s|^|$layout/blobs/|; s|sha256:|sha256/|"
}

layer_count() { in_config "$1" '.OCIv1.rootfs.diff_ids | length'; }

# The names in the last layer of an image, sorted, without the root directory.
last_layer_names() {
    tar -tf "$(layer_files "$1" | tail -n 1)" | sed 's|^\./||; s|/$||' | grep -v '^$' | LC_ALL=C sort
}

# --- Files of a test ------------------------------------------------------------------------------------------------

# Writes standard input to a Dockerfile in the current directory.
dockerfile() { cat >"${1:-Dockerfile}"; }

# An empty directory to work in.
enter_new_directory() {
    local directory
    directory=$(mktemp -d "$BATS_TEST_TMPDIR/XXXXXX")
    chmod 755 "$directory"
    cd "$directory" || return
}

# --- Checks: each prints what it found ------------------------------------------------------------------------------

fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# The output of the last `run` contains this text.
has() { [[ $output == *"$1"* ]] || fail "the output has no \"$1\":" "$output"; }

lacks() { [[ $output != *"$1"* ]] || fail "the output has \"$1\":" "$output"; }

has_line() { grep -qxF -- "$1" <<<"$output" || fail "the output has no line \"$1\":" "$output"; }

matches() { [[ $output =~ $1 ]] || fail "the output does not match $1:" "$output"; }

# The last `run` printed exactly this text.
prints() { [ "$output" = "$1" ] || fail "expected:" "$1" "got:" "$output"; }

equal() { [ "$1" = "$2" ] || fail "expected:" "$2" "got:" "$1"; }

different() { [ "$1" != "$2" ] || fail "both are:" "$1"; }

# The tool itself has failed: with its own exit code, an error message, and no crash.
own_failure() {
    [ "$status" -eq 125 ] || fail "exit code $status, not 125:" "$output"
    has "Error: "
    lacks "Fatal error"
}

# --- Leaks ----------------------------------------------------------------------------------------------------------

# Files in the store without a record, and recorded files that are missing.
store_problems() { as_owner python3 "$SUPPORT/store_check.py" "$(graphroot)" "$DRIVER"; }

store_is_sound() {
    local problems
    problems=$(DRIVER=${DRIVER:-overlay} store_problems)
    [ -z "$problems" ] || fail "the store is not sound:" "$problems"
}

# Serves the directory $WEB on loopback: sets SERVER to the process and URL to its address. The port is whatever is free.
serve_web() {
    python3 -u -c 'import functools, http.server, sys
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_port)
server.serve_forever()' "$WEB" >"$BATS_FILE_TMPDIR/port" 2>/dev/null 3>&- &
    export SERVER=$! URL
    until [ -s "$BATS_FILE_TMPDIR/port" ]; do sleep 0.1; done
    URL=http://127.0.0.1:$(cat "$BATS_FILE_TMPDIR/port")
}

# --- The tool under another name ----------------------------------------------------------------------------------------

# Makes `drop_in` call the tool by the name `buildah`, with this file's store.
make_drop_in() {
    export DROP_IN=$BATS_FILE_TMPDIR/drop-in
    mkdir -p "$DROP_IN"
    ln -sf "$(type -P swiftlet)" "$DROP_IN/buildah"
}

drop_in() {
    "$DROP_IN/buildah" ${STORE:+--root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER"} "$@"
}

# Both tools, on the same store, print the same output and exit with the same status.
same_as_buildah() {
    local theirs ours
    theirs=$(buildah "$@" 2>&1; echo "exit code $?")
    ours=$(drop_in "$@" 2>&1; echo "exit code $?")
    [ "$ours" = "$theirs" ] || fail "$*" "buildah:" "$theirs" "here:" "$ours"
}
