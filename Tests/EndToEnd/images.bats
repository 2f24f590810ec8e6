#!/usr/bin/env bats
# The commands around images: images, rmi, tag, untag, inspect, history, info, version; and their errors.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() {
    # Root's podman leaves a mount of the driver's directory.
    umount -l "$STORE/graph/overlay" 2>/dev/null || true
    end_store
}

setup() {
    enter_new_directory
    BASE=$(swiftlet inspect --type image --format '{{.FromImageID}}' localhost/busybox)
}

teardown() {
    local name
    swiftlet rm --all >/dev/null 2>&1 || true
    for name in $(swiftlet images --noheading --format '{{.Name}}:{{.Tag}}' 2>/dev/null | grep -v 'localhost/busybox:latest'); do
        [[ $name == *none* ]] || swiftlet rmi -f "$name" >/dev/null 2>&1 || true
    done
    swiftlet rmi --prune >/dev/null 2>&1 || true
}

# A separate small image: make_image NAME [INSTRUCTION]
make_image() {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo '"$1"$' >/name\n'"${2:-}"
    swiftlet build -q -t "$1" .
}

# --- images ------------------------------------------------------------------------------------------------------------

@test "images: sizes that no disk can have are no reason to fail" {
    make_image huge $'RUN touch /second'
    as_owner python3 - "$(graphroot)" <<'PY'
import json, pathlib, sys
for path in pathlib.Path(sys.argv[1]).glob("*-layers/layers.json"):
    layers = json.loads(path.read_text())
    for layer in layers:
        layer["was"], layer["diff-size"] = layer.get("diff-size", 0), 2**63 - 1
    path.write_text(json.dumps(layers))
PY
    run -0 swiftlet images huge
    has "9223372 TB"
    run -0 swiftlet history huge
    as_owner python3 - "$(graphroot)" <<'PY'
import json, pathlib, sys
for path in pathlib.Path(sys.argv[1]).glob("*-layers/layers.json"):
    layers = json.loads(path.read_text())
    for layer in layers:
        layer["diff-size"] = layer.pop("was")
    path.write_text(json.dumps(layers))
PY
}

@test "images: a table with a line per name" {
    run -0 swiftlet tag localhost/busybox other:1.0 example.com:5000/deep/name
    run -0 swiftlet images
    matches '^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE'
    matches "localhost/busybox +latest +${BASE:0:12} +[^ ].* ago +2\.[0-9]+ MB"
    matches "localhost/other +1\.0 +${BASE:0:12} "
    matches "example\.com:5000/deep/name +latest +${BASE:0:12} "
    equal "${#lines[@]}" 4
    run -0 swiftlet images --noheading
    lacks REPOSITORY
    equal "${#lines[@]}" 3
    run -0 swiftlet images -n
    equal "${#lines[@]}" 3
}

@test "images -q: each id once, whatever its names; --no-trunc: the full id" {
    run -0 swiftlet tag localhost/busybox other
    run -0 swiftlet images -q
    prints "${BASE:0:12}"
    run -0 swiftlet images -q --no-trunc
    prints "sha256:$BASE"
}

# The two tools do not run in the same second.
without_age() { sed -E 's/  ((Less than|About) )?[a-z0-9]+ [a-z]+ ago//; s/  +/ /g'; }

@test "images prints the same as buildah" {
    swiftlet tag localhost/busybox other:tag
    make_image second 'LABEL a=b'
    local flags
    for flags in "-q" "-q --no-trunc" "-n --digests" "--format {{.ID}}_{{.Name}}_{{.Tag}}_{{.Digest}}_{{.Size}}" "-q -a" \
        "-q --filter label=a" "-q --filter reference=second" "-q --filter since=localhost/busybox"; do
        # Words of FLAGS.
        # shellcheck disable=SC2086
        equal "$flags: $(swiftlet images $flags | without_age | sort)" \
            "$flags: $(buildah images $flags | without_age | sort)"
    done
    equal "$(swiftlet images --json | jq -cS 'map(del(.createdat)) | sort_by(.id)')" \
        "$(buildah images --json | jq -cS 'map(del(.createdat)) | sort_by(.id)')"
}

@test "images NAME: that image only" {
    make_image second
    run -0 swiftlet images -n second
    equal "${#lines[@]}" 1
    has localhost/second
    run -0 swiftlet images -n localhost/busybox:latest
    has localhost/busybox
    equal "${#lines[@]}" 1
    run swiftlet images no-such-image
    own_failure
    has "no-such-image: image not known"
    run swiftlet images one two
    own_failure
}

@test "images --filter reference, label" {
    make_image labelled 'LABEL kind=test other=x'
    make_image plain
    run -0 swiftlet images -n --filter label=kind
    has localhost/labelled
    lacks plain
    run -0 swiftlet images -n --filter label=kind=test
    has localhost/labelled
    run -0 swiftlet images -n -f label=kind=no
    prints ""
    local pattern
    for pattern in '*lain' 'p[k-m]ai?' 'localhost/p*'; do
        run -0 swiftlet images -n --filter "reference=$pattern"
        has localhost/plain
        lacks labelled
    done
    # No pattern at all fits nothing, and * does not reach over a slash.
    for pattern in 'p[' 'local*in'; do
        run -0 swiftlet images -n --filter "reference=$pattern"
        prints ""
    done
    run -0 swiftlet images -n --filter reference=labelled --filter label=other=x
    has localhost/labelled
    equal "${#lines[@]}" 1
}

@test "images --filter since, before" {
    make_image first
    sleep 0.1
    make_image second
    run -0 swiftlet images -n --filter since=first
    has localhost/second
    lacks localhost/first
    lacks busybox
    run -0 swiftlet images -n --filter before=second
    has localhost/first
    has localhost/busybox
    lacks localhost/second
    run swiftlet images --filter since=no-such-image
    own_failure
    has no-such-image
}

@test "images --filter dangling, and a name that moves to another image" {
    make_image moving
    local old
    old=$(swiftlet images -q moving)
    make_image moving 'RUN touch /more'
    run -0 swiftlet images -q --filter dangling=true
    lacks "$(swiftlet images -q moving)"
    run -0 swiftlet images -a -q
    has "$old"
    run -0 swiftlet images -n --filter dangling=false
    has localhost/moving
    lacks "<none>"
}

@test "images: invalid filters" {
    run swiftlet images --filter no-such=1
    own_failure
    has 'unsupported image filter "no-such"'
    run swiftlet images --filter dangling
    own_failure
    has dangling
    run swiftlet images --filter dangling=perhaps
    own_failure
    has perhaps
}

@test "images of an empty store: headings only, or []" {
    STORE=$BATS_TEST_TMPDIR/empty
    mkdir "$STORE"
    run -0 swiftlet images
    matches '^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE$'
    run -0 swiftlet images -q
    prints ""
    run -0 swiftlet images --json
    equal "$(jq -c . <<<"$output")" "[]"
    as_owner rm -rf "$STORE"
}

# --- tag, untag ----------------------------------------------------------------------------------------------------------

@test "tag: a name is moved, an id and a short id identify an image" {
    make_image second
    local second
    second=$(swiftlet images -q --no-trunc second)
    run -0 swiftlet tag "$BASE" a-name
    equal "$(swiftlet images -q --no-trunc a-name)" "sha256:$BASE"
    run -0 swiftlet tag "${second:7:12}" a-name
    equal "$(swiftlet images -q --no-trunc a-name)" "$second"
    run -0 podman images -q --no-trunc localhost/a-name
    has_line "$second"
}

@test "tag: errors" {
    run swiftlet tag no-such-image name
    own_failure
    has "no-such-image: image not known"
    run swiftlet tag localhost/busybox
    own_failure
    run swiftlet tag localhost/busybox 'Bad Name'
    own_failure
    has "Bad Name"
    run swiftlet tag localhost/busybox UPPER
    own_failure
    has "lowercase"
    equal "$(swiftlet images -n | wc -l)" 1
}

@test "untag: a name, all names; the image stays" {
    make_image second
    local id
    id=$(swiftlet images -q second)
    swiftlet tag second third fourth
    run -0 swiftlet untag second third
    run -0 swiftlet images -n
    lacks localhost/third
    has localhost/fourth
    run -0 swiftlet untag second
    run -0 swiftlet images -a -q
    has "$id"
    run swiftlet untag no-such-image
    own_failure
    has "no-such-image: image not known"
    swiftlet rmi -f "$id"
}

@test "untag: a name that the image does not have" {
    swiftlet tag localhost/busybox other
    run swiftlet untag localhost/busybox not-its-name
    own_failure
    has not-its-name
    run -0 swiftlet images -n
    has localhost/busybox
    has localhost/other
}

# --- rmi -----------------------------------------------------------------------------------------------------------------

@test "rmi by name removes the name, and the image with its last one" {
    make_image second
    local id
    id=$(swiftlet images -q --no-trunc second)
    swiftlet tag second third
    run -0 swiftlet rmi second
    prints "untagged: localhost/second:latest"
    equal "$(swiftlet images -q --no-trunc third)" "$id"
    run -0 swiftlet rmi third
    has "untagged: localhost/third:latest"
    has_line "${id#sha256:}"
    run -0 swiftlet images -q --no-trunc
    lacks "$id"
    store_is_sound
}

@test "rmi by id: rejected if there are several names, unless forced" {
    make_image second
    local id
    id=$(swiftlet images -q second)
    swiftlet tag second third
    run swiftlet rmi "$id"
    own_failure
    has "by ID with more than one tag"
    has "localhost/second:latest"
    has "localhost/third:latest"
    equal "$(swiftlet images -q third)" "$id"
    run -0 swiftlet rmi -f "$id"
    run -0 swiftlet images -q
    lacks "$id"
    store_is_sound
}

@test "rmi: an image in use stays, and is removed with its container when forced" {
    make_image used
    local container
    container=$(swiftlet from used)
    run swiftlet rmi used
    own_failure
    has "image is in use by a container"
    run -0 swiftlet images -n
    has localhost/used
    run -0 swiftlet rmi -f used
    run -0 swiftlet containers -q
    prints ""
    run -0 swiftlet images -n
    lacks localhost/used
    store_is_sound
}

@test "rmi of several: existing ones are removed, the others are errors" {
    make_image second
    make_image third
    run swiftlet rmi second no-such-image third
    own_failure
    has "no-such-image: image not known"
    run -0 swiftlet images -n
    lacks localhost/second
    lacks localhost/third
}

@test "rmi of a parent image keeps the layers that others need" {
    make_image lower
    dockerfile <<<$'FROM localhost/lower\nRUN touch /upper'
    swiftlet build -q -t upper .
    run -0 swiftlet rmi lower
    run -0 in_image upper cat /name
    prints lower
    store_is_sound
}

@test "rmi -a empties the store; --prune removes unnamed images" {
    STORE=$BATS_TEST_TMPDIR/own
    mkdir "$STORE"
    make_base
    make_image one
    make_image two
    make_image one 'RUN touch /newer'
    run -0 swiftlet rmi --prune
    run -0 swiftlet images -a -n
    lacks "<none>"
    has localhost/one
    has localhost/busybox
    run -0 swiftlet rmi -a
    run -0 swiftlet images -a -q
    prints ""
    equal "$(as_owner find "$STORE/graph/overlay" -mindepth 2 -maxdepth 2 -name diff)" ""
    store_is_sound
    run -0 swiftlet rmi -a -f
    as_owner rm -rf "$STORE"
}

@test "rmi: errors" {
    run swiftlet rmi
    own_failure
    has "image name or ID must be specified"
    run swiftlet rmi no-such-image
    own_failure
    has "no-such-image: image not known"
    run swiftlet rmi --all localhost/busybox
    own_failure
    run swiftlet rmi --all --prune
    own_failure
    run -0 swiftlet images -n
    has localhost/busybox
}

# --- inspect, history ------------------------------------------------------------------------------------------------------

@test "inspect: the same output as buildah" {
    make_image inspected 'LABEL a=b'
    local filter
    for filter in .FromImage .FromImageID .FromImageDigest .OCIv1 '.Docker.config | with_entries(select(.value | . != null and . != "" and . != false))' .Manifest; do
        equal "$filter $(swiftlet inspect --type image inspected | jq -cS "$filter")" \
            "$filter $(buildah inspect --type image localhost/inspected | jq -cS "$filter")"
    done
    run -0 swiftlet inspect --format '{{.OCIv1.Config.Labels}}' inspected
    has "a:b"
    run -0 swiftlet inspect -t image -f '{{.FromImageID}}' inspected
    matches '^[0-9a-f]{64}$'
}

@test "inspect: errors" {
    run swiftlet inspect no-such-image
    own_failure
    has "no-such-image"
    run swiftlet inspect --type no-such-type localhost/busybox
    own_failure
    has "the only recognized types are"
    run swiftlet inspect
    own_failure
    run swiftlet inspect --format '{{.NoSuchField}}' localhost/busybox
    own_failure
    has NoSuchField
    run swiftlet inspect --format '{{' localhost/busybox
    own_failure
}

@test "history: newest first, with sizes; -q, --json, --no-trunc" {
    make_image past 'ENV long=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
    run -0 swiftlet history past
    matches '^ID +CREATED +CREATED BY +SIZE +COMMENT'
    [[ ${lines[1]} == *"ENV long"*...* ]] || fail "the newest is not first, or not shortened:" "$output"
    [[ ${lines[2]} == "<missing>"*"echo past >/name"* ]] || fail "$output"
    equal "${#lines[@]}" 6
    run -0 swiftlet history --no-trunc past
    lacks ...
    has aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    run -0 swiftlet history --json past
    equal "$(jq length <<<"$output")" 5
    run -0 swiftlet history -q past
    equal "${lines[0]}" "$(swiftlet images -q past)"
    run swiftlet history no-such-image
    own_failure
    has "no-such-image: image not known"
    run swiftlet history
    own_failure
}

# --- info, version -----------------------------------------------------------------------------------------------------------

@test "info: host and store" {
    run -0 swiftlet info
    equal "$(jq -r .store.GraphRoot <<<"$output")" "$STORE/graph"
    equal "$(jq -r .store.RunRoot <<<"$output")" "$STORE/run"
    equal "$(jq -r .store.GraphDriverName <<<"$output")" overlay
    equal "$(jq -r .store.ImageStore.number <<<"$output")" "$(swiftlet images -a -q | wc -l)"
    equal "$(jq -r .host.rootless <<<"$output")" "$(is_root && echo false || echo true)"
    equal "$(jq -r .host.kernel <<<"$output")" "$(uname -r)"
    run -0 swiftlet info --format '{{.store.GraphDriverName}}'
    prints overlay
}

@test "version: a table, JSON, a template, and --version" {
    run -0 swiftlet version
    matches $'^Version: +[0-9]+\\.[0-9]+\\.[0-9]+'
    matches $'OS/Arch: +linux/'
    run -0 swiftlet version --json
    local version
    version=$(jq -r .version <<<"$output")
    run -0 swiftlet --version
    prints "swiftlet version $version"
    # Works without a store and without a home.
    run -0 env -i "$(type -P swiftlet)" version
    has "$version"
}

# --- Errors and help --------------------------------------------------------------------------------------------------

@test "unknown commands and flags: one error, with the messages of the related tools" {
    run swiftlet no-such-command
    own_failure
    has 'unknown command "no-such-command" for "swiftlet"'
    run swiftlet container no-such-command
    own_failure
    run swiftlet images --no-such-flag
    own_failure
    has "unknown flag: --no-such-flag"
    run swiftlet images -Z
    own_failure
    has "unknown shorthand flag: 'Z' in -Z"
    run swiftlet build --tag
    own_failure
    has "flag needs an argument: --tag"
    run swiftlet images -f
    own_failure
    has "flag needs an argument: 'f' in -f"
    run swiftlet images --all=perhaps
    own_failure
    has "perhaps"
    run swiftlet --storage-driver no-such-driver images
    own_failure
    has no-such-driver
}

@test "--help, -h and help: of the tool and of every command, on standard output" {
    run -0 --separate-stderr swiftlet --help
    has "Usage:"
    local commands command
    commands=$(sed -n '/^Available Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$output")
    [ "$(wc -w <<<"$commands")" -ge 15 ] || fail "$output"
    for command in $commands; do
        [ "$command" != help ] || continue
        run -0 --separate-stderr command swiftlet "$command" --help
        has "Usage:"
        has "swiftlet $command"
        has "-h, --help"
        equal "$(command swiftlet help "$command")" "$output"
        equal "$(command swiftlet "$command" -h)" "$output"
    done
}
