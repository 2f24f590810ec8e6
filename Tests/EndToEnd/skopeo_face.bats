#!/usr/bin/env bats
# swiftlet called as skopeo, compared with skopeo: the same commands, output and results.
# runs as: user root

load support/session
load support/layout
load support/registry

setup_file() {
    begin_short_store
    begin_registry
    export BASE=$BATS_FILE_TMPDIR/base LINK=$BATS_FILE_TMPDIR/bin
    mkdir -p "$LINK"
    ln -s "$(type -P swiftlet)" "$LINK/skopeo"
    swiftlet build -q -t localhost/face "$EXAMPLES/hello" >/dev/null
    swiftlet push -q localhost/face "oci:$BASE"
    theirs copy -q --dest-tls-verify=false "oci:$BASE" "docker://$REGISTRY/some/face:1"
    theirs copy -q --dest-tls-verify=false "oci:$BASE" "docker://$REGISTRY/some/face:2"
}
teardown_file() {
    end_registry
    end_short_store
}
setup() { enter_new_directory; }

ours() { "$LINK/skopeo" --insecure-policy --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" "$@"; }
theirs() { skopeo --insecure-policy "$@"; }

# Both have the same output and exit code: same ARGUMENT...
same() {
    local expected
    expected=$(theirs "$@")
    run -0 ours "$@"
    equal "$output" "$expected"
}

@test "inspect: raw, configuration, templates, and the summary, with LayersData as in newer versions" {
    local expected place
    for place in "oci:$BASE" "docker://$REGISTRY/some/face:1"; do
        set -- "$place"
        if [[ $place == docker:* ]]; then set -- --tls-verify=false "$place"; fi
        same inspect --raw "$@"
        same inspect --config "$@"
        same inspect --raw --config "$@"
        same inspect --format '{{.Digest}} {{.Os}} {{.Env}} {{len .Layers}}' "$@"
        same inspect --config --format '{{.architecture}}' "$@" || true
        expected=$(theirs inspect "$@" | jq -S .)
        run -0 ours inspect "$@"
        equal "$(jq -S 'del(.LayersData)' <<<"$output")" "$expected"
        equal "$(jq -c '[.LayersData[].Digest] == .Layers' <<<"$output")" true
        equal "$(ours inspect -n "$@" | jq -c .RepoTags)" "[]"
    done
}

@test "list-tags of a repository and of an archive; a tag in the name is refused" {
    same list-tags --tls-verify=false "docker://$REGISTRY/some/face"
    ours copy -q --additional-tag other:2 "oci:$BASE" docker-archive:a.tar:some/name:1
    same list-tags docker-archive:a.tar
    run ours list-tags --tls-verify=false "docker://$REGISTRY/some/face:1"
    equal "$status" 1
    has "no tag"
    run ours list-tags "oci:$BASE"
    equal "$status" 1
    has "list"
}

@test "copy prints and writes the same as skopeo" {
    theirs copy "oci:$BASE" dir:theirs | grep -v '^Storing signatures$' | sort >theirs.out
    ours copy "oci:$BASE" dir:ours | sort >ours.out
    run -0 diff theirs.out ours.out
    run -0 diff -r theirs ours
    same manifest-digest ours/manifest.json
    theirs copy -q --format v2s2 "oci:$BASE" dir:theirs2
    ours copy -q --format v2s2 "oci:$BASE" dir:ours2
    equal "$(jq -S . theirs2/manifest.json)" "$(jq -S . ours2/manifest.json)"
}

@test "delete removes the manifest and its tags" {
    ours copy -q --dest-tls-verify=false "oci:$BASE" "docker://$REGISTRY/some/gone:1"
    run -0 ours delete --tls-verify=false "docker://$REGISTRY/some/gone:1"
    run ours inspect --tls-verify=false "docker://$REGISTRY/some/gone:1"
    equal "$status" 2
    has "manifest unknown"
    ours copy -q "oci:$BASE" containers-storage:localhost/gone
    run -0 ours delete containers-storage:localhost/gone
    run ours inspect containers-storage:localhost/gone
    equal "$status" 2
    run ours delete "oci:$BASE"
    equal "$status" 1
}

@test "sync: a repository to directories and back, scoped or not, as in skopeo" {
    theirs sync --scoped --src docker --dest dir --src-tls-verify=false "$REGISTRY/some/face" theirs >/dev/null 2>&1
    ours sync --scoped --src docker --dest dir --src-tls-verify=false "$REGISTRY/some/face" ours >/dev/null
    run -0 diff -r theirs ours
    ours sync --src docker --dest dir --src-tls-verify=false "$REGISTRY/some/face:1" plain >/dev/null
    equal "$(ls plain)" face:1
    run ours sync --src docker --dest dir --src-tls-verify=false "$REGISTRY/some/face:1" plain
    equal "$status" 1
    has "refusing to overwrite"
    run -0 ours sync --dry-run --src dir --dest docker --dest-tls-verify=false ours "$REGISTRY/again"
    has "Would have copied image"
    run ours list-tags --tls-verify=false "docker://$REGISTRY/again/face"
    equal "$status" 1
    ours sync --src dir --dest docker --dest-tls-verify=false --append-suffix -x ours "$REGISTRY/again" >/dev/null
    equal "$(ours list-tags --tls-verify=false "docker://$REGISTRY/again/face" | jq -c '.Tags | sort')" '["1-x","2-x"]'
}

@test "sync: a list in YAML with tags, all tags and expressions; missing images are reported, and the rest continues" {
    cat >list.yml <<YAML
# What is wanted.
$REGISTRY:
  tls-verify: false
  images:
    some/face: ["2"]
  images-by-tag-regex:
    some/face: ^1\$
YAML
    mkdir out
    run -0 ours sync --src yaml --dest dir list.yml out
    has "Synced 2 images"
    equal "$(ls out | paste -sd ' ')" "face:1 face:2"
    sed -i 's/"2"/"2", "9"/' list.yml
    rm -rf out
    mkdir out
    run ours sync --keep-going --src yaml --dest dir list.yml out
    equal "$status" 1
    has "sync failed: 1 of 3 images"
    [ -e out/face:1/manifest.json ]
    [ -e out/face:2/manifest.json ]
    echo 'host: {images: x}' >flow.yml
    run ours sync --src yaml --dest dir flow.yml out
    equal "$status" 1
    has "flow.yml:1:"
}

@test "unsupported flags are rejected by name" {
    local words
    for words in "copy --sign-by-sq-fingerprint me" "copy --encryption-key pgp:key"; do
        # shellcheck disable=SC2086 # Flags are words.
        run ours $words "oci:$BASE" dir:not
        equal "$status" 1
        has "not supported"
    done
    run ours copy "$BASE" dir:not
    equal "$status" 1
    has "colon-separated transport:reference"
    run ours copy docker-daemon:x:1 dir:not
    equal "$status" 1
    has "daemon"
    [ ! -e not ]
}

@test "plain archives as layers: the same image as skopeo's, from files and standard input" {
    mkdir root
    echo one >root/one
    tar -cf one.tar root
    echo two >root/two
    tar -czf two.tar.gz root
    touch -d '2021-02-03 04:05:06.5' one.tar
    touch -d '2020-01-01 00:00:00' two.tar.gz
    ours copy -q tarball:one.tar:two.tar.gz oci:ours
    theirs copy -q tarball:one.tar:two.tar.gz oci:theirs
    is_layout ours
    run -0 cmp "$(config_of ours)" "$(config_of theirs)"
    equal "$(jq -c '.layers[1]' "$(manifest_of ours)")" "$(jq -c '.layers[1]' "$(manifest_of theirs)")"
    ours copy -q tarball:- oci:stdin <one.tar
    is_layout stdin
    equal "$(diff_ids_of stdin)" "$(diff_ids_of ours | jq -c '.[:1]')"
    local way
    for way in xz zstd bzip2; do
        "$way" -q -k one.tar
        ours copy -q "tarball:$(ls one.tar.*)" "oci:$way"
        is_layout "$way"
        equal "$(diff_ids_of "$way")" "$(diff_ids_of stdin)"
        rm one.tar.*
    done
    run ours copy -q tarball:none.tar oci:none
    equal "$status" 1
    has "none.tar"
    run ours copy -q "oci:$BASE" tarball:none.tar
    equal "$status" 1
    [ ! -e none ] && [ ! -e none.tar ]
}

@test "an archive of Docker before 1.10, a compressed archive, and one with several images" {
    python3 - <<'PY'
import hashlib, io, json, tarfile
def add(tar, name, data):
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))
def layer(name):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        add(tar, name, b"old\n")
    return data.getvalue()
ids = [hashlib.sha256(bytes([n])).hexdigest() for n in range(2)]
with tarfile.open("old.tar", "w") as tar:
    for number, id in enumerate(ids):
        config = {"id": id, "created": "2014-01-01T00:00:00Z", "architecture": "amd64", "os": "linux",
                  "container_config": {"Cmd": ["step", str(number)]}, "config": {"Env": ["OLD=yes"]}}
        if number:
            config["parent"] = ids[number - 1]
        add(tar, id + "/VERSION", b"1.0")
        add(tar, id + "/json", json.dumps(config).encode())
        add(tar, id + "/layer.tar", layer(f"file{number}"))
    add(tar, "repositories", json.dumps({"old/image": {"v1": ids[1]}}).encode())
PY
    run -0 ours copy docker-archive:old.tar:old/image:v1 oci:from-old
    is_layout from-old
    equal "$(jq -c '[.config.Env[0], .history[1].created_by, (.rootfs.diff_ids | length)]' "$(config_of from-old)")" \
        '["OLD=yes","step 1",2]'
    ours copy -q "oci:$BASE" docker-archive:new.tar:some/name:1
    local way
    for way in gzip xz zstd bzip2; do
        "$way" -k new.tar
        run -0 ours copy -q docker-archive:"$(ls new.tar.*)" "oci:$way"
        equal "$(jq -r .config.digest "$(manifest_of "$way")")" "$(jq -r .config.digest "$(manifest_of "$BASE")")"
        rm new.tar.*
    done
}

# fails CODE ARGUMENT...: both fail with the code and name the same reason: a word of LEVEL=fatal.
fails_like_theirs() {
    local code=$1
    shift
    run theirs "$@"
    [ "$status" -ne 0 ]
    run ours "$@"
    equal "$status" "$code"
    has 'level=fatal msg='
    [[ ${lines[-1]} =~ ^time=\"[0-9-]+T[0-9:]+(Z|[+-][0-9:]+)\"\ level=fatal\ msg=\".*\"$ ]]
}

@test "a missing image is exit code 2, every other failure 1, both as log lines" {
    fails_like_theirs 2 inspect --tls-verify=false "docker://$REGISTRY/some/face:none"
    has 'manifest unknown'
    fails_like_theirs 2 copy -q --src-tls-verify=false "docker://$REGISTRY/some/none:1" dir:d
    fails_like_theirs 2 inspect "oci:$BASE:none"
    run ours inspect containers-storage:localhost/none
    equal "$status" 2
    has 'does not resolve to an image ID'
    fails_like_theirs 1 inspect dir:none
    fails_like_theirs 1 inspect none
    fails_like_theirs 1 copy -q "oci:$BASE" nothing:x
    run ours copy -q sif:image dir:d
    equal "$status" 1
    has "Singularity images are not supported"
    # swiftlet itself keeps its own form and code.
    run swiftlet image inspect --tls-verify=false "docker://$REGISTRY/some/face:none"
    equal "$status" 125
    equal "${lines[0]%%:*}" Error
}

@test "sync reports each image in the form of a log" {
    run -0 ours sync --dry-run --src docker --dest dir --scoped --src-tls-verify=false "$REGISTRY/some/face:1" out
    has 'level=info msg="Would have copied image ref 1/1"'
    has "from=\"docker://$REGISTRY/some/face:1\" to=\"dir:out/$REGISTRY/some/face:1\""
    has 'msg="Would have synced 1 images from 1 sources"'
}

@test "layouts share blobs in a directory, as in skopeo" {
    theirs copy -q --dest-shared-blob-dir theirs.blobs "oci:$BASE" oci:theirs:t
    run -0 ours copy -q --dest-shared-blob-dir ours.blobs "oci:$BASE" oci:ours:t
    run -0 diff -r theirs.blobs ours.blobs
    [ -z "$(ls ours/blobs 2>/dev/null)" ]
    run -0 ours copy -q --src-shared-blob-dir ours.blobs oci:ours:t oci:back:t
    run -0 theirs copy -q --src-shared-blob-dir ours.blobs oci:ours:t oci:back2:t
    run -0 diff -r ours.blobs back/blobs
    run -0 ours inspect --raw --shared-blob-dir ours.blobs oci:ours:t
    run ours inspect --raw oci:ours:t
    equal "$status" 1
}

@test "index.json keeps an image that has lost its name" {
    local tool
    theirs copy -q "oci:$BASE" dir:other
    jq -c '.annotations.x = "y"' other/manifest.json >changed && mv changed other/manifest.json
    for tool in theirs ours; do
        "$tool" copy -q "oci:$BASE" "oci:$tool:t"
        "$tool" copy -q dir:other "oci:$tool:t"
        "$tool" copy -q dir:other "oci:$tool:u"
    done
    equal "$(jq -c '[.manifests[] | [.digest, .annotations]]' ours/index.json)" \
        "$(jq -c '[.manifests[] | [.digest, .annotations]]' theirs/index.json)"
}

@test "archives of docker have the members that old readers want" {
    theirs copy -q "oci:$BASE" docker-archive:theirs.tar:some/name:1
    ours copy -q "oci:$BASE" docker-archive:ours.tar:some/name:1
    equal "$(tar tf ours.tar | sort)" "$(tar tf theirs.tar | sort)"
    mkdir t o && tar xf theirs.tar -C t && tar xf ours.tar -C o
    run -0 diff -r t o
    # Without the newer list, the image is found by the older one.
    rm o/manifest.json && tar cf old.tar -C o .
    run -0 ours inspect --format '{{len .Layers}}' docker-archive:old.tar:some/name:1
    equal "$output" "$(theirs inspect --format '{{len .Layers}}' docker-archive:theirs.tar)"
}

@test "a manifest can be written without a tag" {
    run -0 ours copy -q --dest-tls-verify=false --digestfile digest "oci:$BASE" "docker://$REGISTRY/un/tagged@@unknown-digest@@"
    run -0 ours inspect --raw --tls-verify=false "docker://$REGISTRY/un/tagged@$(cat digest)"
    run ours list-tags --tls-verify=false "docker://$REGISTRY/un/tagged"
    [ "$status" -ne 0 ] || equal "$(jq -c .Tags <<<"$output")" "[]"
    run ours inspect --tls-verify=false "docker://$REGISTRY/un/tagged@@unknown-digest@@"
    equal "$status" 1
    has "only a destination can have an unknown digest"
}

@test "inspect: Go's form of times, other digests; flags that only newer versions have" {
    run -0 ours inspect --format '{{.Created}}' "oci:$BASE"
    [[ $output =~ ^[0-9-]{10}\ [0-9:.]+\ \+0000\ UTC$ ]]
    equal "$output" "$(theirs inspect --format '{{.Created}}' "oci:$BASE")"
    run -0 ours inspect --format '{{.Digest}}' --manifest-digest sha512 "oci:$BASE"
    equal "$output" "sha512:$(ours inspect --raw "oci:$BASE" | sha512sum | cut -d' ' -f1)"
    run ours inspect --manifest-digest md5 "oci:$BASE"
    equal "$status" 1
    run -0 ours --user-agent-prefix mine copy -q --dest-tls-verify=false --dcreds a:b "oci:$BASE" "docker://$REGISTRY/some/creds:1"
    run ours logout --tls-verify=false "$REGISTRY"
    has "not logged into $REGISTRY"
    printf '# nothing\n' >none.yaml
    printf 'minVersion: "1.3"\n' >tls.yaml
    printf 'cipherSuites: [x]\n' >suites.yaml
    run -0 ours --tls-details none.yaml list-tags --tls-verify=false "docker://$REGISTRY/some/face"
    run -0 ours --tls-details tls.yaml list-tags --tls-verify=false "docker://$REGISTRY/some/face"
    run ours --tls-details suites.yaml list-tags --tls-verify=false "docker://$REGISTRY/some/face"
    equal "$status" 1
    has "cipherSuites is not supported"
}

@test "--require-signed rejects images for which no signature is demanded" {
    printf '{"default":[{"type":"insecureAcceptAnything"}]}' >policy.json
    run "$LINK/skopeo" --policy policy.json --require-signed copy -q "oci:$BASE" dir:d
    equal "$status" 1
    has "No signature verification policy found for image oci:$BASE"
    run -0 "$LINK/skopeo" --policy policy.json copy -q "oci:$BASE" dir:d
    run ours --require-signed copy -q "oci:$BASE" dir:e
    equal "$status" 1
    has "mutually exclusive"
    # The environment names the policy, too.
    printf '{"default":[{"type":"reject"}]}' >reject.json
    CONTAINERS_POLICY_JSON=$PWD/reject.json run "$LINK/skopeo" copy -q "oci:$BASE" dir:f
    equal "$status" 1
    has "rejected by policy"
}
