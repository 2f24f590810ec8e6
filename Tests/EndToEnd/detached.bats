#!/usr/bin/env bats
# Containers in the background: run -d, start, restart, stop, wait, attach, and the keeper that runs them.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { container rm -a -f -t 0 >/dev/null; }

container() { swiftlet container "$@"; }

# Waits until a command succeeds: eventually COMMAND...
eventually() {
    local i
    for ((i = 0; i < 200; i++)); do
        if "$@"; then return 0; fi
        sleep 0.05
    done
    fail "not within ten seconds: $*"
}

is_in_state() { [ "$(container inspect --format '{{.State.Status}}' "$1")" = "$2" ]; }

@test "run -d prints the id, and the container lives on without its caller" {
    run -0 container run -d --name web localhost/busybox sh -c 'echo up; exec sleep 100'
    equal "${#lines[@]}" 1
    matches '^[0-9a-f]{64}$'
    equal "$(container ps -q --no-trunc)" "$output"
    run -0 container stop -t 0 web
    prints web
    run -0 container inspect --format '{{.State.Status}} {{.State.ExitCode}}' web
    prints "exited 137"
    run -0 container logs web
    prints up
}

@test "run -d reports a command that cannot be started" {
    run -127 container run -d --rm localhost/busybox /no/such/command
    has "/no/such/command"
    run -126 container run -d --rm localhost/busybox /etc
    run -0 container ps -aq
    prints ""
}

@test "a container that has ended removes itself with --rm, and can be started again without" {
    container run -d --rm --name gone localhost/busybox true
    eventually missing gone
    container run -d --name again localhost/busybox sh -c 'echo run >>/runs; exit 3'
    run -0 container wait again
    prints 3
    run -0 container start again
    prints again
    run -0 container wait again
    prints 3
    run -0 container run --rm --volumes-from again localhost/busybox true
    container cp again:/runs runs
    equal "$(grep -c run runs)" 2
}

missing() { ! container exists "$1"; }

@test "a killed keeper takes its container along, and its state says so" {
    container run -d --name kept localhost/busybox sleep 100
    pid=$(container inspect --format '{{.State.Pid}}' kept)
    keeper=$(awk '/^PPid:/ { print $2 }' "/proc/$pid/status")
    kill -9 "$keeper"
    eventually is_in_state kept exited
    eventually dead "$pid"
    run -0 container inspect --format '{{.State.ExitCode}} {{.State.Error}}' kept
    has "137"
    has "killed"
    container start kept
    is_in_state kept running
}

dead() { [ ! -e "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"; }

@test "stop, kill, restart and wait with conditions" {
    container run -d --name one localhost/busybox sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done'
    eventually logged one ready
    run -0 container stop one
    run -0 container wait one
    prints 7
    container start one
    container wait --condition running one
    first=$(container inspect --format '{{.State.Pid}}' one)
    run -0 container restart -t 0 one
    prints one
    is_in_state one running
    [ "$(container inspect --format '{{.State.Pid}}' one)" != "$first" ]
    run -0 container kill one
    run -0 container wait --condition stopped one
    prints 137
    run -125 container wait --condition nonsense one
    has nonsense
    run -125 container wait missing
    run -125 container stop missing
    run -125 container kill missing
    run -0 container wait --ignore missing
    prints -1
}

logged() { container logs "$1" 2>&1 | grep -q "$2"; }

@test "attach shows what follows and returns the exit code; input goes to the container" {
    container run -d -i --name talk localhost/busybox sh -c 'while read -r line; do echo "got $line"; done; exit 4'
    printf 'one\ntwo\n' >input
    run -4 container attach talk <input
    prints "$(printf 'got one\ngot two')"
    run -0 container logs talk
    prints "$(printf 'got one\ngot two')"
    run -125 container attach talk
    has "you can only attach to running containers"
}

@test "a container with a terminal is detached from with keys, and attached to again" {
    container run -d -it --name tty localhost/busybox sh -c 'stty -echo; while read -r line; do echo "<$line>"; done'
    cat >keys.py <<'P'
import os, pty, sys, time, select
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
text = b""
def until(mark):
    global text
    end = time.time() + 10
    while mark not in text and time.time() < end:
        if select.select([fd], [], [], 0.1)[0]:
            text += os.read(fd, 4096)
time.sleep(0.3)
os.write(fd, b"hello\n")
until(b"<hello>")
os.write(fd, b"\x10\x11")
_, status = os.waitpid(pid, 0)
print(os.waitstatus_to_exitcode(status), b"<hello>" in text)
P
    run -0 python3 keys.py "$(command -v swiftlet)" --root "$STORE/graph" --runroot "$STORE/run" \
        --storage-driver "$DRIVER" container attach tty
    prints "0 True"
    is_in_state tty running
}

@test "a policy restarts a container until it is stopped" {
    container run -d --name always --restart always localhost/busybox sh -c 'echo run; sleep 0.1'
    eventually logged_times always 3
    container stop -t 0 always
    is_in_state always exited
    sleep 0.5
    is_in_state always exited
    container run -d --name thrice --restart on-failure:2 localhost/busybox sh -c 'echo run; exit 1'
    eventually logged_times thrice 3
    run -0 container wait thrice
    prints 1
    run -125 container run -d --rm --restart always localhost/busybox true
    run -125 container run -d --restart nonsense localhost/busybox true
}

logged_times() { [ "$(container logs "$1" | grep -c run)" -ge "$2" ]; }

@test "the socket of a keeper is its owner's alone" {
    container run -d --name sock localhost/busybox sleep 100
    socket=$(as_owner find "$STORE/run" -name keeper.sock)
    equal "$(as_owner stat -c '%a %u' "$socket" | sed "s/ 0\$//; s/ $(id -u)\$//")" 600
}

@test "many containers leave nothing behind" {
    for i in 1 2 3 4 5 6; do container run -d --name "n$i" localhost/busybox sleep 100 >/dev/null; done
    equal "$(container ps -q | wc -l)" 6
    container rm -f -t 0 -a >/dev/null
    run -0 container ps -aq
    prints ""
    eventually no_keepers
    store_is_sound
}

no_keepers() { ! grep -lsz "^$STORE/graph\$" /proc/[0-9]*/cmdline | grep -q .; }
