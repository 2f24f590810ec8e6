#!/usr/bin/env bats
# Building step by step from a shell script: from, run, copy, add, config, commit, mount, unshare, rename, rm.
# runs as: user

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { swiftlet rm -a >/dev/null; }

# A program that shells inside `unshare` can call: the tool with this test's store.
make_tool() {
    local real
    real=$(type -P swiftlet)
    printf '#!/bin/sh\nexec %q --root %q --runroot %q --storage-driver %q "$@"\n' \
        "$real" "$STORE/graph" "$STORE/run" "$DRIVER" >tool
    chmod 755 tool
}

history_of() { swiftlet history --no-trunc --format '{{.CreatedBy}}' "$1"; }

# --- The walkthrough -------------------------------------------------------------------------------------------------

@test "from prints the container's name, with a number if it is taken, and containers lists it" {
    run -0 swiftlet from localhost/busybox
    prints busybox-working-container
    run -0 swiftlet from busybox
    prints busybox-working-container-1
    run -0 swiftlet from scratch
    prints working-container

    run -0 swiftlet containers
    [ "${lines[0]}" = "CONTAINER ID  BUILDER  IMAGE ID     IMAGE NAME                       CONTAINER NAME" ]
    [[ ${lines[1]} =~ ^[0-9a-f]{12}\ {5}\*\ {5}[0-9a-f]{12}\ localhost/busybox:latest\ +busybox-working-container$ ]]
    [[ ${lines[3]} =~ ^[0-9a-f]{12}\ {5}\*\ +scratch\ +working-container$ ]]
    local expected=$output
    for name in list ls ps; do
        run -0 swiftlet "$name"
        prints "$expected"
    done
}

@test "run runs a command in the container and passes on its exit code" {
    swiftlet from --name c busybox
    run -0 swiftlet run c cat /etc/passwd
    has "root:x:0:0"
    run -7 swiftlet run c sh -c 'exit 7'
    run -127 swiftlet run c no-such-command
    run -0 swiftlet run c -- echo behind dashes
    prints "behind dashes"
    run swiftlet run c
    own_failure
    has "command must be specified"
    run swiftlet run nobody true
    own_failure
    has 'reading build container "nobody": container not known'
}

@test "run supports environment, directory, user, mounts and network, in each isolation" {
    swiftlet from --name c busybox
    echo shared >file
    local way
    for way in "--isolation built-in" "--isolation chroot" "--runtime runc"; do
        # shellcheck disable=SC2016,SC2086
        run -3 --separate-stderr swiftlet run $way --env X=1 --workingdir /tmp --user 5:6 -v "$PWD:/mnt:ro" \
            --mount type=tmpfs,dst=/scratch c sh -c \
            'echo "$X $(pwd) $(id -u):$(id -g) $(cat /mnt/file)"; touch /mnt/x 2>/dev/null || echo read-only; exit 3'
        prints $'1 /tmp 5:6 shared\nread-only'
    done
    run -0 swiftlet run --network none c ls /sys/class/net
    prints lo
}

@test "run -t gives the command a terminal" {
    swiftlet from --name c busybox
    make_tool
    run -0 script -qec "./tool run -t c tty" /dev/null
    has "/dev/pts/0"
    run script -qec "./tool run --terminal=false c tty" /dev/null
    has "not a tty"
}

@test "copy prints the same digest as buildah, in every form" {
    swiftlet from --name c busybox
    echo test >file
    mkdir -p tree/below
    echo more >tree/below/more
    ln -s below tree/link
    ln tree/below/more tree/same
    local arguments
    for arguments in "file /test-file" "file /" "file tree /both/" "tree /tree" "--chown 1:2 file /owned" \
        "--chmod 4711 tree /moded" "--contextdir $PWD $PWD/file /with-context"; do
        # The container's name stands between the flags and the first source.
        local flags=() words=()
        read -ra words <<<"$arguments"
        while [[ ${words[0]} == --* ]]; do
            flags+=("${words[@]:0:2}")
            words=("${words[@]:2}")
        done
        equal "$(swiftlet copy "${flags[@]}" c "${words[@]}")" "$(buildah copy "${flags[@]}" c "${words[@]}")"
    done
    run -0 swiftlet run c cat /test-file
    prints test
    run -0 swiftlet copy --contextdir tree c below/more /from-context
    echo more >"tree/.containerignore"
    run swiftlet copy --contextdir tree --ignorefile tree/.containerignore c more /
    own_failure
    run -0 swiftlet copy -q c file /quiet
    prints ""
    run swiftlet copy c no-such-file /
    own_failure
    run swiftlet copy c https://example.com/x /
    own_failure
}

@test "add unpacks archives, copy does not" {
    swiftlet from --name c busybox
    mkdir tree && echo content >tree/file && tar -czf archive.tar.gz tree
    swiftlet add c archive.tar.gz /unpacked
    swiftlet copy c archive.tar.gz /packed/
    run -0 swiftlet run c sh -c 'cat /unpacked/tree/file; ls /packed'
    prints $'content\narchive.tar.gz'
}

@test "the history contains only the commit, unless more is requested" {
    swiftlet from --name c busybox
    echo test >file
    swiftlet run c true
    swiftlet copy c file /file
    swiftlet config --label a=b c
    swiftlet commit -q c silent
    run -0 history_of silent
    equal "${lines[0]}" /bin/sh
    lacks COPY
    lacks LABEL

    swiftlet run --add-history c true
    local digest
    digest=$(BUILDAH_HISTORY=true swiftlet copy c file /file)
    BUILDAH_HISTORY=true swiftlet config --label c=d --env E=f c
    swiftlet commit -q c telling
    run -0 history_of telling
    equal "$(head -n 5 <<<"$output")" "/bin/sh
/bin/sh -c #(nop) LABEL c=d
/bin/sh -c #(nop) ENV E=f
/bin/sh -c #(nop) COPY file:$digest
/bin/sh -c true"
}

@test "commit creates an image that images lists; it survives push, rmi and pull" {
    swiftlet from --name c busybox
    echo test >file
    swiftlet copy -q c file /test-file
    run -0 --separate-stderr swiftlet commit c my-image
    [[ $output =~ ^[0-9a-f]{64}$ ]] || fail "no image id:" "$output"
    run -0 swiftlet images
    equal "${lines[0]%% *}" REPOSITORY
    matches "localhost/my-image +latest +[0-9a-f]{12} "
    swiftlet push my-image oci:my-image
    swiftlet rmi my-image
    run -0 swiftlet images
    lacks my-image
    swiftlet pull oci:my-image
    run -0 swiftlet images
    matches "localhost/my-image +latest +[0-9a-f]{12} "
    run -0 in_image my-image cat /test-file
    prints test
}

@test "a committed container can continue; copy --from copies from containers and images" {
    swiftlet from --name c busybox
    swiftlet run c sh -c 'echo one >/one'
    swiftlet commit -q c first
    swiftlet run c sh -c 'echo two >/two; rm /one'
    swiftlet commit -q c second
    run -0 in_image first ls /one
    run in_image second ls /one
    equal "$status" 1
    run -0 in_image second cat /two

    swiftlet from --name s scratch
    swiftlet copy -q --from c s /two /from-container
    swiftlet copy -q --from first s /one /from-image
    swiftlet commit -q s third
    swiftlet from --name check busybox
    swiftlet copy -q --from third check / /all
    run -0 swiftlet run check cat /all/from-container /all/from-image
    prints $'two\none'
}

@test "unshare --mount starts a shell with the container's files, which are unmounted when it ends" {
    swiftlet from --name c busybox
    swiftlet from --name d busybox
    # shellcheck disable=SC2016
    run -0 swiftlet unshare --mount MOUNT=c --mount OTHER=d sh -c \
        'echo it-works >"$MOUNT/test-from-mount"; echo too >"$OTHER/file"; echo "$MOUNT"; id -u; exit 0'
    equal "${lines[1]}" 0
    [ ! -e "${lines[0]}/test-from-mount" ] || fail "it is still mounted"
    swiftlet commit -q c my-new-image
    run -0 in_image my-new-image cat /test-from-mount
    prints it-works
    run -0 swiftlet run d cat /file
    prints too
    run -4 swiftlet unshare sh -c 'exit 4'
    run swiftlet unshare --mount X=nobody true
    own_failure
    run -0 swiftlet unshare env
    has_line "_CONTAINERS_USERNS_CONFIGURED=done"
    has_line "_CONTAINERS_ROOTLESS_UID=$(id -u)"
}

@test "mount and umount inside unshare; outside, mount prints what to do" {
    swiftlet from --name c busybox
    make_tool
    # shellcheck disable=SC2016
    run -0 swiftlet unshare sh -c '
        place=$(./tool mount c) && ./tool mount && echo here >$place/file && ./tool run c cat /file &&
        ./tool run c sh -c "echo there >/other" && cat $place/other && cp -R $place/etc copy && ./tool umount c'
    has "c $STORE/graph/overlay/"
    has_line here
    has_line there
    [ -e copy/passwd ]
    run -0 swiftlet run c cat /file
    run swiftlet mount c
    own_failure
    has "cannot mount using driver overlay in rootless mode"
    has "unshare"
}

@test "config sets every field as buildah does" {
    swiftlet from --name ours busybox
    swiftlet from --name theirs busybox
    local flags=(--env X=1 --env "Y=\$X-2" --label l=1 --port 80 --port 90/udp --volume /v --user u:g --workingdir /w
        --author me --comment c --created-by cb --history-comment hc --stop-signal 9 --cmd "echo 'a b'" --annotation a=b
        --entrypoint '["/bin/e", "f"]' --hostname hh --domainname dd --arch arm64 --variant v8 --os linux
        --os-version 1 --os-feature f --shell "/bin/ash -c" --healthcheck "CMD-SHELL x y" --healthcheck-interval 5s
        --onbuild "RUN x" --add-history)
    run -0 swiftlet config "${flags[@]}" ours
    has "HEALTHCHECK is not supported for OCI image format"
    buildah config "${flags[@]}" theirs
    local filter='del(.Container, .ContainerID) | walk(if type == "object" then del(.created) else . end)'
    equal "$(buildah inspect ours | jq -S "$filter")" "$(buildah inspect theirs | jq -S "$filter")"

    swiftlet config --env X- --label - --cmd "" --port 80- ours
    run -0 swiftlet inspect --format '{{.OCIv1.Config.Env}}|{{.OCIv1.Config.Labels}}|{{.OCIv1.Config.Cmd}}' ours
    matches '^\[PATH=[^ ]* Y=1-2\]\|map\[\]\|\[\]$'
}

@test "rename, rm and their errors" {
    swiftlet from --name c busybox
    swiftlet from --name d busybox
    swiftlet rename c e
    run swiftlet rename e d
    own_failure
    has 'The container name "d" is already in use'
    run swiftlet from --name d busybox
    own_failure
    run -0 swiftlet containers --format '{{.ContainerName}}'
    prints $'e\nd'
    run -0 swiftlet rm e
    matches '^[0-9a-f]{64}$'
    run swiftlet rm e
    own_failure
    run swiftlet rm
    own_failure
    run -0 swiftlet rm "$(swiftlet containers -q | cut -c1-10)"
    run -0 swiftlet containers -q
    prints ""
}

# --- Commits ---------------------------------------------------------------------------------------------------------

@test "commit --squash creates a single layer without deleted files" {
    swiftlet from --name c busybox
    swiftlet run c sh -c 'rm /etc/group; echo new >/new'
    swiftlet commit -q --squash c squashed
    equal "$(layer_count squashed)" 1
    run -0 in_image squashed sh -c 'cat /new; ls /etc/group 2>&1 || true'
    has_line new
    has "No such file"
}

@test "commit --rm, --iidfile, --timestamp, and destinations other than the store" {
    swiftlet from --name c busybox
    swiftlet run c sh -c 'echo x >/x'
    local first second
    first=$(swiftlet commit -q --timestamp 0 c)
    second=$(swiftlet commit -q --timestamp 0 --iidfile id c)
    equal "$second" ""
    equal "$(cat id)" "sha256:$first"
    equal "$(in_config "$first" .OCIv1.created)" '"1970-01-01T00:00:00Z"'
    local before after
    before=$(swiftlet images -q | sort)
    swiftlet commit -q c oci:layout:tag
    swiftlet commit -q c docker-archive:archive.tar
    swiftlet commit -q c dir:directory
    after=$(swiftlet images -q | sort)
    equal "$after" "$before"
    skopeo inspect oci:layout:tag
    skopeo inspect docker-archive:archive.tar
    skopeo inspect dir:directory
    swiftlet commit -q --rm c last
    run -0 swiftlet containers -q
    prints ""
}

# --- One container, two tools ----------------------------------------------------------------------------------------

@test "buildah continues with swiftlet's container, and vice versa" {
    swiftlet from --name ours busybox
    swiftlet run ours sh -c 'echo 1 >/one'
    buildah run --isolation chroot ours sh -c 'cat /one >/two'
    swiftlet config --env FROM=swiftlet ours
    buildah config --label from=buildah ours
    swiftlet run ours sh -c 'cat /two; echo "$FROM"'
    buildah commit -q ours by-buildah
    swiftlet commit -q ours by-swiftlet
    for image in by-buildah by-swiftlet; do
        run -0 in_image "$image" cat /two
        prints 1
        equal "$(in_config "$image" '.OCIv1.config.Labels.from')" '"buildah"'
    done

    buildah from --name theirs busybox
    swiftlet run theirs sh -c 'echo 3 >/three'
    swiftlet commit -q theirs theirs-image
    run -0 in_image theirs-image cat /three
    equal "$(swiftlet containers)" "$(buildah containers)"
    equal "$(swiftlet containers --json)" "$(buildah containers --json)"
    buildah rm theirs
}

@test "unsupported options are rejected by name" {
    swiftlet from --name c busybox
    run swiftlet from --userns auto busybox
    own_failure
    has "is not supported"
    run swiftlet run --isolation nothing c true
    own_failure
    run swiftlet run --runtime no-such-runtime c true
    own_failure
}
