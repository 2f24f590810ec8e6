#!/usr/bin/env bats
# Policies for sigstore signatures with certificates and logs: `fulcio`, `pki` and `rekorPublicKey...`. An authority and a
# log are played by openssl. Where NEWEST_SKOPEO names a skopeo that verifies such signatures, it must agree.
# runs as: user

load support/session

setup_file() {
    begin_store
    cd "$BATS_FILE_TMPDIR" || return
    export SKOPEO=$BATS_FILE_TMPDIR/face/skopeo
    mkdir face ca
    ln -s "$(type -P swiftlet)" "$SKOPEO"
    swiftlet push -q localhost/busybox "dir:$PWD/plain"
    python3 "$SUPPORT/sigstore_identity.py" authorities "$PWD/ca"
    cp -r plain signed
    python3 "$SUPPORT/sigstore_identity.py" sign "$PWD/ca" signed example.com/img:1
}

teardown_file() {
    end_store
}

setup() {
    enter_new_directory
    FILES=$BATS_FILE_TMPDIR
    CA=$FILES/ca
}

policy() {
    echo '{"default": [{"type": "sigstoreSigned", '"$1"',
        "signedIdentity": {"type": "exactRepository", "dockerRepository": "example.com/img"}}]}' >policy.json
}

fulcio() {
    policy '"fulcio": {"caPath": "'"$CA/${1:-root}.pem"'", "oidcIssuer": "'"${2:-https://issuer.example}"'",
        "subjectEmail": "'"${3:-signer@example.com}"'"}, "rekorPublicKeyPath": "'"$CA/${4:-log}.pub"'"'
}

# An image with a signature as the words say: signed DIRECTORY [KEY=VALUE...]
signed() {
    local directory=$1
    shift
    cp -r "$FILES/plain" "$directory"
    python3 "$SUPPORT/sigstore_identity.py" sign "$CA" "$directory" example.com/img:1 "$@"
}

accepted() {
    "$SKOPEO" --policy policy.json copy -q "dir:$1" "dir:out-$BATS_TEST_NUMBER" || fail "not accepted"
    [ -z "${NEWEST_SKOPEO:-}" ] || "$NEWEST_SKOPEO" --policy policy.json copy -q "dir:$1" dir:theirs
}

# refused DIRECTORY REASON
refused() {
    run "$SKOPEO" --policy policy.json copy -q "dir:$1" dir:never
    equal "$status" 1
    has "Source image rejected: "
    has "$2"
    [ ! -e never/manifest.json ] || fail "there is an image"
    [ -z "${NEWEST_SKOPEO:-}" ] || run ! "$NEWEST_SKOPEO" --policy policy.json copy -q "dir:$1" dir:never
}

@test "a certificate of Fulcio, with the log's entry" {
    fulcio
    accepted "$FILES/signed"
    # The certificate was valid when the entry was made; it is not any more.
    signed old age=100000
    accepted old
}

@test "other signers, authorities and logs are not accepted" {
    fulcio stranger
    refused "$FILES/signed" "unknown authority"
    fulcio root https://other.example
    refused "$FILES/signed" "Unexpected Fulcio OIDC issuer"
    fulcio root https://issuer.example other@example.com
    refused "$FILES/signed" "Required email"
    fulcio root https://issuer.example signer@example.com other-log
    refused "$FILES/signed" "verification of Rekor SET failed"
    fulcio nonexistent
    refused "$FILES/signed" "does not exist"
}

@test "what does not belong together is not accepted" {
    fulcio
    signed entry spoil=entry
    refused entry "payload in Rekor SET does not match"
    signed promise spoil=promise
    refused promise "verification of Rekor SET failed"
    signed chain spoil=chain
    refused chain "unknown authority"
    signed certificate spoil=certificate
    refused certificate "missing dev.sigstore.cosign/certificate annotation"
    signed usage usage=serverAuth
    refused usage "not for signing code"
    # The signature of another image.
    signed other
    echo >>other/manifest.json
    refused other "does not match"
}

@test "certificates of any other authority" {
    local pki='"caRootsPath": "'"$CA/root.pem"'", "caIntermediatesPath": "'"$CA/middle.pem"'"'
    policy '"pki": {'"$pki"', "subjectEmail": "signer@example.com", "subjectHostname": "build.example.com"}'
    accepted "$FILES/signed"
    policy '"pki": {'"$pki"', "subjectEmail": "other@example.com"}'
    refused "$FILES/signed" "Required email"
    policy '"pki": {'"$pki"', "subjectHostname": "a.build.example.com"}'
    refused "$FILES/signed" "Unexpected subject hostname"
    policy '"pki": {"caRootsPath": "'"$CA/stranger.pem"'", "subjectEmail": "signer@example.com"}'
    refused "$FILES/signed" "unknown authority"
    signed old age=100000
    policy '"pki": {'"$pki"', "subjectEmail": "signer@example.com"}'
    refused old "expired or is not yet valid"
}

@test "a key whose signatures a log must have" {
    signed own
    openssl pkey -in "$CA/leaf.key" -pubout -out leaf.pub
    policy '"keyPath": "'"$PWD/leaf.pub"'"'
    accepted own
    # The entry is for the certificate, not for the key.
    policy '"keyPath": "'"$PWD/leaf.pub"'", "rekorPublicKeyPath": "'"$CA/log.pub"'"'
    refused own "publicKey in Rekor SET does not match"
    signed logged logged=key
    openssl pkey -in "$CA/leaf.key" -pubout -out leaf.pub
    accepted logged
    policy '"keyPath": "'"$PWD/leaf.pub"'", "rekorPublicKeyPath": "'"$CA/other-log.pub"'"'
    refused logged "verification of Rekor SET failed"
}
