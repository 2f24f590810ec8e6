#!/usr/bin/env bats
# Manifest lists: create, add, annotate, inspect, remove, rm, exists, push; and continuing them with other tools.
# runs as: user root

load support/session
load support/layout
load support/registry

setup_file() {
    begin_store
    begin_registry
    cd "$BATS_FILE_TMPDIR" || return
    local arch
    for arch in amd64 arm64 s390x; do
        printf 'FROM scratch\nLABEL made-for=%s\nCOPY Dockerfile /%s\n' "$arch" "$arch" >Dockerfile
        swiftlet build -q --platform "linux/$arch" -t "image-$arch" .
    done
}
teardown_file() {
    end_registry
    end_store
}
setup() { enter_new_directory; }
teardown() {
    local list
    for list in list other third; do
        if swiftlet manifest exists $list; then swiftlet manifest rm $list >/dev/null; fi
    done
}

# The digest of the manifest of an image.
digest_of() { swiftlet inspect --type image "$1" | jq -r .FromImageDigest; }

# The architectures of a list, in order, separated by spaces.
architectures() { swiftlet manifest inspect "$1" | jq -r '[.manifests[]?.platform.architecture] | join(" ")'; }

@test "create makes an empty list, and its name is taken" {
    run -0 swiftlet manifest create list
    matches '^[0-9a-f]{64}$'
    local id=$output
    run -0 swiftlet manifest inspect list
    equal "$(jq -c .manifests <<<"$output")" null
    run -0 swiftlet manifest inspect "$id"
    run -0 swiftlet manifest exists list
    prints ""
    run -1 swiftlet manifest exists no-such-list
    run swiftlet manifest exists image-amd64
    own_failure
    has "localhost/image-amd64:latest: image is not a manifest list"

    run swiftlet manifest create list
    own_failure
    has "that name is already in use"
    run -0 swiftlet manifest create --amend list
    prints "$id"
    run -0 swiftlet manifest create --amend list image-arm64
    prints "$id"
    equal "$(architectures list)" "arm64"
    run swiftlet manifest create
    own_failure
    has "requires at least 1 arg(s), only received 0"
}

@test "add uses the platform of an image's configuration, and flags override it" {
    local id digest
    id=$(swiftlet manifest create list image-amd64)
    digest=$(digest_of image-arm64)
    run -0 swiftlet manifest add list image-arm64
    prints "$id: $digest"
    equal "$(architectures list)" "amd64 arm64"

    # The entry of an image that is already listed is updated.
    run -0 swiftlet manifest add --arch riscv64 --os plan9 --variant v9 --os-version 1 --os-features x,y \
        --annotation a=b --annotation c=d list image-arm64
    run -0 swiftlet manifest inspect list
    equal "$(jq -c '.manifests[1] | [.platform, .annotations]' <<<"$output")" \
        '[{"architecture":"riscv64","os":"plan9","os.version":"1","os.features":["x","y"],"variant":"v9"},{"a":"b","c":"d"}]'
    equal "$(jq '.manifests | length' <<<"$output")" 2

    run swiftlet manifest add --annotation a list image-arm64
    own_failure
    has 'no value given for annotation "a"'
    run swiftlet manifest add list no-such-image
    own_failure
    has "no-such-image: image not known"
    run swiftlet manifest add no-such-list image-arm64
    own_failure
    has "no-such-list: image not known"
    run swiftlet manifest add image-amd64 image-arm64
    own_failure
    has "image is not a manifest list"
    run swiftlet manifest add list
    own_failure
    has "requires at least 2 arg(s), only received 1"
}

@test "add uses the image for this platform, another one, or all images of a list" {
    local host
    host=$(swiftlet info | jq -r .host.arch)
    swiftlet manifest create other image-amd64 image-arm64 image-s390x
    swiftlet manifest create list
    swiftlet manifest add list other
    equal "$(architectures list)" "$host"
    swiftlet manifest add --arch s390x list other
    equal "$(architectures list)" "$host s390x"
    run swiftlet manifest add --arch mips list other
    own_failure
    has "linux/s390x"
    swiftlet manifest create --all third other
    equal "$(architectures third)" "amd64 arm64 s390x"
}

@test "annotate changes an entry, identified by digest or image, and the list itself" {
    local id digest
    id=$(swiftlet manifest create --annotation made=here list image-amd64 image-arm64)
    digest=$(digest_of image-arm64)
    run -0 swiftlet manifest annotate --arch arm --variant v7 --annotation x=y list "$digest"
    prints "$id: $digest"
    run -0 swiftlet manifest annotate --annotation z=1 list image-arm64
    prints "$id: $digest"
    run -0 swiftlet manifest annotate --index --annotation red=blue list
    run -0 swiftlet manifest annotate --index --subject image-s390x list
    run -0 swiftlet manifest inspect list
    equal "$(jq -c '.annotations' <<<"$output")" '{"made":"here","red":"blue"}'
    equal "$(jq -r '.subject.digest' <<<"$output")" "$(digest_of image-s390x)"
    equal "$(jq -c '.manifests[1] | [.platform, .annotations]' <<<"$output")" \
        '[{"architecture":"arm","os":"linux","variant":"v7"},{"x":"y","z":"1"}]'
    run swiftlet manifest annotate --arch x list "sha256:$(printf '%064d' 0)"
    own_failure
    has "no image instance matching the specified digest was found in the list or index"
    run swiftlet manifest annotate --arch x list
    own_failure
}

@test "remove removes an entry, rm the list, and the images stay" {
    local id digest
    id=$(swiftlet manifest create list image-amd64 image-arm64)
    digest=$(digest_of image-amd64)
    run -0 swiftlet manifest remove list "$digest"
    prints "$id: $digest"
    equal "$(architectures list)" "arm64"
    run swiftlet manifest remove list "$digest"
    own_failure
    has "no instance matching digest \"$digest\" found in manifest list"
    run swiftlet manifest remove list x
    own_failure
    has 'invalid instance "x": invalid checksum digest format'

    run swiftlet manifest rm image-amd64
    own_failure
    has "image is not a manifest list"
    run -0 swiftlet manifest rm list
    prints "untagged: localhost/list:latest
$id"
    run -1 swiftlet manifest exists list
    swiftlet inspect --type image image-arm64 >/dev/null
}

@test "push writes the list and its images, and other tools read them" {
    swiftlet manifest create list image-amd64 image-arm64
    run -0 swiftlet manifest push --digestfile digest list oci:layout:all
    has "Copying 2 of 2 images in list"
    has "Writing manifest list to image destination"
    run -0 skopeo inspect --raw oci:layout:all
    equal "$(jq -r '[.manifests[].platform.architecture] | join(" ")' <<<"$output")" "amd64 arm64"
    equal "$(cat digest)" "sha256:$(printf '%s' "$output" | sha256sum | cut -d' ' -f1)"
    run -0 skopeo --override-arch arm64 inspect --config oci:layout:all
    equal "$(jq -r '.config.Labels["made-for"]' <<<"$output")" arm64
    is_layout layout

    run -0 swiftlet manifest push -q list dir:directory
    prints ""
    equal "$(find directory -name '*.manifest.json' | wc -l)" 2
    is_layout directory
    run -0 skopeo copy -q --multi-arch all dir:directory oci-archive:copy.tar
    run -0 swiftlet manifest push -q list oci-archive:archive.tar
    run -0 skopeo --override-arch arm64 inspect --config oci-archive:archive.tar

    run -0 swiftlet manifest push -q --format v2s2 list dir:docker
    equal "$(jq -r .mediaType docker/manifest.json)" application/vnd.docker.distribution.manifest.list.v2+json
    equal "$(jq -r '.manifests[].mediaType' docker/manifest.json | uniq)" \
        application/vnd.docker.distribution.manifest.v2+json
    is_layout docker
    run swiftlet manifest push --format v2s1 list dir:other
    own_failure
    has 'unknown format "v2s1"'
    run swiftlet manifest push list docker-archive:a.tar
    own_failure
    has "does not support copying multiple images as a group"

    run -0 swiftlet manifest push --all=false list oci:index-only
    has "Copying 0 of 2 images in list"
    equal "$(find index-only/blobs -type f | wc -l)" 1
    run -0 swiftlet manifest push -q --rm list oci:layout:again
    run -1 swiftlet manifest exists list
}

@test "a list is pushed to a registry with all its images, inspected there, and its entries are added to other lists" {
    local place="docker://$REGISTRY/lists" digest
    swiftlet manifest create list image-amd64 image-arm64
    run -0 swiftlet manifest push --all --tls-verify=false --digestfile digest list "$place:1"
    has "Copying 2 of 2 images in list"
    digest=$(cat digest)
    swiftlet push -q --all --tls-verify=false --digestfile again list "$place:2"
    equal "$(cat again)" "$digest"
    run -0 skopeo inspect --tls-verify=false --raw "$place@$digest"
    equal "$(jq -r '[.manifests[].platform.architecture] | join(" ")' <<<"$output")" "amd64 arm64"
    skopeo copy -q --insecure-policy --all --src-tls-verify=false "$place:2" oci:theirs
    is_layout theirs
    run -0 swiftlet manifest inspect --tls-verify=false "$place:1"
    equal "$(jq -r '[.manifests[].platform.architecture] | join(" ")' <<<"$output")" "amd64 arm64"

    swiftlet manifest create other
    swiftlet manifest add --tls-verify=false --arch arm64 other "$place:1"
    equal "$(architectures other)" arm64
    swiftlet manifest add --tls-verify=false --all other "$place:2"
    equal "$(architectures other | tr ' ' '\n' | sort | paste -sd ' ')" "amd64 arm64"
    run swiftlet manifest add --tls-verify=false --arch s390x other "$place:1"
    own_failure
    has linux/arm64
    # The list refers to its images only in the registry.
    swiftlet manifest push -q --all --tls-verify=false other oci:from-registry
    is_layout from-registry
}

@test "images behind transports can be listed, and are copied when the list is pushed from any directory" {
    swiftlet push -q image-arm64 oci:single:name
    swiftlet manifest create other image-amd64 image-s390x
    swiftlet manifest push -q other dir:several
    swiftlet manifest create list
    swiftlet manifest add list oci:single:name
    swiftlet manifest add --all list dir:several
    equal "$(architectures list)" "arm64 amd64 s390x"
    local here=$PWD
    cd /
    swiftlet manifest push -q list "oci:$here/all"
    cd "$here"
    run -0 skopeo copy -q --multi-arch all oci:all oci-archive:copy.tar
}

@test "buildah, podman and swiftlet continue each other's lists" {
    swiftlet manifest create list image-amd64
    run -0 buildah manifest inspect list
    equal "$(jq -r '.manifests[0].digest' <<<"$output")" "$(digest_of image-amd64)"
    buildah manifest add list localhost/image-arm64
    equal "$(podman manifest inspect list 2>/dev/null | jq '.manifests | length')" 2
    podman manifest add list containers-storage:localhost/image-s390x
    equal "$(architectures list)" "amd64 arm64 s390x"
    buildah manifest push -q --all list oci:theirs
    swiftlet manifest push -q list oci:ours
    equal "$(skopeo inspect --raw oci:ours | jq -c '[.manifests[].platform]')" \
        "$(skopeo inspect --raw oci:theirs | jq -c '[.manifests[].platform]')"

    buildah manifest create other
    buildah manifest add --annotation by=buildah other localhost/image-amd64
    run -0 swiftlet manifest inspect other
    equal "$(jq -c '.manifests[0].annotations' <<<"$output")" '{"by":"buildah"}'
    swiftlet manifest add other image-arm64
    buildah manifest rm other
    store_is_sound
}
