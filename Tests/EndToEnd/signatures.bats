#!/usr/bin/env bats
# Signatures are copied with their images. They are created by skopeo with gpg, which also reads those written here.
# runs as: user root

load support/session
load support/registry

setup_file() {
    begin_store
    begin_registry
    cd "$BATS_FILE_TMPDIR" || return
    export GNUPGHOME=$BATS_FILE_TMPDIR/gnupg
    mkdir -m 700 "$GNUPGHOME"
    gpg --batch --quiet --passphrase '' --quick-gen-key signer@example.com default default never
    gpg --armor --export signer@example.com >signer.asc
    swiftlet push -q localhost/busybox "dir:$PWD/plain"
    # Its id is that of the signed one.
    swiftlet rmi localhost/busybox
    skopeo --insecure-policy copy -q --sign-by signer@example.com --sign-identity example.com/img:1 \
        "dir:$PWD/plain" "dir:$PWD/signed"
    # In cosign's form; not verified here.
    cp -r plain attached
    printf '\0sigstore-json\n%s' '{"mimeType":"application/vnd.dev.cosign.simplesigning.v1+json","payload":"BAU=",'\
'"annotations":{"dev.cosignproject.cosign/signature":"c2ln","other":"\u003c"}}' >attached/signature-1
    mkdir web
    python3 -u "$SUPPORT/lookaside_server.py" "$BATS_FILE_TMPDIR/web" >port 2>/dev/null 3>&- &
    export SERVER=$!
    until [ -s port ]; do sleep 0.1; done
    WEB=http://127.0.0.1:$(cat port)
    export WEB
}

teardown_file() {
    kill "$SERVER"
    gpgconf --kill gpg-agent || true
    end_registry
    end_store
}

setup() {
    enter_new_directory
    FILES=$BATS_FILE_TMPDIR
    SIGNED=dir:$FILES/signed
}

# Configures the location of signatures for the registry's images: signatures_at YAML-MEMBER...
signatures_at() {
    mkdir -p registries.d
    { printf 'docker:\n  %s:\n' "$REGISTRY"; printf '    %s\n' "$@"; } >registries.d/test.yaml
}

copy() { swiftlet image --registries.d "$PWD/registries.d" copy --src-tls-verify=false --dest-tls-verify=false "$@"; }

skopeo_copy() {
    skopeo --insecure-policy --registries.d "$PWD/registries.d" copy -q --src-tls-verify=false \
        --dest-tls-verify=false "$@"
}

same() { diff -r "$1" "$2" || fail "$1 and $2 differ"; }

@test "signatures survive copies between a directory, the store and a registry" {
    signatures_at "lookaside-staging: file://$PWD/lookaside" "lookaside: file://$PWD/lookaside"
    local id
    id=$(swiftlet pull -q "$SIGNED")
    swiftlet push -q "$id" "dir:$PWD/one"
    same one "$FILES/signed"
    run -0 copy "dir:$PWD/one" "docker://$REGISTRY/team/img:1"
    has_line 'Getting image source signatures'
    has_line 'Checking if image destination supports signatures'
    has_line 'Storing signatures'
    cmp lookaside/team/img@sha256=*/signature-1 one/signature-1
    run -0 copy "docker://$REGISTRY/team/img:1" "dir:$PWD/two"
    same two one
    skopeo_copy "docker://$REGISTRY/team/img:1" "dir:$PWD/three"
    same three one
    # If two signatures are replaced by one, the second is removed.
    cp one/signature-1 one/signature-2
    copy "dir:$PWD/one" "docker://$REGISTRY/team/img:1"
    copy "dir:$PWD/two" "docker://$REGISTRY/team/img:1"
    [ ! -e lookaside/team/img@sha256=*/signature-2 ] || fail 'there is an old signature'
    # The store has the layers as in the manifest: they can be copied anywhere with the signatures.
    copy "containers-storage:$id" "docker://$REGISTRY/team/img:2"
    copy "docker://$REGISTRY/team/img:2" "dir:$PWD/four"
    same four two
    swiftlet rmi -f "$id"
}

@test "skopeo verifies signatures in this store, and its own can be copied from it" {
    local place="[overlay@$STORE/graph+$STORE/run]" id
    id=$(swiftlet pull -q "$SIGNED")
    echo '{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "'"$FILES/signer.asc"'",
        "signedIdentity": {"type": "exactReference", "dockerReference": "example.com/img:1"}}]}' >policy.json
    run -0 skopeo --policy policy.json copy -q "containers-storage:$place@$id" "dir:$PWD/out"
    same out "$FILES/signed"
    swiftlet rmi -f "$id"
    skopeo --insecure-policy copy -q "$SIGNED" "containers-storage:${place}localhost/theirs:1"
    run -0 swiftlet image copy --signature-policy policy.json "containers-storage:localhost/theirs:1" "dir:$PWD/theirs"
    same theirs "$FILES/signed"
    # An image pulled again without signatures has none.
    swiftlet pull -q --remove-signatures "$SIGNED"
    run -0 swiftlet image copy "containers-storage:localhost/theirs:1" "dir:$PWD/unsigned"
    lacks 'Storing signatures'
    same unsigned "$FILES/plain"
    run -1 skopeo --policy policy.json copy -q "containers-storage:$place@$id" "dir:$PWD/refused"
    store_is_sound
    swiftlet rmi -f "$id"
}

@test "destinations that cannot store signatures reject them, with skopeo's messages" {
    local target theirs
    for target in "oci:$PWD/layout:x" "oci-archive:$PWD/layout.tar:x" "docker-archive:$PWD/archive.tar:a/b:x"; do
        theirs=$(skopeo --insecure-policy copy -q "$SIGNED" "$target" 2>&1) && fail 'skopeo copies it'
        theirs=${theirs#*msg=\"}
        run copy "$SIGNED" "$target"
        own_failure
        has "Error: ${theirs%\"}"
        run -0 copy --remove-signatures "$SIGNED" "$target"
        lacks signatures
    done
}

@test "a signed image is not changed" {
    run copy --format v2s2 "$SIGNED" "dir:$PWD/converted"
    own_failure
    has 'Would invalidate signatures'
    run copy --dest-compress "$SIGNED" "dir:$PWD/compressed"
    own_failure
    has 'Would invalidate signatures'
    [ ! -e compressed/manifest.json ] || fail 'there is an image'
    run -0 copy --remove-signatures --format v2s2 --dest-compress "$SIGNED" "dir:$PWD/changed"
    equal "$(ls changed | grep -c signature)" 0
    # The store unpacks compressed layers: only destinations that have them can get the image with its signatures.
    skopeo --insecure-policy copy -q --dest-compress "dir:$FILES/plain" "dir:$PWD/gzip"
    skopeo --insecure-policy copy -q --sign-by signer@example.com --sign-identity example.com/img:1 "dir:$PWD/gzip" \
        "dir:$PWD/gzip-signed"
    local id
    id=$(swiftlet pull -q "dir:$PWD/gzip-signed")
    run swiftlet push "$id" "dir:$PWD/pushed"
    own_failure
    has 'Copying this image would require changing layer representation, which we cannot do: "Would invalidate signatures"'
    run -0 swiftlet push --remove-signatures "$id" "dir:$PWD/pushed"
    signatures_at "lookaside: file://$PWD/lookaside"
    copy --remove-signatures "dir:$PWD/gzip" "docker://$REGISTRY/known/img:1"
    run -0 copy "containers-storage:$id" "docker://$REGISTRY/known/img:1"
    copy "docker://$REGISTRY/known/img:1" "dir:$PWD/back"
    same back gzip-signed
    swiftlet rmi -f "$id"
}

@test "a list and its images have separate signatures" {
    swiftlet manifest create list
    swiftlet manifest add list "dir:$FILES/plain"
    swiftlet manifest push -q --all list "dir:$PWD/list"
    swiftlet manifest rm list
    skopeo --insecure-policy copy -q --all --sign-by signer@example.com --sign-identity example.com/img:1 \
        "dir:$PWD/list" "dir:$PWD/signed"
    equal "$(ls signed | grep -c signature)" 2
    signatures_at "lookaside: file://$PWD/lookaside"
    run -0 copy --all "dir:$PWD/signed" "docker://$REGISTRY/list/img:1"
    has_line 'Getting image list signatures'
    has_line 'Checking if image list destination supports signatures'
    has_line 'Storing list signatures'
    copy --all "docker://$REGISTRY/list/img:1" "dir:$PWD/copied"
    same copied signed
    skopeo_copy --all "docker://$REGISTRY/list/img:1" "dir:$PWD/theirs"
    same theirs signed
    # One image of the list has its own signature.
    copy "docker://$REGISTRY/list/img:1" "dir:$PWD/one"
    cmp one/signature-1 signed/*.signature-1
    run copy --all --format v2s2 "dir:$PWD/signed" "dir:$PWD/converted"
    own_failure
    has 'Manifest list must be converted to type "application/vnd.docker.distribution.manifest.list.v2+json" to be written to destination, but we cannot modify it: "Would invalidate signatures"'
    rm signed/*.signature-1
    run copy --all --dest-compress "dir:$PWD/signed" "dir:$PWD/compressed"
    own_failure
    has 'Manifest list must be edited'
    run -0 copy --all --remove-signatures --dest-compress "dir:$PWD/signed" "dir:$PWD/compressed"
    equal "$(ls compressed | grep -c signature)" 0
}

@test "sigstore signatures are attached in the registry if configured" {
    signatures_at "lookaside: file://$PWD/lookaside"
    run copy "dir:$FILES/attached" "docker://$REGISTRY/cosign/img:1"
    own_failure
    has 'writing sigstore attachments is disabled by configuration'
    run -1 skopeo list-tags --tls-verify=false "docker://$REGISTRY/cosign/img"
    signatures_at "use-sigstore-attachments: true"
    copy "dir:$FILES/attached" "docker://$REGISTRY/cosign/img:1"
    # Existing signatures are not added again; new ones are.
    copy "dir:$FILES/attached" "docker://$REGISTRY/cosign/img:1"
    copy "docker://$REGISTRY/cosign/img:1" "dir:$PWD/back"
    same back "$FILES/attached"
    skopeo_copy "docker://$REGISTRY/cosign/img:1" "dir:$PWD/theirs"
    same theirs "$FILES/attached"
    sed 's/c2ln/c2ln2/' "$FILES/attached/signature-1" >back/signature-1
    copy "dir:$PWD/back" "docker://$REGISTRY/cosign/img:1"
    copy "docker://$REGISTRY/cosign/img:1" "dir:$PWD/both"
    cmp both/signature-1 "$FILES/attached/signature-1"
    cmp both/signature-2 back/signature-1
    # Through the store, too.
    local id
    id=$(swiftlet pull -q "dir:$FILES/attached")
    swiftlet push -q "$id" "dir:$PWD/stored"
    same stored "$FILES/attached"
    swiftlet rmi -f "$id"
}

@test "lookaside stores on web servers are read, within limits" {
    signatures_at "lookaside-staging: file://$FILES/web/keep" "lookaside: $WEB/keep"
    copy "$SIGNED" "docker://$REGISTRY/web/img:1"
    copy "docker://$REGISTRY/web/img:1" "dir:$PWD/back"
    same back "$FILES/signed"
    # It is not writable.
    signatures_at "lookaside: $WEB/keep"
    run copy "$SIGNED" "docker://$REGISTRY/web/img:2"
    own_failure
    has "Writing directly to a http lookaside storage $WEB/keep is not supported. Configure a lookaside-staging: location."
    # A missing signature is not an error, but a server failure is.
    signatures_at "lookaside: $WEB/none"
    run -0 copy "docker://$REGISTRY/web/img:1" "dir:$PWD/none"
    lacks 'Storing signatures'
    local reason
    for reason in broken:500 endless:larger many:'more than 128 signatures'; do
        signatures_at "lookaside: $WEB/${reason%%:*}"
        run copy "docker://$REGISTRY/web/img:1" "dir:$PWD/refused"
        own_failure
        has "${reason#*:}"
        [ ! -e refused/manifest.json ] || fail 'the image was copied'
        run -0 copy --remove-signatures "docker://$REGISTRY/web/img:1" "dir:$PWD/copied"
    done
}

@test "invalid signatures are not copied, and the error has their location" {
    cp -r "$FILES/signed" strange
    echo text >strange/signature-2
    run copy "dir:$PWD/strange" "dir:$PWD/copied"
    own_failure
    has "dir:$PWD/strange: parsing signature 2"
    [ ! -e copied/manifest.json ] || fail 'the image was copied'
}

@test "sync copies signatures" {
    signatures_at "lookaside: file://$PWD/lookaside"
    copy "$SIGNED" "docker://$REGISTRY/sync/img:1"
    swiftlet image --registries.d "$PWD/registries.d" sync --src-tls-verify=false --src docker --dest dir \
        "$REGISTRY/sync/img" "$PWD/synced"
    same synced/img:1 "$FILES/signed"
    swiftlet image --registries.d "$PWD/registries.d" sync --src-tls-verify=false --remove-signatures --src docker \
        --dest dir "$REGISTRY/sync/img" "$PWD/unsigned"
    same unsigned/img:1 "$FILES/plain"
}
