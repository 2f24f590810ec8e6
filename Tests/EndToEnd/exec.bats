#!/usr/bin/env bats
# container exec: other commands in running containers.
# runs as: user root

load support/session

setup_file() {
    begin_store
    swiftlet container run -d --name box -e COLOR=red -w /tmp --cap-drop CHOWN localhost/busybox sleep 1000
}
teardown_file() {
    swiftlet container rm -f -t 0 -a >/dev/null
    end_store
}
setup() { enter_new_directory; }

container() { swiftlet container "$@"; }

@test "a command sees the container's files, processes, variables and directory" {
    run -0 container exec box sh -c 'echo $COLOR $PWD $container; ps | grep -c "sleep 1000"; hostname'
    equal "${lines[0]}" "red /tmp swiftlet"
    equal "${lines[2]}" "$(container inspect --format '{{.Config.Hostname}}' box)"
    container exec box sh -c 'echo mark >/marked'
    equal "$(container exec box cat /marked)" mark
    for kind in ipc mnt net pid uts user; do
        equal "$(container exec box readlink "/proc/self/ns/$kind")" \
            "$(container exec box readlink "/proc/1/ns/$kind")"
    done
}

@test "flags change variables, directory and user" {
    run -0 container exec -e COLOR=blue -e OTHER=1 -w /etc -u 1234:567 box sh -c 'echo $COLOR $OTHER $PWD $(id -u):$(id -g)'
    prints "blue 1 /etc 1234:567"
    printf 'FROM=file\n' >vars
    run -0 container exec --env-file vars box sh -c 'echo $FROM'
    prints file
    run container exec -u nobodyknows box true
    own_failure
}

@test "exit codes are the command's, or tell why it could not be started" {
    run -7 container exec box sh -c 'exit 7'
    run -137 container exec box sh -c 'kill -9 $$'
    run -127 container exec box /no/such/command
    run -126 container exec box /etc
    run -126 container exec -w /no/such/directory box true
    run -125 container exec box
    run -125 container exec missing true
    run -125 container exec -d box /no/such/command
    container create --name idle localhost/busybox true
    run -125 container exec idle true
    has "can only create exec sessions on running containers"
}

@test "input reaches the command with -i only" {
    run -0 container exec -i box cat <<<"typed"
    prints typed
    run -0 container exec box cat <<<"typed"
    prints ""
}

@test "privileges are the container's, and all with --privileged" {
    inside=$(container exec box sh -c 'grep CapEff /proc/self/status')
    equal "$inside" "$(container exec box sh -c 'grep CapEff /proc/1/status')"
    equal "$(container exec box sh -c 'grep Seccomp: /proc/self/status')" \
        "$(container exec box sh -c 'grep Seccomp: /proc/1/status')"
    [ "$(container exec --privileged box sh -c 'grep CapEff /proc/self/status')" != "$inside" ]
}

@test "a terminal is the container's own" {
    run -0 python3 "$SUPPORT/terminal.py" '' swiftlet --root "$STORE/graph" --runroot "$STORE/run" \
        --storage-driver "$DRIVER" container exec -t box sh -c 'tty; test -t 1 && echo terminal'
    has terminal
    has /dev/pts/
}

@test "in the background it goes on by itself" {
    run -0 container exec -d box sh -c 'echo done >/tmp/background'
    matches '^[0-9a-f]{64}$'
    for _ in $(seq 100); do
        [ "$(container exec box cat /tmp/background 2>/dev/null)" = done ] && return
        sleep 0.05
    done
    fail "it does not run"
}

@test "a command cannot reach the tool that starts it" {
    run -0 container exec box sh -c 'ls /proc/self/fd | wc -l; readlink /proc/self/exe'
    equal "${lines[0]}" 4
    matches busybox
    run ! container exec box /proc/self/exe --version
}

@test "it ends with the container" {
    container run -d --name short localhost/busybox sleep 1000
    (swiftlet container exec short sleep 1000 || echo "$?" >code) 3>&- &
    client=$!
    for _ in $(seq 100); do
        container exec short ps | grep -q 'sleep 1000' && break
        sleep 0.05
    done
    sleep 0.3
    container rm -f -t 0 short
    wait "$client"
    equal "$(cat code)" 137
}
