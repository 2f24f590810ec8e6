#!/usr/bin/env bats
# `from`: names of images and containers, and the settings stored for later commands.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_drop_in
    swiftlet push -q busybox "oci-archive:$BATS_FILE_TMPDIR/image.tar:localhost/archived:v1"
}
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { swiftlet rm -a >/dev/null; }

@test "an image is found by short name, tag, id, digest, and in every transport" {
    local id digest
    id=$(swiftlet images -q --no-trunc busybox)
    digest=$(swiftlet images --format '{{.Digest}}' busybox)
    local name
    for name in busybox busybox:latest localhost/busybox localhost/busybox:latest "$id" "${id#sha256:}" "${id:7:12}" \
        "busybox@$digest" "localhost/busybox@$digest" containers-storage:localhost/busybox; do
        run -0 swiftlet from --pull-never "$name"
        matches '^busybox-working-container'
        equal "$(swiftlet inspect --format '{{.FromImageID}} {{.FromImage}}' "$output")" \
            "${id#sha256:} localhost/busybox:latest"
    done
    run -0 swiftlet from -q "oci-archive:$BATS_FILE_TMPDIR/image.tar:localhost/archived:v1"
    matches '^(archived|busybox)-working-container'
    swiftlet push -q busybox "dir:$PWD/directory"
    run -0 swiftlet rmi -f busybox archived:v1
    run -0 swiftlet from -q "dir:$PWD/directory"
    prints dir-working-container
    swiftlet tag "${id#sha256:}" busybox
}

@test "names: numbers are appended, taken ones are rejected" {
    run -0 swiftlet from busybox
    prints busybox-working-container
    run -0 swiftlet from busybox
    prints busybox-working-container-1
    run -0 swiftlet from scratch
    prints working-container
    run -0 swiftlet from --name mine --cidfile id busybox
    prints mine
    equal "$(cat id)" "$(swiftlet containers --filter name=mine -q)"
    same_as_buildah from --name mine busybox
    same_as_buildah from --name other --pull-never nosuch
    # Containers are found by id prefixes.
    run -0 swiftlet run "$(head -c 8 id)" true
    swiftlet rm "$(cat id)"
    run -0 swiftlet from --name mine busybox
}

@test "settings of from apply to later commands of both tools" {
    mkdir shared
    echo x >shared/file
    http_proxy=http://proxy.test run -0 swiftlet from --name c -v "$PWD/shared:/shared:ro" --add-host peer:10.0.0.1 \
        --dns-search example.test --format docker --isolation chroot busybox
    run -0 env http_proxy=http://proxy.test bash -c "'$DROP_IN/buildah' --root $STORE/graph --runroot $STORE/run \
        --storage-driver $DRIVER run c sh -c 'cat /shared/file; grep peer /etc/hosts; grep search /etc/resolv.conf; echo \$http_proxy'"
    prints $'x\n10.0.0.1\tpeer\nsearch example.test\nhttp://proxy.test'
    run -0 swiftlet run -v "$PWD:/shared" c ls -d /shared/shared
    BUILDAH_ISOLATION=chroot run -0 buildah run c cat /shared/file
    prints x
    run -0 swiftlet commit -q c settled
    run -0 swiftlet inspect --type image --format '{{.Manifest}}' settled
    has application/vnd.docker.distribution.manifest.v2+json
    BUILDAH_FORMAT=docker run -0 swiftlet from --name d busybox
    swiftlet commit -q d settled
    run -0 swiftlet inspect --type image --format '{{.Manifest}}' settled
    has application/vnd.docker.distribution.manifest.v2+json
    swiftlet rmi settled >/dev/null
}

@test "each tool continues the other's container: settings, history, mounts, commit" {
    local make go_on
    for make in buildah drop_in; do
        if [ $make = buildah ]; then go_on=drop_in; else go_on=buildah; fi
        BUILDAH_ISOLATION=chroot $make from --name "$make" busybox
        BUILDAH_ISOLATION=chroot $make run --add-history "$make" touch "/by-$make"
        $make config --env "MADE=$make" --label a=1 --port 80 --annotation n=m --add-history "$make"
        BUILDAH_ISOLATION=chroot $go_on run --add-history "$make" sh -c "echo \$MADE >/made"
        $go_on config --env AND=more --label b=2 --workingdir /tmp "$make"
        $go_on rename "$make" "renamed-$make"
        $make commit -q "renamed-$make" "by-$make"
        run -0 swiftlet inspect --type image --format \
            '{{.OCIv1.Config.ExposedPorts}} {{.OCIv1.Config.WorkingDir}} {{index .OCIv1.Config.Labels "a"}} {{index .OCIv1.Config.Labels "b"}} {{index .ImageAnnotations "n"}}' \
            "by-$make"
        prints "map[80:{}] /tmp 1 2 m"
        run -0 in_image "by-$make" sh -c 'cat /made; ls /by-*; echo $AND'
        prints "$make"$'\n'"/by-$make"$'\n'more
        run -0 swiftlet history --no-trunc --format '{{.CreatedBy}}' "by-$make"
        has "/bin/sh -c touch /by-$make"
        has "/bin/sh -c sh -c echo \$MADE >/made"
        has "ENV MADE=$make"
    done
}
