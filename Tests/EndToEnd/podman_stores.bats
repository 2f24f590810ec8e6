#!/usr/bin/env bats
# Stores as newer versions of Podman write them.
# runs as: user root

load support/session
load support/layout

setup_file() {
    begin_short_store
    printf 'FROM localhost/busybox\nRUN echo new >/new\n' | swiftlet build -q -t localhost/partial - >/dev/null
}
teardown_file() { end_short_store; }
setup() { enter_new_directory; }

layers_file() { echo "$STORE/graph/overlay-layers/layers.json"; }

# Changes the records of all layers: change JQ-FILTER
change() {
    jq -c "map($1)" "$(layers_file)" >changed
    as_owner cp changed "$(layers_file)"
    # Other tools notice a change by it.
    head -c 64 /dev/urandom >stamp
    as_owner cp stamp "$STORE/graph/overlay-layers/layers.lock"
}

@test "layers known by their table of contents are pushed, built upon and committed" {
    local container
    swiftlet push -q localhost/partial oci:before
    cp "$(layers_file)" saved
    change 'if .["diff-digest"] then .["toc-digest"] = .["diff-digest"] | .flags = {"expected-layer-diffid": .["diff-digest"]} | del(.["diff-digest"], .["diff-size"], .["compressed-diff-digest"], .["compressed-size"]) else . end'
    jq -e 'all(.[]; .["diff-digest"] == null)' "$(layers_file)"
    run -0 swiftlet push -q localhost/partial oci:after
    run -0 diff -r before/blobs after/blobs
    run -0 swiftlet push -q localhost/partial dir:plain
    is_layout plain
    printf 'FROM localhost/partial\nRUN cat /new >/newer\n' >Dockerfile
    run -0 swiftlet build -q -t localhost/upon .
    run -0 swiftlet push -q localhost/upon oci:upon
    is_layout upon
    container=$(swiftlet from localhost/partial)
    swiftlet run "$container" touch /touched
    run -0 swiftlet commit -q "$container" localhost/committed
    run -0 swiftlet push -q localhost/committed dir:committed
    is_layout committed
    swiftlet rm "$container"
    # A layer that is not what the image promises is not pushed.
    change 'if .flags["expected-layer-diffid"] then .flags["expected-layer-diffid"] |= sub("[0-9a-f]{8}$"; "00000000") else . end'
    run swiftlet push -q localhost/partial oci:wrong
    own_failure
    as_owner cp saved "$(layers_file)"
    head -c 64 /dev/urandom >stamp
    as_owner cp stamp "$STORE/graph/overlay-layers/layers.lock"
}

@test "layers in composefs format are refused by name" {
    local layer
    layer=$(jq -r '.[0].id' "$(layers_file)")
    as_owner mkdir "$STORE/graph/overlay/$layer/composefs-data"
    as_owner touch "$STORE/graph/overlay/$layer/composefs-data/composefs.blob"
    run swiftlet container run --rm localhost/busybox true
    own_failure
    has "composefs"
    run swiftlet from localhost/partial
    [ "$status" -ne 0 ] || run swiftlet mount "${lines[-1]}"
    [ "$status" -ne 0 ]
    has "composefs"
    as_owner rm -r "$STORE/graph/overlay/$layer/composefs-data"
    swiftlet rm -a >/dev/null
    run -0 in_image localhost/partial cat /new
}

@test "numbers of 64 bits in records survive, and a time that is none is unknown" {
    change '.later = "@"'
    sed 's/"@"/18446744073709551615/g' "$(layers_file)" >changed
    as_owner cp changed "$(layers_file)"
    head -c 64 /dev/urandom >stamp
    as_owner cp stamp "$STORE/graph/overlay-layers/layers.lock"
    printf 'FROM localhost/busybox\nRUN echo more >/more\n' | swiftlet build -q -t localhost/more - >/dev/null
    equal "$(grep -o '18446744073709551615' "$(layers_file)" | sort -u)" 18446744073709551615
    swiftlet push -q localhost/busybox oci:layout
    python3 - <<'PY'
import hashlib, json
index = json.load(open("layout/index.json"))
def read(digest): return json.load(open("layout/blobs/" + digest.replace(":", "/")))
def write(value):
    data = json.dumps(value).encode()
    name = hashlib.sha256(data).hexdigest()
    open("layout/blobs/sha256/" + name, "wb").write(data)
    return {"digest": "sha256:" + name, "size": len(data)}
manifest = read(index["manifests"][0]["digest"])
config = read(manifest["config"]["digest"])
config["created"] = "0001-01-01T00:00:00Z"
manifest["config"].update(write(config))
index["manifests"][0].update(write(manifest))
json.dump(index, open("layout/index.json", "w"))
PY
    swiftlet pull -q oci:layout:old 2>/dev/null || swiftlet image copy -q oci:layout containers-storage:localhost/old:1
    run -0 swiftlet images localhost/old
    has " unknown "
}
