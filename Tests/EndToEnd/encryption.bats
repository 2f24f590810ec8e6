#!/usr/bin/env bats
# Encrypted layers; skopeo and swiftlet decrypt what the other has encrypted.
# runs as: user

load support/session
load support/layout
load support/registry

setup_file() {
    begin_store
    begin_registry
    cd "$BATS_FILE_TMPDIR" || return
    export SKOPEO=$BATS_FILE_TMPDIR/face/skopeo
    mkdir face context
    ln -s "$(type -P swiftlet)" "$SKOPEO"
    local name
    for name in rsa other; do openssl genrsa -out "$name.pem" 2048; done
    for name in p256:prime256v1 p384:secp384r1; do
        openssl ecparam -name "${name#*:}" -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "${name%:*}.pem"
    done
    for name in rsa other p256 p384; do openssl pkey -in "$name.pem" -pubout -out "$name.pub"; done
    openssl rsa -in rsa.pem -aes256 -traditional -passout pass:secret -out locked.pem
    openssl req -x509 -new -key rsa.pem -subj /CN=owner -days 1 -out rsa.crt
    openssl req -x509 -new -key p256.pem -subj /CN=owner -days 1 -out p256.crt
    # More than one chunk.
    head -c 700000 /dev/urandom >context/file
    printf 'FROM localhost/busybox\nCOPY file /file\n' >context/Dockerfile
    swiftlet build --layers -q -t localhost/two context
    swiftlet push -q localhost/two oci:plain:1
    swiftlet push -q --encryption-key "jwe:$PWD/rsa.pub" localhost/two oci:secret:1
}

teardown_file() {
    end_registry
    end_store
}

setup() {
    enter_new_directory
    FILES=$BATS_FILE_TMPDIR
}

# swiftlet in an empty store.
elsewhere() { command swiftlet --root "$PWD/graph" --runroot "$PWD/run" --storage-driver vfs "$@"; }

types() { jq -r '.layers[].mediaType' "$(manifest_of "$1")"; }

copied_by_skopeo() { skopeo --insecure-policy copy -q "$@"; }

@test "skopeo decrypts what was encrypted here" {
    local key
    equal "$(types "$FILES/secret" | grep -c '+encrypted$')" 2
    for key in rsa p256 p384; do
        swiftlet push -q --encryption-key "jwe:$FILES/$key.pub" localhost/two "oci:$key:1"
        copied_by_skopeo --decryption-key "$FILES/$key.pem" "oci:$key:1" "oci:$key-open:1"
        equal "$(manifest_digest "$key-open")" "$(manifest_digest "$FILES/plain")"
    done
}

@test "what skopeo has encrypted is decrypted" {
    local key
    for key in rsa p256 p384; do
        copied_by_skopeo --encryption-key "jwe:$FILES/$key.pub" "oci:$FILES/plain:1" "oci:$key:1"
        equal "$(types "$key" | grep -c '+encrypted$')" 2
        "$SKOPEO" copy -q --decryption-key "$FILES/$key.pem" "oci:$key:1" "oci:$key-open:1"
        is_layout "$key-open"
        equal "$(manifest_digest "$key-open")" "$(manifest_digest "$FILES/plain")"
    done
}

@test "an encrypted image is pulled with its key, and is the same" {
    run elsewhere pull -q --decryption-key "$FILES/locked.pem:pass=secret" "oci:$FILES/secret:1"
    equal "$status" 0
    equal "$output" "$(swiftlet images -q --no-trunc localhost/two | sed 's/.*://')"
    elsewhere push -q "$output" oci:again:1
    equal "$(manifest_digest again)" "$(manifest_digest "$FILES/plain")"
    # Layers that are here are taken only by who has the key.
    run elsewhere pull -q "oci:$FILES/secret:1"
    equal "$status" 125
    has "does not match config's DiffID"
}

@test "layers are encrypted for the owner of a certificate" {
    swiftlet push -q --encryption-key "pkcs7:$FILES/rsa.crt" localhost/two oci:ours:1
    copied_by_skopeo --decryption-key "$FILES/rsa.pem" --decryption-key "$FILES/rsa.crt" oci:ours:1 oci:open1:1
    equal "$(manifest_digest open1)" "$(manifest_digest "$FILES/plain")"
    copied_by_skopeo --encryption-key "pkcs7:$FILES/rsa.crt" "oci:$FILES/plain:1" oci:theirs:1
    "$SKOPEO" copy -q --decryption-key "$FILES/rsa.pem" --decryption-key "$FILES/rsa.crt" oci:theirs:1 oci:open2:1
    equal "$(manifest_digest open2)" "$(manifest_digest "$FILES/plain")"
    run "$SKOPEO" copy -q --decryption-key "$FILES/rsa.pem" oci:ours:1 oci:never:1
    equal "$status" 1
    has "no x509 certificates found"
    run "$SKOPEO" copy -q --decryption-key "$FILES/other.pem" --decryption-key "$FILES/rsa.crt" oci:ours:1 oci:never:1
    equal "$status" 1
    has "PKCS7: No suitable private key"
    run swiftlet push -q --encryption-key "pkcs7:$FILES/p256.crt" localhost/two oci:never:1
    equal "$status" 125
    has "only RSA keys"
}

@test "an encrypted image goes through a registry" {
    local place=docker://$REGISTRY/secret:1
    swiftlet push -q --tls-verify=false --encryption-key "jwe:$FILES/p384.pub" localhost/two "$place"
    copied_by_skopeo --src-tls-verify=false --decryption-key "$FILES/p384.pem" "$place" oci:theirs:1
    equal "$(manifest_digest theirs)" "$(manifest_digest "$FILES/plain")"
    run elsewhere pull -q --tls-verify=false --decryption-key "$FILES/rsa.pem" "$place"
    equal "$status" 125
    has "no suitable key unwrapper found"
    elsewhere pull -q --tls-verify=false --decryption-key "$FILES/p384.pem" "$place"
    # Encrypted layers are not taken for others.
    swiftlet push -q --tls-verify=false localhost/two "docker://$REGISTRY/open:1"
    "$SKOPEO" copy -q --src-tls-verify=false "docker://$REGISTRY/open:1" oci:open:1
    equal "$(manifest_digest open)" "$(manifest_digest "$FILES/plain")"
}

@test "without the key nothing is stored" {
    local key
    run elsewhere pull -q "oci:$FILES/secret:1"
    equal "$status" 125
    has "is encrypted and does not match config's DiffID"
    for key in "$FILES/other.pem" "$FILES/p256.pem"; do
        run elsewhere pull -q --decryption-key "$key" "oci:$FILES/secret:1"
        equal "$status" 125
        has "decrypting layer sha256:"
        has "no suitable key unwrapper found or none of the private keys could be used for decryption"
        run "$SKOPEO" copy -q --decryption-key "$key" "oci:$FILES/secret:1" dir:never
        equal "$status" 1
        has "JWE: No suitable private key found for decryption"
    done
    for key in "$FILES/locked.pem" "$FILES/locked.pem:wrong"; do
        run elsewhere pull -q --decryption-key "$key" "oci:$FILES/secret:1"
        equal "$status" 125
        has "password"
    done
    equal "$(elsewhere images -q)" ""
    [ ! -e never/manifest.json ]
}

@test "a layer that was tampered with is not used" {
    local manifest digest new
    cp -r "$FILES/secret" bad
    manifest=$(manifest_of bad)
    digest=$(jq -r '.layers[1].digest' "$manifest")
    # The HMAC does not cover digests: whoever changes a layer can change them as well.
    python3 - "$(blob bad "$digest")" <<'PYTHON'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[-1] ^= 1
open("changed", "wb").write(data)
PYTHON
    new=$(sha256sum changed | sed 's/ .*//')
    mv changed "bad/blobs/sha256/$new"
    sed "s/${digest#*:}/$new/" "$manifest" >changed
    new=$(sha256sum changed | sed 's/ .*//')
    sed -i "s/$(basename "$manifest")/$new/" bad/index.json
    mv changed "bad/blobs/sha256/$new"
    run elsewhere pull -q --decryption-key "$FILES/rsa.pem" oci:bad:1
    equal "$status" 125
    has "HMAC does not match"
    equal "$(elsewhere images -q)" ""
    run "$SKOPEO" copy -q --decryption-key "$FILES/rsa.pem" oci:bad:1 oci:never:1
    equal "$status" 1
    has "HMAC does not match"
    [ ! -e never/index.json ]
}

@test "chosen layers are encrypted, for several owners" {
    swiftlet push -q --encryption-key "jwe:$FILES/rsa.pub" --encryption-key "jwe:$FILES/p256.pub" --encrypt-layer -1 \
        localhost/two oci:some:1
    equal "$(types some | grep -c '+encrypted$')" 1
    equal "$(types some | tail -n 1)" application/vnd.oci.image.layer.v1.tar+gzip+encrypted
    copied_by_skopeo --decryption-key "$FILES/p256.pem" oci:some:1 oci:open:1
    equal "$(manifest_digest open)" "$(manifest_digest "$FILES/plain")"
    # Without a key it is copied as it is.
    "$SKOPEO" copy -q oci:some:1 oci:same:1
    equal "$(manifest_digest same)" "$(manifest_digest some)"
    run swiftlet push -q --encryption-key "jwe:$FILES/rsa.pub" --encrypt-layer 2 localhost/two oci:never:1
    equal "$status" 125
    has "layer index 2 out of range (2 layers exist)"
}

@test "builds and containers start from encrypted images" {
    printf 'FROM oci:%s:1\nRUN sha256sum /file\n' "$FILES/secret" >Dockerfile
    run swiftlet build -q --no-cache .
    equal "$status" 125
    has "does not match config's DiffID"
    run swiftlet build --no-cache --decryption-key "$FILES/rsa.pem" .
    equal "$status" 0
    has "$(sha256sum <"$FILES/context/file" | sed 's/ .*//')"
    run swiftlet from --decryption-key "$FILES/other.pem" "oci:$FILES/secret:1"
    equal "$status" 125
    has "no suitable key found for decrypting layer key"
    swiftlet rm "$(swiftlet from --decryption-key "$FILES/rsa.pem" "oci:$FILES/secret:1")"
}

@test "a committed image is encrypted where it goes" {
    local container
    container=$(swiftlet from localhost/two)
    swiftlet commit -q --encryption-key "jwe:$FILES/rsa.pub" "$container" oci:made:1
    equal "$(types made | grep -vc '+encrypted$' || true)" 0
    run swiftlet commit -q --encryption-key "jwe:$FILES/rsa.pub" "$container" localhost/kept
    equal "$status" 125
    has "outside the store"
    swiftlet rm "$container"
}

@test "what cannot be encrypted is refused before anything is written" {
    local words
    for words in "--encryption-key pgp:me" "--encryption-key pkcs7:$FILES/rsa.pub" "--encryption-key pkcs11:me" "--encryption-key provider:me" \
        "--encryption-key jwe:/nonexistent" "--encryption-key jwe:$FILES/rsa.pem" "--encrypt-layer 0" \
        "--encryption-key jwe:$FILES/rsa.pub --format v2s2"; do
        # shellcheck disable=SC2086 # Flags are words.
        run swiftlet push -q $words localhost/two oci:never:1
        equal "$status" 125
        [ ! -e never/index.json ] || fail "$words left an image"
    done
    run swiftlet push -q --encryption-key "jwe:$FILES/rsa.pub" localhost/two docker-archive:never.tar
    equal "$status" 125
    has "cannot hold encrypted layers"
    run "$SKOPEO" copy -q --decryption-key "$FILES/rsa.pem" --encryption-key "jwe:$FILES/rsa.pub" \
        "oci:$FILES/secret:1" oci:never:1
    equal "$status" 1
    has "cannot be specified together"
}
