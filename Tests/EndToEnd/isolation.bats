#!/usr/bin/env bats
# The same command in each isolation: built-in, an OCI runtime, chroot. What it sees is the same but for what is listed
# in `differences`.
# runs as: user root

load support/session

setup_file() {
    begin_store
    swiftlet from --name work localhost/busybox >/dev/null
    swiftlet run work sh -c 'echo app:x:1000:1001::/home/app:/bin/sh >>/etc/passwd; printf "app:x:1001:\nmore:x:2000:app\n" >>/etc/group; mkdir -p /home/app'
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

# A line for each thing that a command sees.
LOOK='
echo "ids $(id)"
grep -E "^(Groups|Cap|NoNewPrivs|Seccomp:)" /proc/self/status | sed "s/[ \t]*$//"
env | grep -vE "^(SHLVL|PWD|_|OLDPWD)=" | sort | sed "s/^/env /"
echo "cwd $(pwd)"
echo "hostname $(hostname)"
echo "umask $(umask)"
for l in n c; do echo "limit $l $(ulimit -S$l) $(ulimit -H$l)"; done
ls /dev | sort | sed "s/^/dev /"
for d in null zero full random urandom tty; do echo "node $d $(stat -c "%a %F" /dev/$d)"; done
awk "{ print \$2, \$4 }" /proc/self/mounts | while read -r place options; do
    flags=""
    for f in ro nosuid nodev noexec; do case ",$options," in *,$f,*) flags="$flags $f" ;; esac; done
    echo "mount $place$flags"
done | sort -u
for p in /proc/kcore /proc/keys /proc/timer_list; do [ ! -e $p ] || echo "masked $p $(head -c 10 $p 2>/dev/null | wc -c)"; done
[ -w /proc/sys/kernel/panic ] && (echo 0 >/proc/sys/kernel/panic) 2>/dev/null && echo "panic can be set"
mkdir /sys/probe 2>/dev/null && echo "/sys can be written"
cat /etc/hosts /etc/hostname | sed "s/^/file /"
true'

# look ISOLATION FLAGS...
look() {
    local isolation=$1
    shift
    local flags=(--isolation "$isolation")
    [ "$isolation" != oci ] || flags=(--isolation oci --runtime runc)
    # chroot has no other network than the host's.
    swiftlet run "${flags[@]}" --network host --hostname same "$@" work sh -c "$LOOK" >"$isolation" || fail "$(cat "$isolation")"
}

# What an isolation shows and the built-in one does not, or the other way round, but for lines that match a pattern.
differences() { diff <(grep -vE "$2" built-in) <(grep -vE "$2" "$1") | grep '^[<>]'; }

same() {
    run differences "$1" "$2"
    prints ""
}

# A runtime masks by mounts that are listed as well, and mounts control groups in its own way.
OCI='^(mount /(proc|sys)/|mount /sys/fs/cgroup|dev (console|core)$)'
# chroot shares the host's network, with its /sys, and its message queues, which a user may not mount.
CHROOT='^(mount /sys|mount /(proc|sys)/|dev mqueue$|mount /dev/mqueue)'

@test "root sees the same in each isolation" {
    look built-in
    look oci
    look chroot
    same oci "$OCI"
    same chroot "$CHROOT"
}

@test "so does another user, with environment, directory and groups" {
    local flags=(--user app --env "A=b c" --workingdir /home/app)
    look built-in "${flags[@]}"
    look oci "${flags[@]}"
    look chroot "${flags[@]}"
    has_line_in built-in "ids uid=1000(app) gid=1001(app) groups=1001(app),2000(more)"
    same oci "$OCI"
    same chroot "$CHROOT"
}

has_line_in() { grep -qxF -- "$2" "$1" || fail "no line \"$2\" in:" "$(cat "$1")"; }

@test "and with mounts, capabilities and no network" {
    mkdir shared
    local flags=(--cap-add sys_time --cap-drop chown --network none -v "$PWD/shared:/mnt:ro" --mount type=tmpfs,dst=/scratch)
    look built-in "${flags[@]}"
    look oci "${flags[@]}"
    same oci "$OCI"
    has_line_in built-in "mount /mnt ro"
}

@test "the names that --isolation takes" {
    local name
    for name in built-in default oci rootless chroot; do
        BUILDAH_RUNTIME=runc swiftlet run --isolation "$name" work true
        BUILDAH_ISOLATION=$name swiftlet run work true
    done
    run swiftlet run --isolation nonsense work true
    own_failure
    has nonsense
}

@test "a build's steps in each isolation leave the same" {
    printf 'FROM localhost/busybox\nRUN id >/id; umask >>/id; grep Cap /proc/self/status >>/id; mkdir /d && touch /d/f\n' >Dockerfile
    local way names=""
    for way in "built-in" "oci --runtime runc" "chroot"; do
        # shellcheck disable=SC2086
        swiftlet build -q --no-cache --isolation $way -t box .
        names+="$(last_layer_names box | paste -sd' ') $(in_image box cat /id | cksum)"$'\n'
    done
    equal "$(sort -u <<<"${names%$'\n'}" | wc -l)" 1
}

@test "chroot says which namespaces it cannot give" {
    run swiftlet run --isolation chroot --network none work true
    own_failure
    has "cannot set --network other than host with --isolation chroot"
    BUILDAH_ISOLATION=chroot run -0 swiftlet run --network none work true
    has "Warning: with chroot isolation commands share the host's: --network none has no effect"
    run -0 swiftlet run --isolation chroot --network host work true
    prints ""
    # Nobody has asked for another network than the host's.
    run -0 swiftlet run --isolation chroot work readlink /proc/self/ns/net
    prints "$(readlink /proc/self/ns/net)"
    printf 'FROM localhost/busybox\nRUN true\n' >Dockerfile
    BUILDAH_ISOLATION=chroot run swiftlet build --no-cache --network none .
    own_failure
    has "cannot set --network other than host with --isolation chroot"
}
