#!/usr/bin/env bats
# Output that cannot be written is a failure, and nothing is named whose id cannot be told.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { swiftlet rm -a >/dev/null 2>&1 || true; }

@test "output to a full device: a message and an exit code" {
    local command
    swiftlet from --name worker busybox >/dev/null
    for command in "images" "images -q" "images --json" "inspect busybox" "history busybox" "containers" "info" "version" \
        "--version" "--help" "images --help" "container ps -a" "system check --help" "image tree busybox" \
        "tag busybox other"; do
        # shellcheck disable=SC2086
        run bash -c "$(declare -f swiftlet); swiftlet $command >/dev/full"
        case $command in
        tag*) [ "$status" -eq 0 ] || fail "$command: $status" "$output" ;;
        *)
            [ "$status" -eq 125 ] || fail "$command: exit code $status" "$output"
            has "Error: write standard output: no space left on device"
            ;;
        esac
    done
    # The work is done all the same, and only the telling failed.
    run bash -c "$(declare -f swiftlet); swiftlet rmi other >/dev/full"
    [ "$status" -eq 125 ]
    swiftlet rm worker
}

@test "a closed pipe ends the output silently; a closed standard output is a failure" {
    run bash -c "$(declare -f swiftlet); set -o pipefail; swiftlet images | true; :"
    lacks Error
    run bash -c "$(declare -f swiftlet); swiftlet images >&-"
    [ "$status" -eq 125 ]
    has "Error: write standard output: bad file descriptor"
    store_is_sound
    run -0 swiftlet images
    has busybox
}

@test "if an iidfile cannot be written, no image is named or created" {
    local before file
    dockerfile <<<"FROM localhost/busybox
LABEL new=$BATS_TEST_NUMBER"
    before=$(swiftlet images -a -q | sort)
    for file in /dev/full /nowhere/at/all "$PWD"; do
        run swiftlet build --iidfile "$file" -t named .
        own_failure
        run swiftlet image exists named
        [ "$status" -eq 1 ]
    done
    equal "$(swiftlet images -a -q | sort)" "$before"
    run -0 swiftlet build -q --iidfile id -t named .
    equal "$(cat id)" "sha256:$(swiftlet images -q --no-trunc named | sed 's/^sha256://')"
    # The same from the cache, where nothing new is made.
    run swiftlet build --iidfile /dev/full -t cached .
    own_failure
    run swiftlet image exists cached
    [ "$status" -eq 1 ]
    swiftlet from --name worker busybox >/dev/null
    run swiftlet commit --iidfile /dev/full worker committed
    own_failure
    run swiftlet image exists committed
    [ "$status" -eq 1 ]
    swiftlet rm worker
    swiftlet container create --name made busybox true >/dev/null
    run swiftlet container commit --iidfile /dev/full made committed
    own_failure
    run swiftlet image exists committed
    [ "$status" -eq 1 ]
    swiftlet container rm made
}

@test "if a digestfile cannot be written, no manifest or name remains" {
    local file
    for file in /dev/full /nowhere/at/all; do
        run swiftlet push -q --digestfile "$file" busybox "oci:$PWD/layout:tag"
        own_failure
        run cat layout/index.json
        lacks '"tag"'
        run swiftlet image copy --digestfile "$file" "containers-storage:localhost/busybox" "dir:$PWD/directory"
        own_failure
        [ ! -e directory/manifest.json ]
    done
    run -0 swiftlet push -q --digestfile digest busybox "oci:$PWD/layout:tag"
    equal "$(cat digest)" "$(jq -r '.manifests[0].digest' layout/index.json)"
}
