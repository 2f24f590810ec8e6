#!/usr/bin/env bats
# `image sign`, `image verify`, and `image trust show|set`, whose output is compared with podman's.
# runs as: user

load support/session
load support/registry

setup_file() {
    begin_store
    begin_registry
    cd "$BATS_FILE_TMPDIR" || return
    export GNUPGHOME=$BATS_FILE_TMPDIR/gnupg
    mkdir -m 700 "$GNUPGHOME"
    mkdir registries.d ca
    gpg --batch --quiet --passphrase '' --quick-gen-key signer@example.com default default never
    gpg --armor --export signer@example.com >signer.asc
    echo secret >passphrase
    swiftlet image generate-sigstore-key --output-prefix key --passphrase-file passphrase
    swiftlet image generate-sigstore-key --output-prefix other --passphrase-file passphrase
    printf 'docker:\n  %s:\n    use-sigstore-attachments: true\n    lookaside: file://%s\n' "$REGISTRY" "$PWD/lookaside" \
        >registries.d/test.yaml
    python3 "$SUPPORT/sigstore_identity.py" authorities "$PWD/ca"
}

teardown_file() {
    gpgconf --kill gpg-agent || true
    end_registry
    end_store
}

setup() {
    enter_new_directory
    FILES=$BATS_FILE_TMPDIR
    SIGN="--sign-by-sigstore-private-key $FILES/key.private --sign-passphrase-file $FILES/passphrase"
}

image() { swiftlet image --registries.d "$FILES/registries.d" "$@"; }

@test "an image in a registry is signed where it is, by several keys" {
    local place=docker://$REGISTRY/app:1 digest
    swiftlet push -q --tls-verify=false localhost/busybox "$place"
    run image verify --tls-verify=false --key "$FILES/key.pub" "$place"
    equal "$status" 125
    has "A signature was required, but no signature exists"
    # shellcheck disable=SC2086 # Flags are words.
    digest=$(image sign --tls-verify=false $SIGN "$place")
    image sign --tls-verify=false --sign-by signer@example.com "$place"
    image sign --tls-verify=false --sign-by-sigstore-private-key "$FILES/other.private" \
        --sign-passphrase-file "$FILES/passphrase" "$place"
    equal "$(image verify --tls-verify=false --key "$FILES/key.pub" "$place")" "$digest"
    equal "$(image verify --tls-verify=false --key "$FILES/other.pub" "$place")" "$digest"
    equal "$(image verify --tls-verify=false --gpg-key "$FILES/signer.asc" "$place")" "$digest"
    run image verify --tls-verify=false --key "$FILES/key.pub" --identity example.com/else "$place"
    equal "$status" 125
    has "is not accepted"
    run image verify --tls-verify=false --key "$FILES/key.pub" --log-key "$FILES/ca/log.pub" "$place"
    equal "$status" 125
    has "missing dev.sigstore.cosign/bundle annotation"
}

@test "an image in the store is signed and verified" {
    printf 'FROM localhost/busybox\nCMD ["stored"]\n' >Dockerfile
    swiftlet build -q -t example.com/stored:1 .
    # shellcheck disable=SC2086 # Flags are words.
    image sign $SIGN example.com/stored:1
    image verify --key "$FILES/key.pub" example.com/stored:1
    run image verify --key "$FILES/other.pub" example.com/stored:1
    equal "$status" 125
    has "invalid signature"
    run image sign example.com/stored:1
    equal "$status" 125
    has "nothing to sign with"
    # shellcheck disable=SC2086
    run image sign $SIGN "dir:$PWD/x"
    equal "$status" 125
    has "sign others with image copy"
}

@test "a signature with a certificate is verified" {
    swiftlet push -q localhost/busybox dir:signed
    python3 "$SUPPORT/sigstore_identity.py" sign "$FILES/ca" signed example.com/img:1
    image verify --certificate-authority "$FILES/ca/root.pem" --certificate-identity signer@example.com \
        --certificate-oidc-issuer https://issuer.example --log-key "$FILES/ca/log.pub" \
        --identity example.com/img:1 dir:signed
    run image verify --certificate-authority "$FILES/ca/root.pem" --certificate-identity other@example.com \
        --certificate-oidc-issuer https://issuer.example --log-key "$FILES/ca/log.pub" \
        --identity example.com/img:1 dir:signed
    equal "$status" 125
    has "Required email"
    run image verify --certificate-authority "$FILES/ca/root.pem" dir:signed
    equal "$status" 125
    has "--certificate-authority needs"
}

@test "a bundle that refers to an image is verified" {
    local place=docker://$REGISTRY/bundled digest
    printf 'FROM localhost/busybox\nCMD ["bundled"]\n' >Dockerfile
    swiftlet build -q -t bundled .
    swiftlet push -q --tls-verify=false --digestfile digest bundled "$place:1"
    swiftlet image inspect --raw --tls-verify=false "$place:1" >manifest.json
    python3 "$SUPPORT/sigstore_identity.py" bundle "$FILES/ca/log" manifest.json layout
    run image verify --tls-verify=false --key "$FILES/ca/log.pub" "$place:1"
    equal "$status" 125
    has "no signature exists"
    # Where registries without the referrers API have them.
    image copy -q --all --dest-tls-verify=false oci:layout:referrers "$place:$(tr : - <digest)"
    equal "$(image verify --tls-verify=false --key "$FILES/ca/log.pub" "$place:1")" "$(cat digest)"
    run image verify --tls-verify=false --key "$FILES/key.pub" "$place:1"
    equal "$status" 125
    has "invalid signature"
    run image verify --tls-verify=false --key "$FILES/ca/log.pub" --identity "$REGISTRY/bundled" "$place:1"
    equal "$status" 125
    has "no signature exists"
    run image verify --tls-verify=false --key "$FILES/ca/log.pub" --log-key "$FILES/ca/log.pub" "$place:1"
    equal "$status" 125
    has "missing entry of a log"
}

@test "without keys the policy decides, and must demand a signature" {
    echo '{"default": [{"type": "insecureAcceptAnything"}]}' >policy.json
    run image verify --signature-policy policy.json localhost/busybox
    equal "$status" 125
    has "No signature verification policy found"
}

@test "trust set changes one scope, and podman shows the same" {
    echo '{"default": [{"type": "insecureAcceptAnything"}], "transports": {"docker-daemon": {"": [{"type": "reject"}]}}}' \
        >policy.json
    swiftlet image trust set --signature-policy policy.json -f "$FILES/signer.asc" example.com/app
    swiftlet image trust set --signature-policy policy.json -t sigstoreSigned -f "$FILES/key.pub" -f "$FILES/other.pub" \
        example.com
    swiftlet image trust set --signature-policy policy.json -t reject default
    swiftlet image trust set --signature-policy policy.json -t accept example.com/open
    run swiftlet image trust show --signature-policy policy.json --registrypath "$FILES/registries.d"
    equal "$status" 0
    equal "$(awk '{$1 = $1; print $0}' <<<"$output")" "TRANSPORT NAME TYPE ID STORE
all default reject
repository example.com sigstoreSigned N/A
repository example.com sigstoreSigned N/A
repository example.com/app signed signer@example.com
repository example.com/open accept
docker-daemon reject"
    jq -e '.default == [{"type": "reject"}] and .transports["docker-daemon"][""][0].type == "reject"
        and .transports.docker["example.com/app"][0].keyType == "GPGKeys"' policy.json
    equal "$(swiftlet image trust show --raw --signature-policy policy.json | jq -c .)" "$(jq -c . policy.json)"
    equal "$(swiftlet image trust show -j --signature-policy policy.json | jq -c 'map([.transport, .repo_name, .type])')" \
        "$(podman image trust show -j --policypath policy.json | jq -c 'map([.transport, .repo_name, .type])')"
}

@test "an invalid policy is never written" {
    local words
    echo '{"default": [{"type": "reject"}]}' >policy.json
    for words in "-t nothing example.com" "-t signedBy example.com" "-t accept -f $FILES/key.pub example.com" \
        "-f /nonexistent example.com" "-t reject /x" "-t reject a//b"; do
        # shellcheck disable=SC2086 # Flags are words.
        run swiftlet image trust set --signature-policy policy.json $words
        equal "$status" 125
        equal "$(cat policy.json)" '{"default": [{"type": "reject"}]}'
    done
    run swiftlet image trust set --signature-policy new.json -t reject example.com
    equal "$status" 125
    has "default trust policy must be set"
    [ ! -e new.json ]
    swiftlet image trust set --signature-policy new.json -t reject default
    echo '{"default": []}' >policy.json
    run swiftlet image trust set --signature-policy policy.json -t reject default
    equal "$status" 125
}
