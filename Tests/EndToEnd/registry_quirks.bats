#!/usr/bin/env bats
# docker:// with registries that do less than the specification, or something else: what others have reported.
# runs as: user

load support/session
load support/layout
load support/registries

setup_file() {
    begin_store
    export HOME=$BATS_FILE_TMPDIR/home XDG_RUNTIME_DIR=$BATS_FILE_TMPDIR/runtime LAYOUT=$BATS_FILE_TMPDIR/layout
    unset REGISTRY_AUTH_FILE DOCKER_CONFIG CONTAINERS_POLICY_JSON
    mkdir -p "$HOME" "$XDG_RUNTIME_DIR"
    head -c 6000000 /dev/urandom >"$BATS_FILE_TMPDIR/large"
    printf 'FROM localhost/busybox\nCOPY large /\n' >"$BATS_FILE_TMPDIR/Dockerfile"
    swiftlet build -q -t localhost/six "$BATS_FILE_TMPDIR" >/dev/null
    swiftlet push -q localhost/six "oci:$LAYOUT:t"
}
teardown_file() {
    stop_servers
    end_store
}
setup() { enter_new_directory; }

# registry JSON: starts a registry with these quirks, and sets REGISTRY.
registry() {
    COUNT=$((${COUNT:-0} + 1))
    NAME=r$BATS_TEST_NUMBER.$COUNT
    start_server "$NAME" quirky_registry.py "{$1}"
    REGISTRY=127.0.0.1:$(port_of "$NAME")
}
log() { cat "$BATS_FILE_TMPDIR/$NAME/log"; }

# pushes QUIRKS...: the image arrives whole in a registry with each of them.
pushes() {
    local quirk
    for quirk in "$@"; do
        echo "# $quirk"
        registry "$quirk"
        run -0 swiftlet image copy -q --dest-tls-verify=false "oci:$LAYOUT:t" "docker://$REGISTRY/b/c:2"
        rm -rf back
        run -0 swiftlet image copy -q --src-tls-verify=false "docker://$REGISTRY/b/c:2" oci:back:t
        run -0 diff -r "$LAYOUT/blobs" back/blobs
    done
}

@test "uploads: locations in every form, and responses without" {
    pushes '"location": "relative"' '"location": "query"' '"location": "bare"' '"no_patch_location": true' \
        '"no_patch_range": true' '"patch_range": "last_only"' '"patch_range": "zero"'
}

@test "uploads: any status that means success" {
    pushes '"put_blob_code": 200, "put_code": 200' '"patch_code": 204, "put_blob_code": 204' '"patch_code": 200, "put_blob_code": 202'
}

@test "uploads: a limited size of requests, told as 413 or as 416" {
    pushes '"max_body": 4194304, "max_body_code": 413' \
        '"max_body": 2097152, "patch_range": "last_only"' '"max_body": 2097152, "patch_range": "zero"' \
        '"max_body": 4194304, "max_body_code": 416, "max_ranged": true, "break_first": 1000000' \
        '"max_body": 4194304, "max_body_code": 416, "max_ranged": true, "break_first": 1000000, "keep_partial": true'
}

@test "uploads: only requests with a length" {
    pushes '"no_chunked_te": true'
    log | grep -q ' PATCH .* te=- cl=[0-9]'
}

@test "uploads: no PATCH at all" {
    pushes '"no_patch": 405' '"no_patch": 404' '"no_patch": 400' '"no_patch": 501'
    # A layer that is compressed on the way has no digest in advance.
    run -0 swiftlet push -q --tls-verify=false localhost/six "$REGISTRY/x/y:1"
    run -0 swiftlet pull -q --tls-verify=false "$REGISTRY/x/y:1"
    has_line "$(in_config localhost/six .FromImageID | tr -d '"')"
}

@test "uploads: a registry that keeps less than it is sent gets the rest" {
    pushes '"short_accept": 1000000' '"short_accept": 4000000, "location": "query"'
}

@test "blobs and manifests: questions that are not implemented" {
    pushes '"blob_head_code": 405' '"head_code": 405' '"no_digest": true, "head_code": 405'
}

@test "a second push to the registry mounts the blobs of the first" {
    registry ''
    swiftlet image copy -q --dest-tls-verify=false "oci:$LAYOUT:t" "docker://$REGISTRY/first:1"
    run -0 swiftlet image copy -q --dest-tls-verify=false "oci:$LAYOUT:t" "docker://$REGISTRY/second:1"
    log | grep -q ' POST /v2/second/blobs/uploads/.*mount=sha256.*from=first'
    equal "$(log | grep -c ' P[A-Z]* /v2/second/blobs/uploads/[0-9a-f]')" 0
    # From a store, and with layers that are compressed on the way.
    swiftlet push -q --tls-verify=false localhost/busybox "$REGISTRY/third:1"
    run -0 swiftlet push -q --tls-verify=false localhost/busybox "$REGISTRY/fourth:1"
    log | grep -q ' POST /v2/fourth/blobs/uploads/.*mount=sha256.*from=third'
    # A registry that does not mount gets them.
    registry '"no_mount": true'
    swiftlet push -q --tls-verify=false localhost/busybox "$REGISTRY/first:1"
    run -0 swiftlet push -q --tls-verify=false localhost/busybox "$REGISTRY/second:1"
    run -0 swiftlet pull -q --tls-verify=false "$REGISTRY/second:1"
}

@test "warnings of registries are shown, each once" {
    registry '"warning": "299 - \"your token expires soon\"", "load": {"a:1": "'"$LAYOUT"':t"}'
    run -0 --separate-stderr swiftlet pull -q --tls-verify=false "$REGISTRY/a:1"
    equal "$stderr" "Warning: registry $REGISTRY: your token expires soon"
}

@test "challenges for passwords and tokens in one header" {
    registry '"auth": "bearer", "token_needs_login": true, "load": {"a:1": "'"$LAYOUT"':t"}, "challenges": ["Basic realm=\"r\", Bearer realm=\"@/token\",service=\"reg\",scope=\"%SCOPE\""]'
    run -0 swiftlet login --tls-verify=false --authfile auth.json -u me -p secret "$REGISTRY"
    run swiftlet login --tls-verify=false --authfile other.json -u me -p wrong "$REGISTRY"
    equal "$status" 125
    run -0 swiftlet pull -q --tls-verify=false --authfile auth.json "$REGISTRY/a:1"
}

@test "tokens that expire sooner than they say are replaced" {
    registry '"auth": "bearer", "token_life": 1, "says_life": 3600, "load": {"a:1": "'"$LAYOUT"':t"}'
    run -0 swiftlet pull -q --tls-verify=false "$REGISTRY/a:1"
    run -0 swiftlet push -q --tls-verify=false localhost/six "$REGISTRY/b:1"
}

@test "an empty configuration file of Docker is none" {
    registry '"load": {"a:1": "'"$LAYOUT"':t"}'
    mkdir -p "$HOME/.docker"
    : >"$HOME/.docker/config.json"
    run -0 swiftlet pull -q --policy always --tls-verify=false "$REGISTRY/a:1"
    rm "$HOME/.docker/config.json"
}
