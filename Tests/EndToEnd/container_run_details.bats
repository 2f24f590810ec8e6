#!/usr/bin/env bats
# Details of container run that Podman's users rely on: contradictions, tmpfs, account files, signals, the terminal.
# runs as: user root

load support/session

setup_file() {
    begin_store
    cd "$BATS_FILE_TMPDIR" || return
    dockerfile <<'EOF'
FROM localhost/busybox
RUN mkdir -p /data/sub && echo content >/data/sub/file && chown 7:8 /data/sub && chmod 750 /data && printf 'last:x:9:' >>/etc/group
EOF
    swiftlet build -q -t data .
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

podman_face() {
    mkdir -p "$BATS_FILE_TMPDIR/faces"
    ln -sf "$(type -P swiftlet)" "$BATS_FILE_TMPDIR/faces/podman"
    "$BATS_FILE_TMPDIR/faces/podman" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" "$@"
}

# --- Contradictions -----------------------------------------------------------------------------------------------------

# Podman and swiftlet refuse these arguments, with this text: both_refuse TEXT ARGUMENT...
both_refuse() {
    local text=$1
    shift
    run -125 swiftlet container run --rm "$@" localhost/busybox true
    has "$text"
    run -125 podman run --rm "$@" localhost/busybox true
    has "$text"
}

@test "settings of a namespace that the container shares are refused" {
    both_refuse "cannot set hostname when running in the host UTS namespace" --network host --uts host --hostname h
    both_refuse "cannot set shmsize when running in the {host } IPC Namespace" --network host --ipc host --shm-size 1m
    both_refuse "cannot add init binary as PID 1" --network host --pid host --init
    both_refuse "conflicting options: dns and the network mode: none" --network none --dns 192.0.2.1
    both_refuse "conflicting options: dns and the network mode: none" --network none --dns-search example.com
    run -0 swiftlet container run --rm --network none localhost/busybox true
}

@test "two mounts at one place, and contradictory options of a mount, are refused" {
    mkdir one two
    both_refuse "duplicate mount destination" --network host -v "$PWD/one:/x" -v "$PWD/one:/x/"
    both_refuse "duplicate mount destination" --network host -v "$PWD/one:/x" --tmpfs /x
    both_refuse "duplicate mount destination" --network host --mount "type=bind,src=$PWD/one,dst=/x" -v "$PWD/two:/x"
    run -0 swiftlet container run --rm -v "$PWD/one:/x" -v "$PWD/one:/x" localhost/busybox true
    both_refuse "can only specify 1 'rw' or 'ro' option" --network host -v "$PWD/one:/x:ro,rw"
}

@test "a host name with a control character is refused" {
    run -125 swiftlet container run --rm --hostname $'a\n192.0.2.1 registry.example' localhost/busybox cat /etc/hosts
    has "the host name contains a control character"
}

@test "a variable without a name is refused" {
    both_refuse 'invalid environment variable: "=A"' --network host -e =A
    echo '=A' >variables
    run -125 swiftlet container run --rm --env-file variables localhost/busybox true
}

@test "a name is used once" {
    run -0 swiftlet container run --name once localhost/busybox true
    run -125 swiftlet container run --name once localhost/busybox true
    has "is already in use"
    run -125 swiftlet container create --name once localhost/busybox true
    run -0 swiftlet container rm once
    run -0 swiftlet from --name once localhost/busybox
    run -125 swiftlet from --name once localhost/busybox
    run -125 swiftlet container run --name once localhost/busybox true
    run -0 swiftlet rm once
}

@test "--squash and --squash-all are two wishes" {
    dockerfile <<<'FROM localhost/busybox'
    run -125 swiftlet build --squash --squash-all .
    has "cannot specify --squash-all with --squash"
}

@test "--pull takes its policy from the next argument" {
    run -0 swiftlet container run --rm --pull never localhost/busybox echo ran
    prints ran
    run -125 swiftlet container run --rm --pull never localhost/missing true
    has "localhost/missing: image not known"
    run -125 swiftlet container run --rm --pull sometimes localhost/busybox true
}

@test "a missing working directory: exit code 126" {
    run -126 swiftlet container run --rm -w /nonexistent localhost/busybox true
}

# --- tmpfs --------------------------------------------------------------------------------------------------------------

@test "a tmpfs begins with the image's files, and its programs run" {
    local script='ls -ln /data /data/sub | grep -v total | tr -s " " | cut -d " " -f 1,3,4,9; ls -ldn /data | cut -c 1-10
        grep -o " /data tmpfs rw,nosuid,nodev,[a-z]*" /proc/mounts; cp /bin/busybox /data/echo && /data/echo ran'
    run -0 swiftlet container run --rm --tmpfs /data data sh -c "$script"
    local ours=$output
    has_line ran
    has_line "-rw-r--r-- 0 0 file"
    has_line "drwxr-xr-x 7 8 sub"
    run -0 podman_run --tmpfs /data data sh -c "$script; $LINGER"
    equal "$ours" "$output"
    run -0 swiftlet container run --rm --mount type=tmpfs,dst=/data data cat /data/sub/file
    prints content
    # The image keeps its own.
    run -0 swiftlet container run --rm data ls /data
    prints sub
}

@test "a tmpfs of which a copy is not wanted, one elsewhere, and options" {
    run -0 swiftlet container run --rm --tmpfs /data:notmpcopyup data ls /data
    prints ""
    run -0 swiftlet container run --rm --mount type=tmpfs,dst=/data,notmpcopyup data ls /data
    prints ""
    run -0 swiftlet container run --rm --tmpfs /new data stat -c %a /new
    prints 1777
    run swiftlet container run --rm --tmpfs /data:noexec,mode=700 data \
        sh -c 'stat -c %a /data; cp /bin/busybox /data/echo; /data/echo ran'
    has_line 700
    lacks ran
    run -125 swiftlet container run --rm --tmpfs /data:nonsense data true
    run -0 swiftlet container run --rm --read-only data sh -c 'touch /tmp/x /run/x && cp /bin/busybox /tmp/echo && /tmp/echo ran'
    prints ran
}

# --- Account files ------------------------------------------------------------------------------------------------------

@test "a user and a group that are only numbers appear in the account files" {
    run -0 swiftlet container run --rm -w /tmp -u 12345:678 data sh -c 'grep 12345 /etc/passwd; tail -n 2 /etc/group; id'
    has_line '12345:*:12345:678:container user:/tmp:/bin/sh'
    has_line 'last:x:9:'
    has_line '678:x:678:12345'
    has 'uid=12345(12345) gid=678(678)'
    run -0 swiftlet container run --rm --read-only -u 12345 data grep -c 12345 /etc/passwd
    prints 1
    # Known ones, and names, are left alone.
    run -0 swiftlet container run --rm -u 65534:0 data sh -c 'grep -c 65534 /etc/passwd; tail -n 1 /etc/group'
    prints $'1\nlast:x:9:'
    # The caller's own file is not touched, nor is the image's.
    echo 'me:x:1:1:::' >mine
    run -0 swiftlet container run --rm -u 12345 -v "$PWD/mine:/etc/passwd" data cat /etc/passwd
    prints 'me:x:1:1:::'
    equal "$(cat mine)" 'me:x:1:1:::'
    run -1 swiftlet container run --rm data grep 12345 /etc/passwd
}

@test "account files that are links or no files lead nowhere" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN rm /etc/passwd /etc/group && ln -s /../../../../etc/passwd /etc/group && mkfifo /etc/passwd
EOF
    run -0 swiftlet build -q -t odd .
    run -0 swiftlet container run --rm -u 12345:678 odd echo ran
    prints ran
    run -1 grep 12345 /etc/passwd
}

@test "an account is added once to a container that starts again" {
    run -0 swiftlet container run --name again -u 12345 data grep -c 12345 /etc/passwd
    prints 1
    run -0 swiftlet container start --attach again
    prints 1
    run -0 swiftlet container rm again
}

# --- Time, signals, terminal --------------------------------------------------------------------------------------------

# Waits for a line in a file.
wait_for() {
    local i
    for ((i = 0; i < 200; i++)); do grep -qs "$1" "$2" && return; sleep 0.05; done
    fail "no \"$1\" in $2:" "$(cat "$2")"
}

has_line_in() { grep -qxF "$2" "$1" || fail "no \"$2\" in $1:" "$(cat "$1")"; }

@test "stop waits as long as it was told to" {
    swiftlet container run --name deaf localhost/busybox sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done' >out &
    local tool=$! begin end
    wait_for ready out
    # Not shortly after the beginning of a second, when a clock of whole seconds would be right by chance.
    while [ "$(date +%N | cut -c 1)" -lt 7 ]; do sleep 0.02; done
    begin=$(date +%s%N)
    run -0 swiftlet container stop -t 2 deaf
    end=$(date +%s%N)
    [ $(((end - begin) / 1000000)) -ge 2000 ] || fail "it was killed after $(((end - begin) / 1000000)) ms"
    wait $tool || true
    run -0 swiftlet container rm deaf
}

@test "signals reach the container although the tool was started with them ignored" {
    local name code
    for name in INT HUP USR1 ALRM; do
        rm -f out
        # A script's background job ignores SIGINT; nohup ignores SIGHUP.
        (
            trap '' INT HUP
            exec swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" container run --rm \
                localhost/busybox sh -c 'trap "echo got '$name'; exit 3" '$name'; echo ready; while :; do sleep 0.1; done'
        ) >out 2>&1 &
        wait_for ready out
        kill -s $name $!
        code=0
        wait $! || code=$?
        has_line_in out "got $name"
        equal "$code" 3
    done
}

@test "a terminal has its size before the command starts" {
    local i
    for i in 1 2 3; do
        run -0 script -qec "stty rows 33 cols 101; swiftlet --root $STORE/graph --runroot $STORE/run \
            --storage-driver $DRIVER container run --rm -it localhost/busybox stty size" /dev/null
        has "33 101"
    done
}

# --- Formats ------------------------------------------------------------------------------------------------------------

@test "a format that begins with a range over a field is about each row" {
    run -0 podman_face inspect --format '{{range .Config.Env}}{{println .}}{{end}}' data
    has "PATH="
    local format
    for format in '{{range .RepoTags}}{{.}} {{end}}' '{{range .}}{{.Id}}{{end}}' 'x{{range .}}{{.Id}}{{end}}' \
        '{{.Config.User}}|{{.Config.Entrypoint}}|{{.Config.Volumes}}|{{.Config.Labels.nope}}|{{.Labels.nope}}' \
        '{{range .History}}{{.EmptyLayer}} {{end}}' '{{.HealthCheck}}'; do
        run -0 podman_face image inspect --format "$format" data
        local ours=$output
        run -0 podman image inspect --format "$format" data
        equal "$ours" "$output"
    done
    run -0 podman_face images --format '{{range .Names}}{{.}} {{end}}' data
    prints 'localhost/data:latest '
    run -0 swiftlet push -q data "oci:$PWD/layout:data"
    run -0 swiftlet image inspect --format '{{range .Layers}}{{.}};{{end}}{{.Labels}}' "oci:$PWD/layout:data"
    matches '^sha256:.*;map\[.*\]$'
}

@test "a field that does not exist is an error" {
    run -125 podman_face image inspect --format '{{.Nope}}' data
    has "can't evaluate field Nope"
    run -125 podman_face image inspect --format '{{.Config.Nope}}' data
    run -125 podman_face images --format '{{.Nope}}'
    run -125 swiftlet info --format '{{.nope}}'
    run -125 swiftlet inspect --type image --format '{{.Nope}}' data
    swiftlet push -q data "oci:$PWD/layout:data"
    run -125 swiftlet image inspect --format '{{.Nope}}' "oci:$PWD/layout:data"
}
