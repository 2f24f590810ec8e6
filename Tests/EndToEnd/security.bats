#!/usr/bin/env bats
# What a step or a container cannot reach, and how others cannot reach it. sandbox.bats has what it sees and may do.
# runs as: user root

load support/session

setup_file() {
    begin_store
    local context=$BATS_FILE_TMPDIR/probe
    mkdir "$context"
    gcc -static -O1 -o "$context/probe" "$SUPPORT/probe.c"
    printf 'FROM localhost/busybox\nCOPY probe /probe\n' >"$context/Dockerfile"
    swiftlet build -q -t probe "$context"
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

# No attempt of the probe's succeeded, and there were as many as it makes.
nothing_is_allowed() {
    lacks ALLOWED
    [ "$(grep -c ' refused$' <<<"$output")" -ge 30 ] || fail "the probe made too few attempts:" "$output"
}

@test "mounts, devices, raw sockets, bpf, keyctl, kernel settings: all denied to a container's root" {
    run -0 in_image probe /probe
    nothing_is_allowed
}

@test "all are also denied in a build step, in a working container, to another user and in a private network" {
    dockerfile <<<$'FROM probe\nRUN /probe >/said'
    swiftlet build -q --no-cache -t box .
    run -0 in_image box cat /said
    nothing_is_allowed
    local container
    container=$(swiftlet from probe)
    run -0 swiftlet run "$container" /probe
    nothing_is_allowed
    swiftlet rm "$container"
    run -0 in_image -u 1000 probe /probe
    nothing_is_allowed
    run -0 in_image --network none probe /probe
    nothing_is_allowed
}

@test "the probe detects what --cap-add and seccomp=unconfined allow" {
    run -0 in_image --network none --cap-add all --security-opt seccomp=unconfined probe /probe
    has_line "mount ALLOWED"
    has_line "raw socket ALLOWED"
}

@test "processes outside cannot be seen, signalled or traced" {
    sleep 60 3>&- &
    local victim=$!
    run -0 in_image --cap-add sys_ptrace localhost/busybox sh -c "ls /proc | grep -cx $victim; kill -0 $victim 2>&1; cat /proc/$victim/environ 2>&1; true"
    matches '^0'
    lacks ALLOWED
    kill -0 "$victim"
    # Also among the host's processes their memory is not for reading.
    run in_image --pid host localhost/busybox sh -c "cat /proc/$victim/environ >/dev/null 2>&1 && echo readable; true"
    kill "$victim"
    is_root || lacks readable
}

@test "a build's containers are not listed and cannot be entered" {
    dockerfile <<<$'FROM localhost/busybox\nRUN touch /started; sleep 3; touch /ended'
    swiftlet build -q --no-cache -t box . &
    local build=$! i
    for ((i = 0; i < 60; i++)); do pgrep -f "^sleep 3" >/dev/null && break; sleep 0.05; done
    run -0 swiftlet containers --all -q
    prints ""
    run -0 swiftlet container ps --all -q
    prints ""
    equal "$(podman ps --all --external -q 2>/dev/null)" ""
    equal "$(buildah containers --all -q 2>/dev/null)" ""
    # No socket, in the file system or outside of it, belongs to the tool.
    run as_owner find "$STORE" -type s
    prints ""
    run bash -c "grep -c '@.*swiftlet' /proc/net/unix"
    prints 0
    wait "$build"
    run -0 in_image box ls /started /ended
}

@test "the caller's environment and descriptors are not accessible" {
    export SECRET_TOKEN=do-not-tell-$$
    echo "hidden-$$" >secret
    exec 9<secret
    dockerfile <<<$'FROM localhost/busybox\nRUN env >/all; cat /proc/*/environ /proc/*/cmdline >>/all 2>/dev/null; cat <&9 >>/all 2>/dev/null; ls -l /proc/self/fd/ >>/all; true'
    swiftlet build -q --no-cache -t box .
    run -0 in_image --init box sh -c 'cat /all; env; cat /proc/*/environ /proc/*/cmdline; cat <&9; ls -l /proc/1/fd; true' 9<secret
    exec 9<&-
    lacks "do-not-tell-$$"
    lacks "hidden-$$"
    lacks "$STORE"
}

@test "files of other containers and of the host are not accessible" {
    local other
    other=$(swiftlet from localhost/busybox)
    swiftlet run "$other" sh -c 'echo other-content >/marker-file'
    echo machine-content >"$BATS_TEST_TMPDIR/marker-file"
    run -0 in_image localhost/busybox sh -c "find / -xdev -name marker-file 2>/dev/null; ls -d $STORE $BATS_TEST_TMPDIR /proc/1/root$STORE /proc/1/cwd/../../../..$STORE 2>/dev/null; cut -d' ' -f4,10- /proc/self/mountinfo | grep -v host-files | grep -c marker; true"
    prints 0
    swiftlet rm "$other"
}

@test "links in an image cannot lead outside" {
    dockerfile <<<$'FROM localhost/busybox\nRUN ln -s / /root-link && ln -s /proc/1/root /proc-link && ln -sf ../../../../../../../etc/hostname /up'
    swiftlet build -q -t box .
    local file=$BATS_TEST_TMPDIR/outside
    echo before >"$file"
    run in_image -w "/root-link/$BATS_TEST_TMPDIR" box sh -c "echo after >$file"
    run in_image -v "$PWD:/proc-link/$BATS_TEST_TMPDIR/mounted" box true
    equal "$(cat "$file")" before
    [ ! -e "$BATS_TEST_TMPDIR/mounted" ] || fail "a mount target was made outside"
}

@test "remaining processes of a step are killed before the layer is read" {
    dockerfile <<<$'FROM localhost/busybox\nRUN (setsid sh -c "while :; do date +%N >/ticker; done" >/dev/null 2>&1 &); while [ ! -s /ticker ]; do :; done\nRUN cp /ticker /then && sleep 0.3 && cmp /ticker /then'
    swiftlet build -q --no-cache -t box .
    run -0 in_image box cmp /ticker /then
}

@test "a set-user-ID file in a volume and a device in an image grant nothing" {
    run -0 in_image --security-opt no-new-privileges -u 1000 localhost/busybox sh -c 'grep NoNewPrivs /proc/self/status'
    prints $'NoNewPrivs:\t1'
    run -0 in_image localhost/busybox sh -c 'grep -E " (/dev/pts|/dev/mqueue|/proc|/sys) " /proc/self/mounts | grep -vc nosuid; true'
    prints 0
}

@test "RUN --security=insecure and a network beyond the chosen one need an entitlement" {
    dockerfile <<<$'FROM localhost/busybox\nRUN --security=insecure grep CapEff /proc/self/status >/caps'
    run swiftlet build -t localhost/insecure .
    [ "$status" = 125 ]
    [[ "$output" == *"Dockerfile:2:16: error: RUN --security=insecure is not allowed: add --allow security.insecure"* ]]
    swiftlet build -q --allow security.insecure -t localhost/insecure .
    local full
    full=$(swiftlet container run --rm --privileged localhost/busybox grep CapEff /proc/self/status)
    [ "$(swiftlet container run --rm localhost/insecure cat /caps)" = "$full" ]

    dockerfile <<<$'FROM localhost/busybox\nRUN --network=host true'
    run swiftlet build --network none .
    [ "$status" = 125 ]
    [[ "$output" == *"RUN --network=host is not allowed: add --allow network.host"* ]]
    swiftlet build -q --network none --allow network.host .
    swiftlet build -q .
}
