#!/usr/bin/env bats
# container logs: what containers in the background have written.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { container rm -a -f -t 0 >/dev/null; }

container() { swiftlet container "$@"; }

# Runs a script in the background and waits for its end: wrote NAME FLAGS... -- SCRIPT
wrote() {
    local name=$1 flags=()
    shift
    while [ "$1" != -- ]; do flags+=("$1"); shift; done
    container run -d --name "$name" "${flags[@]}" localhost/busybox sh -c "$2" >/dev/null
    container wait "$name" >/dev/null
}

@test "both streams, unfinished lines and binary bytes come back unchanged" {
    wrote out -- 'echo one; echo two >&2; printf "\\000\\033[1mthree"'
    container logs out >stdout 2>stderr
    printf 'one\n\000\033[1mthree' >expected
    cmp stdout expected
    equal "$(cat stderr)" two
}

@test "long lines are whole again" {
    wrote long -- 'head -c 100000 /dev/zero | tr "\\000" x; echo; echo end'
    container logs long >stdout
    equal "$(head -n 1 stdout | wc -c)" 100001
    equal "$(tail -n 1 stdout)" end
}

@test "--tail, --timestamps, --names, --since and --until choose and mark lines" {
    wrote many -- 'for i in 1 2 3 4 5; do echo line $i; done'
    run -0 container logs --tail 2 many
    prints "$(printf 'line 4\nline 5')"
    run -0 container logs --tail 0 many
    prints ""
    run -0 container logs -t --tail 1 many
    matches '^20[0-9-]+T[0-9:.]+Z line 5$'
    run -0 container logs -n --tail 1 many
    prints "many line 5"
    run -0 container logs --since 1h many
    equal "${#lines[@]}" 5
    run -0 container logs --until 1h many
    prints ""
    run -0 container logs --since 2100-01-01 many
    prints ""
    run -125 container logs --since yesterday many
    has yesterday
    run -125 container logs missing
}

@test "--follow shows lines as they come, until the container ends" {
    container run -d --name slow localhost/busybox sh -c 'for i in 1 2 3; do echo $i; sleep 0.2; done' >/dev/null
    run -0 container logs -f slow
    prints "$(printf '1\n2\n3')"
}

@test "the file has Podman's format, and is begun anew at its largest size" {
    wrote file --log-opt path="$PWD/log" -- 'echo hello; echo oops >&2; printf end'
    run -0 sh -c "cut -d ' ' -f 2- log | sort"
    prints "$(printf 'stderr F oops\nstdout F hello\nstdout P end')"
    wrote turned --log-opt max-size=2k --log-opt path="$PWD/turned" -- \
        'i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); done'
    [ -e turned.1 ]
    [ "$(stat -c %s turned)" -le 2200 ]
    run -0 container logs --tail 1 turned
    prints "line 199"
}

@test "without a log there is nothing to read" {
    wrote none --log-driver none -- 'echo lost'
    run -125 container logs none
    has "'none' log driver"
    run -125 container run -d --log-driver journald localhost/busybox true
    has journald
    run -125 container run -d --name through --log-driver passthrough localhost/busybox echo direct
    has "not supported in the background"
    run -0 container run --rm --log-driver passthrough localhost/busybox echo direct
    prints direct
}
