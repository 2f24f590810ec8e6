#!/usr/bin/env bats
# Builds for several platforms, and names of manifest lists.
# runs as: user root

load support/session

setup_file() {
    begin_store
    cd "$BATS_FILE_TMPDIR" || return
    cat >Dockerfile <<'EOF'
FROM scratch
ARG TARGETPLATFORM
ARG TARGETARCH
ARG TARGETVARIANT
ARG BUILDPLATFORM
COPY Dockerfile /file
LABEL target=$TARGETPLATFORM arch=$TARGETARCH variant=$TARGETVARIANT build=$BUILDPLATFORM
EOF
    swiftlet build -q --platform linux/amd64,linux/arm64 --platform linux/arm/v7 --manifest base .
    cp Dockerfile "$BATS_FILE_TMPDIR/base.Dockerfile"
}
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { swiftlet rm -a >/dev/null; }

platforms() {
    swiftlet manifest inspect "$1" |
        jq -r '[.manifests[].platform | [.os, .architecture, .variant] | map(select(.)) | join("/")] | join(" ")'
}

labels() { in_config "$1" .OCIv1.config.Labels; }

host() { swiftlet info | jq -r '.host | "\(.os)/\(.arch)"'; }

@test "a build for several platforms creates an image for each, and a list of them" {
    equal "$(platforms base)" "linux/amd64 linux/arm64 linux/arm/v7"
    local name
    for name in amd64 arm64 arm; do
        swiftlet from --name "c-$name" --arch "$name" base >/dev/null
        equal "$(swiftlet inspect --type container "c-$name" | jq -r '.OCIv1.architecture')" "$name"
    done
    equal "$(swiftlet inspect --type container c-arm64 | jq -cS '.OCIv1.config.Labels')" \
        "{\"arch\":\"arm64\",\"build\":\"$(host)\",\"target\":\"linux/arm64\",\"variant\":\"\"}"
    equal "$(swiftlet inspect --type container c-arm | jq -cS '.OCIv1.config.Labels')" \
        "{\"arch\":\"arm\",\"build\":\"$(host)\",\"target\":\"linux/arm/v7\",\"variant\":\"v7\"}"

    cp "$BATS_FILE_TMPDIR/base.Dockerfile" Dockerfile
    run -0 swiftlet build --jobs 2 --platform linux/amd64,linux/arm64 --manifest again .
    has "[linux/amd64] STEP 1/"
    has "[linux/arm64] STEP 1/"
    # The images are added to an existing list.
    swiftlet build -q --platform linux/s390x --manifest again .
    equal "$(platforms again)" "linux/amd64 linux/arm64 linux/s390x"
    run swiftlet build --iidfile id --platform linux/amd64,linux/arm64 .
    own_failure
    has "can only be used to store one image ID"
    run swiftlet build --arch arm64 --platform linux/amd64 .
    own_failure
    has "invalid --platform may not be used with --os, --arch, or --variant"
    run swiftlet build --manifest busybox .
    own_failure
    has "image is not a manifest list"
}

@test "FROM a list uses the image for the platform, and --all-platforms builds for all of its platforms" {
    printf 'FROM base\nLABEL on-top=yes\n' >Dockerfile
    swiftlet build -q --arch arm64 -t one .
    equal "$(in_config one '[.OCIv1.architecture, .OCIv1.config.Labels.arch]')" '["arm64","arm64"]'
    run swiftlet build --platform linux/s390x .
    own_failure
    has "no image found in manifest list for linux/s390x; it has: linux/amd64, linux/arm64, linux/arm/v7"
    swiftlet build -q --all-platforms --manifest all .
    equal "$(platforms all)" "linux/amd64 linux/arm64 linux/arm/v7"
    printf 'FROM scratch\nCOPY Dockerfile /\n' >Dockerfile
    run swiftlet build --all-platforms .
    own_failure
    has "build uses no non-scratch base images"
}

@test "the name of a list refers to the image for this platform" {
    local target
    target=$(host)
    run -0 swiftlet from base
    prints base-working-container
    equal "$(labels base | jq -r .target)" "$target"
    equal "$(swiftlet inspect --type manifest base | jq '.manifests | length')" 3
    run -0 swiftlet history base
    has LABEL
    swiftlet push -q base oci:one
    run -0 skopeo inspect --config oci:one
    equal "$(jq -r .config.Labels.target <<<"$output")" "$target"
    swiftlet push -q --all base oci:all
    run -0 skopeo inspect --raw oci:all
    equal "$(jq '.manifests | length' <<<"$output")" 3
    run swiftlet from --arch s390x base
    own_failure
    has "linux/s390x"
    # Buildah's result.
    run -0 buildah from --name theirs --arch arm64 base
    run -0 swiftlet inspect --type container theirs
    equal "$(jq -r .OCIv1.architecture <<<"$output")" arm64
}

@test "commit adds the image to a list" {
    swiftlet from --name c busybox
    run -0 swiftlet commit -q --manifest committed c
    local id=$output
    swiftlet from --name d --arch arm64 base
    swiftlet commit -q --manifest committed d named
    equal "$(platforms committed)" "$(host) linux/arm64"
    run -0 swiftlet images -q --no-trunc localhost/named
    different "$output" "sha256:$id"
    run swiftlet commit --manifest busybox c
    own_failure
    has "image is not a manifest list"
}

@test "images of a list are not dangling, and removing the list leaves them" {
    local id
    printf 'FROM scratch\nLABEL only=here\nCOPY Dockerfile /\n' >Dockerfile
    id=$(swiftlet build -q --manifest kept .)
    swiftlet prune
    swiftlet rmi --prune
    run -0 swiftlet inspect --type image "$id"
    swiftlet tag kept other
    run -0 swiftlet rmi kept
    prints "untagged: localhost/kept:latest"
    equal "$(swiftlet manifest inspect other | jq '.manifests | length')" 1
    run -0 swiftlet rmi other
    run -0 swiftlet inspect --type image "$id"
    run -0 swiftlet rmi --prune
    has "$id"
    store_is_sound
}

@test "a program for another architecture fails with a hint on what it needs" {
    # The header of a program for an architecture without an emulator.
    printf '\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\xf0\x0f\x01\0\0\0%040d' 0 >sh
    chmod 755 sh
    printf 'FROM scratch\nCOPY sh /bin/sh\nRUN echo hello\n' >Dockerfile
    run swiftlet build --platform linux/arm64 .
    [ "$status" -ne 0 ]
    has "Exec format error"
    has "binfmt_misc"
}
