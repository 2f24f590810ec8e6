#!/usr/bin/env bats
# What a RUN step and a container see and may do, and what of it stays.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# Builds with these RUN lines and leaves the image `box`.
build_box() {
    { echo FROM localhost/busybox; printf '%s\n' "$@"; } >Dockerfile
    swiftlet build -q --no-cache -t box .
}

# --- What stays in the layer -----------------------------------------------------------------------------------------

@test "a step's layer has only the step's files: no /proc, /dev, /sys or /etc/hosts" {
    build_box 'RUN touch /only'
    equal "$(last_layer_names box)" only
    build_box 'RUN cat /etc/hosts /etc/resolv.conf /etc/hostname /proc/self/stat >/dev/null; ls /dev /sys /proc >/dev/null; echo x >/dev/shm/file'
    equal "$(layer_count box)" 1
    build_box 'RUN touch /etc/mine'
    equal "$(last_layer_names box | paste -sd' ')" "etc etc/mine"
    # An image without /etc at all.
    cp /bin/busybox .
    dockerfile <<<$'FROM scratch\nCOPY busybox /busybox\nRUN ["/busybox", "touch", "/made"]'
    swiftlet build -q -t box .
    equal "$(last_layer_names box)" made
}

@test "/etc/hosts, /etc/resolv.conf and /etc/hostname exist, are writable, and are not in the image" {
    build_box 'RUN --network=host cat /etc/hosts >/hosts; cat /etc/resolv.conf >/resolver; cat /etc/hostname >/name; hostname >/name2; echo 1.2.3.4 intruder >>/etc/hosts'
    run -0 in_image box cat /hosts
    matches '127\.0\.0\.1[[:space:]]+.*localhost'
    equal "$(in_image box grep '^nameserver' /resolver)" "$(grep '^nameserver' /etc/resolv.conf)"
    equal "$(in_image box cat /name)" "$(in_image box cat /name2)"
    run ! grep -q intruder /etc/hosts
    run -0 in_image box cat /etc/hosts
    lacks intruder
    equal "$(tar -xOf "$(layer_files box | tail -n 1)" etc/hosts 2>/dev/null || true)" ""
}

@test "an image's own /etc/hosts is unchanged" {
    build_box 'RUN true'
    mkdir etc
    echo '9.9.9.9 own' >etc/hosts
    dockerfile <<<$'FROM localhost/busybox\nCOPY etc /etc\nRUN ! grep own /etc/hosts && touch /x'
    swiftlet build -q -t box .
    equal "$(last_layer_names box)" x
    equal "$(tar -xOf "$(layer_files box | sed -n 2p)" etc/hosts)" '9.9.9.9 own'
}

@test "/proc, /dev and /etc/resolv.conf stay links if they are links in the image" {
    dockerfile <<<$'FROM localhost/busybox\nRUN mkdir /proc /dev /sys 2>/dev/null; ln -s ../run/resolv.conf /etc/resolv.conf; true'
    mkdir -p root/proc root/dev root/sys root/etc
    ln -s ../run/resolv.conf root/etc/resolv.conf
    tar --create --file root.tar --owner=0 --group=0 -C root .
    dockerfile <<<$'FROM localhost/busybox\nADD root.tar /\nRUN touch /x'
    run -0 swiftlet build -q -t box .
    equal "$(last_layer_names box)" x
    equal "$(tar -tvf "$(layer_files box | sed -n 2p)" | grep -o 'resolv.conf -> .*')" 'resolv.conf -> ../run/resolv.conf'
}

# --- What it may do --------------------------------------------------------------------------------------------------

@test "capabilities: the usual set for root, none for others; --cap-add and --cap-drop" {
    run -0 in_image localhost/busybox grep Cap /proc/self/status
    has_line $'CapInh:\t0000000000000000'
    local effective
    effective=$(awk '/CapEff/ { print $2 }' <<<"$output")
    # chown, dac_override, fowner, fsetid, kill, setgid, setuid, setpcap, net_bind_service, sys_chroot, setfcap
    [ $((0x$effective & 0x800405fb)) = $((0x800405fb)) ] || fail "a usual capability is missing: $effective"
    # net_admin, sys_module, sys_rawio, sys_ptrace, sys_admin, sys_boot, sys_time
    [ $((0x$effective & ((1 << 12) | (1 << 16) | (1 << 17) | (1 << 19) | (1 << 21) | (1 << 22) | (1 << 25)))) = 0 ] ||
        fail "too much may be done: $effective"
    equal "$(awk '/CapBnd/ { print $2 }' <<<"$output")" "$effective"

    run -0 in_image -u nobody localhost/busybox grep -E 'Cap(Eff|Prm)' /proc/self/status
    prints $'CapPrm:\t0000000000000000\nCapEff:\t0000000000000000'
    run -0 in_image --cap-add sys_admin --cap-drop CAP_CHOWN localhost/busybox grep CapEff /proc/self/status
    effective=${output#*$'\t'}
    [ $((0x$effective & (1 << 21))) != 0 ] || fail "sys_admin was not added: $effective"
    [ $((0x$effective & 1)) = 0 ] || fail "chown was not dropped: $effective"
    run -0 in_image --cap-drop all localhost/busybox grep -E 'Cap(Eff|Bnd)' /proc/self/status
    prints $'CapEff:\t0000000000000000\nCapBnd:\t0000000000000000'
    run in_image --cap-add no_such_capability localhost/busybox true
    own_failure
    matches "no_such_capability|NO_SUCH_CAPABILITY"
    build_box 'RUN grep CapEff /proc/self/status >/caps'
    equal "$(in_image box cat /caps)" "$(in_image localhost/busybox grep CapEff /proc/self/status)"
}

@test "seccomp: filtered by default, not with seccomp=unconfined" {
    run -0 in_image localhost/busybox grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status
    prints $'NoNewPrivs:\t0\nSeccomp:\t2'
    run -0 in_image --security-opt seccomp=unconfined localhost/busybox grep '^Seccomp:' /proc/self/status
    prints $'Seccomp:\t0'
    run -0 in_image --security-opt no-new-privileges localhost/busybox grep '^NoNewPrivs:' /proc/self/status
    prints $'NoNewPrivs:\t1'
    build_box 'RUN grep ^Seccomp: /proc/self/status >/seccomp'
    equal "$(in_image box cat /seccomp)" $'Seccomp:\t2'
}

@test "a custom seccomp profile" {
    cat >profile.json <<'EOF'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}]}
EOF
    run in_image --security-opt "seccomp=$PWD/profile.json" localhost/busybox mkdir /x
    [ "$status" -ne 0 ]
    has "Operation not permitted"
    run -0 in_image --security-opt "seccomp=$PWD/profile.json" localhost/busybox touch /x
    run in_image --security-opt "seccomp=$PWD/no-such-profile" localhost/busybox true
    own_failure
    has no-such-profile
}

@test "mounting, setting the clock, loading modules and raw disk access are denied" {
    run in_image localhost/busybox mount -t tmpfs none /tmp
    [ "$status" -ne 0 ]
    run in_image localhost/busybox chroot /proc/1/root /bin/true
    run in_image localhost/busybox sh -c 'mknod /tmp/disk b 254 0 && cat /tmp/disk >/dev/null'
    [ "$status" -ne 0 ]
    run in_image localhost/busybox date -s 2001-01-01
    has "Operation not permitted"
    run in_image localhost/busybox sh -c 'echo b >/proc/sysrq-trigger'
    [ "$status" -ne 0 ]
    run in_image localhost/busybox sh -c 'echo 1 >/proc/sys/kernel/panic'
    [ "$status" -ne 0 ]
    run in_image localhost/busybox sh -c 'echo x >/sys/kernel/x 2>&1 || touch /sys/x'
    [ "$status" -ne 0 ]
}

# --- What it sees ----------------------------------------------------------------------------------------------------

@test "device nodes: the usual ones work, disks are absent" {
    run -0 in_image localhost/busybox sh -c 'cd /dev; for d in null zero full random urandom tty; do [ -c $d ] || echo missing $d; done
        echo gone >/dev/null && head -c 4 /dev/zero | wc -c && head -c 4 /dev/urandom | wc -c
        ls -d /dev/fd /dev/stdin /dev/stdout /dev/stderr /dev/ptmx /dev/pts /dev/shm /dev/mqueue | wc -l
        stat -c %a /dev/null /dev/shm; echo full 2>/dev/null >/dev/full || echo is full'
    prints $'4\n4\n8\n666\n1777\nis full'
    run -0 in_image localhost/busybox sh -c 'ls /dev'
    lacks vda
    lacks sda
    lacks kmsg
    lacks mem
    run -0 in_image localhost/busybox sh -c 'mkdir /dev/x && rmdir /dev/x'
}

@test "private namespaces: processes, host name, IPC, mounts" {
    local kind
    run -0 in_image localhost/busybox sh -c 'for n in pid ipc uts mnt cgroup; do readlink /proc/self/ns/$n; done'
    local inside=$output
    for kind in pid ipc uts mnt cgroup; do
        [[ $inside != *"$(readlink "/proc/self/ns/$kind")"* ]] || fail "the $kind namespace is the machine's"
    done
    run -0 in_image localhost/busybox sh -c 'ls /proc | grep -c "^[0-9]"'
    [ "$output" -le 4 ] || fail "it sees $output processes"
    run -0 in_image localhost/busybox sh -c 'cat /proc/1/cmdline | tr "\0" " "'
    has "cat /proc/1/cmdline"
    run -0 in_image --hostname chosen localhost/busybox sh -c 'hostname; cat /etc/hostname; grep -c chosen /etc/hosts; echo $HOSTNAME'
    prints $'chosen\nchosen\n1\nchosen'
    different "$(in_image localhost/busybox hostname)" "$(hostname)"
}

@test "/proc: masked and read-only paths" {
    run -0 in_image localhost/busybox sh -c 'exec 2>/dev/null; (wc -c </proc/kcore) || echo 0; (wc -c </proc/timer_list) || echo 0; ls /sys/firmware | wc -l; ls /proc/acpi 2>/dev/null | wc -l'
    prints $'0\n0\n0\n0'
    run -0 in_image localhost/busybox sh -c 'grep -cE " (/proc/sys|/proc/bus|/proc/fs|/proc/irq|/proc/sysrq-trigger) [a-z]+ ro[, ]" /proc/self/mounts'
    [ "$output" -ge 3 ] || fail "only $output places of /proc are read-only"
    run -0 in_image localhost/busybox sh -c 'grep " /sys " /proc/self/mounts'
    matches ' ro[, ]'
}

@test "a step's mounts are invisible outside, and it inherits no descriptors" {
    dockerfile <<<$'FROM localhost/busybox\nRUN ls -l /proc/self/fd >/fds 2>/dev/null; touch /running; sleep 2'
    swiftlet build -q -t box . &
    local build=$! seen="" i
    for ((i = 0; i < 15; i++)); do
        seen+=$(grep -hE "${STORE:-$HOME/.local}/" /proc/self/mountinfo /proc/mounts || true)
        sleep 0.1
    done
    wait "$build"
    [ -z "$seen" ] || fail "mounts are visible outside:" "$seen"
    # 0, 1 and 2; the directory that ls reads is gone when it looks at it.
    run -0 in_image box sh -c 'grep -c " -> " /fds'
    prints 3
}

@test "the environment: PATH, HOME, HOSTNAME, the image's and the user's variables, none of the caller's" {
    export LEAKED=from-caller
    run -0 in_image -e GIVEN=1 localhost/busybox env
    has_line "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    has_line "HOME=/root"
    has_line "GIVEN=1"
    lacks from-caller
    build_box 'RUN env >/env'
    run -0 in_image box cat /env
    lacks from-caller
    run -0 in_image -e LEAKED localhost/busybox env
    has_line "LEAKED=from-caller"
}

@test "umask 022, limits, and the working directory" {
    build_box 'RUN touch /file && mkdir /dir && umask >/umask && pwd >/pwd'
    run -0 in_image box sh -c 'stat -c %a /file /dir; cat /umask /pwd'
    prints $'644\n755\n0022\n/'
}

@test "users: by name, by number, supplementary groups" {
    build_box "RUN echo 'app:x:1000:1001::/home/app:/bin/sh' >>/etc/passwd; printf 'app:x:1001:\\nmore:x:2000:nobody,app\\n' >>/etc/group"
    run -0 in_image -u app box id
    prints 'uid=1000(app) gid=1001(app) groups=1001(app),2000(more)'
    run -0 in_image -u app:more box id
    prints 'uid=1000(app) gid=2000(more) groups=2000(more)'
    run -0 in_image -u 1000:0 box id
    prints 'uid=1000(app) gid=0(root) groups=0(root)'
    run -0 in_image -u 12345 box id
    # As with Podman, a number gets an entry.
    prints 'uid=12345(12345) gid=0(root) groups=0(root)'
    run -0 in_image box id
    prints 'uid=0(root) gid=0(root) groups=0(root)'
    run in_image -u nosuchuser box id
    own_failure
    has nosuchuser
    # Files of the store's owner are not the container's to read.
    run -0 in_image -u app box sh -c 'touch /home/x 2>/dev/null || echo refused'
    prints refused
}

# --- Processes -------------------------------------------------------------------------------------------------------

@test "exit codes: the command's, 127, 126, and 128 plus the signal" {
    run -42 in_image localhost/busybox sh -c 'exit 42'
    run -0 in_image localhost/busybox true
    run -127 in_image localhost/busybox no-such-program
    has no-such-program
    run -126 in_image localhost/busybox /etc/passwd
    run -137 in_image localhost/busybox sh -c 'sh -c "kill -9 \$\$"; exit $?'
    run -143 in_image localhost/busybox sh -c 'sh -c "kill \$\$"; exit $?'
    run -125 in_image no-such-image true
}

@test "standard input, output and error are passed through unchanged" {
    run -0 --separate-stderr in_image localhost/busybox sh -c 'echo out; echo err >&2'
    equal "$output" out
    equal "$stderr" err
    head -c 300000 /dev/urandom >data
    in_image -i localhost/busybox cat <data >copy
    cmp data copy
    run -0 bash -c "yes | head -n 100000 | $(command -v swiftlet) --root '$STORE/graph' --runroot '$STORE/run' container run -i --rm localhost/busybox wc -l"
    prints 100000
}

@test "signals are forwarded, and the resulting exit code is passed on" {
    local signal pid code i
    for signal in TERM INT HUP USR1; do
        start_swiftlet container run --rm localhost/busybox \
            sh -c "trap 'echo caught $signal; exit 7' $signal; echo ready; while :; do sleep 0.05; done" >"$signal" 2>&1 &
        pid=$!
        for ((i = 0; i < 100; i++)); do grep -qs ready "$signal" && break; sleep 0.05; done
        kill "-$signal" "$pid"
        code=0
        wait "$pid" || code=$?
        equal "$code $(tail -n 1 "$signal")" "7 caught $signal"
    done
}

# Processes of this machine whose command line has a text.
count_processes() { pgrep -fc -- "$1" || true; }

# The arguments of two commands that no other process of this machine has.
unique_sleep() { echo "sleep 7$BATS_SUITE_TEST_NUMBER$$"; }

@test "a step's background processes end with the step" {
    local sleep
    sleep=$(unique_sleep)
    build_box "RUN (setsid $sleep </dev/null >/dev/null 2>&1 &); (trap '' TERM HUP; $sleep >/dev/null 2>&1 &); sleep 0.1; pidof sleep >/pids"
    run -0 in_image box sh -c 'wc -w </pids'
    [ "$output" -ge 2 ] || fail "the step did not start its processes"
    equal "$(count_processes "^$sleep")" 0
    run -0 in_image localhost/busybox sh -c "$sleep >/dev/null 2>&1 & $sleep >/dev/null 2>&1 & sleep 0.1"
    equal "$(count_processes "^$sleep")" 0
}

@test "the step's whole process tree ends when the tool is killed" {
    local sleep build i
    sleep=$(unique_sleep)
    dockerfile <<EOF
FROM localhost/busybox
RUN $sleep & (setsid $sleep &) ; sh -c "trap : TERM INT HUP; $sleep"
EOF
    start_swiftlet build --no-cache . >log 2>&1 &
    build=$!
    for ((i = 0; i < 100; i++)); do [ "$(count_processes "^$sleep")" -ge 3 ] && break; sleep 0.05; done
    [ "$(count_processes "^$sleep")" -ge 3 ] || fail "the step did not start" "$(cat log)"
    kill -KILL "$build"
    wait "$build" && fail "a build that was killed succeeded"
    for ((i = 0; i < 60; i++)); do [ "$(count_processes "^$sleep")" = 0 ] && break; sleep 0.05; done
    equal "$(count_processes "^$sleep")" 0
    run -0 swiftlet images
    store_is_sound
}

@test "a build stops on a signal, however the step's command handles it" {
    local sleep signal build code i
    sleep=$(unique_sleep)
    dockerfile <<EOF
FROM localhost/busybox
RUN $sleep; trap : TERM INT HUP; $sleep
EOF
    for signal in TERM INT HUP; do
        start_swiftlet build --no-cache . >log 2>&1 &
        build=$!
        for ((i = 0; i < 100; i++)); do [ "$(count_processes "^$sleep")" -ge 1 ] && break; sleep 0.05; done
        kill "-$signal" "$build"
        for ((i = 0; i < 60; i++)); do kill -0 "$build" 2>/dev/null || break; sleep 0.05; done
        if kill -0 "$build" 2>/dev/null; then
            kill -KILL "$build"
            fail "SIG$signal did not stop the build"
        fi
        code=0
        wait "$build" || code=$?
        different "$code" 0
        for ((i = 0; i < 60; i++)); do [ "$(count_processes "^$sleep")" = 0 ] && break; sleep 0.05; done
        equal "$(count_processes "^$sleep")" 0
    done
    run -0 swiftlet images
    store_is_sound
}

@test "a step that forks many processes, and one that leaves zombies" {
    build_box 'RUN i=0; while [ $i -lt 300 ]; do (true &); i=$((i + 1)); done; touch /done'
    equal "$(last_layer_names box)" done
}

@test "network none: only a loopback device; host: the host's network" {
    run -0 in_image --network none localhost/busybox sh -c 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "; ping -c 1 -w 1 127.0.0.1 >/dev/null 2>&1; cat /sys/class/net/lo/operstate >/dev/null && ip addr show lo | grep -o "127.0.0.1"'
    prints $'lo\n127.0.0.1'
    equal "$(in_image --network host localhost/busybox readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
    different "$(in_image --network none localhost/busybox readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
    run in_image --network no-such-network localhost/busybox true
    own_failure
}
