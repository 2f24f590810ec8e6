#!/usr/bin/env bats
# How build shows its progress: lines, a view on a terminal, JSON; and the shell in a failed step.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

tool() { printf '%s\n' swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER"; }

on_terminal() {
    local command
    mapfile -t command < <(tool)
    TERM=xterm python3 "$SUPPORT/terminal.py" "$1" "${command[@]}" "${@:2}"
}

two_stages() {
    dockerfile <<'EOF'
FROM localhost/busybox AS builder
RUN printf 'out\nno end'; echo error >&2; touch /made
FROM localhost/busybox
COPY --from=builder /made /made
EOF
}

@test "plain: what commands write to standard output and standard error goes there unchanged" {
    two_stages
    for flags in --progress=plain --progress=auto '--progress=plain --jobs=4'; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr swiftlet build --no-cache $flags .
        has $'[1/2] STEP 2/2: RUN printf \'out\\nno end\'; echo error >&2; touch /made\nout\nno end'
        equal "$stderr" error
    done
}

@test "json: one object for each event on standard error, and the id alone on standard output" {
    two_stages
    run -0 --separate-stderr swiftlet build --no-cache --progress json -t named .
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "$output"
    equal "$(jq -rs '[.[] | select(.event == "stepStarted") | "\(.stage) \(.stagePosition) \(.index)/\(.of) \(.text)"] | join("\n")' <<<"$stderr")" \
        $'builder 1/2 1/2 FROM localhost/busybox AS builder\nbuilder 1/2 2/2 RUN printf \'out\\nno end\'; echo error >&2; touch /made\n1 2/2 1/2 FROM localhost/busybox\n1 2/2 2/2 COPY --from=builder /made /made'
    # Every step ends once.
    equal "$(jq -s '[.[] | select(.event == "stepStarted").id] == [.[] | select(.event | IN("stepDone", "stepCached", "stepFailed")).id]' <<<"$stderr")" true
    equal "$(jq -rs '[.[] | select(.event == "stepOutput" and .stream == "stdout").text] | add' <<<"$stderr")" $'out\nno end'
    equal "$(jq -rs '[.[] | select(.event == "stepOutput" and .stream == "stderr").text] | add' <<<"$stderr")" error
    equal "$(jq -s 'all(.[]; .time | test("^20[0-9-]+T[0-9:.]+Z$"))' <<<"$stderr")" true
    run -0 --separate-stderr swiftlet build --progress json .
    equal "$(jq -s '[.[] | select(.event == "stepCached")] | length' <<<"$stderr")" 2
    # A failure ends its step, too.
    dockerfile <<<$'FROM localhost/busybox\nRUN exit 3'
    run --separate-stderr swiftlet build --progress json .
    equal "$status" 3
    equal "$(grep '^{' <<<"$stderr" | jq -rs 'last(.[] | select(.id)).event')" stepFailed
}

@test "the way may come from the environment, which the flag replaces; unknown ways are refused" {
    two_stages
    SWIFTLET_PROGRESS=quiet run -0 swiftlet build .
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "$output"
    BUILDKIT_PROGRESS=quiet run -0 swiftlet build .
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "$output"
    SWIFTLET_PROGRESS=plain BUILDKIT_PROGRESS=quiet run -0 swiftlet build .
    has "STEP 1/2"
    SWIFTLET_PROGRESS=quiet run -0 swiftlet build --progress plain .
    has "STEP 1/2"
    SWIFTLET_PROGRESS=loud run swiftlet build .
    own_failure
    has 'unknown SWIFTLET_PROGRESS "loud": choose auto, tty, plain, json or quiet'
    BUILDKIT_PROGRESS=rawjson run swiftlet build .
    own_failure
    has 'BUILDKIT_PROGRESS rawjson is not supported'
    run swiftlet build --progress tty .
    own_failure
    has 'must be a terminal'
}

@test "on a terminal: finished steps on a line each, no control characters of commands, nothing to restore" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN printf '\033[31mred\033[0m\033]0;title\007\n10%%\r20%%\n'; sleep 0.3
LABEL note=here
EOF
    run -0 on_terminal "" build --no-cache -t named .
    has "[1/3] FROM localhost/busybox"
    has "[3/3] LABEL note=here"
    has $'\e[2m    red\e[0m'
    has "    20%"
    has "Successfully tagged localhost/named:latest"
    lacks $'\e[31mred'
    lacks $'\e]0;'
    lacks $'\a'
    lacks "STEP"
    lacks $'\e[?25l'
    NO_COLOR=1 run -0 on_terminal "" build -t named .
    has "CACHED"
    lacks $'\e[2m'
    lacks $'\e[32m'
    # Related tools print lines.
    run -0 on_terminal "" build --progress plain --no-cache -t named .
    has "STEP 1/3"
    has $'\e[31mred'
}

@test "on a terminal: a failed step shows its last lines, and how to go on" {
    dockerfile <<<$'FROM localhost/busybox\nRUN for i in $(seq 100); do echo "line $i"; done; exit 7'
    run on_terminal "" build .
    equal "$status" 7
    has "FAILED"
    has "    line 81"
    has "    line 100"
    has "exit status 7"
    has "^~~~"
    has "--on-error shell"
    has "--progress plain"
}

@test "on a terminal: Ctrl-C ends the build at once, with the cursor at the beginning of a line" {
    dockerfile <<<$'FROM localhost/busybox\nRUN sleep 20'
    local start=$SECONDS
    run on_terminal $'\x03' build --no-cache .
    [ "$status" -ne 0 ]
    [ $((SECONDS - start)) -lt 15 ] || fail "it took $((SECONDS - start)) seconds"
    lacks $'\e[?25l'
}

@test "on a terminal that changes its size, no line is too long, and the steps remain" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN for i in 1 2 3 4 5 6 7 8; do echo "a rather long line of output, which has no room in a small terminal $i"; sleep 0.2; done
EOF
    local command
    mapfile -t command < <(tool)
    run -0 python3 "$SUPPORT/resized.py" "${command[@]}" build --no-cache -t named .
    has "[1/2] FROM"
    has "[2/2] RUN"
    has "Successfully tagged"
}

@test "--on-error shell opens a shell in the failed step, with its files, mounts and environment" {
    mkdir in && echo mounted >in/file
    dockerfile <<'EOF'
FROM localhost/busybox
ENV NAME=value
WORKDIR /work
RUN --mount=type=bind,source=in,target=/in touch /left-behind && false
EOF
    run on_terminal $'echo "seen: $(ls /left-behind) $(cat /in/file) $NAME $PWD"; exit\n' build --on-error shell .
    equal "$status" 1
    has "seen: /left-behind mounted value /work"
    has "exit status 1"
    run on_terminal "" build --on-error shell --progress plain --target nowhere .
    own_failure
    run swiftlet build --on-error shell .
    own_failure
    has "--on-error shell: standard input and output must be a terminal"
    run swiftlet build --on-error scream .
    own_failure
    has 'unknown --on-error "scream": choose fail or shell'
}
