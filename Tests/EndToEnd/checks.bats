#!/usr/bin/env bats
# Build checks, and what `build --call` tells about a Dockerfile.
# runs as: user

load support/session

setup_file() {
    begin_store
    make_drop_in
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

@test "checks are warnings with rule, place and excerpt, and the build goes on" {
    dockerfile <<<$'FROM localhost/busybox as Low\nENV key value\nCMD ls $nothing'
    run swiftlet build -t localhost/warned .
    [ "$status" = 0 ]
    for found in "Dockerfile:1:1: warning: FromAsCasing: " "Dockerfile:1:1: warning: StageNameCasing: " \
        "Dockerfile:2:1: warning: LegacyKeyValueFormat: " "Dockerfile:2:1: warning: SecretsUsedInArgOrEnv: " \
        "Dockerfile:3:1: warning: JSONArgsRecommended: " "  3 | CMD ls"; do
        [[ "$output" == *"$found"* ]] || { echo "lacks: $found"; return 1; }
    done
    [[ "$output" != *UndefinedVar* ]]
}

@test "variables of the base image are known to the checks" {
    dockerfile <<<$'FROM localhost/busybox\nENV place=/srv'
    swiftlet build -q -t localhost/placed .
    dockerfile <<<$'FROM localhost/placed\nWORKDIR $place\nUSER $plaice'
    run swiftlet build -t localhost/checked .
    [[ "$output" == *'Dockerfile:3:1: warning: UndefinedVar: $plaice is not defined (did you mean place?)'* ]]
    [[ "$output" != *'UndefinedVar: $place '* ]]
}

@test "error=true fails the build before its first step" {
    dockerfile <<<$'# check=error=true\nFROM localhost/busybox\nRUN touch /ran\nMAINTAINER me'
    run swiftlet build -t localhost/failed .
    [ "$status" = 125 ]
    [[ "$output" == *"lint violation found for rules: MaintainerDeprecated"* ]]
    [[ "$output" != *"STEP 2"* ]]
    run swiftlet image exists localhost/failed
    [ "$status" = 1 ]
}

@test "rules are skipped by directive, comment and build argument" {
    dockerfile <<<$'# check=skip=MaintainerDeprecated;error=true\nFROM localhost/busybox\nMAINTAINER me'
    swiftlet build -q .
    dockerfile <<<$'FROM localhost/busybox\n# check=skip=all\nMAINTAINER me'
    run swiftlet build .
    [[ "$output" != *MaintainerDeprecated* ]]
    dockerfile <<<$'FROM localhost/busybox\nMAINTAINER me'
    run swiftlet build --build-arg BUILDKIT_DOCKERFILE_CHECK=skip=all .
    [[ "$output" != *MaintainerDeprecated* ]]
    run swiftlet build --build-arg BUILDKIT_DOCKERFILE_CHECK=error=perhaps .
    [ "$status" = 125 ]
    [[ "$output" == *"error takes true or false"* ]]
}

@test "called as buildah, only files with a directive are checked" {
    dockerfile <<<$'FROM localhost/busybox\nMAINTAINER me'
    run drop_in build .
    [ "$status" = 0 ]
    [[ "$output" != *MaintainerDeprecated* ]]
    dockerfile <<<$'# check=error=true\nFROM localhost/busybox\nMAINTAINER me'
    run drop_in build .
    [ "$status" != 0 ]
    [[ "$output" == *MaintainerDeprecated* ]]
}

@test "--check builds nothing; its exit code says whether something was found" {
    dockerfile <<<$'FROM localhost/none-such AS low\nMAINTAINER me\nFROM scratch\nCMD ["a"]'
    run --separate-stderr swiftlet build --check .
    [ "$status" = 1 ]
    [[ "${lines[0]}" == "Check complete, 1 warning has been found!" ]]
    [[ "$output" == *"Dockerfile:2:1: warning: MaintainerDeprecated"* ]]
    run swiftlet build --check --target low .
    [ "$status" = 1 ]
    swiftlet build --call=check,format=json . | jq -e '.warnings[0].ruleName == "MaintainerDeprecated" and .warnings[0].location.ranges[0].start.line == 2' ||
        [ "${PIPESTATUS[1]}" = 0 ]
    dockerfile <<<$'FROM scratch\nCMD ["a"]'
    run swiftlet build --check .
    [ "$status" = 0 ]
    [ "$output" = "Check complete, no warnings found." ]
}

@test "--call tells targets and what can be set" {
    dockerfile <<'END'
# low is below
FROM localhost/busybox AS low
# size in sacks
ARG size=31
RUN --mount=type=secret,id=door,required=true --mount=type=ssh,id=bell true
FROM low
END
    run swiftlet build --call=targets .
    [ "$status" = 0 ]
    [[ "${lines[1]}" == "low       is below" ]]
    [[ "${lines[2]}" == "(default) " ]]
    run swiftlet build --call=outline --target low --build-arg size=77 .
    [ "$status" = 0 ]
    [[ "$output" == *"DESCRIPTION: is below"*"size        77      in sacks"*"door     true"*"bell"* ]] || { echo "$output"; return 1; }
    run swiftlet build --call=dance .
    [ "$status" = 125 ]
    [[ "$output" == *"it must be build, check, outline or targets"* ]]
}
