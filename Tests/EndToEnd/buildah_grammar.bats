#!/usr/bin/env bats
# Flags of the newest Buildah that scripts use, and what they do.
# runs as: user root

load support/session
load support/registry

setup_file() {
    begin_store
    begin_registry
    swiftlet from --name c busybox
}
teardown_file() {
    end_registry
    end_store
}
setup() { enter_new_directory; }

@test "a source policy denies and replaces what a build uses" {
    printf 'FROM localhost/busybox AS base\nFROM scratch\nCOPY --from=localhost/busybox /etc/passwd /\nCOPY --from=base /etc/group /\n' >Dockerfile
    policy() { printf '{"rules": [%s]}' "$1" >policy.json; }
    policy '{"action": "DENY", "selector": {"identifier": "docker-image://localhost/busy*"}}'
    run swiftlet build --source-policy-file policy.json .
    own_failure
    has 'source "localhost/busybox" denied by source policy: matched rule 0'
    printf 'FROM scratch\nCOPY --from=localhost/busybox /etc/passwd /\n' >Dockerfile
    run swiftlet build --source-policy-file policy.json .
    own_failure
    has "denied by source policy"
    policy '{"action": "CONVERT", "selector": {"identifier": "docker-image://docker.io/library/nosuch:latest"},
             "updates": {"identifier": "docker-image://localhost/busybox"}}'
    printf 'FROM nosuch\nRUN true\n' >Dockerfile
    run -0 swiftlet build --no-cache --source-policy-file policy.json .
    for wrong in '{"rules": 1}' '{' nosuch; do
        echo "$wrong" >wrong.json
        [ "$wrong" != nosuch ] || rm wrong.json
        run swiftlet build --source-policy-file wrong.json .
        own_failure
        has "loading source policy"
    done
}

@test "run accepts exit codes that are named" {
    run -1 swiftlet run c sh -c "exit 1"
    run -0 swiftlet run --valid-exit-codes 0,1 c sh -c "exit 1"
    run -2 swiftlet run --valid-exit-codes 0,1 c sh -c "exit 2"
    run swiftlet run --valid-exit-codes 1 c true
    own_failure
    has "not in the valid exit codes list"
    run swiftlet run --valid-exit-codes 256 c true
    own_failure
}

@test "run's container describes itself in /run/.containerenv" {
    run -0 swiftlet run c sh -c '. /run/.containerenv; echo "$name $image ${engine%%-*}"'
    prints "c localhost/busybox:latest buildah"
}

@test "add and copy: patterns refused or empty, links as links, signature policies" {
    touch one two
    ln -s one link
    swiftlet from --name target busybox
    run swiftlet copy --allow-wildcard=false target "$PWD/o*" /d/
    own_failure
    has "wildcards are not allowed"
    run swiftlet copy target "$PWD/nosuch*" /d/
    own_failure
    has "matched nothing"
    run -0 swiftlet add --allow-empty-wildcard target "$PWD/nosuch*" /d/
    run swiftlet add --allow-empty-wildcard target "$PWD/nosuch" /d/
    own_failure
    swiftlet copy target link /followed
    swiftlet copy --no-follow-symlinks target link /kept
    swiftlet add --no-follow-symlinks target "$PWD" /whole
    run -0 swiftlet run target sh -c '[ ! -e /d ] && [ -f /followed ] && [ ! -L /followed ] && readlink /kept && readlink /whole/link'
    prints $'one\none'
    echo '{"default": [{"type": "insecureAcceptAnything"}]}' >policy.json
    run -0 swiftlet copy --signature-policy "$PWD/policy.json" --from localhost/busybox target /etc/passwd /
    swiftlet rm target
}

@test "images are pushed and committed to other stores" {
    run -0 swiftlet push localhost/busybox containers-storage:localhost/again:1
    run -0 swiftlet images -q localhost/again:1
    local other="[vfs@$PWD/other+$PWD/run]"
    run -0 swiftlet commit c "containers-storage:${other}localhost/committed"
    run -0 swiftlet push localhost/busybox "containers-storage:${other}localhost/pushed"
    run -0 command swiftlet --root "$PWD/other" --runroot "$PWD/run" --storage-driver vfs images --format '{{.Name}}'
    has localhost/committed
    has localhost/pushed
    as_owner rm -rf other run
}

@test "layouts get new layers as they are unless compression is asked for" {
    printf 'FROM scratch\nCOPY Dockerfile /\n' >Dockerfile
    swiftlet build -q -t oci:built .
    swiftlet commit -q c oci:committed
    swiftlet commit -q --disable-compression=false c oci:gzip
    swiftlet commit -q --compression-format zstd c oci:zstd
    types() { jq -r '.layers[].mediaType' "$1/blobs/$(jq -r '.manifests[0].digest' "$1/index.json" | tr : /)" | sort -u; }
    equal "$(types built)" application/vnd.oci.image.layer.v1.tar
    equal "$(types committed)" application/vnd.oci.image.layer.v1.tar
    equal "$(types gzip)" application/vnd.oci.image.layer.v1.tar+gzip
    equal "$(types zstd)" application/vnd.oci.image.layer.v1.tar+zstd
    run swiftlet commit -D --compression-format zstd c oci:never
    own_failure
    has "cannot be used together"
    touch -d @1000 reference
    swiftlet commit -q --reference-time reference c dated
    run -0 swiftlet inspect --format '{{.Docker.Created}}' dated
    has 1970-01-01
}

@test "a Dockerfile of a single FROM gives its base another name" {
    echo "FROM localhost/busybox" >Dockerfile
    run -0 swiftlet build -q -t same .
    prints "$(swiftlet images -q --no-trunc localhost/busybox | sed 's/^sha256://')"
    run -0 swiftlet build -q -t other --label a=b .
    different "$output" "$(swiftlet images -q --no-trunc localhost/busybox | sed 's/^sha256://')"
}

@test "lists: a name is taken from an image, or the image becomes a member; images in several compressions" {
    printf 'FROM scratch\nLABEL a=b\nCOPY Dockerfile /\n' >Dockerfile
    swiftlet build -q -t taken .
    run swiftlet manifest create taken
    own_failure
    run swiftlet manifest create --amend --replace taken
    own_failure
    has "mutually exclusive"
    run -0 swiftlet manifest create --amend taken
    run -0 swiftlet manifest inspect taken
    equal "$(jq '.manifests | length' <<<"$output")" 1
    run -0 swiftlet manifest create --replace taken
    run -0 swiftlet manifest inspect taken
    equal "$(jq '.manifests | length' <<<"$output")" 0
    swiftlet manifest add taken localhost/busybox
    swiftlet manifest push -q --add-compression zstd taken oci:both
    local list
    list="both/blobs/$(jq -r '.manifests[0].digest' both/index.json | tr : /)"
    equal "$(jq -c '[.manifests[].annotations["io.github.containers.compression.zstd"]?]' "$list")" '[null,"true"]'
    equal "$(jq -c '[.manifests[].platform.architecture] | unique | length' "$list")" 1
    run swiftlet manifest push --add-compression nosuch taken oci:never
    own_failure
    swiftlet manifest rm taken
}

@test "steps report what they use" {
    printf 'FROM localhost/busybox\nRUN true\n' >Dockerfile
    run -0 swiftlet build --no-cache --log-rusage .
    matches '[0-9.]+m?s\(system\) [0-9.]+m?s\(user\) [0-9.]+m?s\(elapsed\) .*B input .*B output'
    run -0 swiftlet build --no-cache --log-rusage --rusage-logfile usage .
    lacks "(elapsed)"
    equal "$(grep -c '(elapsed)' usage)" 1
    run swiftlet build --rusage-logfile usage .
    own_failure
}

@test "names and aliases" {
    run -0 swiftlet from --suffix made --network container localhost/busybox
    prints busybox-made
    swiftlet rm busybox-made
    run swiftlet from --pull-never docker:latest
    own_failure
    has "docker:latest: image not known"
    swiftlet push -q localhost/busybox docker-archive:archive.tar
    equal "$(tar -xOf archive.tar manifest.json | jq -c '.[0].RepoTags')" '["localhost/busybox:latest"]'
    run swiftlet run --network nosuch c true
    own_failure
    has "unable to find network with name or ID nosuch: network not found"
    printf 'FROM localhost/busybox\nRUN true\n' >Dockerfile
    run swiftlet build --network none --dns-opt x .
    own_failure
    has "the --dns-option option cannot be used with --network=none"
    run swiftlet build --override-arch nosuch --pull-never .
    own_failure
    mkdir directory
    run swiftlet build -f directory .
    own_failure
    has "cannot be path to a directory"
    printf 'FROM scratch\nCOPY http://127.0.0.1:1/x /\n' >Dockerfile
    run swiftlet build .
    own_failure
    has "source can't be a URL for COPY"
}

@test "source images are created, extended, pushed and pulled" {
    run -0 swiftlet source create --author me image
    run swiftlet source create image
    own_failure
    has '"image" already exists'
    mkdir code
    echo 1 >code/file
    echo 2 >single
    swiftlet source add --annotation a=b image single
    swiftlet source add image code
    run swiftlet source add image nosuch
    own_failure
    equal "$(find image/blobs -type f | wc -l)" 4
    local manifest
    manifest="image/blobs/$(jq -r '.manifests[0].digest' image/index.json | tr : /)"
    equal "$(jq -c '[.config.mediaType, .layers[0].annotations.a, (.layers | length)]' "$manifest")" \
        '["application/vnd.oci.source.image.config.v1+json","b",2]'
    equal "$(for l in $(jq -r '.layers[].digest' "$manifest" | tr : /); do tar -tzf "image/blobs/$l"; done | paste -sd' ')" \
        "single file"
    run -0 swiftlet source push -q --tls-verify=false --digestfile digest image "$REGISTRY/source:1"
    equal "$(cat digest)" "$(jq -r '.manifests[0].digest' image/index.json)"
    run -0 swiftlet source pull -q --tls-verify=false "$REGISTRY/source:1" again
    diff -r image again
    swiftlet push -q --tls-verify=false localhost/busybox "docker://$REGISTRY/busybox"
    run swiftlet source pull --tls-verify=false "$REGISTRY/busybox" never
    own_failure
    has "not a source image"
    [ ! -e never ]
}

@test "build mounts something for every command, and takes remote caches where they have no effect" {
    mkdir sub
    echo here >sub/file
    printf 'FROM localhost/busybox\nRUN cat /m/file\nRUN cat /m/file /i/etc/passwd\n' >Dockerfile
    run -0 swiftlet build --no-cache --mount type=bind,source=sub,target=/m --mount from=localhost/busybox,target=/i .
    equal "$(grep -c '^here$' <<<"$output")" 2
    run swiftlet build --no-cache --mount type=nosuch,target=/m .
    own_failure
    has 'invalid mount type "nosuch"'
    printf 'FROM localhost/busybox\nRUN true\n' >Dockerfile
    run -0 swiftlet build --layers=false --cache-from somewhere.invalid/cache --cache-to somewhere.invalid/cache .
    run swiftlet build --sbom-output x .
    own_failure
    has "--sbom-output is not supported"
}

@test "copy --link makes layers of their own, above what the container changes" {
    echo mine >file
    touch -d @1000 file
    echo other >other
    local layers
    swiftlet from --name linked localhost/busybox
    swiftlet run linked sh -c 'mkdir /d; echo theirs >/d/file'
    swiftlet run linked sh -c 'echo maker:x:77:1::/:/bin/sh >>/etc/passwd'
    swiftlet copy -q --link --chown maker linked file /d/file
    run swiftlet copy --link linked nosuch /
    own_failure
    swiftlet add -q --link linked file other /several
    swiftlet commit -q linked made
    layers=$(in_config made '.OCIv1.rootfs.diff_ids')
    run -0 in_image made sh -c 'cat /d/file /several/other; stat -c %u:%g:%Y /d/file'
    prints $'mine\nother\n77:1:1000'
    equal "$(in_config made '.OCIv1.history | map(.created_by | select(test(" --link "))) | length')" 2
    run swiftlet commit --squash linked squashed
    own_failure
    has "cannot be squashed"
    swiftlet rm linked
    equal "$(jq length <<<"$layers")" 4
}
