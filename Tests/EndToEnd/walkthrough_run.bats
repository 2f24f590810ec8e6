#!/usr/bin/env bats
# Part E of the walkthrough: run what was built, and share the store with Podman and Buildah.
# Typed by an ordinary user, with storage and configuration in the places that every tool takes by default.
# runs as: user

load support/session

setup_file() {
    begin_default_store
    cd "$BATS_FILE_TMPDIR" || return
    mkdir -p image
    printf 'FROM localhost/busybox\nRUN echo Hello\nRUN touch my-file\nENV greeting=hello\n' >image/Dockerfile
    swiftlet build -q -t my-image image
}
teardown_file() { end_default_store; }
setup() { enter_new_directory; }

# What is typed at a terminal, and what that shows: type_into TEXT COMMAND...
type_into() { python3 "$SUPPORT/terminal.py" "$@"; }

@test "1: container run -it gives a shell at a terminal" {
    run -3 type_into $'tty; echo size $(stty size); touch typed; exit 3\n' \
        swiftlet container run -it --name shell my-image sh
    has "/dev/pts/0"
    has "size 24 80"
    run -0 swiftlet container diff shell
    has_line "A /typed"
    swiftlet container rm shell
}

@test "1: --rm, -e, -v, -w, -u, --entrypoint, --network, --read-only" {
    run -0 swiftlet container run --rm my-image ls -l /my-file
    has /my-file
    run -0 swiftlet container run --rm -e greeting=bye my-image sh -c 'echo $greeting'
    prints bye
    mkdir shared
    run -0 swiftlet container run --rm -v "$PWD/shared:/mnt" -w /mnt my-image sh -c 'pwd; echo x >file'
    prints /mnt
    equal "$(stat -c %U shared/file)" "$(id -un)"
    run -0 swiftlet container run --rm -u nobody my-image id -un
    prints nobody
    run -0 swiftlet container run --rm --entrypoint /bin/echo my-image words
    prints words
    run -0 swiftlet container run --rm --network none my-image sh -c 'ls /sys/class/net 2>/dev/null || tail -n +3 /proc/net/dev | cut -d: -f1'
    equal "${output// /}" lo
    run swiftlet container run --rm --read-only my-image touch /x
    [ "$status" -ne 0 ]
    run -0 swiftlet container ps -aq
    prints ""
}

@test "2: podman and buildah see and run what swiftlet built, swiftlet sees what they built" {
    run -0 podman images --format '{{.Repository}}:{{.Tag}}'
    has_line localhost/my-image:latest
    run -0 podman_run my-image sh -c "ls /my-file; $LINGER"
    has /my-file
    run -0 buildah images
    has localhost/my-image
    local working
    working=$(buildah from my-image)
    buildah run --isolation chroot "$working" touch /by-buildah
    buildah commit -q "$working" by-buildah
    buildah rm "$working"
    run -0 swiftlet images --format '{{.Name}}'
    has_line localhost/by-buildah
    run -0 swiftlet container run --rm by-buildah ls /my-file /by-buildah
    has /by-buildah
    swiftlet rmi by-buildah
}

@test "2: no tool touches the others' containers" {
    swiftlet container run --name ours my-image true
    podman run --name theirs --network host my-image sh -c "$LINGER"
    run -0 podman ps -a --format '{{.Names}}'
    prints theirs
    run -0 podman ps -a --external --format '{{.Names}} {{.Command}}'
    matches 'ours +storage'
    run -0 swiftlet container ps -a --format '{{.Names}}'
    prints ours
    run swiftlet container rm theirs
    [ "$status" -ne 0 ]
    has "another tool"
    run podman rmi my-image
    [ "$status" -ne 0 ]
    has "image is in use by a container"
    run -0 podman rm theirs
    run -0 podman rm ours
    run -0 swiftlet container ps -aq
    prints ""
    run -0 swiftlet container run --rm my-image ls /my-file
}

@test "3: all files are in the user's own directories" {
    [ -d "$HOME/.local/share/containers/storage/overlay-images" ]
    equal "$(swiftlet info | jq -r .store.GraphRoot)" "$HOME/.local/share/containers/storage"
    mkdir -p "$HOME/.config/containers"
    printf '[containers]\nenv_host = false\numask = "0077"\n' >"$HOME/.config/containers/containers.conf"
    run -0 swiftlet container run --rm my-image sh -c umask
    rm "$HOME/.config/containers/containers.conf"
    prints 0077
}

@test "when called as podman, it accepts podman's command line" {
    mkdir bin
    ln -s "$(type -P swiftlet)" bin/podman
    local podman=$PWD/bin/podman
    run -0 "$podman" run --name p my-image sh -c 'echo from podman; touch /x'
    prints "from podman"
    run -0 "$podman" ps -a --format '{{.Names}} {{.Image}}'
    prints "p localhost/my-image:latest"
    run -0 "$podman" inspect --format '{{.Name}} {{.State.ExitCode}}' p
    prints "p 0"
    run -0 "$podman" inspect my-image
    equal "$(jq -r '.[0].RepoTags[0]' <<<"$output")" localhost/my-image:latest
    run -0 "$podman" diff p
    has_line "A /x"
    run -0 "$podman" commit -q p changed
    run -0 "$podman" images --format '{{.Repository}}:{{.Tag}}'
    has_line localhost/changed:latest
    run -0 "$podman" images --format json
    equal "$(jq -r '.[0].Names[0]' <<<"$output")" localhost/changed:latest
    run -0 "$podman" rmi changed
    has_line "Untagged: localhost/changed:latest"
    matches 'Deleted: [0-9a-f]{64}'
    run -2 "$podman" rmi my-image
    run -0 "$podman" container exists p
    run -0 "$podman" rm p
    prints p
    run -1 "$podman" container exists p
    run -1 "$podman" image exists no-such-image
    run -0 "$podman" image exists my-image
    run -0 "$podman" --runtime runc run --rm my-image echo through runc
    prints "through runc"
    run -125 "$podman" inspect no-such-thing
    has "no such object"
    run -125 "$podman" --remote ps
    has "--remote is not supported"
}
