#!/usr/bin/env bats
# config and commit, flag by flag, compared with buildah.
# runs as: user

load support/session
load support/layout

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { swiftlet rm -a >/dev/null; }

# The results of both tools for a configuration change, from the same start.
same_configuration() {
    swiftlet from --name ours busybox >/dev/null
    swiftlet from --name theirs busybox >/dev/null
    swiftlet config "$@" ours 2>/dev/null
    buildah config "$@" theirs 2>/dev/null
    # Empty and missing lists are equivalent.
    local filter='[.OCIv1, .Docker, .ImageAnnotations] | walk(if type == "object" then del(.created)
        | with_entries(select(.value != null and .value != [] and .value != {})) else . end)'
    equal "$(buildah inspect ours | jq -S "$filter")" "$(buildah inspect theirs | jq -S "$filter")"
    swiftlet rm ours theirs >/dev/null
}

@test "config parses commands and lists as buildah does" {
    same_configuration --cmd '["a", "b c"]'
    same_configuration --cmd '["a", "b c"'
    same_configuration --cmd 'sh -c "echo hi" | rest'
    same_configuration --cmd 'x y' --entrypoint '["/bin/e", "f"]'
    same_configuration --entrypoint '/bin/e f'
    same_configuration --entrypoint '["/bin/e"'
    same_configuration --entrypoint ''
    same_configuration --onbuild 'RUN a,b' --onbuild 'COPY x y'
    same_configuration -e A=1 -e 'B=$A:${A}' -e =x -l =y -l 'f=g=h' -l e -a n=1 -a k
    same_configuration --healthcheck 'cmd x y'
    same_configuration --healthcheck-interval 5s --healthcheck-retries 7
    same_configuration -p 1,2 -p 53/udp -v /a,/b --volume /c
}

@test "config rejects what buildah rejects, with its messages" {
    swiftlet from --name c busybox
    run swiftlet config --env NO_SUCH_VARIABLE c
    own_failure
    has 'setting env "NO_SUCH_VARIABLE": no value given'
    run swiftlet config --cmd "it's" c
    own_failure
    has "parsing --cmd \"it's\": invalid command line string"
    run swiftlet config --healthcheck-timeout 5 c
    own_failure
    has 'parsing --healthcheck-timeout "5"'
    run -0 swiftlet config --entrypoint '["/bin/e"]' c
    has 'cmd "sh" exists and will be passed to entrypoint as a parameter'
    run -0 swiftlet config --hostname h c
    has "HOSTNAME is not supported for OCI V1 image format, hostname h will be ignored"
}

@test "commit in Docker's format writes the members that buildah writes" {
    swiftlet from --name c busybox
    swiftlet config --label a=b --comment note c 2>/dev/null
    swiftlet run c touch /x
    swiftlet commit -q --format docker --timestamp 5 --identity-label=false c ours
    buildah commit -q --format docker --timestamp 5 --identity-label=false c theirs
    local name
    for name in ours theirs; do
        swiftlet push -q "$name" "dir:$name.dir"
        jq -S 'del(.rootfs.diff_ids)' "$name.dir/$(jq -r .config.digest "$name.dir/manifest.json" | cut -d: -f2)" >"$name.json"
    done
    diff ours.json theirs.json
    is_layout ours.dir
}

@test "commit changes labels, annotations, variables and times" {
    swiftlet from --name c busybox
    swiftlet config --label old=1 --annotation gone=1 --env E=1 c
    swiftlet run c sh -c 'echo x >/x; touch -d @100 /early'
    echo '{"Env": ["F=2"], "User": "5", "Labels": {"from": "file"}}' >config.json
    swiftlet commit -q --unsetlabel old --label new=2 --unsetannotation gone --annotation more=3 --unsetenv E \
        --config config.json --source-date-epoch 1000 --rewrite-timestamp c changed
    in_config changed .OCIv1.config.Labels | grep -qF '"from":"file"'
    in_config changed .OCIv1.config.Labels | grep -qF '"new":"2"'
    equal "$(in_config changed '.OCIv1.config.Labels.old, .OCIv1.config.User')" $'null\n"5"'
    equal "$(in_config changed '.OCIv1.config.Env[-1]')" '"F=2"'
    equal "$(in_config changed '.ImageAnnotations | [.gone, .more]')" '[null,"3"]'
    equal "$(in_config changed .OCIv1.created)" '"1970-01-01T00:16:40Z"'
    run -0 in_image changed stat -c %Y /x /early
    prints $'1000\n100'
    run swiftlet commit --timestamp 1 --source-date-epoch 2 c
    own_failure
    has "would be ambiguous if allowed together"
}

@test "commit reports its copy, and prints an id only for images in the store" {
    swiftlet from --name c busybox
    run -0 --separate-stderr swiftlet commit c named
    matches '^[0-9a-f]{64}$'
    [[ $stderr == *"Getting image source signatures"*"Copying blob sha256:"*"Writing manifest"* ]] || fail "$stderr"
    run -0 --separate-stderr swiftlet commit -q c oci:layout
    prints ""
    equal "$stderr" ""
    is_layout layout
    swiftlet commit -q -D c containers-storage:some/name:1
    swiftlet images --format '{{.Name}}:{{.Tag}}' | grep -qxF docker.io/some/name:1
    run swiftlet commit -q c "name@sha256:$(printf '0%.0s' {1..64})"
    own_failure
    has "would not match destination reference"
    run swiftlet commit c UPPER
    own_failure
    has "repository name must be lowercase"
}
