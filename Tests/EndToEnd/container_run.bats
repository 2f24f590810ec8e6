#!/usr/bin/env bats
# swiftlet container run.
# runs as: user root

load support/session

setup_file() {
    begin_store
    cd "$BATS_FILE_TMPDIR" || return
    dockerfile Dockerfile.tool <<'EOF'
FROM localhost/busybox
ENV greeting=hello
WORKDIR /srv
ENTRYPOINT ["/bin/sh", "-c", "echo $greeting $0 $*"]
CMD ["world"]
EOF
    mkdir -p empty
    swiftlet build -q -t tool -f Dockerfile.tool empty
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

@test "the image's command or the given one runs; an entry point gets it as arguments" {
    run -0 in_image localhost/busybox
    prints ""
    run -0 in_image localhost/busybox echo given words
    prints "given words"
    run -0 in_image tool
    prints "hello world"
    run -0 in_image tool moon sun
    prints "hello moon sun"
}

@test "--entrypoint replaces the entry point and resets the image's command" {
    run -0 in_image --entrypoint /bin/echo tool
    prints ""
    run -0 in_image --entrypoint /bin/echo tool a b
    prints "a b"
    run -0 in_image --entrypoint '["/bin/echo", "-n", "json"]' tool
    prints json
    run -0 in_image --entrypoint '' tool /bin/echo plain
    prints plain
}

@test "a missing working directory is created for the container's user" {
    swiftlet from --name elsewhere localhost/busybox
    swiftlet config --workingdir /made/here --user 5:6 elsewhere
    swiftlet commit -q --rm elsewhere localhost/elsewhere
    run -0 in_image localhost/elsewhere sh -c 'pwd; stat -c %u:%g .'
    prints $'/made/here\n5:6'
    run -0 in_image -w /mnt/sub -v "$PWD:/mnt/sub/data" localhost/busybox pwd
    prints /mnt/sub
    dockerfile <<<$'FROM localhost/elsewhere\nRUN pwd >out; stat -c %u:%g . >>out'
    run -0 swiftlet build -q -t localhost/built .
    run -0 in_image localhost/built cat out
    prints $'/made/here\n5:6'
}

@test "variables of containers.conf apply to run, build and container run, unless the image sets them" {
    printf '[containers]\nenv = ["CONFIGURED=yes", "greeting=configured"]\n' >conf
    export CONTAINERS_CONF=$PWD/conf
    run -0 in_image --entrypoint '["/bin/sh", "-c", "echo $CONFIGURED $greeting"]' tool
    prints "yes hello"
    dockerfile <<<$'FROM tool\nRUN echo $CONFIGURED $greeting >/seen'
    run -0 swiftlet build -q -t localhost/seen .
    run -0 in_image --entrypoint '["cat", "/seen"]' localhost/seen
    prints "yes hello"
    swiftlet from --name tooled tool
    run -0 swiftlet run tooled sh -c 'echo $CONFIGURED $greeting'
    prints "yes hello"
    swiftlet rm tooled
}

@test "-e, -w, -u and their long forms" {
    run -0 in_image -e greeting=bye -e other=x tool
    prints "bye world"
    run -0 in_image --env greeting='two words' tool
    prints "two words world"
    run -0 in_image -w /tmp localhost/busybox pwd
    prints /tmp
    run -126 in_image --workdir /not/there localhost/busybox pwd
    has 'workdir "/not/there" does not exist on container'
    run -0 in_image --entrypoint pwd tool
    prints /srv
    run -0 in_image -u nobody localhost/busybox id -un
    prints nobody
    run -0 in_image --user 5:6 localhost/busybox sh -c 'id -u; id -g'
    prints $'5\n6'
}

@test "flags after the image belong to the command" {
    run -0 in_image localhost/busybox echo --rm -e -w --entrypoint
    prints "--rm -e -w --entrypoint"
}

@test "-v: a directory and a file, writable and read-only" {
    mkdir share
    echo outside >share/file
    chmod 777 share
    run -0 in_image -v "$PWD/share:/mnt" localhost/busybox sh -c 'cat /mnt/file; echo inside >/mnt/new'
    prints outside
    equal "$(cat share/new)" inside
    equal "$(stat -c %u share/new)" "$(id -u)"
    run in_image -v "$PWD/share:/mnt:ro" localhost/busybox touch /mnt/x
    [ "$status" -ne 0 ]
    has "Read-only file system"
    run -0 in_image --volume "$PWD/share/file:/etc/single" localhost/busybox cat /etc/single
    prints outside
    run in_image -v "$PWD/no-such-place:/mnt" localhost/busybox true
    own_failure
    has no-such-place
    run in_image -v "$PWD/share:relative" localhost/busybox true
    own_failure
}

@test "links in the image cannot redirect a mount out of it" {
    mkdir share
    run -0 in_image -v "$PWD/share:/deep/new/place" localhost/busybox sh -c 'ls -d /deep/new/place'
    dockerfile <<<$'FROM localhost/busybox\nRUN ln -s /etc /link'
    swiftlet build -q -t linked .
    echo mine >share/own
    run -0 in_image -v "$PWD/share:/link/sub" linked sh -c 'cat /etc/sub/own'
    prints mine
    [ ! -e /etc/sub ] || fail "the machine's /etc was changed"
}

@test "--read-only: the image is read-only, /dev/shm and mounts are writable" {
    run in_image --read-only localhost/busybox touch /x
    [ "$status" -ne 0 ]
    has "Read-only file system"
    run -0 in_image --read-only localhost/busybox sh -c 'echo y >/dev/shm/y && cat /dev/shm/y'
    prints y
}

@test "files that a container writes are removed with it, and the image is unchanged" {
    local digest
    digest=$(in_config localhost/busybox .FromImageDigest)
    run -0 in_image localhost/busybox sh -c 'echo x >/written; rm /etc/passwd; cat /written'
    prints x
    run -0 in_image localhost/busybox ls /etc/passwd
    run ! in_image localhost/busybox ls /written
    equal "$(in_config localhost/busybox .FromImageDigest)" "$digest"
    equal "$(swiftlet info | jq .store.ContainerStore.number)" 0
    store_is_sound
}

@test "an image is found by id, id prefix, and name with and without registry" {
    local id
    id=$(swiftlet images -q --no-trunc localhost/busybox)
    id=${id#sha256:}
    local name
    for name in "$id" "${id:0:12}" busybox busybox:latest localhost/busybox localhost/busybox:latest; do
        run -0 in_image "$name" echo "$name"
        prints "$name"
    done
    run in_image busybox:no-such-tag true
    own_failure
    has no-such-tag
}

@test "an image without a command requires one as an argument" {
    cp /bin/busybox .
    dockerfile <<<$'FROM scratch\nCOPY busybox /busybox'
    swiftlet build -q -t bare .
    run swiftlet container run --rm bare
    own_failure
    run -0 in_image bare /busybox echo works
    prints works
}

@test "an image with nothing but a program runs" {
    cat >static.c <<'EOF'
#include <stdio.h>
#include <unistd.h>
int main(void) { printf("%d %d\n", getpid(), (int)getuid()); return 5; }
EOF
    gcc -static -o program static.c
    dockerfile <<<$'FROM scratch\nCOPY program /\nUSER 1234\nCMD ["/program"]'
    swiftlet build -q -t static .
    run -5 in_image static
    prints "1 1234"
}

@test "twenty concurrent containers" {
    local i containers=()
    for ((i = 0; i < 20; i++)); do
        in_image localhost/busybox sh -c "echo $i >/number; cat /number" >"out.$i" 2>&1 &
        containers+=($!)
    done
    wait "${containers[@]}" || true
    for ((i = 0; i < 20; i++)); do equal "$(cat "out.$i")" "$i"; done
    store_is_sound
}

@test "unknown flags are rejected by name" {
    run swiftlet container run --rm --no-such-flag localhost/busybox true
    own_failure
    has no-such-flag
}
