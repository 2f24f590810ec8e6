#!/usr/bin/env bats
# --log-level debug: structured records of requests, locks, cache decisions and mounts.
# runs as: user root

load support/session
load support/registry

setup_file() {
    begin_store
    begin_registry
}
teardown_file() {
    end_registry
    end_store
}
setup() { enter_new_directory; }

@test "--log-level debug records locks, cache decisions and mounts, on standard error only" {
    dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=tmpfs,target=/t true'
    run -0 --separate-stderr swiftlet --log-level debug build --no-cache -t made .
    [[ $output != *level=* ]] || fail "records on standard output:" "$output"
    output=$stderr
    matches 'time="[0-9T:.-]+Z" level=debug msg=lock path=[^ ]+/overlay-layers/layers.lock mode=(shared|exclusive)'
    matches 'msg=unlock path='
    matches 'msg="build cache" decision=miss detail="the cache is not used" key=[0-9a-f]{64} parent=[0-9a-f]{64} stage=0'
    matches 'msg=mount type=overlay target='
    matches 'msg=mount type=tmpfs source=tmpfs target=/t'
    run -0 --separate-stderr swiftlet --log-level debug build -t made .
    output=$stderr
    matches 'msg="build cache" decision=hit'
    run -0 --separate-stderr swiftlet build -t made .
    output=$stderr
    lacks level=debug
    run -125 swiftlet --log-level loud images
    has "not a valid logrus Level"
}

@test "requests to registries are recorded without credentials" {
    run -0 --separate-stderr swiftlet --log-level=debug push --tls-verify=false --creds user:hunter2 busybox "$REGISTRY/box:1"
    output=$stderr
    matches 'msg="registry request" method=PUT url="http://[^"]+/v2/box/manifests/1" status=201 milliseconds=[0-9]+'
    matches 'method=POST url="http://[^"]+/v2/box/blobs/uploads/'
    lacks hunter2
    lacks "$(printf user:hunter2 | base64)"
}
