#!/usr/bin/env bats
# What messages tell a user to write instead.
# runs as: user

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# Whether the build of the Dockerfile on standard input fails with this text.
fails_with() {
    dockerfile
    run swiftlet build "${@:2}" .
    own_failure
    has "$1"
}

@test "COPY --from of an unknown stage names those that there are" {
    fails_with "; the stages before this one are builder, 1" \
        <<<$'FROM localhost/busybox AS builder\nFROM scratch\nFROM scratch\nCOPY --from=nostage /bin /'
    fails_with "(did you mean builder?)" <<<$'FROM localhost/busybox AS builder\nFROM scratch\nCOPY --from=bulder /bin /'
    fails_with "; no stage stands before this one" <<<$'FROM scratch\nCOPY --from=nostage /bin /'
    fails_with "Dockerfile:3:13: error: invalid stage index 7: only stages before this one (1) can be used: 0 (builder)" \
        <<<$'FROM localhost/busybox AS builder\nFROM scratch\nCOPY --from=7 /bin /'
    fails_with 'the target "nobody" was not found in the provided Dockerfile: its stages are builder' --target nobody \
        <<<$'FROM localhost/busybox AS builder\nFROM scratch'
}

@test "short names say what to write" {
    echo 'unqualified-search-registries = []' >registries.conf
    export CONTAINERS_REGISTRIES_CONF=$PWD/registries.conf
    fails_with "Dockerfile:1:1: error: short-name \"swift:6.1\" did not resolve to an alias" <<<$'FROM swift:6.1\nRUN true'
    has ": write docker.io/library/swift:6.1, or another registry before the name"
}

@test "mistyped flags, arguments, mounts and modes are recognized" {
    dockerfile <<<$'ARG VERSION=1\nFROM scratch\nARG VERSION\nLABEL v=$VERSION'
    run swiftlet build --no-chache .
    [ "$status" != 0 ]
    has "unknown flag: --no-chache (did you mean --no-cache?)"
    run -0 swiftlet build --build-arg VERSIN=2 .
    has "one or more build args were not consumed: [VERSIN] (did you mean VERSION?)"
    fails_with "choose shared, private, locked (did you mean locked?)" \
        <<<$'FROM localhost/busybox\nRUN --mount=type=cache,target=/c,sharing=lockd true'
    fails_with "(did you mean host?)" <<<$'FROM localhost/busybox\nRUN --network=hots true'
    fails_with "(did you mean insecure?)" <<<$'FROM localhost/busybox\nRUN --security=insecre true'
    run swiftlet build --call=check,format=sariff .
    has "(did you mean format=sarif?)"
}
