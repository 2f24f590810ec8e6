#!/usr/bin/env bats
# swiftlet image copy: round trips of one image between all transports, in every format.
# runs as: user root

load support/session
load support/layout
load support/registry

setup_file() {
    begin_short_store
    begin_registry
    export BASE=$BATS_FILE_TMPDIR/base
    make_image
}
teardown_file() {
    end_registry
    end_short_store
}
setup() { enter_new_directory; }

copy() { swiftlet image copy -q --src-tls-verify=false --dest-tls-verify=false "$@"; }

# The layout $BASE: three layers with hard links, whiteouts, attributes and unusual owners; the second one zstd.
make_image() {
    local work=$BATS_FILE_TMPDIR/work
    mkdir -p "$work"
    python3 - "$work/odd.tar" <<'PY'
import io, sys, tarfile
with tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT) as tar:
    for name, uid in (("a", 0), ("b", 33)):
        entry = tarfile.TarInfo("odd/" + name)
        entry.size, entry.uid, entry.gid, entry.mode = 3, uid, 4, 0o4755
        entry.pax_headers = {"SCHILY.xattr.user.note": "kept"}
        tar.addfile(entry, io.BytesIO(b"abc"))
    link = tarfile.TarInfo("odd/hard")
    link.type, link.linkname, link.mode = tarfile.LNKTYPE, "odd/a", 0o4755
    tar.addfile(link)
PY
    cat >"$work/Dockerfile" <<'D'
FROM localhost/busybox
ADD odd.tar /
RUN mkdir /opaque && touch /opaque/old && rm /odd/b && rm -rf /opaque && mkdir /opaque && touch /opaque/new
ENV A=b
LABEL l=1
D
    swiftlet build -q -t localhost/matrix "$work" >/dev/null
    swiftlet push -q localhost/matrix "oci:$BASE"
    swiftlet push -q --compression-format zstd localhost/matrix "oci:$work/zstd"
    mix_layers "$work/zstd"
}

# Puts the second layer of another layout of the same image into $BASE.
mix_layers() {
    local manifest zstd layer digest size
    manifest=$(manifest_of "$BASE")
    zstd=$(manifest_of "$1")
    layer=$(jq -c '.layers[1]' "$zstd")
    cp "$(blob "$1" "$(jq -r .digest <<<"$layer")")" "$BASE/blobs/sha256/"
    jq -c --argjson layer "$layer" '.layers[1] = $layer' "$manifest" >"$BASE/mixed"
    digest=$(sha256sum "$BASE/mixed" | cut -d' ' -f1)
    size=$(stat -c %s "$BASE/mixed")
    mv "$BASE/mixed" "$BASE/blobs/sha256/$digest"
    jq -c --arg d "sha256:$digest" --argjson s "$size" '.manifests[0].digest = $d | .manifests[0].size = $s' \
        "$BASE/index.json" >"$BASE/index.new"
    mv "$BASE/index.new" "$BASE/index.json"
}

# A reference with the transport KIND: place KIND NAME
place() {
    case $1 in
    oci) echo "oci:$PWD/$2.oci:image" ;;
    oci-archive) echo "oci-archive:$PWD/$2.oci.tar:image" ;;
    docker-archive) echo "docker-archive:$PWD/$2.docker.tar:localhost/$2:1" ;;
    dir) echo "dir:$PWD/$2.dir" ;;
    containers-storage) echo "containers-storage:localhost/$2:1" ;;
    docker) echo "docker://$REGISTRY/$2:1" ;;
    esac
}

config_digest() { swiftlet image inspect --tls-verify=false --raw "$1" | jq -r .config.digest; }

digest_at() { swiftlet image inspect --tls-verify=false --no-tags --format '{{.Digest}}' "$1"; }

@test "the base image has gzip and zstd layers, and is valid" {
    run -0 jq -r '.layers[].mediaType' "$(manifest_of "$BASE")"
    prints "$(printf 'application/vnd.oci.image.layer.v1.tar%s\n' +gzip +zstd +gzip)"
    is_layout "$BASE"
}

@test "the specification's schemas reject invalid documents" {
    local change kind
    skopeo copy -q --insecure-policy "oci:$BASE" oci:theirs:name
    is_layout theirs
    while read -r kind change; do
        case $kind in
        index) jq -c "$change" theirs/index.json ;;
        manifest) jq -c "$change" "$(manifest_of theirs)" ;;
        config) jq -c "$change" "$(config_of theirs)" ;;
        esac >bad.json
        run -1 python3 "$SUPPORT/oci_check.py" --as "$kind" bad.json
        has "bad.json: "
    done <<'CHANGES'
index .schemaVersion = 1
index .manifests[0].digest = "sha256"
index .manifests[0].platform = {os: "linux"}
index del(.manifests[0].size)
manifest del(.config)
manifest .layers[0].size = "12"
manifest .layers[1].mediaType = "none"
manifest .annotations = {a: 1}
config del(.os)
config .rootfs.type = "files"
config .config.Env = {A: "b"}
config .config.Labels = ["l"]
CHANGES
    # Requirements that no schema expresses.
    truncate -s -1 "$(layers_of theirs | head -n 1)"
    run -1 python3 "$SUPPORT/oci_check.py" theirs
    has "is not what it is called"
}

@test "an image survives a round trip between any two transports" {
    local from to kinds='oci oci-archive docker-archive dir containers-storage docker' config manifest
    config=$(jq -r .config.digest "$(manifest_of "$BASE")")
    manifest=$(manifest_digest "$BASE")
    for from in $kinds; do copy "oci:$BASE" "$(place "$from" "from-$from")"; done
    for from in $kinds; do
        for to in $kinds; do
            copy "$(place "$from" "from-$from")" "$(place "$to" "$from-$to")"
            copy "$(place "$to" "$from-$to")" "oci:$from-$to-back"
            equal "$(jq -r .config.digest "$(manifest_of "$from-$to-back")")" "$config"
            is_layout "$from-$to-back"
            # Transports that keep blobs unchanged keep every digest.
            case "$from $to" in
            *docker-archive* | *containers-storage*) ;;
            *) equal "$(manifest_digest "$from-$to-back")" "$manifest" ;;
            esac
            rm -rf "$from-$to-back"
        done
    done
    store_is_sound
}

@test "skopeo, umoci and podman read every written format" {
    local kind config
    config=$(jq -r .config.digest "$(manifest_of "$BASE")")
    for kind in oci oci-archive docker-archive dir docker; do
        copy "oci:$BASE" "$(place "$kind" "read-$kind")"
        equal "$(skopeo inspect --tls-verify=false --raw "$(place "$kind" "read-$kind")" | jq -r .config.digest)" "$config"
        skopeo copy -q --insecure-policy --src-tls-verify=false "$(place "$kind" "read-$kind")" "oci:$kind-by-skopeo"
        is_layout "$kind-by-skopeo"
    done
    copy --dest-compress-format gzip "oci:$BASE" oci:gzip:image
    umoci unpack --rootless --image gzip:image bundle >/dev/null
    [ -f bundle/rootfs/opaque/new ] && [ ! -e bundle/rootfs/odd/b ] && [ bundle/rootfs/odd/a -ef bundle/rootfs/odd/hard ]
    copy "oci:$BASE" containers-storage:localhost/for-podman
    run -0 podman_run localhost/for-podman ls /opaque
    has_line new
}

@test "swiftlet reads every format written by skopeo" {
    local kind config
    config=$(jq -r .config.digest "$(manifest_of "$BASE")")
    # Docker's format requires gzip layers.
    copy --dest-compress-format gzip "oci:$BASE" oci:gzip
    for kind in oci oci-archive docker-archive dir docker; do
        skopeo copy -q --insecure-policy --dest-tls-verify=false oci:gzip "$(place "$kind" "skopeo-$kind")"
        equal "$(config_digest "$(place "$kind" "skopeo-$kind")")" "$config"
        copy "$(place "$kind" "skopeo-$kind")" "oci:$kind"
        is_layout "$kind"
    done
}

@test "progress of a copy: lines, nothing with --quiet, one JSON object per event" {
    run -0 swiftlet image copy "oci:$BASE" oci:told
    equal "${lines[0]}" "Getting image source signatures"
    equal "$(grep -c '^Copying blob sha256:' <<<"$output")" 3
    has_line "Copying config $(jq -r .config.digest "$(manifest_of "$BASE")")"
    equal "${lines[-1]}" "Writing manifest to image destination"
    run -0 swiftlet image copy "oci:$BASE" oci:told
    equal "$(grep -c 'skipped: already exists$' <<<"$output")" 3
    run -0 swiftlet image copy -q "oci:$BASE" oci:quiet
    prints ""
    run -0 swiftlet image copy --progress json --digestfile digest "oci:$BASE" oci:json
    equal "$(jq -r .event <<<"$output" | grep -v blobAdvanced | sort | uniq -c | tr -s ' ' | paste -sd,)" \
        " 4 blobDone, 4 blobStarted, 1 manifestStarted, 1 signaturesStarted"
    equal "$(jq -s 'map(select(.event == "blobAdvanced") | .digest) | unique | length' <<<"$output")" 3
    equal "$(cat digest)" "$(manifest_digest "$BASE")"
}

# What stands on a terminal after escape sequences, those that bars are drawn with, were obeyed.
on_screen() {
    python3 -c '
import re, sys
lines, row = [""], 0
for part in re.findall(r"\x1b\[\d*[AKJ]|\r|\n|[^\x1b\r\n]+", sys.stdin.read()):
    if part.endswith("A") and part[0] == "\x1b":
        row -= int(part[2:-1])
    elif part == "\x1b[J":
        del lines[row + 1:]
        lines[row] = lines[row] if lines[row:] else ""
    elif part == "\n":
        row += 1
        lines += [""] * (row + 1 - len(lines))
    elif part[0] not in "\x1b\r":
        lines[row] = part
print("\n".join(line for line in lines if line))'
}

@test "on a terminal: a bar for each blob, replaced by a line when done; a total; skipped blobs" {
    local tool=(swiftlet --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" image copy)
    run -0 python3 "$SUPPORT/terminal.py" "" "${tool[@]}" --image-parallel-copies 1 "oci:$BASE" oci:shown
    has $'[------------------------] 0 B / '
    equal "$(grep -c $'\e\[1A' <<<"$output")" 4
    run -0 on_screen <<<"$output"
    equal "${lines[0]}" "Getting image source signatures"
    equal "$(grep -cE '^Copying blob sha256:[0-9a-f]{12} done  [0-9.]+ [kM]?B' <<<"$output")" 3
    equal "$(grep -cE '^Copying config sha256:[0-9a-f]{12} done  ' <<<"$output")" 1
    matches 'Copied [0-9.]+ [kM]?B  [0-9.]+ [kMG]?B/s in 4 blobs'
    equal "${lines[-1]}" "Writing manifest to image destination"
    lacks "[---"
    run -0 python3 "$SUPPORT/terminal.py" "" "${tool[@]}" "oci:$BASE" oci:shown
    equal "$(grep -c 'skipped: already exists' <<<"$output")" 4
    has "Copied nothing in 0 blobs, 4 skipped"
    # Plain lines on request.
    run -0 python3 "$SUPPORT/terminal.py" "" "${tool[@]}" --progress plain "oci:$BASE" oci:plain
    lacks $'\e'
}

@test "layers are compressed, recompressed and decompressed on request, with the same content" {
    local way
    for way in "--dest-compress-format gzip" "--dest-compress-format zstd --dest-compress-level 9"; do
        # shellcheck disable=SC2086 # Flags are words.
        copy $way "oci:$BASE" "oci:${way// /}.oci"
        is_layout "${way// /}.oci"
    done
    copy --dest-decompress "oci:$BASE" dir:--dest-decompress
    copy --dest-oci-accept-uncompressed-layers dir:--dest-decompress oci:--dest-decompress.oci
    is_layout ./--dest-decompress.oci
    run -0 jq -r '.layers[].mediaType' "$(manifest_of ./--dest-compress-formatzstd--dest-compress-level9.oci)"
    equal "$(grep -c zstd <<<"$output")" 3
    run -0 jq -r '.layers[].mediaType' "$(manifest_of ./--dest-decompress.oci)"
    equal "$(grep -c 'tar$' <<<"$output")" 3
    run swiftlet image copy --format v2s2 "oci:$BASE" dir:docker
    own_failure
    has "zstd"
    run -0 swiftlet image copy --format v2s2 --dest-compress-format gzip "oci:$BASE" dir:docker
}

@test "--preserve-digests: digests are kept, or the copy fails before anything is written" {
    local digest
    # Compressed by another tool, with unknown settings.
    copy --dest-decompress "oci:$BASE" dir:plain
    skopeo copy -q --insecure-policy --dest-compress-format gzip --dest-compress dir:plain oci:compressed
    copy oci:compressed containers-storage:localhost/preserved
    run swiftlet image copy --preserve-digests --dest-tls-verify=false containers-storage:localhost/preserved \
        "docker://$REGISTRY/preserved:1"
    own_failure
    has "cannot be preserved"
    lacks "Copying blob"
    run swiftlet image copy --preserve-digests containers-storage:localhost/preserved dir:preserved
    own_failure
    equal "$(find preserved -type f -size +0)" ""
    # Its own compression is reproducible, and existing blobs need not be created.
    digest=$(swiftlet push -q --digestfile /dev/stdout localhost/matrix oci:once)
    swiftlet pull -q oci:once
    run -0 swiftlet image copy -q --preserve-digests --digestfile again containers-storage:localhost/once dir:twice
    equal "$(cat again)" "$digest"
    # (The image with that configuration has the manifest of the last copy.)
    copy oci:compressed containers-storage:localhost/preserved
    copy oci:compressed "docker://$REGISTRY/preserved:2"
    copy --preserve-digests containers-storage:localhost/preserved "docker://$REGISTRY/preserved:3"
    equal "$(digest_at "docker://$REGISTRY/preserved:3")" "$(manifest_digest compressed)"
    swiftlet rmi -f localhost/preserved localhost/once >/dev/null
    copy --preserve-digests "oci:$BASE" dir:kept
    equal "sha256:$(sha256sum <kept/manifest.json | cut -d' ' -f1)" "$(manifest_digest "$BASE")"
    run swiftlet image copy --preserve-digests "oci:$BASE" docker-archive:not.tar
    own_failure
    has "cannot be preserved"
    [ ! -e not.tar ]
}

@test "a list: the host's image, another platform's, all, only the index; errors name the present platforms" {
    local other
    copy "oci:$BASE" oci:list:mine
    other=$(jq -c '.architecture = "s390x"' "$(config_of "$BASE")" | tee other.json | sha256sum | cut -d' ' -f1)
    cp other.json "list/blobs/sha256/$other"
    make_list "$other"
    run -0 swiftlet image copy -q oci:list:list oci:host
    equal "$(manifest_digest host)" "$(manifest_digest "$BASE")"
    run -0 swiftlet image copy -q --override-arch s390x oci:list:list oci:other
    equal "$(jq -r .architecture "$(config_of other)")" s390x
    run swiftlet image copy -q --override-arch mips oci:list:list oci:none
    own_failure
    has 'for architecture "mips", variant "", OS "linux"'
    has "linux/s390x"
    copy --all oci:list:list dir:all
    equal "sha256:$(sha256sum <all/manifest.json | cut -d' ' -f1)" "$(manifest_digest list list)"
    copy --all dir:all "docker://$REGISTRY/list:1"
    equal "$(digest_at "docker://$REGISTRY/list:1")" "$(manifest_digest list list)"
    # Changed images change the list, and nothing else of it.
    copy --all --dest-compress-format zstd "docker://$REGISTRY/list:1" oci:zstd
    is_layout zstd
    equal "$(jq -c '[.manifests[].platform.architecture]' "$(manifest_of zstd)")" \
        "$(jq -c '[.manifests[].platform.architecture]' "$(manifest_of list list)")"
    # The list, its entries and its manifests keep unknown members.
    vendor_members
    copy --all --dest-compress-format zstd oci:list:list oci:vendor
    is_layout vendor
    equal "$(jq -c '[.["com.x"], .manifests[1]["com.x"], .annotations]' "$(manifest_of vendor)")" '[{"a":[1]},true,{"note":"kept"}]'
    equal "$(jq -c '[.["com.x"], .artifactType, .layers[0]["com.x"]]' \
        "$(blob vendor "$(jq -r '.manifests[0].digest' "$(manifest_of vendor)")")")" '[2,"application/x.y",3]'
    run -0 swiftlet image copy -q --multi-arch index-only --src-tls-verify=false --dest-tls-verify=false \
        "docker://$REGISTRY/list:1" "docker://$REGISTRY/list:2"
    run swiftlet image copy -q --all oci:list:list docker-archive:list.tar
    own_failure
    has "manifest list"
}

# Makes list:list of the host's image and the one with that configuration.
make_list() {
    local mine other size
    mine=$(manifest_of list mine)
    jq -c --arg d "sha256:$1" --argjson s "$(stat -c %s "list/blobs/sha256/$1")" \
        '.config.digest = $d | .config.size = $s' "$mine" >other.manifest
    other=$(sha256sum other.manifest | cut -d' ' -f1)
    size=$(stat -c %s other.manifest)
    cp other.manifest "list/blobs/sha256/$other"
    jq -nc --argjson mine "$(jq -c '.manifests[0] | {mediaType, digest, size, platform}' list/index.json)" \
        --arg d "sha256:$other" --argjson s "$size" '{schemaVersion: 2,
            mediaType: "application/vnd.oci.image.index.v1+json", manifests: [$mine, ($mine
            | .digest = $d | .size = $s | .platform = {architecture: "s390x", os: "linux"})], annotations: {note: "kept"}}' >index
    size=$(stat -c %s index)
    mine=$(sha256sum index | cut -d' ' -f1)
    cp index "list/blobs/sha256/$mine"
    jq -c --arg d "sha256:$mine" --argjson s "$size" '.manifests += [{mediaType: "application/vnd.oci.image.index.v1+json",
        digest: $d, size: $s, annotations: {"org.opencontainers.image.ref.name": "list"}}]' list/index.json >index.json
    mv index.json list/index.json
}

# Adds such to list:list and to its first manifest.
vendor_members() {
    local old new
    old=$(jq -r '.manifests[0].digest' "$(manifest_of list list)")
    replace_blob list "$(blob list "$old")" '.["com.x"] = 2 | .artifactType = "application/x.y" | .layers[0]["com.x"] = 3'
    new=$replaced
    replace_blob list "$(manifest_of list list)" '.["com.x"] = {a: [1]} | .manifests[1]["com.x"] = true
        | .manifests[0].digest = "'"$new"'" | .manifests[0].size = '"$(stat -c %s "$(blob list "$new")")"
    jq -c --arg d "$replaced" --argjson s "$(stat -c %s "$(blob list "$replaced")")" \
        '(.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == "list")) |= (.digest = $d | .size = $s)' \
        list/index.json >index.json
    mv index.json list/index.json
}

# Writes a changed document as a blob of its own; its digest is then in $replaced: replace_blob LAYOUT FILE JQ-FILTER
replace_blob() {
    jq -c "$3" "$2" >changed
    replaced=sha256:$(sha256sum <changed | cut -d' ' -f1)
    mv changed "$(blob "$1" "$replaced")"
}

@test "a foreign layer keeps its type and URLs, and is not pushed to registries" {
    local urls='["https://example.com/layer"]' place
    cp -r "$BASE" foreign
    replace_blob foreign "$(manifest_of foreign)" ".layers[0].urls = $urls
        | .layers[0].mediaType = \"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip\""
    jq -c --arg d "$replaced" --argjson s "$(stat -c %s "$(blob foreign "$replaced")")" \
        '.manifests[0].digest = $d | .manifests[0].size = $s' "$BASE/index.json" >foreign/index.json
    copy oci:foreign "docker://$REGISTRY/foreign:1"
    equal "$(digest_at "docker://$REGISTRY/foreign:1")" "$replaced"
    run skopeo copy -q --insecure-policy --src-tls-verify=false "docker://$REGISTRY/foreign:1" dir:none
    [ "$status" -ne 0 ]
    copy --format v2s2 --dest-compress-format gzip oci:foreign dir:docker
    is_layout docker
    equal "$(jq -c '.layers[0] | [.mediaType, .urls]' docker/manifest.json)" \
        "[\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\",$urls]"
    copy --format oci dir:docker dir:back
    is_layout back
    equal "$(jq -c '.layers[0] | [.mediaType, .urls]' back/manifest.json)" \
        "[\"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip\",$urls]"
}

@test "Docker's formats: schema 2, and schema 1 that skopeo reads; back to OCI with the same layers" {
    copy --format v2s1 "oci:$BASE" dir:one
    equal "$(jq .schemaVersion one/manifest.json)" 1
    equal "$(skopeo manifest-digest one/manifest.json)" "$(swiftlet image manifest-digest one/manifest.json)"
    skopeo copy -q --insecure-policy dir:one oci:by-skopeo
    is_layout by-skopeo
    copy dir:one oci:back
    is_layout back
    equal "$(diff_ids_of back)" "$(diff_ids_of "$BASE")"
    copy dir:one dir:same
    run -0 diff -r one same
    copy --format v2s2 dir:one dir:two
    is_layout two
    equal "$(jq -r .mediaType two/manifest.json)" application/vnd.docker.distribution.manifest.v2+json
    swiftlet image copy -q dir:one containers-storage:localhost/from-one
    run -0 in_image localhost/from-one ls /opaque
    prints new
}

@test "artifacts are copied unchanged: unknown types, subject, annotations, an empty configuration" {
    local layout=artifact digest
    mkdir -p "$layout/blobs/sha256"
    echo '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
    printf '{}' >"$layout/blobs/sha256/44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    printf 'a: b\n' >"$layout/blobs/sha256/$(printf 'a: b\n' | sha256sum | cut -d' ' -f1)"
    printf '%s' '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' \
        '"artifactType":"application/x.thing","config":{"mediaType":"application/vnd.oci.empty.v1+json",' \
        '"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2,"data":"e30="},' \
        '"layers":[{"mediaType":"application/x.yaml","digest":"sha256:'"$(printf 'a: b\n' | sha256sum | cut -d' ' -f1)"'",' \
        '"size":5}],"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"'"$(manifest_digest "$BASE")"'",' \
        '"size":7},"annotations":{"k":"v"},"unknown":[1]}' >manifest
    digest=$(sha256sum manifest | cut -d' ' -f1)
    cp manifest "$layout/blobs/sha256/$digest"
    printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%d}]}' \
        "$digest" "$(stat -c %s manifest)" >"$layout/index.json"
    copy oci:artifact dir:there
    run -0 cmp there/manifest.json manifest
    copy dir:there oci-archive:there.tar
    copy oci-archive:there.tar "docker://$REGISTRY/artifact:1"
    equal "$(swiftlet image inspect --raw --tls-verify=false "docker://$REGISTRY/artifact:1" | sha256sum | cut -d' ' -f1)" \
        "$digest"
    # A registry without a referrers API: a tag replaces it.
    copy "oci:$BASE" "docker://$REGISTRY/artifact:base"
    copy oci:artifact "docker://$REGISTRY/artifact:again"
    run -0 swiftlet image tree --json --no-layers --tls-verify=false "docker://$REGISTRY/artifact:base"
    equal "$(jq -c '[.root.referrers[] | .digest, .artifactType, .annotations]' <<<"$output")" \
        '["sha256:'"$digest"'","application/x.thing",{"k":"v"}]'
    run -0 swiftlet image tree --no-layers --tls-verify=false "docker://$REGISTRY/artifact:base"
    has "referrer: ${digest:0:12}"
    skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/artifact:$(manifest_digest "$BASE" | tr : -)" >referrers
    equal "$(jq -c '[.mediaType, .manifests[].digest]' referrers)" \
        '["application/vnd.oci.image.index.v1+json","sha256:'"$digest"'"]'
    copy "docker://$REGISTRY/artifact:1" dir:pulled
    copy dir:pulled oci:pulled-back
    is_layout pulled-back
    equal "$(manifest_digest pulled-back)" "sha256:$digest"
    skopeo copy -q --insecure-policy oci:pulled-back dir:by-skopeo
    run -0 cmp by-skopeo/manifest.json manifest
    run swiftlet image copy oci:artifact docker-archive:there.docker.tar
    own_failure
    has "artifact"
    # Embedded content must match its digest.
    sed 's/"data":"e30="/"data":"W10="/' manifest >lying
    cp -r artifact liar
    cp lying "liar/blobs/sha256/$(sha256sum <lying | cut -d' ' -f1)"
    sed -i "s/$digest/$(sha256sum <lying | cut -d' ' -f1)/" liar/index.json
    run swiftlet image copy oci:liar dir:from-liar
    own_failure
    has "embedded"
    run swiftlet image copy oci:artifact containers-storage:localhost/artifact
    own_failure
    store_is_sound
}

@test "blobs are mounted from other repositories; a layer is compressed only once" {
    swiftlet push -q --tls-verify=false localhost/matrix "docker://$REGISTRY/first:1"
    run -0 swiftlet image copy --src-tls-verify=false --dest-tls-verify=false "docker://$REGISTRY/first:1" "docker://$REGISTRY/second:1"
    lacks "done"
    equal "$(grep -cE 'mounted|skipped' <<<"$output")" 3
    run -0 swiftlet push --tls-verify=false localhost/matrix "docker://$REGISTRY/first:2"
    equal "$(grep -c 'skipped' <<<"$output")" 3
    equal "$(digest_at "docker://$REGISTRY/first:2")" "$(digest_at "docker://$REGISTRY/first:1")"
}

@test "a pulled image is pushed with its original digest" {
    copy "docker://$REGISTRY/first:1" "docker://$REGISTRY/pulled:1"
    swiftlet pull -q --tls-verify=false "$REGISTRY/pulled:1"
    swiftlet push -q --tls-verify=false "$REGISTRY/pulled:1" "docker://$REGISTRY/pulled:2"
    equal "$(digest_at "docker://$REGISTRY/pulled:2")" "$(digest_at "docker://$REGISTRY/pulled:1")"
}

@test "changed, truncated and missing blobs are rejected by every destination" {
    local kind layer
    dockerfile <<<$'FROM localhost/busybox\nRUN echo here alone >/unique'
    swiftlet build -q -t localhost/unique . >/dev/null
    swiftlet push -q localhost/unique oci:good
    swiftlet rmi localhost/unique >/dev/null
    for kind in oci oci-archive docker-archive dir containers-storage docker; do
        rm -rf bad
        cp -r good bad
        layer=$(layers_of bad | tail -n 1)
        printf 'XYZ' | dd of="$layer" bs=1 seek=40 conv=notrunc status=none
        run copy oci:bad "$(place "$kind" "bad-$kind")"
        own_failure
        has "$(basename "$layer")"
        run swiftlet image inspect --tls-verify=false "$(place "$kind" "bad-$kind")"
        own_failure
    done
    store_is_sound
    rm "$layer"
    run copy oci:bad dir:missing
    own_failure
    has "missing"
    [ ! -e missing/manifest.json ]
}
