#!/usr/bin/env bats
# What a build writes besides the image in the store: outputs, ids, metadata, logs.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_drop_in
}
teardown_file() { end_store; }
setup() {
    enter_new_directory
    echo grain >file
    dockerfile <<<$'FROM scratch\nCOPY file /kept/'
}

@test "every --output is written, files and images alike" {
    run -0 swiftlet build -t made:1 -o out -o type=tar,dest=out.tar -o type=oci,dest=oci.tar \
        -o type=docker,dest=docker.tar,name=localhost/other:2 -o type=oci,tar=false,dest=layout \
        -o type=image,name=localhost/more -o 'type=image,"name=localhost/a,localhost/b"' .
    equal "$(cat out/kept/file)" grain
    equal "$(tar -xOf out.tar kept/file)" grain
    equal "$(tar -xOf oci.tar index.json | jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"]')" \
        localhost/made:1
    equal "$(tar -xOf docker.tar manifest.json | jq -c '.[0].RepoTags')" '["localhost/other:2"]'
    [ -e layout/index.json ] || fail "no layout"
    local id
    id=$(in_config made:1 .FromImageID)
    for name in more a b; do equal "$(in_config "localhost/$name" .FromImageID)" "$id"; done
    for archive in oci-archive:oci.tar docker-archive:docker.tar oci:layout; do
        run -0 swiftlet image inspect --format '{{.Digest}}' "$archive"
    done
    # Written again, an archive is replaced as a whole.
    swiftlet build -q -o type=docker,dest=docker.tar .
    equal "$(tar -xOf docker.tar manifest.json | jq -c '.[0].RepoTags')" '[]'
    [ -z "$(find . -name '*.partial')" ] || fail "left behind:" "$(find . -name '*.partial')"
    swiftlet build -o type=oci,dest=- . >stream.tar
    run -0 tar -tf stream.tar
    has "index.json"
}

@test "outputs have the fixed time of the image" {
    swiftlet build -q --source-date-epoch 1000000000 -o out -o type=tar,dest=out.tar .
    equal "$(stat -c %Y out/kept/file out/kept | sort -u)" 1000000000
    [ -z "$(tar --utc --full-time -tvf out.tar | grep -v '2001-09-09 01:46:40')" ] || fail "$(tar -tvf out.tar)"
    swiftlet build -q --source-date-epoch 1000000000 -t stamped -o type=oci,dest=oci.tar,rewrite-timestamp=true .
    equal "$(tar --utc --full-time -tvf "$(layer_files stamped)" | grep -vc '2001-09-09 01:46:40')" 0
}

@test "outputs that cannot be written are refused by name" {
    local wrong
    for wrong in type=nothing,dest=x 'type=oci' 'type=local,dest=-' 'type=oci,tar=false,dest=-' 'type=oci,dest=x,colour=red' \
        'type=tar,dest=x,name=y' 'type=oci,dest=x,compression=lzma' 'type=oci,dest=x,tar=maybe' 'type=oci,dest=x,dest=y' \
        'type=image,dest=x' 'type=oci,dest="x'; do
        run -125 swiftlet build -o "$wrong" .
        own_failure
    done
    run -125 swiftlet build -o - -o type=tar,dest=- .
    has "only one --output"
    run -125 swiftlet build --push .
    has "name it with --tag"
    run -125 swiftlet build --push -t short .
    has "short cannot be pushed: the name has no registry"
    run -125 swiftlet build --platform linux/amd64,linux/arm64 -o type=oci,dest=x .
    has "--manifest"
    [ ! -e x ]
}

@test "several platforms write their files to directories of their own" {
    run -0 swiftlet build --platform linux/amd64,linux/arm/v6 -o out .
    equal "$(cat out/linux_amd64/kept/file out/linux_arm_v6/kept/file)" $'grain\ngrain'
}

@test "--iidfile, --iidfile-raw and --metadata-file tell of the image" {
    run -0 --separate-stderr swiftlet build --progress quiet --iidfile id --iidfile-raw raw --metadata-file meta -t made .
    prints ""
    equal "$(cat id)" "sha256:$(cat raw)"
    equal "$(jq -r '.["containerimage.config.digest"]' meta)" "$(cat id)"
    equal "$(jq -r '.["containerimage.digest"]' meta)" "$(in_config made .FromImageDigest | tr -d '"')"
    equal "$(jq -c '.["containerimage.descriptor"] | [.mediaType, .digest == "'"$(jq -r '.["containerimage.digest"]' meta)"'", .size > 100]' meta)" \
        '["application/vnd.oci.image.manifest.v1+json",true,true]'
    equal "$(jq -r '.["image.name"]' meta)" localhost/made:latest
    run -125 swiftlet build --platform linux/amd64,linux/arm64 --metadata-file meta .
    has 'metadata file "meta" can only be used to store information about one image'
}

@test "compression applies to destinations outside of the store" {
    local format
    for format in gzip zstd; do
        swiftlet build -q --compression-format $format -t "oci:$format" .
        jq -r '.manifests[0].digest' $format/index.json >digest
        run -0 jq -r '.layers[0].mediaType' "$format/blobs/sha256/$(sed 's/.*://' digest)"
        has "$format"
    done
    swiftlet build -q -o type=oci,tar=false,dest=plain,compression=uncompressed .
    run -0 jq -r '.layers[0].mediaType' "plain/blobs/sha256/$(jq -r '.manifests[0].digest' plain/index.json | sed 's/.*://')"
    prints application/vnd.oci.image.layer.v1.tar
    swiftlet build -q --disable-compression=false -t oci:forced .
    run -0 jq -r '.layers[0].mediaType' "forced/blobs/sha256/$(jq -r '.manifests[0].digest' forced/index.json | sed 's/.*://')"
    has gzip
    run -125 swiftlet build --compression-format lzma .
    has "unknown compression format"
}

@test "--no-cache-filter builds the named stages again" {
    dockerfile <<'END'
FROM localhost/busybox AS east
RUN cat /proc/sys/kernel/random/uuid >/e
FROM localhost/busybox AS west
RUN cat /proc/sys/kernel/random/uuid >/w
FROM localhost/busybox
COPY --from=east /e /
COPY --from=west /w /
END
    swiftlet build -t first .
    swiftlet build --no-cache-filter West -t second .
    equal "$(in_image first cat /e)" "$(in_image second cat /e)"
    different "$(in_image first cat /w)" "$(in_image second cat /w)"
    run -0 swiftlet build --no-cache-filter north .
    has "there is no stage north"
}

@test "--logsplit has a log for each platform" {
    run -0 swiftlet build --logfile log --logsplit --platform linux/amd64,linux/arm64 .
    prints ""
    run -0 cat log_linux_amd64
    has "[linux/amd64] STEP 2/2"
    run -0 cat log_linux_arm64
    has "[linux/arm64] STEP 2/2"
    [ ! -e log ]
}

@test "flags that scripts for docker build carry: accepted where they ask for nothing, refused by name otherwise" {
    run -0 swiftlet build --progress=plain --load --provenance=false --sbom=false --attest type=sbom,disabled=true \
        --allow security.insecure --allow network.host -t made .
    local wrong
    for wrong in --provenance=mode=all --sbom=generator=x --attest=type=vex --allow=everything --progress=rawjson \
        --progress=loud; do
        run -125 swiftlet build "$wrong" .
        own_failure
        has "${wrong%%=*}"
    done
}

@test "--annotation applies to the image, or with index: to the list" {
    run -0 swiftlet build --annotation manifest:a=b --annotation c=d --annotation index:e=f --manifest many -t one .
    equal "$(in_config one '.ImageAnnotations | [.a, .c, .e]')" '["b","d",null]'
    equal "$(swiftlet manifest inspect many | jq -c .annotations)" '{"e":"f"}'
    run -125 swiftlet build --annotation index:e=f .
    has "add --manifest"
    run -125 swiftlet build --annotation index-descriptor:e=f .
    has "not supported"
}

@test "commit --change, --add-file and --metadata-file" {
    swiftlet from --name c localhost/busybox
    swiftlet run c sh -c 'echo changed >/changed'
    run -0 swiftlet commit -q --change 'CMD ["echo", "it"]' --change 'ENV a=b' --change 'LABEL x=y' \
        --add-file file:/etc/deep/added --add-file "$PWD/file" --timestamp 60 --metadata-file meta c committed
    equal "$(in_config committed '.OCIv1.config | [.Cmd, .Labels.x]')" '[["echo","it"],"y"]'
    run -0 in_image committed sh -c "cat /changed /etc/deep/added '$PWD/file'; stat -c '%a %u %Y' /etc/deep/added; echo \$a"
    prints $'changed\ngrain\ngrain\n644 0 60\nb'
    equal "$(jq -r '.["image.name"]' meta)" localhost/committed:latest
    # The container has none of it.
    run ! swiftlet run c ls /etc/deep
    run -125 swiftlet commit --change 'RUN x' c
    has "RUN does not change the configuration"
    run -125 swiftlet commit --add-file missing c
    own_failure
    mkfifo pipe
    run -125 swiftlet commit --add-file pipe:/x c
    has "not a regular file"
    swiftlet rm c
}

@test "--group-add of build and from adds groups of the image" {
    dockerfile <<'END'
FROM localhost/busybox
RUN echo 'crew:x:77:' >>/etc/group
RUN id -G
END
    run -0 swiftlet build --no-cache --group-add 5,6 -t made .
    has_line "0 5 6"
    # Others need another result.
    run -0 swiftlet build --group-add 7 .
    has_line "0 7"
    swiftlet from --group-add crew --name c localhost/made
    run -0 swiftlet run c id -G
    prints "0 77"
    swiftlet rm c
    run -125 swiftlet build --group-add keep-groups .
    has "not supported"
}
