#!/usr/bin/env bats
# Inside of a container (part D of the walkthrough): swiftlet's own image, built by swiftlet, builds images itself, with nothing
# given to the outer container that it would not have anyway.
# runs as: user

load support/session

SOURCES='/etc/apt/sources.list.d/debian.sources /etc/apt/sources.list'

setup_file() {
    begin_store
    make_swiftlet_image
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

# localhost/swiftlet from the repository's Containerfile. The Debian below has the packages already, so that the Containerfile's
# own installation is quick.
make_swiftlet_image() {
    export NESTED=$BATS_FILE_TMPDIR/nested
    mkdir -p "$NESTED/base" "$NESTED/context"
    local sources
    # shellcheck disable=SC2086
    sources=$(ls $SOURCES 2>/dev/null | head -n 1)
    mmdebstrap --quiet --variant=minbase \
        --include=ca-certificates,libbz2-1.0,libcap2-bin,libisal2,liblzma5,libseccomp2,libstdc++6,libzstd1,passt,uidmap \
        bookworm "$NESTED/base/root.tar" ${sources:+"$sources"} >"$NESTED/log" 2>&1 || fail "mmdebstrap:" "$(cat "$NESTED/log")"
    printf 'FROM scratch\nADD root.tar /\nENV PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin\n' >"$NESTED/base/Dockerfile"
    swiftlet build -q -t localhost/debian "$NESTED/base"
    rm "$NESTED/base/root.tar"
    cp "$(type -P swiftlet)" "$NESTED/context/swiftlet"
    swiftlet build -q --build-arg BASE=localhost/debian -t localhost/swiftlet -f "$EXAMPLES/../Containerfile" "$NESTED/context"
    # What the inner tool builds upon.
    swiftlet push -q localhost/busybox "oci:$NESTED/busybox:localhost/busybox"
    chmod -R a+rX "$NESTED"
}

# What is typed inside: a container upon BASE, changed, committed and pushed to a layout; and a build.
write_session() {
    cat >"$1" <<'SESSION'
set -eu
cd "${HOME:-/root}"
tool="swiftlet ${DRIVER_FLAG-}"
$tool pull -q oci:/busybox >/dev/null
container=$($tool from localhost/busybox)
$tool run "$container" touch /made-inside
$tool run "$container" sh -c 'echo "inner user $(id -u)"'
[ -n "${SINGLE_ID-}" ] || $tool run "$container" chown 33:44 /made-inside
$tool commit -q "$container" my-image
$tool push -q my-image oci:my-image
printf 'FROM my-image\nRUN echo Hello from inside && ls -ln /made-inside\n' >Containerfile
$tool build -t another -f Containerfile .
$tool container run --rm another ls /made-inside
$tool info --format '{{.store.GraphDriverName}}'
SESSION
    chmod a+r "$1"
}

mounts() { echo "-v $PWD/session:/session:ro -v $NESTED/busybox:/busybox:ro"; }

session_worked() {
    [ "$status" -eq 0 ] || fail "exit code $status:" "$output"
    has_line "inner user 0"
    has_line "Hello from inside"
    has_line /made-inside
}

@test "D1: with vfs, as root of a rootless container" {
    write_session session
    # shellcheck disable=SC2046
    run swiftlet container run --rm -e DRIVER_FLAG=--storage-driver=vfs $(mounts) localhost/swiftlet sh /session
    session_worked
    has_line vfs
    matches '33 +44 '
}

@test "D1: as an ordinary user of the container, with subordinate ids" {
    write_session session
    # shellcheck disable=SC2046
    run swiftlet container run --rm -u builder -e HOME=/home/builder -e DRIVER_FLAG=--storage-driver=vfs $(mounts) \
        localhost/swiftlet sh /session
    session_worked
    matches '33 +44 '
}

@test "D1: by default, a store on the container's root uses vfs, and one on tmpfs uses overlay" {
    write_session session
    # shellcheck disable=SC2046
    run swiftlet container run --rm $(mounts) localhost/swiftlet sh /session
    session_worked
    has_line vfs
    # shellcheck disable=SC2046
    run swiftlet container run --rm --tmpfs /var/lib/containers $(mounts) localhost/swiftlet sh /session
    session_worked
    has_line overlay
}

@test "overlay on an overlay is rejected, with the alternatives" {
    run swiftlet container run --rm localhost/swiftlet swiftlet --storage-driver overlay images
    own_failure
    has "a volume or a tmpfs there would do"
}

@test "D1: with vfs, inside the real podman" {
    write_session session
    # shellcheck disable=SC2046
    run podman_run -e DRIVER_FLAG=--storage-driver=vfs $(mounts) localhost/swiftlet sh /session
    session_worked
    # shellcheck disable=SC2046
    run podman_run --user builder -e HOME=/home/builder -e DRIVER_FLAG=--storage-driver=vfs $(mounts) localhost/swiftlet sh /session
    session_worked
}

@test "D1: in a bare user namespace created by unshare" {
    write_session session
    sed -i "s|oci:/busybox|oci:$NESTED/busybox|" session
    mkdir home
    run env HOME="$PWD/home" DRIVER_FLAG="--root $PWD/g --runroot $PWD/r --storage-driver=vfs" \
        unshare --map-root-user --map-auto --mount -- sh session
    as_owner rm -rf "$PWD/g" "$PWD/r"
    session_worked
    matches '33 +44 '
}

@test "D1: with a single user id" {
    write_session session
    swiftlet push -q localhost/swiftlet "oci:$PWD/swiftlet:localhost/swiftlet"
    # Whoever has no subordinate ids has only its own in there.
    cat >outer <<'OUTER'
set -eu
swiftlet $FLAGS pull -q "oci:$PWD/swiftlet"
swiftlet $FLAGS container run --rm -e SINGLE_ID=1 -e DRIVER_FLAG=--storage-driver=vfs -v "$PWD/session:/session:ro" \
    -v "$NESTED/busybox:/busybox:ro" localhost/swiftlet sh -c 'wc -l </proc/self/uid_map; sh /session'
swiftlet $FLAGS rmi -a
OUTER
    FLAGS="--root $PWD/g --runroot $PWD/r" run unshare --map-root-user -- sh outer
    as_owner rm -rf "$PWD/g" "$PWD/r"
    session_worked
    has_line 1
    matches '1 0 +0 '
}

@test "D1 and D2: in a working container; its layout is pulled outside" {
    write_session session
    container=$(swiftlet from localhost/swiftlet)
    # shellcheck disable=SC2046
    run swiftlet run -e HOME=/root -e DRIVER_FLAG=--storage-driver=vfs $(mounts) "$container" sh /session
    session_worked

    cat >outside <<'OUTSIDE'
set -eu
mount=$(command swiftlet $FLAGS mount "$1")
cp -R "$mount/root/my-image" .
command swiftlet $FLAGS umount "$1" >/dev/null
OUTSIDE
    FLAGS="--root $STORE/graph --runroot $STORE/run --storage-driver $DRIVER" run swiftlet unshare sh outside "$container"
    equal "$status" 0
    swiftlet pull -q oci:my-image
    run swiftlet images
    matches 'localhost/my-image +latest'
    run swiftlet container run --rm my-image ls /made-inside
    prints /made-inside
    swiftlet rm "$container"
    store_is_sound
}
