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

@test "findings of a stage on another one that has no base image are told once" {
    dockerfile <<<$'FROM scratch AS low\nENV a=b\nFROM low\nCMD here\nUSER $nobody'
    run swiftlet build .
    [ "$status" = 0 ]
    equal "$(grep -c JSONArgsRecommended <<<"$output")" 1
    equal "$(grep -c UndefinedVar <<<"$output")" 1
}

@test "a base image for another platform is a finding like others" {
    dockerfile base <<<$'FROM scratch\nLABEL a=b'
    swiftlet build -q --platform linux/ppc64le -t localhost/foreign -f base .
    dockerfile <<<$'FROM localhost/foreign\nLABEL a=b'
    run swiftlet build .
    [ "$status" = 0 ]
    has "Dockerfile:1:1: warning: InvalidBaseImagePlatform: localhost/foreign is for linux/ppc64le"
    dockerfile <<<$'FROM localhost/foreign'
    run swiftlet build -t localhost/renamed .
    has "InvalidBaseImagePlatform"
    dockerfile <<<$'# check=skip=InvalidBaseImagePlatform\nFROM localhost/foreign\nLABEL a=b'
    run swiftlet build .
    [ "$status" = 0 ]
    lacks "InvalidBaseImagePlatform"
    dockerfile <<<$'# check=error=true\nFROM localhost/foreign\nLABEL a=b'
    run swiftlet build .
    [ "$status" = 125 ]
    has "lint violation found for rules: InvalidBaseImagePlatform"
}

@test "rules of our own are made when asked for, and findings can be a SARIF log" {
    mkdir -p 'sub dir/.git'
    head -c 4321 /dev/zero >'sub dir/.git/pack'
    echo secret >'sub dir/.env'
    printf 'FROM scratch\nCOPY . /\nMAINTAINER me\n' >'sub dir/Dockerfile'
    run swiftlet build --check 'sub dir'
    lacks SecretFileCopied
    run swiftlet build --check --check-rules own 'sub dir'
    has "Dockerfile:2:1: warning: SecretFileCopied: COPY copies what seem to be secrets: .env (1 file, 7 bytes)"
    has "UnneededFilesCopied: COPY copies .git (1 file, 4321 bytes)"
    run swiftlet build --check-rules SecretFileCopied 'sub dir'
    [ "$status" = 0 ]
    has SecretFileCopied
    run swiftlet build --check --check-rules SecretFilesCopied 'sub dir'
    [ "$status" = 125 ]
    has 'there is no check "SecretFilesCopied" (did you mean SecretFileCopied?)'
    run --separate-stderr swiftlet build --call=check,format=sarif --check-rules own 'sub dir'
    [ "$status" = 1 ]
    # What SARIF 2.1.0 requires, and what code-review tools need.
    jq -e '.version == "2.1.0" and (.runs | length) == 1 and .runs[0].tool.driver.name == "swiftlet"
        and (.runs[0].results | length) == 3
        and ([.runs[0] as $run | $run.results[] | $run.tool.driver.rules[.ruleIndex].id == .ruleId] | all)
        and ([.runs[0].results[] | (.message.text | length) > 0 and .level == "warning"] | all)
        and ([.runs[0].results[].locations[0].physicalLocation | .artifactLocation.uri == "sub%20dir/Dockerfile"
            and .region.startLine >= 2 and .region.startColumn == 1 and .region.endColumn > 1] | all)
        and ([.runs[0].results[].properties.savedBytes] == [7, 4321, null])' <<<"$output"
    dockerfile <<<$'FROM scratch\nCMD ["a"]'
    run --separate-stderr swiftlet build --call=check,format=sarif .
    [ "$status" = 0 ]
    jq -e '.runs[0].results == []' <<<"$output"
    run swiftlet build --call=outline,format=sarif .
    [ "$status" = 125 ]
    has "use --call=check,format=sarif"
}

@test "--check knows the base images in the store, and says which it does not know" {
    dockerfile <<<$'FROM localhost/busybox\nCMD here\nUSER $nobody'
    run --separate-stderr swiftlet build --check .
    [ "$status" = 1 ]
    has "Dockerfile:2:1: warning: JSONArgsRecommended"
    has "Dockerfile:3:1: warning: UndefinedVar"
    [ -z "$stderr" ]
    dockerfile <<<$'FROM localhost/none-such\nCMD here'
    run --separate-stderr swiftlet build --check .
    [ "$status" = 0 ]
    [[ "$stderr" == "Note: not in the store: localhost/none-such: "* ]]
    dockerfile <<<$'FROM localhost/busybox AS low\nFROM low\nCMD here'
    run swiftlet build --call=check,format=sarif .
    equal "$(jq -r '.runs[0].results[].ruleId' <<<"$output")" JSONArgsRecommended
}
