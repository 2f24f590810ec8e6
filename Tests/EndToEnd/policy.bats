#!/usr/bin/env bats
# policy.json: which images are accepted. Signatures are created by skopeo and gpg, and by openssl in cosign's form.
# runs as: user root

load support/session
load support/registry

setup_file() {
    begin_store
    cd "$BATS_FILE_TMPDIR" || return
    export GNUPGHOME=$BATS_FILE_TMPDIR/gnupg
    mkdir -m 700 "$GNUPGHOME"
    local who
    for who in signer other; do
        gpg --batch --quiet --passphrase '' --quick-gen-key "$who@example.com" default default never
        gpg --armor --export "$who@example.com" >"$who.asc"
    done
    swiftlet push -q localhost/busybox "dir:$PWD/plain"
    skopeo --insecure-policy copy -q --sign-by signer@example.com --sign-identity example.com/img:1 \
        "dir:$PWD/plain" "dir:$PWD/signed"
}

teardown_file() {
    gpgconf --kill gpg-agent || true
    end_store
}

setup() {
    enter_new_directory
    KEYS=$BATS_FILE_TMPDIR
    SIGNED=dir:$KEYS/signed
}

teardown() { [ -z "${REGISTRY_ROOT:-}" ] || end_registry; }

# A policy with a single requirement: policy TRANSPORT REQUIREMENT
policy() { echo '{"default": [{"type": "reject"}], "transports": {"'"$1"'": {"": ['"$2"']}}}' >policy.json; }

# A requirement for a simple signature: signed_by KEY IDENTITY
signed_by() { echo '{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "'"$KEYS/$1"'", "signedIdentity": '"$2"'}'; }

exactly() { echo '{"type": "exactReference", "dockerReference": "'"$1"'"}'; }

pull() { swiftlet pull -q --signature-policy policy.json "$@"; }

# The image is rejected with a reason, the store is unchanged, and skopeo agrees: refuses REASON IMAGE [SKOPEO-FLAG...]
refuses() {
    local before reason=$1 image=$2
    shift 2
    before=$(swiftlet images -a -q --no-trunc; find "$(graphroot)" -name layers.json -exec cat {} +)
    run pull --tls-verify=false "$image"
    own_failure
    has 'Source image rejected: '
    has "$reason"
    equal "$(swiftlet images -a -q --no-trunc; find "$(graphroot)" -name layers.json -exec cat {} +)" "$before"
    run -1 skopeo --policy policy.json copy -q "$@" "$image" "dir:$PWD/refused"
}

@test "reject and insecureAcceptAnything; the most specific scope counts" {
    policy dir '{"type": "reject"}'
    refuses "Running image $SIGNED is rejected by policy." "$SIGNED"
    policy dir '{"type": "insecureAcceptAnything"}'
    run -0 pull "$SIGNED"
    echo '{"default": [{"type": "insecureAcceptAnything"}],
        "transports": {"dir": {"'"$KEYS"'": [{"type": "reject"}]}}}' >policy.json
    refuses 'rejected by policy' "$SIGNED"
}

@test "the scopes of files: the image, and every directory above it, as in skopeo" {
    mkdir -p deep/er
    skopeo --insecure-policy copy -q "dir:$KEYS/plain" "dir:$PWD/deep/er/dir"
    skopeo --insecure-policy copy -q "dir:$KEYS/plain" "oci:$PWD/deep/er/oci:x"
    skopeo --insecure-policy copy -q "dir:$KEYS/plain" "oci-archive:$PWD/deep/er/oci.tar:x"
    ln -s deep/er link
    local transport image scope
    for image in "dir:$PWD/link/dir" "oci:$PWD/deep/er/oci:x" "oci-archive:$PWD/deep/er/oci.tar:x"; do
        transport=${image%%:*}
        for scope in deep deep/er; do
            echo '{"default": [{"type": "insecureAcceptAnything"}],
                "transports": {"'$transport'": {"'"$PWD/$scope"'": [{"type": "reject"}]}}}' >policy.json
            refuses 'rejected by policy' "$image"
        done
        echo '{"default": [{"type": "reject"}],
            "transports": {"'$transport'": {"'"$PWD/deep"'": [{"type": "insecureAcceptAnything"}],
            "'"$PWD/deep/e"'": [{"type": "reject"}]}}}' >policy.json
        run -0 pull "$image"
    done
    # Docker archives have no names for policies.
    echo '{"default": [{"type": "reject"}], "transports": {"docker-archive": {"/": [{"type": "reject"}]}}}' >policy.json
    run pull "dir:$KEYS/plain"
    own_failure
    has 'docker-archive: does not support any scopes except the default "" one'
}

@test "the scopes of a store: the image by name and id, prefixes of its name, the store" {
    local root id scope theirs
    root=$STORE/graph
    id=$(swiftlet images -q --no-trunc localhost/busybox)
    id=${id#sha256:}
    local image="containers-storage:[overlay@$root+$STORE/run]localhost/busybox:latest"
    copy_policy() {
        echo '{"default": [{"type": "insecureAcceptAnything"}],
            "transports": {"containers-storage": {"'"$1"'": [{"type": "reject"}]}}}' >policy.json
        run swiftlet image copy --signature-policy policy.json "$image" "dir:$PWD/ours"
        theirs=0
        skopeo --policy policy.json copy -q "$image" "dir:$PWD/theirs" 2>/dev/null || theirs=1
    }
    for scope in "[overlay@$root]localhost/busybox:latest@$id" "[overlay@$root]localhost/busybox:latest" \
        "[overlay@$root]localhost/busybox" "[overlay@$root]localhost" "[overlay@$root]" "[$root]"; do
        copy_policy "$scope"
        own_failure
        has 'rejected by policy'
        equal "$theirs" 1
    done
    for scope in "[overlay@$root]localhost/busybox:other" "[overlay@$root]@$id" "[vfs@$root]" "[$STORE]"; do
        copy_policy "$scope"
        equal "$status $theirs" '0 0'
    done
    for scope in "$root" "[overlay]" "[overlay@$root]localhost/busybox@latest"; do
        copy_policy "$scope"
        own_failure
        has 'invalid scope'
        equal "$theirs" 1
    done
}

@test "an image of a store has a name that signatures can refer to" {
    local id image
    id=$(swiftlet pull -q --remove-signatures "dir:$KEYS/plain")
    run -0 swiftlet tag "$id" example.com/img:1 example.com/img:2
    swiftlet pull -q "$SIGNED"
    policy containers-storage "$(signed_by signer.asc '{"type": "matchExact"}')"
    for image in example.com/img:1 "example.com/img:1@$id"; do
        run -0 swiftlet image copy --signature-policy policy.json "containers-storage:$image" "dir:$PWD/ours"
        run -0 skopeo --policy policy.json copy -q "containers-storage:[overlay@$STORE/graph+$STORE/run]$image" \
            "dir:$PWD/theirs"
    done
    for image in example.com/img:2 "@$id"; do
        run swiftlet image copy --signature-policy policy.json "containers-storage:$image" "dir:$PWD/ours"
        own_failure
        has 'Signature for identity "example.com/img:1" is not accepted'
        run -1 skopeo --policy policy.json copy -q "containers-storage:[overlay@$STORE/graph+$STORE/run]$image" \
            "dir:$PWD/theirs"
    done
    run -0 swiftlet untag "$id" example.com/img:1 example.com/img:2
}

@test "an invalid policy rejects everything, as in skopeo" {
    local keys='"keyType": "GPGKeys", "keyPath": "'$KEYS/signer.asc'"' text
    for text in '{"default": [{"type": "reject"}], "default": [{"type": "insecureAcceptAnything"}]}' \
        '{"default": [{"type": "insecureAcceptAnything"}, {"type": "later"}]}' \
        '{"default": [{"type": "insecureAcceptAnything", "more": 1}]}' \
        '{"default": [{"type": "signedBy", '"$keys"', "keyData": null}]}' \
        '{"default": [{"type": "signedBy", '"$keys"', "signedIdentity": {"type": "matchExact", "more": 1}}]}' \
        '{"default": [{"type": "signedBy", '"$keys"', "signedIdentity":
            {"type": "exactReference", "dockerReference": "a.io/b"}}]}' \
        '{"default": [{"type": "signedBy", '"$keys"', "signedIdentity":
            {"type": "remapIdentity", "prefix": "a.io/b:c", "signedPrefix": "b.io"}}]}'; do
        echo "$text" >policy.json
        run pull "$SIGNED"
        own_failure
        has policy.json
        run -1 skopeo --policy policy.json copy -q "$SIGNED" "dir:$PWD/refused"
    done
    policy dir '{"type": "signedBaseLayer", "baseLayerIdentity": {"type": "matchRepository"}}'
    refuses 'signedBaseLayer not implemented yet' "$SIGNED"
}

@test "signedBy: the right key and name, otherwise a single clear error" {
    policy dir "$(signed_by signer.asc "$(exactly example.com/img:1)")"
    run -0 pull "$SIGNED"
    run -0 skopeo --policy policy.json copy -q "$SIGNED" "dir:$PWD/copied"
    refuses 'A signature was required, but no signature exists' "dir:$KEYS/plain"
    policy dir "$(signed_by other.asc "$(exactly example.com/img:1)")"
    refuses 'Invalid GPG signature' "$SIGNED"
    policy dir "$(signed_by signer.asc "$(exactly example.com/img:2)")"
    refuses 'Signature for identity "example.com/img:1" is not accepted' "$SIGNED"
    # Directories have no names that a signature could refer to.
    policy dir "$(signed_by signer.asc '{"type": "matchRepository"}')"
    refuses 'Signature for identity "example.com/img:1" is not accepted' "$SIGNED"
    policy dir '{"type": "signedBy", "keyType": "GPGKeys", "keyData": "'"$(base64 -w0 "$KEYS/signer.asc")"'",
        "signedIdentity": {"type": "exactRepository", "dockerRepository": "example.com/img"}}'
    run -0 pull "$SIGNED"
}

@test "tampered signatures and manifests are rejected" {
    policy dir "$(signed_by signer.asc "$(exactly example.com/img:1)")"
    cp -r "$KEYS/signed" tampered
    python3 -c 'b = bytearray(open("tampered/signature-1", "rb").read()); b[len(b) // 2] ^= 1
open("tampered/signature-1", "wb").write(b)'
    refuses 'Invalid GPG signature' "dir:$PWD/tampered"
    # One matching signature is enough.
    cp "$KEYS/signed/signature-1" tampered/signature-2
    run -0 pull "dir:$PWD/tampered"
    cp -r "$KEYS/signed" changed
    echo >>changed/manifest.json
    refuses 'does not match' "dir:$PWD/changed"
}

@test "requirements that cannot be evaluated reject the image" {
    policy dir "$(signed_by no-such.asc "$(exactly example.com/img:1)")"
    refuses no-such.asc "$SIGNED"
    policy dir '{"type": "sigstoreSigned", "keyPath": "'"$KEYS/signer.asc"'", "rekorPublicKeyPath": "/x"}'
    run pull "$SIGNED"
    own_failure
    has 'the key /x in the policy does not exist'
    policy dir '{"type": "signedBy", "keyType": "GPGKeys"}'
    run pull "$SIGNED"
    own_failure
    has 'policy.json'
}

@test "from, build, image copy and manifest add enforce the configured policy" {
    policy dir '{"type": "reject"}'
    run swiftlet from --signature-policy policy.json "$SIGNED"
    own_failure
    has 'is rejected by policy'
    run swiftlet image copy --signature-policy policy.json "$SIGNED" "oci:$PWD/out"
    own_failure
    has 'is rejected by policy'
    [ ! -e out/index.json ] || fail "the image was copied"
    dockerfile <<<"FROM $SIGNED"
    run swiftlet build --signature-policy policy.json .
    own_failure
    has 'is rejected by policy'
    mkdir -p "$PWD/home/.config/containers"
    cp policy.json "$PWD/home/.config/containers/"
    run -0 swiftlet manifest create list
    HOME=$PWD/home run swiftlet manifest add list "$SIGNED"
    own_failure
    has 'is rejected by policy'
    run -0 swiftlet manifest rm list
    run -0 swiftlet image --insecure-policy copy --remove-signatures "$SIGNED" "oci:$PWD/out"
}

@test "signatures in a lookaside directory, for an image in a registry" {
    begin_registry
    skopeo --insecure-policy copy -q --dest-tls-verify=false "dir:$KEYS/plain" "docker://$REGISTRY/team/img:1"
    local digest
    digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$REGISTRY/team/img:1")
    mkdir -p "$HOME/.config/containers/registries.d" "lookaside/team/img@sha256=${digest#sha256:}"
    printf 'docker:\n  %s:\n    lookaside: file://%s/lookaside\n' "$REGISTRY" "$PWD" \
        >"$HOME/.config/containers/registries.d/test.yaml"
    skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/team/img:1" >manifest
    skopeo standalone-sign -o "lookaside/team/img@sha256=${digest#sha256:}/signature-1" manifest \
        "$REGISTRY/team/img:1" signer@example.com
    policy docker "$(signed_by signer.asc '{"type": "matchRepoDigestOrExact"}')"
    run -0 pull --tls-verify=false "docker://$REGISTRY/team/img:1"
    run -0 pull --tls-verify=false "docker://$REGISTRY/team/img@$digest"
    skopeo --insecure-policy copy -q --src-tls-verify=false --dest-tls-verify=false "docker://$REGISTRY/team/img:1" \
        "docker://$REGISTRY/team/img:2"
    refuses "Signature for identity \"$REGISTRY/team/img:1\" is not accepted" "docker://$REGISTRY/team/img:2" \
        --src-tls-verify=false
    rm "$HOME/.config/containers/registries.d/test.yaml"
    refuses 'A signature was required' "docker://$REGISTRY/team/img:1" --src-tls-verify=false

    # What the policy has read goes into the store; nobody asks for it again.
    python3 -u "$SUPPORT/lookaside_server.py" "$PWD/lookaside" >port 2>requests 3>&- &
    local server=$!
    until [ -s port ]; do sleep 0.1; done
    printf 'docker:\n  %s:\n    lookaside: http://127.0.0.1:%s\n' "$REGISTRY" "$(cat port)" \
        >"$HOME/.config/containers/registries.d/test.yaml"
    run -0 pull --tls-verify=false "docker://$REGISTRY/team/img:1"
    swiftlet image copy -q --signature-policy policy.json --src-tls-verify=false "docker://$REGISTRY/team/img:1" "dir:$PWD/copied"
    kill "$server"
    rm "$HOME/.config/containers/registries.d/test.yaml"
    [ -s copied/signature-1 ]
    equal "$(grep -c 'GET .*/signature-1 ' requests)" 2
}

@test "sigstore signatures attached to an image in a registry" {
    begin_registry
    openssl ecparam -name prime256v1 -genkey -noout -out key.pem
    openssl ec -in key.pem -pubout -out key.pub 2>/dev/null
    skopeo --insecure-policy copy -q --dest-tls-verify=false "dir:$KEYS/plain" "docker://$REGISTRY/team/img:1"
    local digest
    digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$REGISTRY/team/img:1")
    python3 - "$digest" "$REGISTRY/team/img" "$PWD/attachment" <<'END'
import base64, hashlib, json, os, subprocess, sys
digest, reference, place = sys.argv[1:]
os.makedirs(place)
def write(data):
    name = hashlib.sha256(data).hexdigest()
    open(f"{place}/{name}", "wb").write(data)
    return {"digest": "sha256:" + name, "size": len(data)}
payload = json.dumps({"critical": {"identity": {"docker-reference": reference},
    "image": {"docker-manifest-digest": digest}, "type": "cosign container image signature"}, "optional": None}).encode()
made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", "key.pem"], input=payload, capture_output=True, check=True)
layer = {"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json", **write(payload),
    "annotations": {"dev.cosignproject.cosign/signature": base64.b64encode(made.stdout).decode()}}
config = {"mediaType": "application/vnd.oci.image.config.v1+json", **write(json.dumps({"architecture": "", "os": "",
    "config": {}, "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}).encode())}
open(f"{place}/manifest.json", "w").write(json.dumps({"schemaVersion": 2,
    "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [layer]}))
open(f"{place}/version", "w").write("Directory Transport Version: 1.1\n")
END
    skopeo --insecure-policy copy -q --dest-tls-verify=false "dir:$PWD/attachment" \
        "docker://$REGISTRY/team/img:${digest/:/-}.sig"
    mkdir -p "$HOME/.config/containers/registries.d"
    printf 'docker:\n  %s:\n    use-sigstore-attachments: true\n' "$REGISTRY" \
        >"$HOME/.config/containers/registries.d/test.yaml"
    policy docker '{"type": "sigstoreSigned", "keyPath": "'"$PWD/key.pub"'",
        "signedIdentity": {"type": "matchRepository"}}'
    run -0 pull --tls-verify=false "docker://$REGISTRY/team/img:1"
    openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl ec -pubout -out key.pub 2>/dev/null
    run pull --tls-verify=false "docker://$REGISTRY/team/img:1"
    own_failure
    has 'cryptographic signature verification failed'
    rm "$HOME/.config/containers/registries.d/test.yaml"
    run pull --tls-verify=false "docker://$REGISTRY/team/img:1"
    own_failure
    has 'A signature was required, but no signature exists'
}
