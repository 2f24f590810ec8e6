#!/usr/bin/env bats
# Steps that do not depend on each other run at the same time.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# Each of two stages waits for a file that the other one makes.
two_that_meet() {
    cat >Dockerfile <<'EOF'
FROM localhost/busybox AS a
RUN --mount=type=cache,id=meeting,target=/m touch /m/a; for i in $(seq 200); do [ -e /m/b ] && exit 0; sleep 0.1; done; exit 1
FROM localhost/busybox AS b
RUN --mount=type=cache,id=meeting,target=/m touch /m/b; for i in $(seq 200); do [ -e /m/a ] && exit 0; sleep 0.1; done; exit 1
FROM localhost/busybox
COPY --from=a /etc/passwd /a
COPY --from=b /etc/passwd /b
EOF
}

@test "two stages run at the same time, unless --jobs is 1" {
    two_that_meet
    run -0 swiftlet build --no-cache --jobs 2 .
    store_is_sound
    # One alone waits in vain.
    sed -i 's/seq 200/seq 3/' Dockerfile
    run swiftlet build --no-cache --jobs 1 .
    [ "$status" -ne 0 ]
    has "[1/3] STEP 2/2"
    lacks "[2/3] STEP 2/2"
    store_is_sound
}

@test "the first failure ends the other steps, and nothing of them stays" {
    cat >Dockerfile <<'EOF'
FROM localhost/busybox AS slow
RUN touch /begun; sleep 987
FROM localhost/busybox AS wrong
RUN sleep 0.5; exit 7
FROM localhost/busybox
COPY --from=slow /begun /
COPY --from=wrong /begun /
EOF
    run swiftlet build --no-cache --jobs 4 .
    equal "$status" 7
    has "Dockerfile:4:1"
    lacks "Dockerfile:2:1"
    run ! pgrep -u "$(id -u)" -f 'sleep 987'
    store_is_sound
}

@test "what a build makes does not depend on --jobs" {
    {
        for name in a b c d; do printf 'FROM localhost/busybox AS %s\nRUN echo %s >/%s\n' $name $name $name; done
        echo 'FROM localhost/busybox'
        for name in a b c d; do printf 'COPY --from=%s /%s /\nRUN touch /after-%s\n' $name $name $name; done
    } >Dockerfile
    run -0 swiftlet build -q --no-cache --timestamp 1000 --jobs 1 .
    local one=$output
    run -0 swiftlet build -q --no-cache --timestamp 1000 --jobs 8 .
    equal "$output" "$one"
}

@test "steps that lock the same caches in another order do not wait for each other" {
    cat >Dockerfile <<'EOF'
FROM localhost/busybox AS a
RUN --mount=type=cache,id=x,sharing=locked,target=/x --mount=type=cache,id=y,sharing=locked,target=/y sleep 0.1; touch /a
FROM localhost/busybox AS b
RUN --mount=type=cache,id=y,sharing=locked,target=/y --mount=type=cache,id=x,sharing=locked,target=/x sleep 0.1; touch /b
FROM localhost/busybox
COPY --from=a /a /
COPY --from=b /b /
EOF
    for _ in 1 2 3 4 5; do run -0 timeout 60 "$(type -P swiftlet)" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" build --no-cache --jobs 2 .; done
}

@test "what a Dockerfile gets wrong is told before its first step" {
    printf 'FROM localhost/busybox\nRUN touch /never\nCOPY --chmod=u+q a b\n' >Dockerfile
    run swiftlet build .
    own_failure
    has "Dockerfile:3:"
    lacks "STEP 2"
}
