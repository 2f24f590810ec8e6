#!/usr/bin/env bats
# Signing images with sigstore keys, in registries, directories and the store. Debian's skopeo makes such signatures but
# verifies none: openssl does, and where NEWEST_SKOPEO names another skopeo, that too.
# runs as: user

load support/session
load support/registry

setup_file() {
    begin_store
    begin_registry
    cd "$BATS_FILE_TMPDIR" || return
    export SKOPEO=$BATS_FILE_TMPDIR/face/skopeo
    mkdir face registries.d
    ln -s "$(type -P swiftlet)" "$SKOPEO"
    echo secret >passphrase
    echo wrong >other
    "$SKOPEO" generate-sigstore-key --output-prefix key --passphrase-file passphrase
    printf 'docker:\n  %s:\n    use-sigstore-attachments: true\n' "$REGISTRY" >registries.d/test.yaml
    swiftlet push -q localhost/busybox "dir:$PWD/plain"
}

teardown_file() {
    end_registry
    end_store
}

setup() {
    enter_new_directory
    FILES=$BATS_FILE_TMPDIR
    KEY=$FILES/key.private
    SIGN="--sign-by-sigstore-private-key $KEY --sign-passphrase-file $FILES/passphrase"
}

# A policy that accepts images signed by a key with a name: policy KEY NAME
policy() {
    echo '{"default": [{"type": "sigstoreSigned", "keyPath": "'"$1"'",
        "signedIdentity": {"type": "exactReference", "dockerReference": "'"$2"'"}}]}' >policy.json
}

# The image in a directory has a signature by the key for this name: signed_as DIRECTORY NAME
signed_as() {
    policy "$FILES/key.pub" "$2"
    "$SKOPEO" --policy policy.json copy -q --all "dir:$1" "dir:$1-accepted"
    tail -n 1 "$1/signature-1" >signature.json
    jq -r .payload signature.json | base64 -d >payload
    jq -r '.annotations["dev.cosignproject.cosign/signature"]' signature.json | base64 -d >raw
    openssl dgst -sha256 -verify "$FILES/key.pub" -signature raw payload
    equal "$(jq -r '.critical.image["docker-manifest-digest"]' payload)" \
        "sha256:$(sha256sum <"$1/manifest.json" | sed 's/ .*//')"
    equal "$(jq -r '.critical.identity["docker-reference"]' payload)" "$2"
    [ -z "${NEWEST_SKOPEO:-}" ] || "$NEWEST_SKOPEO" --policy policy.json copy -q --all "dir:$1" "dir:$1-theirs"
}

ours() { "$SKOPEO" --registries.d "$FILES/registries.d" "$@"; }

theirs() { command skopeo --registries.d "$FILES/registries.d" "$@"; }

@test "a signed image is accepted where the policy wants its key and name" {
    # shellcheck disable=SC2086 # Flags are words.
    ours --insecure-policy copy -q $SIGN --dest-tls-verify=false "dir:$FILES/plain" "docker://$REGISTRY/signed:1"
    ours --insecure-policy copy -q --src-tls-verify=false "docker://$REGISTRY/signed:1" dir:signed
    signed_as signed "$REGISTRY/signed:1"
    ours --policy policy.json copy -q --src-tls-verify=false "docker://$REGISTRY/signed:1" dir:out
    if [ -n "${NEWEST_SKOPEO:-}" ]; then
        "$NEWEST_SKOPEO" --registries.d "$FILES/registries.d" --policy policy.json copy -q --src-tls-verify=false \
            "docker://$REGISTRY/signed:1" dir:theirs
    fi
    policy "$FILES/key.pub" "$REGISTRY/signed:2"
    run ours --policy policy.json copy -q --src-tls-verify=false "docker://$REGISTRY/signed:1" dir:no
    equal "$status" 1
}

@test "what skopeo has signed is verified" {
    theirs --help | grep -q generate-sigstore-key || skip "skopeo makes no keys"
    theirs generate-sigstore-key --output-prefix their --passphrase-file "$FILES/passphrase"
    theirs --insecure-policy copy -q --sign-by-sigstore-private-key their.private \
        --sign-passphrase-file "$FILES/passphrase" --dest-tls-verify=false \
        "dir:$FILES/plain" "docker://$REGISTRY/their:1"
    policy "$PWD/their.pub" "$REGISTRY/their:1"
    ours --policy policy.json copy -q --src-tls-verify=false "docker://$REGISTRY/their:1" dir:out
    [ -e out/signature-1 ]
    policy "$FILES/key.pub" "$REGISTRY/their:1"
    run ours --policy policy.json copy -q --src-tls-verify=false "docker://$REGISTRY/their:1" dir:no
    equal "$status" 1
    has "invalid signature"
    # Their key also signs here.
    ours --insecure-policy copy -q --sign-by-sigstore-private-key their.private \
        --sign-passphrase-file "$FILES/passphrase" --dest-tls-verify=false \
        "dir:$FILES/plain" "docker://$REGISTRY/again:1"
    policy "$PWD/their.pub" "$REGISTRY/again:1"
    ours --policy policy.json copy -q --src-tls-verify=false "docker://$REGISTRY/again:1" dir:two
}

@test "a parameter file says how to sign" {
    printf 'privateKeyFile: "%s"\nprivateKeyPassphraseFile: "%s"\n' "$KEY" "$FILES/passphrase" >parameters.yaml
    ours --insecure-policy copy -q --sign-by-sigstore parameters.yaml --sign-identity example.com/x:1 \
        "dir:$FILES/plain" dir:signed
    signed_as signed example.com/x:1
    printf 'fulcio:\n  fulcioURL: "https://fulcio.example"\n' >parameters.yaml
    run ours --insecure-policy copy -q --sign-by-sigstore parameters.yaml "dir:$FILES/plain" dir:no
    equal "$status" 1
    has "Fulcio is not supported"
    printf 'privateKeyfile: x\n' >parameters.yaml
    run ours --insecure-policy copy -q --sign-by-sigstore parameters.yaml "dir:$FILES/plain" dir:no
    equal "$status" 1
    has 'unknown key \"privateKeyfile\"'
    [ ! -e no ]
}

@test "without a usable key nothing is written" {
    local words
    for words in "--sign-by-sigstore-private-key $KEY --sign-passphrase-file $FILES/other" \
        "--sign-by-sigstore-private-key $KEY" \
        "--sign-by-sigstore-private-key $FILES/key.pub --sign-passphrase-file $FILES/passphrase" \
        "--sign-by-sigstore-private-key /nonexistent --sign-passphrase-file $FILES/passphrase" \
        "--sign-by nobody@example.com"; do
        # shellcheck disable=SC2086 # Flags are words.
        run swiftlet push -q $words --tls-verify=false localhost/busybox "docker://$REGISTRY/never:1" </dev/null
        equal "$status" 125
        # shellcheck disable=SC2086
        run swiftlet push -q $words localhost/busybox "dir:$PWD/never" </dev/null
        equal "$status" 125
        [ ! -e never ] || fail "$words left something"
    done
    run ours list-tags --tls-verify=false "docker://$REGISTRY/never"
    equal "$status" 1
}

@test "keys are not overwritten" {
    run ours generate-sigstore-key --output-prefix "$FILES/key" --passphrase-file "$FILES/passphrase"
    equal "$status" 1
    has "Refusing to overwrite"
    run ours generate-sigstore-key </dev/null
    equal "$status" 1
    run ours generate-sigstore-key --output-prefix new </dev/null
    equal "$status" 1
    has "not a terminal"
    [ ! -e new.pub ]
    equal "$(stat -c %a "$KEY")" 600
}

@test "builds and commits are signed, in the store and where they go" {
    local container
    printf 'FROM localhost/busybox\nCMD ["signed"]\n' >Dockerfile
    # shellcheck disable=SC2086 # Flags are words.
    swiftlet build -q $SIGN -t example.com/built:1 -t "dir:$PWD/elsewhere" --sign-identity example.com/built:1 .
    swiftlet push -q example.com/built:1 dir:stored
    signed_as stored example.com/built:1
    signed_as elsewhere example.com/built:1
    container=$(swiftlet from localhost/busybox)
    # shellcheck disable=SC2086
    swiftlet commit -q $SIGN "$container" example.com/committed:1
    swiftlet push -q example.com/committed:1 dir:committed
    signed_as committed example.com/committed:1
    # shellcheck disable=SC2086
    swiftlet commit -q $SIGN --sign-identity example.com/sent:1 "$container" "dir:$PWD/sent"
    signed_as sent example.com/sent:1
    # shellcheck disable=SC2086
    run swiftlet commit -q $SIGN "$container"
    equal "$status" 125
    has "Cannot determine canonical Docker reference"
    # shellcheck disable=SC2086
    run swiftlet build -q $SIGN --iidfile id .
    equal "$status" 125
    has "Cannot determine canonical Docker reference"
    [ ! -e id ]
    swiftlet rm "$container"
}

@test "manifest push signs the list and its images" {
    swiftlet manifest create list localhost/busybox
    # shellcheck disable=SC2086 # Flags are words.
    swiftlet manifest push $SIGN --sign-identity example.com/list:1 --all list "dir:$PWD/list"
    signed_as list example.com/list:1
    swiftlet manifest rm list
}
