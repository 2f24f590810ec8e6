#!/usr/bin/env bats
# docker:// through a server that breaks, refuses and lies: success by another attempt, or one clear error.
# runs as: user root

load support/session
load support/registries

setup_file() {
    begin_store
    begin_own_home
    start_registry plain
    start_server proxy fault_proxy.py "$(port_of plain)"
    start_server tokens token_server.py "$(port_of plain)" 2
    export DIRECT=localhost:$(port_of plain) PROXY=localhost:$(port_of proxy) TOKENS=localhost:$(port_of tokens)
    # Eight megabytes that do not compress, in one layer.
    local context=$BATS_FILE_TMPDIR/context
    mkdir "$context"
    head -c 8388608 /dev/urandom >"$context/random"
    printf 'FROM localhost/busybox\nCOPY random /\n' >"$context/Dockerfile"
    swiftlet build -q -t localhost/eight "$context"
    swiftlet push -q --tls-verify=false localhost/eight "$DIRECT/eight"
}
teardown_file() {
    stop_servers
    end_store
}
setup() {
    enter_new_directory
    rm -f "$(state)/faults" "$(state)/log"
    # What is pulled is always new.
    local name
    for name in "$PROXY/eight" "$DIRECT/eight" localhost/eight; do swiftlet rmi -f "$name" >/dev/null 2>&1 || true; done
    as_owner rm -rf "$(graphroot)/swiftlet/partial"
}

# The bytes of blobs that went to the client.
fetched() { awk '$1 == "GET" && $2 ~ /blobs/ { sum += $4 } END { print sum + 0 }' "$(state)/log"; }

pull() { swiftlet pull --tls-verify=false "$@" "$PROXY/eight"; }

arrives() {
    run -0 pull "$@"
    store_is_sound
    run -0 in_image "$PROXY/eight" sh -c 'wc -c </random'
    has_line 8388608
}

# One error with this text, and nothing in the store: fails TEXT FLAGS...
fails() {
    local text=$1
    shift
    run pull "$@"
    own_failure
    equal "$(grep -c '^Error: ' <<<"$output")" 1
    matches "$text"
    store_is_sound
    run swiftlet inspect --type image "$PROXY/eight"
    [ "$status" -ne 0 ] || fail "there is an image all the same"
}

@test "a connection that breaks twice within a blob: only the rest is fetched again" {
    fault 'GET .*/blobs/.* cut 3000000 1' 'GET .*/blobs/.* cut 2000000 2'
    arrives
    # What was on its way when the connection broke may come again.
    [ "$(fetched)" -lt 11000000 ] || fail "fetched $(fetched) bytes:" "$(cat "$(state)/log")"
    grep -q 'bytes=' "$(state)/log"
}

@test "a server without range support sends the whole blob again, and the image is correct" {
    fault 'GET .*/blobs/.* cut 3000000 1' 'GET .*/blobs/.* norange 0 0'
    arrives
}

@test "a connection that always breaks causes a single error that names the blob" {
    fault 'GET .*/blobs/.* cut 5000 0'
    fails 'blob.*sha256:.*the connection was closed' --retry 1 --retry-delay 0
}

@test "temporarily overloaded and failing servers" {
    fault 'GET .*/manifests/.* status 500 2' 'GET .*/blobs/.* retry-after 429 1' 'GET /v2/ status 503 1'
    arrives
    fault 'GET .*/manifests/.* status 500 0'
    swiftlet rmi -f "$PROXY/eight"
    fails 'reading manifest latest in .*: unexpected HTTP status 500' --retry 1 --retry-delay 0
}

@test "a copy that is retried as a whole prints its messages once" {
    # The configuration comes first: the request, its repetition, and then all of it again.
    fault 'GET .*/blobs/.* status 500 2'
    run -0 pull --retry 1 --retry-delay 0
    equal "$(grep -c '^Getting image source signatures' <<<"$output")" 1
    fault 'GET /v2/eight/blobs/.* status 500 2'
    run -0 swiftlet image copy --src-tls-verify=false --retry-times 1 --retry-delay 0 "docker://$PROXY/eight" dir:eight
    equal "$(grep -c '^Getting image source signatures' <<<"$output")" 1
    equal "$(grep -c 'blobs.* 500 ' "$(state)/log")" 4
}

@test "a permanently overloaded server is reported as such" {
    fault 'GET .*/manifests/.* status 429 0'
    fails "reading manifest latest in $PROXY/eight: too many requests to registry" --retry 1 --retry-delay 0
}

@test "a 401 during a transfer is a single error" {
    fault 'GET .*/blobs/.* cut 3000000 1' 'GET .*/blobs/.* status 401 0'
    fails 'unauthorized'
}

@test "tokens that expire during a transfer are renewed" {
    swiftlet pull -q --tls-verify=false "$DIRECT/eight"
    local log=$BATS_FILE_TMPDIR/tokens/tokens
    run -0 swiftlet push -q --tls-verify=false --creds user:secret "$DIRECT/eight" "$TOKENS/late/eight"
    sleep 2
    run -0 swiftlet image copy -q --src-tls-verify=false --src-creds user:secret "docker://$TOKENS/late/eight" oci:late
    [ "$(grep -c late/eight "$log")" -ge 2 ]
}

@test "bytes that do not match the digest are rejected" {
    fault 'GET .*/blobs/.* corrupt 4000000 0'
    fails 'mismatch|corrupt|checksum|invalid'
}

@test "a manifest that does not match its digest is rejected" {
    local digest
    digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$DIRECT/eight")
    fault 'GET .*/manifests/.* corrupt 20 0'
    run swiftlet pull --tls-verify=false "$PROXY/eight@$digest"
    own_failure
    matches 'does not match the digest|invalid manifest'
    fails 'does not match the digest|invalid manifest'
}

@test "blobs that are too long, too short or endless are rejected" {
    fault 'GET .*/blobs/.* longer 10 0'
    fails 'the registry has [0-9]* bytes, expected [0-9]*' --retry 1 --retry-delay 0
    fault 'GET .*/blobs/.* short 1000 0'
    fails 'the registry has 1000 bytes, expected [0-9]*' --retry 1 --retry-delay 0
    fault 'GET .*/blobs/.* endless 0 0'
    fails 'more|mismatch|corrupt|invalid' --retry 1 --retry-delay 0
    fault 'GET .*/manifests/.* endless 0 0'
    fails 'the response has more than [0-9]* bytes' --retry 1 --retry-delay 0
}

@test "endless redirects are an error" {
    fault 'GET .*/blobs/.* loop 0 0'
    fails 'stopped after 10 redirects'
    fault 'GET .*/manifests/.* loop 0 0'
    fails 'stopped after 10 redirects'
}

@test "credentials do not follow a redirect to another server" {
    start_server other fault_proxy.py "$(port_of plain)"
    local digest
    digest=$(skopeo inspect --tls-verify=false --raw "docker://$DIRECT/eight" | jq -r '.layers[-1].digest')
    fault "GET .*/blobs/$digest redirect http://127.0.0.1:$(port_of other)/v2/eight/blobs/$digest?signature=hush 0"
    arrives --creds user:secret
    run ! grep -ri secret "$BATS_FILE_TMPDIR/other"
    echo 'GET .*/blobs/.* status 403 0' >"$BATS_FILE_TMPDIR/other/faults"
    swiftlet rmi -f "$PROXY/eight"
    run pull
    own_failure
    lacks hush
}

@test "a slow server does not cause a timeout" {
    fault 'GET .*/blobs/.* slow 4000000 0'
    arrives
}

@test "an interrupted push is retried, and leaves no partial image" {
    swiftlet pull -q --tls-verify=false "$DIRECT/eight"
    fault 'PATCH .* cut-upload 3000000 1' 'PUT .*/manifests/.* status 500 1'
    run -0 swiftlet push --tls-verify=false "$DIRECT/eight" "$PROXY/pushed"
    equal "$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$DIRECT/pushed")" \
        "$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$DIRECT/eight")"
    fault 'PATCH .* cut-upload 3000000 0'
    run swiftlet push --tls-verify=false --retry 1 --retry-delay 0 "$DIRECT/eight" "$PROXY/never"
    if [ "$status" -eq 0 ]; then grep -q 'mount=' "$(state)/log" || fail "it was pushed all the same"; fi
    run skopeo inspect --tls-verify=false "docker://$DIRECT/never"
}

@test "registries that accept only Docker or only OCI manifests get them; an explicit format is kept" {
    swiftlet pull -q --tls-verify=false "$DIRECT/eight"
    fault 'PUT .*/manifests/.* refuse-type vnd.oci.image.manifest 0'
    run -0 swiftlet push --tls-verify=false "$DIRECT/eight" "$PROXY/docker"
    has "rejects application/vnd.oci.image.manifest.v1+json"
    run -0 skopeo inspect --raw --tls-verify=false "docker://$DIRECT/docker"
    has '"application/vnd.docker.distribution.manifest.v2+json"'
    run swiftlet push --tls-verify=false --format oci "$DIRECT/eight" "$PROXY/bound"
    own_failure
    has "manifest invalid"
    run swiftlet image copy --preserve-digests --src-tls-verify=false --dest-tls-verify=false "docker://$DIRECT/eight" \
        "docker://$PROXY/bound"
    own_failure
    run skopeo inspect --tls-verify=false "docker://$DIRECT/bound"
    [ "$status" -ne 0 ]
    fault 'PUT .*/manifests/.* refuse-type vnd.docker 0'
    run -0 swiftlet image copy -q --src-tls-verify=false --dest-tls-verify=false "docker://$DIRECT/docker" \
        "docker://$PROXY/oci"
    run -0 skopeo inspect --raw --tls-verify=false "docker://$DIRECT/oci"
    has '"application/vnd.oci.image.manifest.v1+json"'
}

@test "if the registry does not mount a blob from another repository, it is uploaded" {
    swiftlet pull -q --tls-verify=false "$PROXY/eight"
    fault 'POST .*mount=.* status 405 0'
    run -0 swiftlet push -q --tls-verify=false "$PROXY/eight" "$PROXY/unmounted"
    grep -q 'POST .*mount=.* 405' "$(state)/log"
    skopeo copy -q --src-tls-verify=false "docker://$DIRECT/unmounted" dir:unmounted
}

@test "a registry without TLS behind a proxy: absolute URLs, the proxy's credentials, exceptions" {
    start_server gate fault_proxy.py "$(port_of plain)" user:secret
    local log=$BATS_FILE_TMPDIR/gate/log place=registry.invalid:5000
    export HTTP_PROXY=http://user:secret@127.0.0.1:$(port_of gate)
    run -0 swiftlet pull -q --tls-verify=false "$place/eight"
    grep -q "^GET http://$place/v2/eight/manifests/latest 200 " "$log" || fail "$(cat "$log")"
    run -0 swiftlet push -q --tls-verify=false "$place/eight" "$place/proxied"
    swiftlet rmi -f "$place/eight"
    skopeo inspect --tls-verify=false "docker://$DIRECT/proxied"
    rm "$log"
    HTTP_PROXY=http://user:wrong@127.0.0.1:$(port_of gate) run swiftlet pull --tls-verify=false "$place/eight"
    own_failure
    has "the proxy requires credentials"
    lacks wrong
    rm "$log"
    NO_PROXY=registry.invalid run swiftlet pull --tls-verify=false "$place/eight"
    own_failure
    [ ! -e "$log" ]
}

@test "paginated lists: relative and absolute links; loops and other servers are rejected" {
    start_server pages tag_pages.py
    local place=docker://localhost:$(port_of pages) kind
    for kind in relative absolute; do
        run -0 swiftlet image list-tags --tls-verify=false "$place/$kind"
        equal "$(jq -c .Tags <<<"$output")" '["t0","t1","t2","t3","t4","t5","t6"]'
    done
    run swiftlet image list-tags --tls-verify=false "$place/loop"
    own_failure
    has "the list's pages never end"
    run swiftlet image list-tags --tls-verify=false "$place/elsewhere"
    own_failure
    has "the next page is on another server"
    run -0 swiftlet image tree --tls-verify=false "$place/attached:1"
    has "artifact type application/x.aa"
    has "artifact type application/x.bb"
}

@test "a signed image is not converted; a signature made during a push matches the registry's final manifest" {
    export GNUPGHOME=$BATS_TEST_TMPDIR/gnupg
    mkdir -m 700 "$GNUPGHOME"
    mkdir registries.d
    printf 'default-docker:\n  lookaside: file://%s/lookaside\n' "$PWD" >registries.d/test.yaml
    local key
    gpg --batch --quiet --passphrase '' --quick-gen-key signer@example.com default default never
    key=$(gpg --list-keys --with-colons | awk -F: '/^fpr/{print $10; exit}')
    copy() { swiftlet image --registries.d "$PWD/registries.d" copy -q --src-tls-verify=false --dest-tls-verify=false "$@"; }
    copy "docker://$DIRECT/eight" "dir:$PWD/plain"
    copy --sign-by "$key" --sign-identity example.com/a:1 "dir:$PWD/plain" "dir:$PWD/signed"
    fault 'PUT .*/manifests/.* refuse-type vnd.oci.image.manifest 0'
    run copy "dir:$PWD/signed" "docker://$PROXY/signed"
    own_failure
    has 'Would invalidate signatures'
    [ ! -e lookaside ] || fail 'a manifest that was refused has a signature'
    run -0 copy --sign-by "$key" --sign-identity example.com/a:1 "dir:$PWD/plain" "docker://$PROXY/signed"
    gpgconf --kill gpg-agent
    skopeo inspect --raw --tls-verify=false "docker://$DIRECT/signed" >manifest
    equal "$(echo lookaside/*/)" "lookaside/signed@sha256=$(sha256sum <manifest | sed 's/ .*//')/"
    run -0 skopeo standalone-verify manifest example.com/a:1 "$key" lookaside/*/signature-1
}
