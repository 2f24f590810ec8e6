#!/usr/bin/env bats
# image tree: the structure of an image, from the index down to the files of a layer.
# runs as: user root

load support/session
load support/registry

setup_file() {
    begin_store
    begin_registry
    cd "$BATS_FILE_TMPDIR" || return
    dockerfile <<'END'
FROM localhost/busybox
ENV A=1
RUN echo hello >/file && rm /etc/passwd
RUN true
LABEL l=v
END
    swiftlet build -q --format docker -t tree .
}
teardown_file() {
    end_registry
    end_store
}
setup() { enter_new_directory; }

@test "a local image: manifest, config, layers with their content, steps without a layer" {
    run -0 swiftlet image tree tree
    equal "${lines[0]}" localhost/tree:latest
    matches '└─ manifest [0-9a-f]{12}  [0-9.]+ k?B  linux/'
    has 'application/vnd.docker.distribution.manifest.v2+json'
    matches '├─ config [0-9a-f]{12}  [0-9.]+ k?B'
    matches '├─ layer 1 [0-9a-f]{12}  2\.[0-9]+ MB'
    has 'shared with localhost/busybox:latest'
    matches '├─ step  ENV A=1'
    has 'RUN echo hello >/file && rm /etc/passwd'
    matches '1 file \(6 B\), 1 directory, 1 removed|1 file \(6 B\), 1 removed'
    has '/file  6 B'
    has '├─ step  RUN true'
    has '└─ step  LABEL l=v'
    local line
    for line in "${lines[@]}"; do [ "$(LC_ALL=C.UTF-8 wc -m <<<"$line")" -le 81 ] || fail "longer than 80: $line"; done
}

@test "--no-trunc shows full digests; --no-layers reads no layers" {
    run -0 swiftlet image tree --no-trunc tree
    matches 'layer 2 sha256:[0-9a-f]{64}'
    run -0 swiftlet image tree --no-layers tree
    lacks '/file  6 B'
    matches 'layer 2 '
}

@test "--json has exact numbers" {
    swiftlet image tree --json tree >tree.json
    run -0 jq -r '.name, .root.kind, (.root.layers | length), .root.layers[1].files, .root.layers[1].removed,
        .root.layers[1].bytes, .root.layers[1].largest[0].path, .root.layers[0].sharedWith[0],
        ([.root.history[] | select(.layer == null)] | length)' tree.json
    prints $'localhost/tree:latest\nmanifest\n2\n1\n1\n6\n/file\nlocalhost/busybox:latest\n5'
    equal "$(jq -r .root.config.digest tree.json)" \
        "sha256:$(swiftlet inspect --type image --format '{{.FromImageID}}' tree)"
}

@test "images in layouts, archives and directories look the same" {
    local place
    swiftlet push -q tree "oci:$PWD/layout:1"
    swiftlet push -q tree "oci-archive:$PWD/layout.tar:1"
    swiftlet push -q tree "docker-archive:$PWD/docker.tar:tree:1"
    swiftlet push -q tree "dir:$PWD/dir"
    for place in "oci:$PWD/layout:1" "oci-archive:$PWD/layout.tar:1" "docker-archive:$PWD/docker.tar:tree:1" "dir:$PWD/dir"; do
        run -0 swiftlet image tree --json "$place"
        equal "$(jq -c '[.root.layers[] | .files, .removed, .bytes]' <<<"$output")" \
            "$(swiftlet image tree --json tree | jq -c '[.root.layers[] | .files, .removed, .bytes]')"
    done
    run -0 swiftlet image tree "oci:$PWD/layout:1"
    matches 'layer 1 [0-9a-f]{12}  [0-9.]+ [kM]B, 2\.[0-9]+ MB uncompressed'
    matches 'diff id [0-9a-f]{12}'
}

@test "an index shows every image, and the layers of the one for this platform" {
    swiftlet push -q tree "oci:$PWD/list:1"
    python3 - "$PWD/list" <<'END'
import hashlib, json, sys
root = sys.argv[1]
def write(value):
    data = json.dumps(value).encode()
    digest = hashlib.sha256(data).hexdigest()
    open(f"{root}/blobs/sha256/{digest}", "wb").write(data)
    return {"digest": "sha256:" + digest, "size": len(data)}
index = json.load(open(f"{root}/index.json"))
entry = index["manifests"][0]
here = dict(entry); here.pop("annotations", None)
gone = {"mediaType": entry["mediaType"], "digest": "sha256:" + "a" * 64, "size": 7,
        "platform": {"os": "linux", "architecture": "s390x"}}
kind = "application/vnd.oci.image.index.v1+json"
listed = write({"schemaVersion": 2, "mediaType": kind, "manifests": [here, gone]})
index["manifests"] = [{"mediaType": kind, **listed}]
json.dump(index, open(f"{root}/index.json", "w"))
END
    run -0 swiftlet image tree "oci:$PWD/list"
    matches '└─ index [0-9a-f]{12}  '
    matches '   ├─ manifest [0-9a-f]{12}  [0-9.]+ k?B  linux/'
    matches '   └─ manifest aaaaaaaaaaaa  7 B  linux/s390x  \(missing\)'
    has '/file  6 B'
    run -0 swiftlet image tree --platform linux/s390x "oci:$PWD/list"
    lacks '/file  6 B'
}

@test "an image in a registry is inspected without copying it: tree and Dockerfile" {
    local place=docker://$REGISTRY/tree:1 flags=--tls-verify=false
    swiftlet push -q $flags tree "$place"
    run -0 swiftlet image tree $flags "$place"
    equal "${lines[0]}" "$place"
    has '/file  6 B'
    has 'RUN echo hello >/file && rm /etc/passwd'
    run -0 swiftlet history --dockerfile $flags "$place"
    equal "$(tail -n +2 <<<"$output")" "$(swiftlet history --dockerfile tree | tail -n +2)"
    run swiftlet image tree $flags "docker://$REGISTRY/nothing:1"
    own_failure
    has "$REGISTRY/nothing"
}

@test "a layer that does not match its digest is a single error" {
    swiftlet push -q tree "dir:$PWD/dir"
    local layer
    layer=$(jq -r '.layers[1].digest' dir/manifest.json)
    printf x >>"dir/${layer#sha256:}"
    run swiftlet image tree "dir:$PWD/dir"
    own_failure
    has "$layer"
    run swiftlet image tree no-such-image
    own_failure
    has 'no-such-image: image not known'
}
