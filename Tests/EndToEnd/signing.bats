#!/usr/bin/env bats
# Signing images with GPG keys; skopeo and swiftlet verify each other's signatures.
# runs as: user root

load support/session
load support/registry

setup_file() {
    begin_store
    begin_registry
    cd "$BATS_FILE_TMPDIR" || return
    export GNUPGHOME=$BATS_FILE_TMPDIR/gnupg SKOPEO=$BATS_FILE_TMPDIR/face/skopeo
    mkdir -m 700 "$GNUPGHOME"
    mkdir face
    ln -s "$(type -P swiftlet)" "$SKOPEO"
    gpg --batch --quiet --passphrase '' --quick-gen-key signer@example.com default default never
    echo secret >passphrase
    gpg --batch --quiet --pinentry-mode loopback --passphrase secret --quick-gen-key locked@example.com default default \
        never
    gpg --armor --export signer@example.com >signer.asc
    swiftlet push -q localhost/busybox "dir:$PWD/plain"
}

teardown_file() {
    gpgconf --kill gpg-agent || true
    end_registry
    end_store
}

setup() {
    enter_new_directory
    FILES=$BATS_FILE_TMPDIR
    MANIFEST=$FILES/plain/manifest.json
    KEY=$(gpg --list-keys --with-colons signer@example.com | awk -F: '/^fpr/{print $10; exit}')
}

# A policy that accepts images signed by the key with a name: signed_as NAME
signed_as() {
    echo '{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "'"$FILES/signer.asc"'",
        "signedIdentity": {"type": "exactReference", "dockerReference": "'"$1"'"}}]}' >policy.json
}

# Both tools fail with the same message.
fails_alike() {
    local theirs ours
    theirs=$(command skopeo "$@" 2>&1) && fail "skopeo does not fail: $*"
    theirs=${theirs#*msg=\"}
    theirs=${theirs%\"}
    ours=$("$SKOPEO" "$@" 2>&1) && fail "swiftlet does not fail: $*"
    ours=${ours#*msg=\"}
    ours=${ours%\"}
    equal "$ours" "$theirs"
}

@test "standalone-sign and standalone-verify accept each other's output with skopeo" {
    run -0 "$SKOPEO" standalone-sign "$MANIFEST" example.com/a:1 "$KEY" -o ours
    prints ''
    run -0 skopeo standalone-sign "$MANIFEST" example.com/a:1 "$KEY" -o theirs
    local file digest
    digest=sha256:$(sha256sum <"$MANIFEST" | sed 's/ .*//')
    for file in ours theirs; do
        run -0 "$SKOPEO" standalone-verify "$MANIFEST" example.com/a:1 "$KEY" "$file"
        prints "Signature verified using fingerprint $KEY, digest $digest"
        # With keys in a file, whatever the keyring has.
        run -0 "$SKOPEO" standalone-verify --public-key-file "$FILES/signer.asc" "$MANIFEST" example.com/a:1 any "$file"
        prints "Signature verified using fingerprint $KEY, digest $digest"
        run -1 "$SKOPEO" standalone-verify --public-key-file "$FILES/signer.asc" "$MANIFEST" example.com/a:1 0000 "$file"
        run -1 "$SKOPEO" standalone-verify "$MANIFEST" example.com/a:1 any "$file"
        has 'Cannot use any fingerprint without a public key file'
        run -0 skopeo standalone-verify "$MANIFEST" example.com/a:1 "$KEY" "$file"
        prints "Signature verified, digest $digest"
        equal "$("$SKOPEO" untrusted-signature-dump-without-verification "$file")" \
            "$(skopeo untrusted-signature-dump-without-verification "$file")"
    done
    run -0 swiftlet image standalone-verify "$MANIFEST" example.com/a:1 "0000,$KEY" ours
    run -0 "$SKOPEO" untrusted-signature-dump-without-verification ours
    has '"UntrustedCreatorID": "swiftlet '
    # The claims are the same except for creator and time.
    equal "$(gpg -q --decrypt ours 2>/dev/null | sed 's/"optional".*//')" \
        "$(gpg -q --decrypt theirs 2>/dev/null | sed 's/"optional".*//')"
}

@test "mismatches are rejected with skopeo's messages" {
    "$SKOPEO" standalone-sign "$MANIFEST" example.com/a:1 "$KEY" -o good
    fails_alike standalone-verify "$MANIFEST" example.com/a:2 "$KEY" good
    fails_alike standalone-verify "$MANIFEST" example.com/a:1 0000 good
    fails_alike standalone-verify "$FILES/plain/version" example.com/a:1 "$KEY" good
    fails_alike standalone-verify "$MANIFEST" example.com/a:1 "$KEY"
    fails_alike standalone-sign "$MANIFEST" example.com/a:1 "$KEY"
    fails_alike untrusted-signature-dump-without-verification
    run -1 "$SKOPEO" standalone-verify "$MANIFEST" example.com/a:1 "$KEY" "$FILES/plain/version"
    has 'Error verifying signature: '
    run -1 "$SKOPEO" untrusted-signature-dump-without-verification "$FILES/plain/version"
    has 'Error decoding untrusted signature: '
    run -1 "$SKOPEO" standalone-sign no-such-file example.com/a:1 "$KEY" -o out
    has 'Error reading no-such-file: '
    run -1 "$SKOPEO" standalone-sign "$MANIFEST" example.com/a:1 nobody@example.com -o out
    has 'Error creating signature: '
    run -1 "$SKOPEO" standalone-sign "$MANIFEST" example.com/a:1 --output=out -- --version
    has 'does not name a key'
    run -1 "$SKOPEO" generate-sigstore-key
    [ ! -e out ] || fail 'there is a signature'
}

@test "a key with a passphrase" {
    run -1 "$SKOPEO" standalone-sign "$MANIFEST" a.io/b:1 locked@example.com -o out --passphrase-file /dev/null
    gpgconf --kill gpg-agent
    run -0 "$SKOPEO" standalone-sign "$MANIFEST" a.io/b:1 locked@example.com -o out \
        --passphrase-file "$FILES/passphrase"
    gpgconf --kill gpg-agent
    run -0 swiftlet image copy --sign-by locked@example.com --sign-passphrase-file "$FILES/passphrase" \
        --sign-identity a.io/b:1 "dir:$FILES/plain" "dir:$PWD/signed"
    gpg -q --decrypt signed/signature-1 >claim 2>/dev/null
    grep -q '"docker-reference":"a.io/b:1"' claim
}

@test "image copy --sign-by: to a directory, to a registry, in addition to existing signatures" {
    run -0 swiftlet image copy --sign-by "$KEY" --sign-identity example.com/a:1 "dir:$FILES/plain" "dir:$PWD/once"
    has_line 'Signing manifest using simple signing'
    has_line 'Storing signatures'
    signed_as example.com/a:1
    run -0 skopeo --policy policy.json copy -q "dir:$PWD/once" "dir:$PWD/accepted"
    mkdir registries.d
    printf 'docker:\n  %s:\n    lookaside: file://%s/lookaside\n' "$REGISTRY" "$PWD" >registries.d/test.yaml
    run -0 swiftlet image --registries.d "$PWD/registries.d" copy --dest-tls-verify=false --sign-by "$KEY" \
        "dir:$PWD/once" "docker://$REGISTRY/team/img:1"
    equal "$(ls lookaside/team/img@*/ | wc -l)" 2
    echo '{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "'"$FILES/signer.asc"'"}]}' >policy.json
    run -0 skopeo --policy policy.json --registries.d "$PWD/registries.d" copy -q --src-tls-verify=false \
        "docker://$REGISTRY/team/img:1" "dir:$PWD/both"
    cmp both/signature-1 once/signature-1
    # The old signature is dropped, a new one is created.
    run -0 swiftlet image copy --remove-signatures --sign-by "$KEY" --sign-identity example.com/a:2 "dir:$PWD/once" \
        "dir:$PWD/again"
    equal "$(ls again | grep -c signature)" 1
    # The signed manifest is the one that was written.
    run -0 swiftlet image copy --format v2s2 --dest-compress --sign-by "$KEY" --sign-identity example.com/a:3 \
        "dir:$FILES/plain" "dir:$PWD/converted"
    run -0 skopeo standalone-verify converted/manifest.json example.com/a:3 "$KEY" converted/signature-1
}

@test "push --sign-by, manifest push --sign-by, and into the store" {
    signed_as example.com/a:1
    run -0 swiftlet push --sign-by "$KEY" --sign-identity example.com/a:1 localhost/busybox "dir:$PWD/pushed"
    run -0 skopeo --policy policy.json copy -q "dir:$PWD/pushed" "dir:$PWD/accepted"
    swiftlet manifest create list
    swiftlet manifest add list "dir:$FILES/plain"
    run -0 swiftlet manifest push --sign-by "$KEY" --sign-identity example.com/a:1 list "dir:$PWD/list"
    has_line 'Signing manifest list using simple signing'
    run -0 skopeo --policy policy.json copy -q --all "dir:$PWD/list" "dir:$PWD/accepted-list"
    equal "$(ls accepted-list | grep -c signature)" 2
    swiftlet manifest rm list
    run -0 swiftlet image copy --sign-by "$KEY" "dir:$FILES/plain" "containers-storage:example.com/a:1"
    run -0 skopeo --policy policy.json copy -q \
        "containers-storage:[overlay@$STORE/graph+$STORE/run]example.com/a:1" "dir:$PWD/accepted-store"
}

@test "unsignable images are rejected before anything is written" {
    fails_alike --insecure-policy copy -q --sign-by "$KEY" "dir:$FILES/plain" "dir:$PWD/nameless"
    fails_alike --insecure-policy copy -q --sign-by "$KEY" --sign-identity example.com/a "dir:$FILES/plain" \
        "dir:$PWD/vague"
    run -1 "$SKOPEO" --insecure-policy copy --sign-by "$KEY" --sign-identity example.com/a:1 "dir:$FILES/plain" \
        "oci:$PWD/layout:x"
    has 'Pushing signatures for OCI images is not supported'
    [ ! -e layout/index.json ] || fail 'there is an image'
    run -1 "$SKOPEO" --insecure-policy copy --sign-by nobody@example.com --sign-identity example.com/a:1 \
        "dir:$FILES/plain" "dir:$PWD/nobody"
    has 'creating signature: '
    [ ! -e nobody/manifest.json ] || fail 'there is an image'
    run -1 "$SKOPEO" copy --sign-by-sq-fingerprint x "dir:$FILES/plain" "dir:$PWD/refused"
    has "--sign-by-sq-fingerprint"
}
