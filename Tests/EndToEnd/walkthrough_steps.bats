#!/usr/bin/env bats
# Part C of the walkthrough, as an ordinary user types it: an image built step by step from a shell, in the default places.
# WALKTHROUGH_TOOL=buildah types the same to another tool.
# runs as: user

load support/session

setup_file() {
    begin_default_store
    export TOOL=${WALKTHROUGH_TOOL:-swiftlet}
    # Where Buildah can use no runtime of the host.
    [ "$TOOL" = swiftlet ] || export BUILDAH_ISOLATION=chroot
    export WORK=$BATS_FILE_TMPDIR/work
    mkdir -p "$WORK"
}
teardown_file() { end_default_store; }
setup() { cd "$WORK" || return; }

tool() { command "$TOOL" "$@"; }

# The container of the session: each step goes on from the last.
C=busybox-working-container

@test "C1: from prints the container's name, and containers lists it" {
    run -0 tool from localhost/busybox
    prints "$C"
    local listed
    for listed in containers ps; do
        run -0 tool "$listed"
        [ "${lines[0]}" = "CONTAINER ID  BUILDER  IMAGE ID     IMAGE NAME                       CONTAINER NAME" ]
        [[ ${lines[1]} =~ ^[0-9a-f]{12}\ +\*\ +[0-9a-f]{12}\ localhost/busybox:latest\ +"$C"$ ]]
    done
    run -0 tool from busybox
    prints "$C-1"
    run -0 tool rm "$C-1"
    matches '^[0-9a-f]{64}$'
}

@test "C2: run runs commands in it, also with a terminal, and passes on their exit code" {
    run -0 tool run "$C" cat /etc/os-release
    has NAME=
    run -7 tool run "$C" sh -c 'exit 7'
    run -0 script -qec "stty rows 33 cols 99; $TOOL run -t $C sh -c 'tty; stty size; echo \$TERM'" /dev/null
    has /dev/pts/
    has "33 99"
    run -5 script -qec "$TOOL run -t $C sh -c 'exit 5'" /dev/null
    # Ctrl-C goes to the command, which may answer it; the shell that called gets its prompt back.
    run -0 python3 - "$TOOL" "$C" <<'PYTHON'
import os, pty, sys, time
tool, container = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(tool, [tool, "run", "-t", container, "sh", "-c",
                     'trap "echo caught; exit 9" INT; echo ready; while :; do sleep 0.1; done'])
seen = b""
sent = False
try:
    while True:
        seen += os.read(terminal, 4096)
        if b"ready" in seen and not sent:
            os.write(terminal, b"\x03")
            sent = True
except OSError:
    pass
print(seen.decode(errors="replace").replace("\r", ""))
print("code", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
PYTHON
    has ready
    # Buildah's chroot isolation kills the command instead.
    if [ "$TOOL" = swiftlet ]; then
        has caught
        has "code 9"
    fi
}

@test "C3: copy prints the digest of the copied files; add unpacks archives" {
    echo test >file
    run -0 tool copy "$C" file /test-file
    matches '^[0-9a-f]{64}$'
    run -0 tool run "$C" cat /test-file
    prints test
    mkdir tree && echo in >tree/inner && tar -cf archive.tar tree
    run -0 tool add "$C" archive.tar /unpacked/
    matches '^[0-9a-f]{64}$'
    run -0 tool run "$C" cat /unpacked/tree/inner
    prints in
    run -0 tool copy "$C" archive.tar /kept/
    run -0 tool run "$C" ls /kept
    prints archive.tar
}

@test "C4: the history contains only the commit, unless more is requested" {
    tool from --name told busybox
    tool run told touch /untold
    tool run --add-history told touch /told
    BUILDAH_HISTORY=true tool copy told file /told-file
    BUILDAH_HISTORY=true tool config --env TOLD=1 told
    tool commit -q told told
    run -0 tool inspect --type image --format '{{range .OCIv1.History}}{{println .CreatedBy}}{{end}}' told
    has "touch /told"
    has "ENV TOLD=1"
    has "COPY file:"
    lacks untold
    tool rm told
    tool rmi told
}

@test "C5: commit creates an image, and images lists it" {
    run -0 tool commit -q "$C" my-image
    matches '^[0-9a-f]{64}$'
    local id=$output
    run -0 tool images
    [ "$(tr -s ' ' <<<"${lines[0]}")" = "REPOSITORY TAG IMAGE ID CREATED SIZE" ]
    [[ $output =~ localhost/my-image\ +latest\ +${id:0:12}\ +[A-Z0-9].*\ ago\ +[0-9.]+\ MB ]]
}

@test "C6: push to a layout, rmi, pull again" {
    run -0 tool push my-image oci:my-image
    equal "$(cat my-image/oci-layout)" '{"imageLayoutVersion": "1.0.0"}'
    run -0 tool rmi my-image
    has "untagged: localhost/my-image:latest"
    run -0 tool images -n
    lacks my-image
    run -0 tool pull oci:my-image
    matches '[0-9a-f]{64}$'
    run -0 tool images -n
    has localhost/my-image
}

@test "C7: the container still exists, can continue, and its files can be copied to others" {
    tool run "$C" sh -c 'echo more >/more'
    tool commit -q "$C" my-image
    tool from --name second scratch
    run -0 tool copy --from "$C" second /more /from-container
    run -0 tool copy --from my-image second /test-file /from-image
    tool config --cmd '["/nothing"]' second
    tool commit -q second copied
    tool from --name reader busybox
    run -0 tool copy --from copied reader / /copied/
    run -0 tool run reader sh -c 'cat /copied/from-container /copied/from-image'
    prints $'more\ntest'
    tool rm second reader
}

@test "C8: unshare starts a shell with access to the files, which are unmounted when it ends" {
    # shellcheck disable=SC2016
    run -0 tool unshare --mount MOUNT="$C" sh -c 'id -u; echo it-works > "$MOUNT"/test-from-mount; echo "$MOUNT"'
    [ "${lines[0]}" = 0 ]
    local place=${lines[1]}
    run grep -F "$place" /proc/self/mounts
    [ "$status" -ne 0 ]
    tool commit -q "$C" my-new-image
    tool from --name new my-new-image
    run -0 tool run new cat /test-from-mount
    prints it-works
    tool rm new

    # By hand.
    run tool mount "$C"
    [ "$status" -eq 125 ]
    has unshare
    # shellcheck disable=SC2016
    run -0 tool unshare sh -ec '
        place=$("$1" mount "$2")
        cp -R "$place/unpacked" out
        "$1" mount | grep -qxF "$2 $place"
        "$1" umount "$2" | grep -qxE "[0-9a-f]{64}"
        [ -z "$("$1" mount)" ]' sh "$TOOL" "$C"
    equal "$(cat out/tree/inner)" in
}

@test "C9: config, rename, tag, untag, manifest, rm and rmi" {
    tool config --env A=b --label l=m --port 80 --user 5 --workingdir /tmp --cmd sh --author me "$C"
    run -0 tool run "$C" sh -c 'echo $A $(id -u) $(pwd)'
    prints "b 5 /tmp"
    run -0 tool inspect --format '{{.OCIv1.Config.ExposedPorts}} {{.OCIv1.Config.Labels}} {{.OCIv1.Author}}' "$C"
    matches '^map\[80:\{\}\] map\[.*l:m\] me$'
    run -0 tool rename "$C" renamed
    run tool inspect --type container "$C"
    [ "$status" -eq 125 ]
    run -0 tool tag my-image other:v1
    run -0 tool images -n --filter reference=other
    has localhost/other
    run -0 tool rmi other:v1
    prints "untagged: localhost/other:v1"
    run -0 tool manifest create list
    run -0 tool manifest add list my-image
    matches '[0-9a-f]{64}'
    run -0 tool manifest inspect list
    equal "$(jq '.manifests | length' <<<"$output")" 1
    run -0 tool manifest rm list

    run tool rmi busybox
    [ "$status" -eq 125 ]
    has "in use"
    run -0 tool rm -a
    run -0 tool containers -q
    prints ""
    local c
    c=$(tool from scratch)
    tool commit -q "$c"
    run -0 tool rm "$c"
    run -0 tool rmi --prune
    run -0 tool images -n
    lacks "<none>"
    has my-new-image
    run -0 tool rmi -a
    run -0 tool images -q
    prints ""
}
