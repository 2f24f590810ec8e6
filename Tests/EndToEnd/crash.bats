#!/usr/bin/env bats
# Sudden death and full disks: the store stays sound, everyone can use it at once, and nothing is left behind.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() {
    # Root's podman leaves a mount of the driver's directory.
    umount -l "$STORE/graph/overlay" 2>/dev/null || true
    end_store
}
setup() { enter_new_directory; }

# Processes of this machine whose command line begins with a text.
count_processes() { pgrep -fc -- "^$1" || true; }

# Both tools list the store and run what is in it.
both_tools_work() {
    run -0 swiftlet images
    has localhost/busybox
    run -0 in_image localhost/busybox sh -c "echo works; $LINGER"
    prints works
    run -0 podman images
    has localhost/busybox
    run -0 podman_run --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 localhost/busybox sh -c "echo works; $LINGER"
    has_line works
}

# No directory that a dead process was working in.
no_temporaries() {
    local place
    for place in overlay/tempdirs overlay/staging; do
        run as_owner sh -c "ls -A $(graphroot)/$place 2>/dev/null"
        prints ""
    done
}

@test "kill -9 at thirty random moments of a build" {
    local sleep="sleep 0.0000$$" build round
    head -c 5000000 /dev/urandom >data
    mkdir tree
    for round in $(seq 200); do echo "$round" >"tree/$round"; done
    tar -cf tree.tar tree
    dockerfile <<EOF
FROM localhost/busybox AS one
COPY data /data
RUN cp /data /data2 && $sleep
ADD tree.tar /
RUN rm -r /tree && touch /gone && $sleep
RUN rm /gone
FROM localhost/busybox
COPY --from=one /data2 /data
COPY tree /tree
RUN $sleep; i=0; while [ \$i -lt 100 ]; do echo \$i >/tree/\$i; i=\$((i + 1)); done
EOF
    # How long one takes, so that the moments fall everywhere in it.
    local start end
    start=$(date +%s%N)
    run -0 swiftlet build --no-cache -t whole .
    end=$(date +%s%N)
    local length=$(((end - start) / 1000000)) moment killed=0
    for round in $(seq 30); do
        moment=$((RANDOM % (length + 50)))
        # Every third with the cache's help, as a user would try again.
        if ((round % 3)); then set -- --no-cache; else set --; fi
        start_swiftlet build "$@" -t whole . >log 2>&1 &
        build=$!
        sleep "$(printf '%d.%03d' $((moment / 1000)) $((moment % 1000)))"
        kill -9 "$build" 2>/dev/null && killed=$((killed + 1))
        wait "$build" 2>/dev/null || true
        if ((round % 10 == 0)); then both_tools_work || fail "after round $round, $moment of $length ms"; fi
    done
    [ "$killed" -ge 10 ] || fail "only $killed of 30 were still running when killed"

    both_tools_work
    run -0 swiftlet build --no-cache -t whole .
    run -0 in_image whole sh -c 'ls /tree | wc -l; wc -c </data'
    prints $'201\n5000000'
    store_is_sound
    no_temporaries
    equal "$(count_processes "$sleep")" 0
}

@test "kill -9 in a long step: its processes end, and the store is sound after the next build" {
    local sleep="sleep 6$$$BATS_TEST_NUMBER" build i
    dockerfile <<<"FROM localhost/busybox
RUN touch /made; (setsid $sleep &); $sleep"
    start_swiftlet build --no-cache -t long . >log 2>&1 &
    build=$!
    for ((i = 0; i < 200; i++)); do [ "$(count_processes "$sleep")" -ge 2 ] && break; sleep 0.05; done
    [ "$(count_processes "$sleep")" -ge 2 ] || fail "the step did not start" "$(cat log)"
    kill -9 "$build"
    wait "$build" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do [ "$(count_processes "$sleep")" = 0 ] && break; sleep 0.05; done
    equal "$(count_processes "$sleep")" 0
    run -0 swiftlet build -q -t after "$EXAMPLES/hello"
    store_is_sound
    no_temporaries
    run swiftlet inspect long
    own_failure
}

@test "kill -9 during a pull" {
    local round pid
    mkdir tree
    head -c 20000000 /dev/urandom >tree/data
    tar -C tree -cf layer.tar data
    python3 "$SUPPORT/oci_layout.py" layout none layer.tar
    for round in $(seq 10); do
        start_swiftlet pull -q oci:layout:image >log 2>&1 &
        pid=$!
        sleep "0.0$((RANDOM % 90 + 10))"
        kill -9 "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
        swiftlet rmi -f image >/dev/null 2>&1 || true
    done
    run -0 swiftlet pull -q oci:layout:image
    both_tools_work
    store_is_sound
    no_temporaries
}

@test "two concurrent builds in one store" {
    local number
    for number in 1 2; do
        mkdir "$number"
        dockerfile "$number/Dockerfile" <<EOF
FROM localhost/busybox
RUN echo $number >/one && sleep 0.1
RUN touch /two
RUN touch /three
COPY Dockerfile /four
EOF
    done
    local round first second
    for round in 1 2 3 4 5; do
        swiftlet build --no-cache -t parallel1 1 >log1 2>&1 &
        first=$!
        swiftlet build --no-cache -t parallel2 2 >log2 2>&1 &
        second=$!
        wait "$first" || fail "$(cat log1)"
        wait "$second" || fail "$(cat log2)"
        for number in 1 2; do
            run -0 in_image "parallel$number" cat /one
            prints "$number"
        done
    done
    store_is_sound
}

@test "concurrent identical builds produce the same image" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo same >/same\nRUN touch /other'
    local first second
    swiftlet build --timestamp 0 -q -t same . >log1 2>&1 &
    first=$!
    swiftlet build --timestamp 0 -q -t same . >log2 2>&1 &
    second=$!
    wait "$first" || fail "$(cat log1)"
    wait "$second" || fail "$(cat log2)"
    run -0 in_image same cat /same
    prints same
    equal "$(swiftlet images -q same | wc -l)" 1
    store_is_sound
}

# --- A full disk -------------------------------------------------------------------------------------------------------

small_store() {
    export STORE DRIVER=overlay
    STORE=$(mktemp -d "${SWIFTLET_TEST_STORES:-/var/tmp}/small.XXXX")
    mount -t tmpfs -o size=40m,mode=755 none "$STORE"
    make_base
}

# Whatever is mounted there, the last first: the tools stack mounts of their own on the disk.
teardown() {
    local place
    for place in $(awk -v disk="${SWIFTLET_TEST_STORES:-/var/tmp}/small." 'index($2, disk) == 1 { print $2 }' /proc/mounts | tac); do
        umount -l "$place"
        rmdir "$place" 2>/dev/null || true
    done
}

# After a disk was full: everything works again.
recovered() {
    both_tools_work
    run -0 swiftlet build --no-cache -q -t after "$EXAMPLES/hello"
    run -0 in_image after ls /my-file
    store_is_sound
    no_temporaries
}

@test "a full disk in a step: the command fails as usual, and its exit code is passed on" {
    is_root || skip "only root can mount a small disk"
    small_store
    dockerfile <<<$'FROM localhost/busybox\nRUN dd if=/dev/zero of=/big bs=1M count=100'
    run swiftlet build --no-cache -t big .
    equal "$status" 1
    has "No space left on device"
    has "Dockerfile:2"
    run swiftlet inspect big
    own_failure
    recovered
}

@test "a full disk in ADD: an error that says so" {
    is_root || skip "only root can mount a small disk"
    small_store
    head -c 60000000 /dev/urandom >big
    tar -cf big.tar big
    dockerfile <<<$'FROM localhost/busybox\nADD big.tar /'
    run swiftlet build --no-cache -t big .
    own_failure
    has "no space left"
    recovered
}

@test "a full disk in COPY, in commit, and in pull" {
    is_root || skip "only root can mount a small disk"
    small_store
    head -c 60000000 /dev/urandom >big
    dockerfile <<<$'FROM localhost/busybox\nCOPY big /'
    run swiftlet build --no-cache -t big .
    own_failure
    has "no space left"
    recovered
    # The first step's layer takes room that the second's needs.
    dockerfile <<<$'FROM localhost/busybox\nRUN head -c 18000000 /dev/urandom >/a\nRUN dd if=/dev/urandom of=/b bs=1M count=30'
    run swiftlet build --no-cache -t big .
    [ "$status" -ne 0 ]
    has "No space left"
    swiftlet rmi --prune >/dev/null 2>&1 || true
    recovered
    tar -cf layer.tar big
    python3 "$SUPPORT/oci_layout.py" layout none layer.tar
    run swiftlet pull -q oci:layout:image
    own_failure
    has "no space left"
    recovered
}
