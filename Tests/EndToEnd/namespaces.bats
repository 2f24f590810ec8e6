#!/usr/bin/env bats
# Namespaces, devices and limits: which are a container's own, which the host's, and what is kept with it.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# The namespaces that a command sees: namespaces COMMAND...
namespace_of() { local kind=$1; shift; "$@" readlink "/proc/self/ns/$kind"; }

@test "--ipc, --uts, --cgroupns, --pid: private, host, and a path for two of them" {
    local flag kind
    for flag in ipc uts cgroupns pid; do
        kind=${flag%ns}
        equal "$(namespace_of "$kind" in_image "--$flag" host localhost/busybox)" "$(readlink "/proc/self/ns/$kind")"
        different "$(namespace_of "$kind" in_image "--$flag" private localhost/busybox)" "$(readlink "/proc/self/ns/$kind")"
        dockerfile <<<$'FROM localhost/busybox\nRUN readlink /proc/self/ns/'"$kind >/seen"
        swiftlet build -q --no-cache "--$flag" host -t box .
        equal "$(in_image box cat /seen)" "$(readlink "/proc/self/ns/$kind")"
        run in_image "--$flag" no-such-thing localhost/busybox true
        own_failure
        has no-such-thing
    done
    equal "$(in_image --uts host localhost/busybox hostname)" "$(hostname)"
    run in_image --pid /proc/self/ns/pid localhost/busybox true
    own_failure
    has "not supported"
}

@test "a path: the namespace of another process is joined" {
    is_root || skip "an ordinary user cannot see what another container's namespaces are"
    unshare --uts --ipc sh -c 'hostname joined; exec sleep 60' 3>&- &
    local holder=$! i
    for ((i = 0; i < 50; i++)); do
        [ "$(tr '\0' ' ' <"/proc/$holder/cmdline")" != "sleep 60 " ] || break
        sleep 0.05
    done
    equal "$(in_image --uts "ns:/proc/$holder/ns/uts" localhost/busybox hostname)" joined
    equal "$(namespace_of ipc in_image --ipc "/proc/$holder/ns/ipc" localhost/busybox)" "$(readlink "/proc/$holder/ns/ipc")"
    kill "$holder"
}

@test "namespace options of from apply to run, and buildah reads them" {
    local container
    container=$(swiftlet from --pid host --ipc host --uts host --device /dev/null:/dev/nothing \
        --security-opt seccomp=unconfined --security-opt no-new-privileges --no-hosts localhost/busybox)
    local kind
    for kind in pid ipc uts; do
        equal "$(namespace_of "$kind" swiftlet run "$container")" "$(readlink "/proc/self/ns/$kind")"
        different "$(namespace_of "$kind" swiftlet run --pid private --ipc private --uts private "$container")" \
            "$(readlink "/proc/self/ns/$kind")"
    done
    run -0 swiftlet run "$container" sh -c 'echo gone >/dev/nothing; stat -c %F /dev/nothing; grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status'
    prints $'character special file\nNoNewPrivs:\t1\nSeccomp:\t0'
    run -0 buildah inspect --format '{{range .NamespaceOptions}}{{.Name}}={{.Host}} {{end}}{{(index .Devices 0).Destination}}' "$container"
    has "pid=true"
    has "ipc=true"
    has "uts=true"
    has "/dev/nothing"
    swiftlet rm "$container"
    # And the other way round.
    container=$(buildah from --pid host --uts host --security-opt seccomp=unconfined --device /dev/zero:/dev/nought localhost/busybox)
    equal "$(namespace_of pid swiftlet run "$container")" "$(readlink /proc/self/ns/pid)"
    equal "$(swiftlet run "$container" sh -c 'head -c 3 /dev/nought | wc -c; grep ^Seccomp: /proc/self/status')" $'3\nSeccomp:\t0'
    swiftlet rm "$container"
    run swiftlet from --security-opt mask=/proc/x localhost/busybox
    own_failure
}

@test "with the host's process namespace, too, nothing outlives the command or the tool" {
    local sleep="sleep 8$BATS_SUITE_TEST_NUMBER$$" tool i
    run -5 in_image --pid host localhost/busybox sh -c "(setsid $sleep &) ; ($sleep >/dev/null 2>&1 &) ; setsid sh -c '$sleep & $sleep' >/dev/null 2>&1 & sleep 0.3; exit 5"
    equal "$(pgrep -fc "^$sleep" || true)" 0
    run -143 in_image --pid host localhost/busybox sh -c 'kill $$'
    start_swiftlet container run --rm --pid host localhost/busybox sh -c "(setsid $sleep &) ; trap : TERM; $sleep" >log 2>&1 &
    tool=$!
    for ((i = 0; i < 50; i++)); do [ "$(pgrep -fc "^$sleep")" -lt 2 ] || break; sleep 0.1; done
    [ "$(pgrep -fc "^$sleep")" -ge 2 ] || fail "it did not start: $(cat log)"
    kill -KILL "$tool"
    wait "$tool" || true
    for ((i = 0; i < 50; i++)); do [ "$(pgrep -fc "^$sleep" || true)" != 0 ] || break; sleep 0.1; done
    equal "$(pgrep -fc "^$sleep" || true)" 0
    # A build is stopped as usual.
    dockerfile <<<$'FROM localhost/busybox\nRUN trap : TERM; '"$sleep; $sleep"
    start_swiftlet build --pid host --no-cache . >log 2>&1 &
    tool=$!
    for ((i = 0; i < 50; i++)); do [ "$(pgrep -fc "^$sleep" || true)" = 0 ] || break; sleep 0.1; done
    kill -TERM "$tool"
    wait "$tool" && fail "a build that was stopped succeeded"
    equal "$(pgrep -fc "^$sleep" || true)" 0
}

@test "--device: one, at another path, a directory of them, and invalid values" {
    run -0 in_image --device /dev/zero:/dev/deep/zero --device /dev/full:r localhost/busybox sh -c 'head -c 5 /dev/deep/zero | wc -c; [ -c /dev/full ] && echo full'
    prints $'5\nfull'
    if is_root; then
        mkdir nodes
        mknod nodes/one c 1 5
        mknod nodes/two c 1 3
        touch nodes/file
        run -0 in_image --device "$PWD/nodes:/dev/nodes" localhost/busybox sh -c 'ls /dev/nodes; head -c 2 /dev/nodes/one | wc -c'
        prints $'one\ntwo\n2'
    fi
    dockerfile <<<$'FROM localhost/busybox\nRUN head -c 7 /dev/seven >/seven'
    swiftlet build -q --device /dev/zero:/dev/seven:rwm -t box .
    equal "$(in_image box wc -c /seven)" "7 /seven"
    equal "$(last_layer_names box)" seven
    local wrong
    for wrong in /no/such/device /dev/null:q /dev/null:/dev/x:rwx /etc/passwd:/dev/x /dev/null:/elsewhere dev/null; do
        run in_image --device "$wrong" localhost/busybox true
        own_failure
    done
}

@test "--no-hosts and --no-hostname keep the image's files" {
    mkdir etc
    echo '9.9.9.9 own' >etc/hosts
    echo own-name >etc/hostname
    dockerfile <<<$'FROM localhost/busybox\nCOPY etc /etc\nRUN grep own /etc/hosts /etc/hostname; true'
    swiftlet build -q -t box .
    run -0 in_image --no-hosts --no-hostname box cat /etc/hosts /etc/hostname
    prints $'9.9.9.9 own\nown-name'
    run -0 in_image box cat /etc/hosts /etc/hostname
    lacks own
    run in_image --no-hosts --add-host a:1.2.3.4 box true
    own_failure
}

@test "--ulimit, --sysctl and capabilities" {
    run -0 in_image --ulimit nofile=100:200 --ulimit core=0 localhost/busybox sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
    prints $'100\n200\n0'
    run -0 in_image --sysctl kernel.msgmax=5000 localhost/busybox cat /proc/sys/kernel/msgmax
    prints 5000
    run in_image --sysctl kernel.panic=1 localhost/busybox true
    own_failure
    has kernel.panic
    run in_image --network host --sysctl net.ipv4.ip_forward=1 localhost/busybox true
    own_failure
    run in_image --ulimit nonsense=1 localhost/busybox true
    own_failure
    has nonsense
    run in_image --cap-add all --cap-drop all localhost/busybox true
    own_failure
}

@test "--security-opt: masks and labels" {
    run -0 in_image --security-opt mask=/etc/passwd --security-opt unmask=/proc/kcore localhost/busybox sh -c 'wc -c </etc/passwd; grep -c kcore /proc/self/mounts; true'
    prints $'0\n0'
    run -0 in_image --security-opt label=disable --security-opt apparmor=unconfined localhost/busybox true
    local wrong
    for wrong in label=type:x apparmor=profile nonsense=1; do
        run in_image --security-opt "$wrong" localhost/busybox true
        own_failure
        has "${wrong%%[:=]*}"
    done
}

@test "limits work if control groups are delegated, otherwise they are a single clear message" {
    run in_image --memory 64m --pids-limit 100 localhost/busybox sh -c 'cat /proc/self/cgroup'
    if [ "$status" = 0 ]; then
        # As with Podman, a user of the old control groups is warned.
        [[ $output = *"ignored on cgroups V1"* ]] || has swiftlet-
    else
        own_failure
        has "control group"
        equal "${#lines[@]}" 1
    fi
    # Without limits nothing of it is needed, wherever this is.
    run -0 in_image localhost/busybox true
    run in_image --memory nonsense localhost/busybox true
    own_failure
    run in_image --memory 64m --memory-swap 32m localhost/busybox true
    own_failure
    local container
    container=$(swiftlet from --memory 64m --cpu-shares 5 localhost/busybox)
    run swiftlet run "$container" true
    [ "$status" = 0 ] || has "control group"
    swiftlet rm "$container"
}

@test "unavailable user namespaces are rejected by name" {
    run swiftlet from --userns container localhost/busybox
    own_failure
    has --userns
    run in_image --userns keep-id localhost/busybox true
    own_failure
    has --userns
}
