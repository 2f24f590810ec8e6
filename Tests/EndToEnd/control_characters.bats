#!/usr/bin/env bats
# Strangers' text that has commands to a terminal in it: shown on a terminal, kept as it is in a pipe.
# runs as: user

load support/session
load support/registries

setup_file() {
    begin_store
    begin_own_home
    start_server rude rude_registry.py
    export RUDE=localhost:$(port_of rude)
    # A title, a wiped screen, a colour by one byte, and text that runs backwards.
    export EVIL=$'\e]0;owned\a\e[2J\xc2\x9b31m\x7f\xe2\x80\xaeevil\r'
    local context=$BATS_FILE_TMPDIR/context
    mkdir "$context"
    printf '%s\n' "FROM localhost/busybox" "LABEL note=\"a${EVIL}b\"" "ENV NOTE=\"a${EVIL}b\"" \
        "RUN touch \"/file-${EVIL}\" && printf '\\033[7mown\\033[0m\\n'" "CMD [\"echo\", \"${EVIL//$'\e'/\\u001b}\"]" |
        tr -d '\a\r' >"$context/Dockerfile"
    export CONTEXT=$context
    swiftlet build -q -t localhost/evil "$context"
}
teardown_file() {
    stop_servers
    end_store
}
setup() { enter_new_directory; }

# Runs swiftlet at a terminal: standard output and standard error are the terminal.
at_terminal() {
    python3 "$SUPPORT/terminal.py" "" swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" "$@"
}

# The last `run` printed nothing that a terminal obeys, but has the evil text in another form.
is_harmless() {
    local bad
    bad=$(LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]' <<<"$output" | cat -v)
    [ -z "$bad" ] || fail "the terminal got commands:" "$bad"
    has "${1:-\\u202eevil}"
}

@test "a build escapes its steps, and passes their output through unchanged" {
    run -0 at_terminal build --no-cache --progress plain -t localhost/evil2 "$CONTEXT"
    has $'\e[7mown\e[0m'
    output=${output//$'\e[7mown\e[0m'/}
    is_harmless
    has 'LABEL note="a\u001b]0;owned\u001b[2J\u009b31m\u007f\u202eevil'
}

@test "a container's output is passed through unchanged" {
    run -0 at_terminal container run --rm localhost/busybox printf '\033[7mown\033[0m'
    has $'\e[7mown\e[0m'
    run -0 at_terminal container run --rm -it localhost/busybox printf '\033[7mown\033[0m'
    has $'\e[7mown\e[0m'
}

@test "the same build does not escape its output to a pipe" {
    run -0 swiftlet build --no-cache -t localhost/evil2 "$CONTEXT"
    has $'LABEL note="a\e]0;owned\e[2J\xc2\x9b31m\x7f\xe2\x80\xaeevil'
}

@test "errors about a Dockerfile are escaped, even in a pipe" {
    printf 'FROM localhost/busybox\nNONSENSE%s x\n' "$EVIL" >Dockerfile
    run at_terminal build .
    is_harmless
    run ! swiftlet build .
    own_failure
    is_harmless
}

@test "an error about a megabyte of text is shortened to kilobytes, and keeps its end" {
    # A line may have 64 KiB; an argument that is not defined names what it stands for.
    local word
    word=$(head -c 60000 /dev/zero | tr '\0' S)
    {
        printf 'FROM localhost/busybox\nCOPY --from=none '
        for _ in {1..18}; do printf '/%s \\\n' "$word"; done
        echo /x/
    } >Dockerfile
    run ! swiftlet build -q .
    own_failure
    [ ${#output} -lt 12000 ] || fail "the message has ${#output} bytes"
    has " bytes more) …"
}

@test "history, images, inspect and their formats are escaped" {
    run -0 at_terminal history --no-trunc localhost/evil
    is_harmless
    run -0 at_terminal history --json localhost/evil
    is_harmless
    run -0 at_terminal history --format '{{.CreatedBy}}' --no-trunc localhost/evil
    is_harmless
    run -0 at_terminal history --dockerfile localhost/evil
    is_harmless
    run -0 at_terminal inspect localhost/evil
    is_harmless
    run -0 at_terminal inspect --format '{{.OCIv1.Config.Labels}}' localhost/evil
    is_harmless
    run -0 at_terminal image inspect --config --raw localhost/evil
    is_harmless
    run -0 at_terminal image tree --no-trunc localhost/evil
    lacks $'\e'
}

@test "JSON on a terminal is valid JSON" {
    run -0 at_terminal inspect localhost/evil
    [ "$(jq -r .OCIv1.config.Labels.note <<<"$output")" = $'a\e]0;owned\e[2J\xc2\x9b31m\x7f\xe2\x80\xaeevilb' ]
}

@test "output to a pipe is not escaped" {
    run -0 swiftlet history --format '{{.CreatedBy}}' --no-trunc localhost/evil
    has $'note="a\e]0;owned\e[2J\xc2\x9b31m\x7f\xe2\x80\xaeevil'
    # Also those that are no text at all.
    swiftlet push -q localhost/evil oci:raw:one
    local manifest
    manifest=raw/blobs/$(jq -r '.manifests[0].digest' raw/index.json | tr : /)
    printf '%s' "$(head -c -1 "$manifest"), \"annotations\": {\"a\": \"" >new
    printf '\xff\xfe"}}' >>new
    local digest
    digest=$(sha256sum new | cut -d ' ' -f 1)
    mv new "raw/blobs/sha256/$digest"
    jq --arg digest "sha256:$digest" --argjson size "$(stat -c %s "raw/blobs/sha256/$digest")" \
        '.manifests[0].digest = $digest | .manifests[0].size = $size' raw/index.json >index && mv index raw/index.json
    [ "$(swiftlet image inspect --raw oci:raw:one | sha256sum)" = "$digest  -" ] || fail "the manifest's bytes changed"
}

@test "containers: commands, file names and errors about them are escaped" {
    swiftlet container run --name evil localhost/evil
    run -0 at_terminal container ps -a --no-trunc
    is_harmless
    run -0 at_terminal container ps -a --format json
    is_harmless
    run -0 at_terminal container inspect evil
    is_harmless
    swiftlet container run --name files localhost/busybox touch "/x$EVIL"
    run -0 at_terminal container diff files
    is_harmless
    run at_terminal container cp "files:/missing$EVIL" .
    is_harmless
    run at_terminal container rm "no$EVIL"
    is_harmless
    swiftlet container rm evil files
}

@test "invalid references are escaped" {
    local command
    for command in pull push rmi "tag localhost/evil" untag "image inspect" from "manifest inspect"; do
        # shellcheck disable=SC2086
        run at_terminal $command "docker://$EVIL"
        is_harmless
    done
    run at_terminal "--$EVIL"
    is_harmless
    run at_terminal "$EVIL"
    is_harmless
}

@test "messages of a registry are escaped" {
    run at_terminal pull --retry 0 --tls-verify=false "$RUDE/image:1"
    is_harmless
    run ! swiftlet pull --retry 0 --tls-verify=false "$RUDE/image:1"
    is_harmless
    run at_terminal image copy --retry-times 0 --src-tls-verify=false "docker://$RUDE/image:1" "dir:there"
    is_harmless
    run at_terminal image inspect --tls-verify=false "docker://$RUDE/image:1"
    is_harmless
    run at_terminal image list-tags --tls-verify=false "docker://$RUDE/tags"
    lacks $'\e'
    run at_terminal login --tls-verify=false -u "me$EVIL" -p secret "$RUDE"
    lacks $'\e'
    run ! swiftlet pull --retry 0 --tls-verify=false "$RUDE/long:1"
    own_failure
    [ ${#output} -lt 12000 ] || fail "the message has ${#output} bytes"
}

@test "errors about configuration files are escaped" {
    printf '[x]\n"%s" = 1\n"%s" = 2\n' "${EVIL//$'\e'/\\u001b}" "${EVIL//$'\e'/\\u001b}" | tr -d '\a\r\177' >registries.conf
    CONTAINERS_REGISTRIES_CONF=$PWD/registries.conf run at_terminal pull nothing
    is_harmless 'evil'
    has "registries.conf:3:1: not TOML: "
    CONTAINERS_REGISTRIES_CONF=$PWD/$EVIL run at_terminal pull nothing
    is_harmless
}

@test "progress bars of a copy are still drawn" {
    run -0 at_terminal push localhost/evil "oci:there:one"
    has $'\e[K'
    has "Writing manifest to image destination"
}
