#!/usr/bin/env bats
# A file system without a block or an inode left: looking needs nothing, and removing makes room.
# runs as: user root

load support/session

# Runs a script on a small tmpfs of its own, with the store on it. The user's part needs a user namespace, which the tool
# recognizes by the variables that Buildah and Podman set.
on_small_disk() {
    local options=$1 script=$2
    export SUPPORT EXAMPLES BATS_RUN_TMPDIR
    local file=$BATS_TEST_TMPDIR/script place=$BATS_TEST_TMPDIR/disk
    mkdir -p "$place"
    chmod 755 "$BATS_TEST_TMPDIR" "$place"
    cat >"$BATS_TEST_TMPDIR/fill.py" <<'END'
import os, sys
os.makedirs(sys.argv[1], exist_ok=True)
def until_full(step):
    try:
        while True: step()
    except OSError: pass
def inode(): os.close(os.open(f"{sys.argv[1]}/{os.urandom(6).hex()}", os.O_CREAT | os.O_EXCL))
data = None
try: data = os.open(f"{sys.argv[1]}/data", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
except OSError: pass
if data is not None: until_full(lambda: os.write(data, bytes(1 << 20)))
if data is not None: until_full(lambda: os.write(data, bytes(4096)))
until_full(inode)
END
    cat >"$file" <<END
set -eu
mount -t tmpfs -o $options tmpfs $place
s() { swiftlet --root $place/graph --runroot $place/run --storage-driver overlay "\$@"; }
fill() { python3 $BATS_TEST_TMPDIR/fill.py $place/filler; }
free() { rm -rf $place/filler; }
s build -q -t localhost/busybox $BATS_RUN_TMPDIR/busybox
$script
END
    if is_root; then
        unshare --mount -- bash "$file"
    else
        _CONTAINERS_USERNS_CONFIGURED=done _CONTAINERS_ROOTLESS_UID=$(id -u) _CONTAINERS_ROOTLESS_GID=$(id -g) \
            unshare --user --map-auto --map-root-user --mount -- bash "$file"
    fi
}

setup_file() {
    begin_store
    end_store
}

readonly LOOK='
s images | grep -q busybox
s images -a --json >/dev/null
s inspect busybox >/dev/null
s history busybox >/dev/null
s containers >/dev/null
s container ps -a >/dev/null
s info >/dev/null
s system check
'

@test "without free blocks: listing, removing an image, then building" {
    run -0 on_small_disk size=24M,nr_inodes=2000 "
        echo 'FROM localhost/busybox
RUN head -c 3000000 /dev/urandom >/data' | s build -q --no-cache -t big -
        fill
        $LOOK
        s rmi big
        s images | grep -q big && exit 7
        free
        s system check
        echo 'FROM localhost/busybox
RUN true' | s build -q -t again -"
}

@test "without free inodes: listing, removing an image, a container and a working container" {
    run -0 on_small_disk size=64M,nr_inodes=700 "
        echo 'FROM localhost/busybox
RUN touch /data' | s build -q --no-cache -t big -
        s container create --name made busybox true
        s from --name working busybox
        fill
        $LOOK
        s container rm made
        fill
        s rm working
        fill
        s rmi big
        fill
        s rmi -f busybox
        free
        s system check
        s build -q -t localhost/busybox $BATS_RUN_TMPDIR/busybox
        s container run --rm busybox true"
}

@test "without free blocks and without the reserve: the data is deleted first" {
    run -0 on_small_disk size=24M,nr_inodes=2000 "
        echo 'FROM localhost/busybox
RUN head -c 3000000 /dev/urandom >/data' | s build -q --no-cache -t big -
        s container create --name made busybox true
        rm -f $BATS_TEST_TMPDIR/disk/graph/swiftlet/reserve-*
        fill
        s rmi big
        rm -f $BATS_TEST_TMPDIR/disk/graph/swiftlet/reserve-*
        fill
        s container rm made
        rm -f $BATS_TEST_TMPDIR/disk/graph/swiftlet/reserve-*
        fill
        s prune -a -f
        free
        s system check"
}

@test "prune on a full disk" {
    run -0 on_small_disk size=24M,nr_inodes=900 "
        for n in 1 2 3; do
            echo \"FROM localhost/busybox
RUN head -c 1000000 /dev/urandom >/data
RUN echo \$n >/n\" | s build -q --no-cache -t big -
        done
        fill
        s prune -f
        fill
        s prune -a -f
        s images -q | grep -q . && exit 7
        free
        s system check"
}

@test "a new run root on a full disk: listing commands do not test the file system" {
    run -0 on_small_disk size=24M,nr_inodes=2000 "
        rm -rf $BATS_TEST_TMPDIR/disk/run/overlay/overlay-true
        fill
        $LOOK"
}
