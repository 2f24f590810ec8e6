#!/usr/bin/env bats
# Artifacts: files in registries that are no container images.
# runs as: user root

load support/session
load support/layout
load support/registry

setup_file() {
    begin_short_store
    begin_registry
}
teardown_file() {
    end_registry
    end_short_store
}
setup() {
    enter_new_directory
    echo "one file" >one.txt
    head -c 300000 /dev/urandom >two.bin
}

artifact() { swiftlet artifact "$@"; }

@test "add, ls and inspect: files with titles and types, in a layout that skopeo reads" {
    run -0 artifact add --type application/x.set --annotation from=tests example.com/a/set:1 one.txt two.bin
    local digest=$output
    run -0 artifact inspect example.com/a/set:1
    equal "$(jq -r .Name <<<"$output")" example.com/a/set:1
    equal "$(jq -r .Digest <<<"$output")" "sha256:$digest"
    equal "$(jq -c '[.Manifest.layers[] | [.mediaType, .size, .annotations["org.opencontainers.image.title"], .annotations.from]]' <<<"$output")" \
        '[["text/plain; charset=utf-8",9,"one.txt","tests"],["application/octet-stream",300000,"two.bin","tests"]]'
    equal "$(jq -r .Manifest.artifactType <<<"$output")" application/x.set
    equal "$(jq -r '.Manifest.annotations["org.opencontainers.image.created"]' <<<"$output" | cut -c1-2)" 20
    run -0 artifact inspect --format '{{.Digest}} {{.TotalSizeBytes}}' "${digest:0:12}"
    equal "$output" "sha256:$digest 300009"
    run -0 artifact ls --format '{{.Repository}} {{.Tag}} {{.Digest}} {{.VirtualSize}}'
    has_line "example.com/a/set 1 ${digest:0:12} 300009"
    run -0 artifact ls
    [[ ${lines[0]} == REPOSITORY*TAG*DIGEST*CREATED*SIZE ]]
    run -0 skopeo inspect --raw "oci:$STORE/graph/artifacts:example.com/a/set:1"
    run artifact add example.com/a/set:1 one.txt
    own_failure
    has "artifact already exists"
    run artifact add short one.txt
    own_failure
    has "must have a registry"
    run artifact add example.com/a/none:1 none.txt
    own_failure
    run artifact inspect example.com/a/none:1
    own_failure
    has "artifact does not exist"
}

@test "add: more files, and others instead" {
    artifact add example.com/a/more one.txt
    run -0 artifact add --append example.com/a/more two.bin
    run -0 artifact inspect example.com/a/more:latest
    equal "$(jq -c '[.Manifest.layers[].annotations["org.opencontainers.image.title"]]' <<<"$output")" '["one.txt","two.bin"]'
    run artifact add --append example.com/a/more one.txt
    own_failure
    has "file already exists in the artifact"
    run -0 artifact add --replace --file-type text/x example.com/a/more one.txt
    run -0 artifact inspect example.com/a/more
    equal "$(jq -c '[.Manifest.layers[].mediaType]' <<<"$output")" '["text/x"]'
    # Nothing of what was replaced is left.
    run -0 artifact rm example.com/a/more
    run artifact rm example.com/a/more
    own_failure
    run -0 artifact rm --ignore example.com/a/more
}

@test "push and pull: nothing is changed on the way" {
    local digest
    digest=$(artifact add --type application/x.y "$REGISTRY/art/pushed:1" one.txt two.bin)
    run -0 artifact push --tls-verify=false --digestfile digest "$REGISTRY/art/pushed:1"
    equal "$(cat digest)" "sha256:$digest"
    run -0 artifact push -q --tls-verify=false "$REGISTRY/art/pushed:1" "$REGISTRY/art/again:2"
    run -0 artifact rm --all
    run -0 artifact pull -q --tls-verify=false "$REGISTRY/art/again:2"
    equal "${lines[-1]}" "$digest"
    run -0 artifact extract "$REGISTRY/art/again:2" .
    # An image is not fetched as one, and the other way round.
    run swiftlet pull --tls-verify=false "$REGISTRY/art/pushed:1"
    own_failure
    has "an artifact of type \"application/x.y\", not a container image"
}

@test "extract: all files, or one; a title cannot lead elsewhere" {
    local digest
    artifact add example.com/a/out:1 one.txt two.bin
    mkdir out
    run -0 artifact extract example.com/a/out:1 out
    run -0 cmp one.txt out/one.txt
    run -0 cmp two.bin out/two.bin
    run -0 artifact extract --title two.bin example.com/a/out:1 single
    run -0 cmp two.bin single
    digest=sha256:$(sha256sum <one.txt | cut -d' ' -f1)
    run -0 artifact extract --digest "$digest" example.com/a/out:1 out
    run -0 cmp one.txt "out/${digest/:/-}"
    run artifact extract example.com/a/out:1 several
    own_failure
    has "consists of several blobs"
    run artifact extract --title none example.com/a/out:1 out
    own_failure
    has 'no blob with the title "none"'
    artifact add --annotation org.opencontainers.image.title=../escaped example.com/a/evil:1 one.txt
    run artifact extract example.com/a/evil:1 out
    own_failure
    has "is not the name of a file"
    [ ! -e escaped ]
}

@test "copy and sync leave artifacts as they are, even layers of types that images have" {
    local config tool
    mkdir -p art && tar cf plain.tar one.txt
    python3 - <<'PY'
import hashlib, json
def blob(data):
    name = hashlib.sha256(data).hexdigest()
    open("art/" + name, "wb").write(data)
    return {"digest": "sha256:" + name, "size": len(data)}
config = dict(blob(b"{}"), mediaType="application/vnd.example.config.v1+json")
layer = dict(blob(open("plain.tar", "rb").read()), mediaType="application/vnd.oci.image.layer.v1.tar")
open("art/manifest.json", "w").write(json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [layer]}))
open("art/version", "w").write("Directory Transport Version: 1.1\n")
PY
    run -0 swiftlet image copy -q --dest-tls-verify=false dir:art "docker://$REGISTRY/oras/plain:1"
    run -0 swiftlet image copy -q --src-tls-verify=false "docker://$REGISTRY/oras/plain:1" oci:layout:t
    run -0 swiftlet image copy -q --dest-compress-format zstd oci:layout:t oci:packed:t
    run -0 swiftlet image sync --src docker --dest docker --src-tls-verify=false --dest-tls-verify=false "$REGISTRY/oras/plain:1" "$REGISTRY/synced"
    run -0 swiftlet image copy -q --src-tls-verify=false "docker://$REGISTRY/synced/plain:1" dir:back
    run -0 diff -r art back
    equal "$(jq -r '.manifests[0].digest' packed/index.json)" "sha256:$(sha256sum <art/manifest.json | cut -d' ' -f1)"
    run swiftlet pull oci:layout:t
    own_failure
    has "not a container image"
}

@test "manifest lists: files as artifacts, which are pushed with the list" {
    local digest
    swiftlet manifest create localhost/list >/dev/null
    swiftlet manifest add localhost/list localhost/busybox >/dev/null
    run -0 swiftlet manifest add --artifact --artifact-type application/x.doc --artifact-annotation a=b --annotation c=d \
        --arch s390x --os linux localhost/list one.txt two.bin
    digest=${output##* }
    run -0 swiftlet manifest inspect localhost/list
    equal "$(jq -c '.manifests[1] | [.digest, .artifactType, .platform.architecture, .annotations]' <<<"$output")" \
        "[\"$digest\",\"application/x.doc\",\"s390x\",{\"c\":\"d\"}]"
    run -0 swiftlet manifest push -q --all localhost/list oci:pushed:t
    is_layout pushed
    equal "$(jq -c '[.artifactType, .config.mediaType, .annotations, [.layers[] | [.mediaType, .annotations["org.opencontainers.image.title"]]]]' \
        "pushed/blobs/${digest/://}")" \
        '["application/x.doc","application/vnd.oci.empty.v1+json",{"a":"b"},[["text/plain","one.txt"],["application/octet-stream","two.bin"]]]'
    run -0 swiftlet manifest push -q --tls-verify=false --all localhost/list "docker://$REGISTRY/list:1"
    run -0 skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/list@$digest"
    # A configuration, a subject, and none of the titles.
    echo '{"x":1}' >config.json
    run -0 swiftlet manifest add --artifact --artifact-config config.json --artifact-config-type application/x+json \
        --artifact-layer-type text/x --artifact-exclude-titles --artifact-subject "oci:pushed:t" localhost/list one.txt
    digest=${output##* }
    run -0 swiftlet manifest push -q --all localhost/list oci:pushed:u
    is_layout pushed
    equal "$(jq -c '[.config.mediaType, .layers[0].mediaType, .layers[0].annotations, .subject.mediaType]' "pushed/blobs/${digest/://}")" \
        '["application/x+json","text/x",null,"application/vnd.oci.image.index.v1+json"]'
    # A file that has changed since is not pushed as what it was.
    echo changed >one.txt
    run swiftlet manifest push -q --all localhost/list oci:fresh:v
    own_failure
    run -0 swiftlet manifest remove localhost/list "$digest"
    run swiftlet manifest add --artifact-type x localhost/list localhost/busybox
    own_failure
    has "--artifact-type requires --artifact"
    run swiftlet manifest add --artifact localhost/list none.txt
    own_failure
    # An artifact from a registry can be a member, too.
    artifact add --type application/x.y "$REGISTRY/art/member:1" two.bin >/dev/null
    artifact push -q --tls-verify=false "$REGISTRY/art/member:1"
    swiftlet manifest create localhost/other >/dev/null
    run -0 swiftlet manifest add --tls-verify=false localhost/other "docker://$REGISTRY/art/member:1"
    run -0 swiftlet manifest add localhost/other localhost/busybox
    run -0 swiftlet manifest push -q --tls-verify=false --all localhost/other "docker://$REGISTRY/other:1"
    run -0 skopeo copy -q --all --src-tls-verify=false "docker://$REGISTRY/other:1" dir:other
}
