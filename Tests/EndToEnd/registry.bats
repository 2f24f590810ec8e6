#!/usr/bin/env bats
# docker://: pull and push with plain registries, TLS, credentials and tokens; mirrors and short names.
# runs as: user root

load support/session
load support/registries

setup_file() {
    begin_store
    export HOME=$BATS_FILE_TMPDIR/home XDG_RUNTIME_DIR=$BATS_FILE_TMPDIR/runtime
    unset REGISTRY_AUTH_FILE DOCKER_CONFIG
    mkdir -p "$HOME/.config/containers" "$XDG_RUNTIME_DIR"
    make_certificates
    local certs=$BATS_FILE_TMPDIR/certs
    start_registry plain
    # Its log tells how it is spoken to.
    REGISTRY_LOG_ACCESSLOG_DISABLED=false start_registry tls "tls: {certificate: $certs/localhost.pem, key: $certs/localhost.key}"
    start_registry mutual \
        "tls: {certificate: $certs/localhost.pem, key: $certs/localhost.key, clientcas: [$certs/ca.pem]}"
    # user:secret
    echo 'user:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a' >"$BATS_FILE_TMPDIR/htpasswd"
    start_registry basic -- "auth: {htpasswd: {realm: tests, path: $BATS_FILE_TMPDIR/htpasswd}}"
    start_server tokens token_server.py "$(port_of plain)"
    local name
    for name in plain tls mutual basic tokens; do export "${name^^}=localhost:$(port_of $name)"; done
    export TRUST=$BATS_FILE_TMPDIR/trust
    mkdir "$TRUST" && cp "$certs/ca.pem" "$TRUST/ca.crt"
    swiftlet push -q --tls-verify=false localhost/busybox "docker://$PLAIN/public/busybox:v1"
}
teardown_file() {
    stop_servers
    end_store
}
setup() {
    enter_new_directory
    rm -rf "$HOME/.config/containers" "$XDG_RUNTIME_DIR/containers"
    mkdir -p "$HOME/.config/containers"
}

config() { cat >"$HOME/.config/containers/registries.conf"; }

digest_of() { skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$1"; }

refused() {
    own_failure
    equal "$(grep -c '^Error: ' <<<"$output")" 1
}

# --- Plain ------------------------------------------------------------------------------------------------------------

@test "push and pull by tag and by digest; skopeo, podman and buildah read what was pushed" {
    run -0 swiftlet push --tls-verify=false --digestfile digest localhost/busybox "$PLAIN/group/bb:v1"
    has "Copying blob sha256:"
    has_line "Writing manifest to image destination"
    equal "$(digest_of "$PLAIN/group/bb:v1")" "$(cat digest)"
    skopeo copy -q --src-tls-verify=false "docker://$PLAIN/group/bb:v1" oci:layout
    local id
    id=$(podman pull -q --tls-verify=false "$PLAIN/group/bb:v1")
    equal "$id" "$(in_config localhost/busybox .FromImageID | tr -d '"')"
    run -0 swiftlet pull --tls-verify=false "docker://$PLAIN/group/bb@$(cat digest)"
    has_line "$id"
    run -0 swiftlet images --format '{{.Repository}}' "$PLAIN/group/bb"
    has "$PLAIN/group/bb"
    swiftlet rmi -f "$PLAIN/group/bb:v1"
    buildah pull -q --tls-verify=false "$PLAIN/group/bb:v1"
    run -0 in_image "$PLAIN/group/bb:v1" echo hello
    has_line hello
}

@test "a registry without TLS is rejected unless --tls-verify=false" {
    swiftlet rmi -f "$PLAIN/public/busybox:v1" >/dev/null 2>&1 || true
    run swiftlet pull "$PLAIN/public/busybox:v1"
    refused
    has "http: server gave HTTP response to HTTPS client"
    config <<<"[[registry]]"$'\n'"location = \"$PLAIN\""$'\n'"insecure = true"
    run -0 swiftlet pull -q "$PLAIN/public/busybox:v1"
    swiftlet rmi -f "$PLAIN/public/busybox:v1"
    run swiftlet pull -q --tls-verify=true "$PLAIN/public/busybox:v1"
    refused
}

@test "missing images are reported with the other tools' messages" {
    run swiftlet pull --tls-verify=false "$PLAIN/public/busybox:v9"
    refused
    has "initializing source docker://$PLAIN/public/busybox:v9: reading manifest v9 in $PLAIN/public/busybox: manifest unknown"
    run swiftlet pull "localhost:1/busybox"
    refused
    has "pinging container registry localhost:1"
    has "connection refused"
    run swiftlet pull --tls-verify=false "docker:/$PLAIN/public/busybox"
    refused
    has "does not start with //"
}

@test "from, build and container run pull missing images" {
    swiftlet rmi -f "$PLAIN/public/busybox:v1" >/dev/null 2>&1 || true
    dockerfile <<<"FROM $PLAIN/public/busybox:v1"$'\n'"RUN echo built >/file"
    run -0 swiftlet build -q --tls-verify=false -t built .
    run -0 in_image built cat /file
    has_line built
    run -0 swiftlet from --tls-verify=false --pull=newer "docker://$PLAIN/public/busybox:v1"
    swiftlet rm "${lines[-1]}"
    run swiftlet from --pull=never "$PLAIN/public/absent"
    refused
    has "image not known"
}

@test "pulls report the registry that they try, as other tools do" {
    local command
    for command in pull from; do
        swiftlet rm -a >/dev/null
        swiftlet rmi -f "$PLAIN/asked:1" >/dev/null 2>&1 || true
        swiftlet push -q --tls-verify=false localhost/busybox "docker://$PLAIN/asked:1"
        run -0 swiftlet "$command" --tls-verify=false "$PLAIN/asked:1"
        equal "${lines[0]}" "Trying to pull $PLAIN/asked:1..."
        equal "${lines[1]}" "Getting image source signatures"
        run -0 swiftlet pull -q --policy always --tls-verify=false "docker://$PLAIN/asked:1"
        equal "${#lines[@]}" 1
    done
    run -0 swiftlet pull --tls-verify=false "docker://$PLAIN/asked:1"
    equal "${lines[0]}" "Trying to pull $PLAIN/asked:1..."
    run -0 swiftlet pull --progress json --tls-verify=false "docker://$PLAIN/asked:1"
    equal "$(jq -Rr 'fromjson? | .text // .event' <<<"$output" | head -n 2 | paste -sd,)" "Trying to pull $PLAIN/asked:1...,signaturesStarted"
    swiftlet rm -a >/dev/null
}

@test "a missing --authfile is an error before anything else happens" {
    local command
    dockerfile <<<'FROM scratch'
    for command in "pull @ $PLAIN/x" "push @ localhost/busybox docker://$PLAIN/x" "from @ localhost/busybox" "build @ ." \
        "commit @ no-container name" "manifest push @ no-list oci:x" "logout @ $PLAIN" "image inspect @ oci:x" \
        "image sync @ --src docker --dest dir x y"; do
        # shellcheck disable=SC2086 # A command line is words.
        run swiftlet ${command/@/--authfile /no/such.json}
        own_failure
        has "credential file is not accessible: stat /no/such.json: no such file or directory"
    done
    run swiftlet image copy --src-authfile /no/such.json oci:x oci:y
    own_failure
    has "credential file is not accessible"
}

@test "a layer that the registry already has is mounted or skipped, not uploaded" {
    swiftlet push -q --tls-verify=false localhost/busybox "docker://$PLAIN/one/bb"
    run -0 swiftlet image copy --src-tls-verify=false --dest-tls-verify=false "docker://$PLAIN/one/bb" \
        "docker://$PLAIN/two/bb"
    matches 'Copying blob sha256:[0-9a-f]* skipped: already exists'
    equal "$(digest_of "$PLAIN/one/bb")" "$(digest_of "$PLAIN/two/bb")"
}

# --- TLS --------------------------------------------------------------------------------------------------------------

@test "a private certificate authority: rejected, accepted through --cert-dir or certs.d, or not verified" {
    run swiftlet push localhost/busybox "$TLS/bb"
    refused
    has "x509: "
    run -0 swiftlet push -q --cert-dir "$TRUST" localhost/busybox "$TLS/bb"
    mkdir -p "$HOME/.config/containers/certs.d/$TLS"
    cp "$TRUST/ca.crt" "$HOME/.config/containers/certs.d/$TLS/"
    run -0 swiftlet pull -q "$TLS/bb"
    rm -r "$HOME/.config/containers/certs.d"
    run -0 swiftlet pull -q --tls-verify=false "$TLS/bb"
    run swiftlet pull -q --cert-dir "$TRUST" "127.0.0.1:${TLS#*:}/bb"
    refused
    has "x509: "
}

@test "a client certificate is sent to a registry that requires one" {
    run swiftlet push --cert-dir "$TRUST" localhost/busybox "$MUTUAL/bb"
    refused
    mkdir with
    cp "$TRUST/ca.crt" with/
    cp "$BATS_FILE_TMPDIR/certs/client.pem" with/client.cert
    run swiftlet push --cert-dir with localhost/busybox "$MUTUAL/bb"
    refused
    has "missing key"
    cp "$BATS_FILE_TMPDIR/certs/client.key" with/client.key
    run -0 swiftlet push -q --cert-dir with localhost/busybox "$MUTUAL/bb"
    run -0 swiftlet pull -q --cert-dir with "$MUTUAL/bb"
}

@test "HTTP/2 is used if the registry offers it" {
    run -0 swiftlet push -q --cert-dir "$TRUST" localhost/busybox "$TLS/second"
    run -0 swiftlet pull -q --cert-dir "$TRUST" "$TLS/second"
    local log=$BATS_FILE_TMPDIR/tls/log method
    for method in GET POST PATCH PUT; do
        grep -q "\"$method /v2/.* HTTP/2.0\"" "$log" || fail "no $method over HTTP/2" "$(tail -n 20 "$log")"
    done
    run ! grep -q '/v2/second/.* HTTP/1.1"' "$log"
}

# --- Credentials --------------------------------------------------------------------------------------------------------

@test "a registry with passwords: valid, invalid and missing --creds" {
    run swiftlet push --tls-verify=false localhost/busybox "$BASIC/bb"
    refused
    has "unauthorized: authentication required"
    run swiftlet push --tls-verify=false --creds user:wrong localhost/busybox "$BASIC/bb"
    refused
    has "unauthorized"
    lacks wrong
    run -0 swiftlet push -q --tls-verify=false --creds user:secret localhost/busybox "$BASIC/bb"
    run -0 swiftlet pull -q --tls-verify=false --creds user:secret "$BASIC/bb"
    # A build that has used them keeps them out of its image, and one that has not does not know them.
    echo 'machine localhost login user password secret' >netrc
    dockerfile <<<"FROM $BASIC/bb"$'\nCOPY netrc /root/.netrc'
    run swiftlet build --tls-verify=false --creds user:secret --pull=always .
    own_failure
    has 'file root/.netrc in the layer contains the secret "credentials of a registry"'
    run -0 swiftlet build -q --tls-verify=false --creds user:secret --pull=never .
}

@test "login stores credentials for every tool, logout removes them" {
    run swiftlet login --tls-verify=false -u user -p wrong "$BASIC"
    refused
    has "logging into \"$BASIC\": invalid username/password"
    run -0 bash -c 'echo secret | "$@"' - "$(type -P swiftlet)" login --tls-verify=false -u user --password-stdin "$BASIC"
    prints "Login Succeeded!"
    local file=$XDG_RUNTIME_DIR/containers/auth.json
    equal "$(stat -c %a "$file")" 600
    equal "$(jq -r ".auths[\"$BASIC\"].auth | @base64d" "$file")" user:secret
    run -0 swiftlet login --get-login "$BASIC"
    prints user
    run -0 swiftlet push -q --tls-verify=false localhost/busybox "$BASIC/login"
    run -0 skopeo inspect --tls-verify=false "docker://$BASIC/login"
    run -0 swiftlet login --tls-verify=false "$BASIC"
    has "Already logged in to $BASIC"
    run -0 swiftlet logout "$BASIC"
    prints "Removed login credentials for $BASIC"
    run swiftlet logout "$BASIC"
    refused
    has "not logged into $BASIC"
    run swiftlet pull --tls-verify=false "$BASIC/login"
    refused
}

@test "credentials of skopeo, by namespace, in a separate file, and from a helper" {
    skopeo login --tls-verify=false -u user -p secret "$BASIC" >/dev/null
    run -0 swiftlet push -q --tls-verify=false localhost/busybox "$BASIC/team/bb"
    run -0 swiftlet logout --all
    printf '{"auths": {"%s/team": {"auth": "%s"}}}' "$BASIC" "$(printf user:secret | base64)" >auth.json
    run -0 swiftlet pull -q --tls-verify=false --authfile auth.json "$BASIC/team/bb"
    run swiftlet pull -q --tls-verify=false --authfile auth.json "$BASIC/other"
    refused
    mkdir bin
    printf '#!/bin/sh\nread -r host\n[ "$1 $host" = "get %s" ] && echo "{\\"Username\\": \\"user\\", \\"Secret\\": \\"secret\\"}"\n' \
        "$BASIC" >bin/docker-credential-tests
    chmod +x bin/docker-credential-tests
    printf '{"credHelpers": {"%s": "tests"}}' "$BASIC" >helper.json
    PATH=$PWD/bin:$PATH run -0 swiftlet pull -q --tls-verify=false --authfile helper.json "$BASIC/team/bb"
}

@test "tokens: anonymous, with a password, with a refresh token, for two repositories at once" {
    local log=$BATS_FILE_TMPDIR/tokens/tokens
    : >"$log"
    run -0 swiftlet pull -q --tls-verify=false "$TOKENS/public/busybox:v1"
    equal "$(cat "$log")" "anonymous repository:public/busybox:pull"
    run swiftlet pull -q --tls-verify=false "$TOKENS/one/bb"
    refused
    has unauthorized
    run swiftlet push -q --tls-verify=false --creds user:wrong localhost/busybox "$TOKENS/mine/bb"
    refused
    has "invalid username/password"
    : >"$log"
    run -0 swiftlet push -q --tls-verify=false --creds user:secret localhost/busybox "$TOKENS/mine/bb"
    grep -qx "basic repository:mine/bb:pull,push" "$log"
    printf '{"auths": {"%s": {"auth": "%s", "identitytoken": "refresh-me"}}}' "$TOKENS" \
        "$(printf '00000000-0000-0000-0000-000000000000:' | base64 -w 0)" >auth.json
    run -0 swiftlet pull -q --tls-verify=false --authfile auth.json "$TOKENS/mine/bb"
    grep -qx "refresh repository:mine/bb:pull" "$log"
    run -0 swiftlet login --tls-verify=false -u user -p secret "$TOKENS"
    run -0 swiftlet logout "$TOKENS"
}

@test "credentials are not sent to another server that requests them, with or without TLS" {
    local certs=$BATS_FILE_TMPDIR/certs way kind place
    start_server trap-plain credential_trap.py
    start_server trap-tls credential_trap.py "$certs/localhost.pem" "$certs/localhost.key"
    for way in plain tls; do
        local flags=(--tls-verify=false)
        [ "$way" = plain ] || flags=(--cert-dir "$TRUST")
        for kind in basic bearer negotiate; do
            place=localhost:$(port_of "trap-$way")/$kind/image
            run swiftlet pull "${flags[@]}" --creds user:secret "$place"
            refused
            has "unauthorized"
            run swiftlet push "${flags[@]}" --creds user:secret localhost/busybox "$place"
            refused
            has "unauthorized"
        done
        # It was asked, and got nothing.
        equal "$(grep -c '^GET /v2/.* None$' "$BATS_FILE_TMPDIR/trap-$way/log")" 3
        grep -q '^P[A-Z]* /v2/.*/uploads/.* None$' "$BATS_FILE_TMPDIR/trap-$way/log"
        run ! grep -vE '^[A-Z]+ /v2/[^ ]* None$' "$BATS_FILE_TMPDIR/trap-$way/log"
    done
}

@test "credentials from a flag are sent only to the specified registry, not to its mirrors" {
    local mirror other
    start_server trap-mirror credential_trap.py
    mirror=localhost:$(port_of trap-mirror)
    config <<CONFIG
[[registry]]
prefix = "$BASIC"
location = "$BASIC"
insecure = true
[[registry.mirror]]
location = "$mirror/basic"
insecure = true
CONFIG
    swiftlet push -q --tls-verify=false --creds user:secret localhost/busybox "$BASIC/mirrored"
    run -0 swiftlet pull -q --creds user:secret "$BASIC/mirrored"
    # With the credentials the mirror would have redirected it.
    [ ! -e "$BATS_FILE_TMPDIR/trap-mirror/log" ]
}

@test "a server that demands a client certificate is told at once, with every version of TLS" {
    local version certs=$BATS_FILE_TMPDIR/certs
    for version in TLSv1_2 TLSv1_3; do
        start_server "demands-$version" mutual_tls.py "$certs/localhost.pem" "$certs/localhost.key" "$version"
        run swiftlet pull -q --cert-dir "$TRUST" "localhost:$(port_of "demands-$version")/x"
        refused
        has "client certificate"
        equal "$(wc -l <"$BATS_FILE_TMPDIR/demands-$version/connections")" 1
    done
}

# --- registries.conf ------------------------------------------------------------------------------------------------------

@test "mirrors are tried first, then the registry itself if none has the image" {
    config <<CONFIG
[[registry]]
prefix = "registry.invalid/apps"
location = "$PLAIN/public"
insecure = true
[[registry.mirror]]
location = "localhost:1/none"
insecure = true
[[registry]]
prefix = "mirrored.invalid"
location = "localhost:1"
[[registry.mirror]]
location = "$PLAIN/public"
insecure = true
CONFIG
    run -0 swiftlet pull -q registry.invalid/apps/busybox:v1
    run -0 swiftlet pull -q mirrored.invalid/busybox:v1
    run -0 swiftlet images --format '{{.Repository}}:{{.Tag}}' registry.invalid/apps/busybox
    has_line registry.invalid/apps/busybox:v1
    run swiftlet pull mirrored.invalid/absent
    refused
    has "Mirrors also failed"
    has "manifest unknown"
}

@test "an image is fetched again by the name that was asked for, whatever other names it has" {
    local old new name
    printf 'FROM localhost/busybox\nLABEL version=1\n' >Dockerfile
    swiftlet build -q -t "$PLAIN/moving:1" . >/dev/null
    swiftlet push -q --tls-verify=false "$PLAIN/moving:1"
    old=$(in_config "$PLAIN/moving:1" .FromImageID)
    sed -i s/=1/=2/ Dockerfile
    swiftlet build -q -t "$PLAIN/moving:2" . >/dev/null
    new=$(in_config "$PLAIN/moving:2" .FromImageID)
    skopeo copy -q --src-tls-verify=false --dest-tls-verify=false "containers-storage:[$DRIVER@$STORE/graph+$STORE/run]$PLAIN/moving:2" "docker://$PLAIN/moving:1" ||
        swiftlet push -q --tls-verify=false "$PLAIN/moving:2" "$PLAIN/moving:1"
    swiftlet tag "$PLAIN/moving:1" localhost/alias
    [ "$old" != "$new" ]
    # With another name that only exists here.
    for name in "pull -q --policy always" "from --pull" "from --pull-always" "from --pull=true" "pull -q --policy newer"; do
        swiftlet tag localhost/alias "$PLAIN/moving:1"
        run -0 swiftlet $name --tls-verify=false "$PLAIN/moving:1"
        equal "$(in_config "$PLAIN/moving:1" .FromImageID)" "$new"
    done
    swiftlet rm -a >/dev/null
    swiftlet tag localhost/alias "$PLAIN/moving:1"
    dockerfile <<<"FROM $PLAIN/moving:1"
    run -0 swiftlet build -q --pull --tls-verify=false -t localhost/fresh .
    equal "$(in_config localhost/fresh '.OCIv1.config.Labels.version')" '"2"'
    # A name that only exists here cannot be asked for: an error, as in Buildah, not the image that is here.
    for name in "pull -q --policy always" "from --pull-always" "from --pull=always"; do
        run -125 swiftlet $name localhost/alias
    done
    run -0 swiftlet pull -q --policy newer localhost/alias
    equal "\"$output\"" "$old"
}

@test "what is pushed and deleted is in the registry that was named, not where pulls are sent" {
    config <<CONFIG
[[registry]]
prefix = "$PLAIN/named"
location = "$PLAIN/elsewhere"
insecure = true
CONFIG
    swiftlet push -q --tls-verify=false localhost/busybox "docker://$PLAIN/elsewhere/bb:1"
    run -0 swiftlet push -q --tls-verify=false localhost/busybox "docker://$PLAIN/named/bb:2"
    run swiftlet image inspect --raw --tls-verify=false "docker://$PLAIN/elsewhere/bb:2"
    [ "$status" -ne 0 ]
    run python3 -c 'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).status)' \
        "http://$PLAIN/v2/named/bb/tags/list"
    prints 200
    run -0 swiftlet image delete --tls-verify=false "docker://$PLAIN/named/bb:2"
    run -0 swiftlet pull -q --tls-verify=false "$PLAIN/named/bb:1"
}

@test "a blocked registry is not contacted" {
    config <<<"[[registry]]"$'\n'"location = \"$PLAIN\""$'\n'"blocked = true"
    run swiftlet pull --tls-verify=false "$PLAIN/public/blocked:v1"
    refused
    has blocked
    run swiftlet push --tls-verify=false localhost/busybox "$PLAIN/bb"
    refused
    has blocked
}

@test "short names: aliases, search registries, or an error" {
    swiftlet push -q --tls-verify=false localhost/busybox "docker://$PLAIN/shorty"
    config <<CONFIG
unqualified-search-registries = ["localhost:1", "$PLAIN"]
short-name-mode = "permissive"
[aliases]
"bb-alias" = "$PLAIN/public/busybox"
[[registry]]
location = "$PLAIN"
insecure = true
CONFIG
    run -0 swiftlet pull -q bb-alias:v1
    run -0 swiftlet pull -q shorty
    run -0 swiftlet images --format '{{.Repository}}' shorty
    has_line "$PLAIN/shorty"
    run swiftlet pull shorty-absent
    refused
    has "2 errors occurred while pulling"
    config <<<'unqualified-search-registries = []'
    run swiftlet pull absent-name
    refused
    has "did not resolve to an alias and no unqualified-search registries are defined"
}
