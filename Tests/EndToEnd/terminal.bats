#!/usr/bin/env bats
# Containers with a terminal, as a person types at them: support/typist.py plays person and terminal.
# runs as: user root

load support/session

setup_file() {
    begin_store
    swiftlet from --name work localhost/busybox
}
teardown_file() { end_store; }

# Plays a case with `container run -it` and with `run -t`.
in_terminal() {
    local tool=(swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER")
    run -0 python3 "$SUPPORT/typist.py" "$1" "${tool[@]}" container run --rm -it localhost/busybox
    prints ""
    run -0 python3 "$SUPPORT/typist.py" "$1" "${tool[@]}" run -t work
    prints ""
}

@test "raw mode outside, a separate terminal inside; size, TERM and exit code are passed on" { in_terminal raw; }

@test "a change of the window size is forwarded to the container" { in_terminal resize; }

@test "Ctrl-C and Ctrl-D reach the command" { in_terminal interrupt; }

@test "job control: Ctrl-Z, bg, fg" { in_terminal jobs; }

@test "kill -9 of the tool restores the terminal and ends the container" { in_terminal killed; }

@test "closing the window ends the tool and the container" { in_terminal hangup; }

@test "a command that cannot be started leaves the terminal unchanged" { in_terminal failing; }

@test "a lot of output, and input typed ahead" { in_terminal throughput; }

@test "run passes on the caller's TERM, unless the image or --env sets it" {
    local tool=(swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER")
    run -0 env TERM=screen-256color script -qec "${tool[*]} run -t work sh -c 'echo \$TERM'" /dev/null
    has screen-256color
    run -0 env TERM=screen-256color script -qec "${tool[*]} run -t --env TERM=vt100 work sh -c 'echo \$TERM'" /dev/null
    has vt100
}

@test "inside tmux: a shell, a full-screen program, and the pane is restored" {
    command -v tmux >/dev/null || skip "tmux is not installed"
    local tool="swiftlet --root $STORE/graph --runroot $STORE/run --storage-driver $DRIVER" i
    local pane=(tmux -L "swiftlet$$")
    "${pane[@]}" -f /dev/null new-session -d -x 80 -y 24 "PS1='outer> ' bash --norc"
    "${pane[@]}" send-keys "$tool container run --rm -it localhost/busybox sh" Enter
    for ((i = 0; i < 100; i++)); do "${pane[@]}" capture-pane -p | grep -q '^/ #' && break; sleep 0.1; done
    "${pane[@]}" send-keys "echo in-\$((40 + 2)); stty size" Enter
    for ((i = 0; i < 100; i++)); do "${pane[@]}" capture-pane -p | grep -q '^24 80' && break; sleep 0.1; done
    run "${pane[@]}" capture-pane -p
    has_line in-42
    has_line "24 80"
    "${pane[@]}" send-keys "exit 5" Enter
    for ((i = 0; i < 100; i++)); do "${pane[@]}" capture-pane -p | grep -q '^outer>$' && break; sleep 0.1; done
    "${pane[@]}" send-keys "echo code-\$?" Enter
    for ((i = 0; i < 100; i++)); do "${pane[@]}" capture-pane -p | grep -q '^code-5' && break; sleep 0.1; done
    run "${pane[@]}" capture-pane -p
    "${pane[@]}" kill-server
    has_line code-5
}
