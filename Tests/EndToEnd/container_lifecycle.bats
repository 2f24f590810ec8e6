#!/usr/bin/env bats
# Containers that container run leaves behind: listing, inspecting, restarting, stopping and removing them.
# runs as: user root

load support/session

setup_file() {
    begin_store
    cd "$BATS_FILE_TMPDIR" || return
    dockerfile Dockerfile.volumes <<'EOT'
FROM localhost/busybox
RUN mkdir /data && echo kept >/data/file && chown -R 33:33 /data && chmod 750 /data
VOLUME /data
LABEL origin=image
STOPSIGNAL USR1
EOT
    mkdir -p empty
    swiftlet build -q -t volumes -f Dockerfile.volumes empty
}
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { container rm -a -f >/dev/null; }

container() { swiftlet container "$@"; }

# Starts a container in the background and waits until it runs: start NAME [FLAG...] -- IMAGE COMMAND...
start() {
    local name=$1 i
    shift
    (start_swiftlet container run --name "$name" "$@") >"out.$name" 2>&1 3>&- &
    runner=$!
    for ((i = 0; i < 200; i++)); do
        [ "$(container ps -q -f "name=^$name\$" -f status=running)" = "" ] || return 0
        sleep 0.05
    done
    fail "$name does not run:" "$(cat "out.$name")"
}

# Waits for the runner of `start`, which exits with this code.
ends_with() {
    local code=0
    wait "$runner" || code=$?
    equal "$code" "$1"
}

@test "a container keeps its files and its exit code until it is removed" {
    run -3 container run --name first -e greeting=hello localhost/busybox sh -c 'echo $greeting; echo x >/written; exit 3'
    prints hello
    run -0 container ps
    equal "${#lines[@]}" 1
    equal "${lines[0]}" "CONTAINER ID  IMAGE       COMMAND     CREATED     STATUS      PORTS       NAMES"
    run -0 container ps -a
    matches '[0-9a-f]{12}  localhost/busybox:latest  sh -c echo \$greet\.\.\.  .* ago +Exited \(3\) .* ago +first'
    run -0 container diff first
    has_line "A /written"
    run -0 container rm first
    prints first
    run -0 container ps -aq
    prints ""
    store_is_sound
}

@test "--rm leaves nothing, a generated name has two words, --name and --cidfile are exclusive" {
    run -5 container run --rm localhost/busybox sh -c 'exit 5'
    run -0 container ps -aq
    prints ""
    container run localhost/busybox true
    run -0 container ps -a --format '{{.Names}}'
    matches '^[a-z]+_[a-z]+$'
    container run --name one --cidfile id localhost/busybox true
    equal "$(container ps -q --no-trunc -a -f name=one)" "$(cat id)"
    run container run --name one localhost/busybox true
    own_failure
    has 'the container name "one" is already in use by'
    run container run --cidfile id localhost/busybox true
    own_failure
    has "container id file exists"
    run container run --name 'no/name' localhost/busybox true
    own_failure
    container run --name one --replace localhost/busybox true
    [ "$(container inspect -f '{{.Id}}' one)" != "$(cat id)" ]
    run -0 container rm --cidfile id -i
}

@test "exit codes: the command's, 125, 126, 127, 128 plus a signal" {
    run -125 container run --name a localhost/no-such-image true
    run -126 container run --name a localhost/busybox /etc
    run -127 container run --name b localhost/busybox no-such-command
    run -0 container ps -a --format '{{.Names}} {{.ExitCode}}' --sort names
    prints $'a 126\nb 127'
    start killed localhost/busybox sleep 100
    container kill killed
    ends_with 137
    run -0 container inspect -f '{{.State.ExitCode}} {{.State.Status}} {{.State.Pid}}' killed
    prints "137 exited 0"
}

@test "inspect prints the same as Podman's" {
    run -7 container run --name seen -e A=b -l note=x -w /tmp -u 5:6 -v "$PWD:/mnt:ro" --annotation k=v \
        --entrypoint '["sh","-c"]' localhost/busybox 'exit 7'
    run -0 container inspect seen
    equal "$(jq -r '.[0] | "\(.Name) \(.Path) \(.Args|join(" ")) \(.ImageName)"' <<<"$output")" \
        "seen sh -c exit 7 localhost/busybox:latest"
    equal "$(jq -c '.[0].State | [.Status, .Running, .Pid, .ExitCode]' <<<"$output")" '["exited",false,0,7]'
    equal "$(jq -c '.[0].Config | [.User, .WorkingDir, .Cmd, .Labels.note, .Annotations.k]' <<<"$output")" \
        '["5:6","/tmp",["exit 7"],"x","v"]'
    jq -e '.[0].Config.Env | index("A=b")' <<<"$output"
    equal "$(jq -c '.[0].Mounts[0] | [.Type, .Source, .Destination, .RW]' <<<"$output")" \
        "[\"bind\",\"$PWD\",\"/mnt\",false]"
    jq -e '.[0].State.StartedAt < .[0].State.FinishedAt' <<<"$output"
    equal "$(jq -r '.[0].Image' <<<"$output")" "$(swiftlet images -q --no-trunc busybox | sed s/sha256://)"
    run container inspect no-such-container
    equal "$status" 125
    has "no such container"
}

@test "ps: filters, formats, sizes, order" {
    container run --name b -l kind=x localhost/busybox sh -c 'head -c 5000 /dev/zero >/file' || true
    container run --name a localhost/busybox false || true
    run -0 container ps -a --sort names --format '{{.Names}} {{.State}}'
    prints $'a exited\nb exited'
    run -0 container ps -a --format 'table {{.Names}}\t{{.Image}}' --sort created
    equal "${lines[0]}" "NAMES       IMAGE"
    equal "${lines[1]}" "b           localhost/busybox:latest"
    local filter
    for filter in label=kind label=kind=x name=b exited=0 "id=$(container inspect -f '{{.Id}}' b)" before=a; do
        run -0 container ps -a --format '{{.Names}}' -f "$filter"
        prints b
    done
    for filter in exited=1 since=b name=^a; do
        run -0 container ps -a --format '{{.Names}}' -f "$filter"
        prints a
    done
    run -0 container ps -a -q -f ancestor=localhost/busybox -f status=exited
    equal "${#lines[@]}" 2
    run -0 container ps -l --format '{{.Names}}'
    prints a
    run -0 container ps -n 1 --noheading -q
    equal "${#lines[@]}" 1
    run -0 container ps -a -s -f name=b --format '{{.Size}}'
    matches '^5kB \(virtual .*MB\)$'
    run -0 container ps -a --format json
    equal "$(jq -c 'map([.Names[0], .ExitCode, .Exited]) | sort' <<<"$output")" '[["a",1,true],["b",0,true]]'
    run container ps --filter nonsense=1
    own_failure
    has "nonsense is an invalid filter"
}

@test "a running container: listed, protected, stopped with its signal, killed when it ignores it" {
    start kind localhost/busybox sh -c 'trap "echo bye; exit 9" TERM; while :; do sleep 0.05; done'
    run -0 container ps --format '{{.Names}} {{.Status}}'
    matches '^kind Up .*second'
    run -2 container rm kind
    has "cannot remove container"
    run container rename kind other
    equal "$status" 0
    run -0 container stop other
    prints other
    ends_with 9
    equal "$(cat out.kind)" bye
    start deaf localhost/busybox sh -c 'trap "" TERM; while :; do sleep 0.05; done'
    run -0 container stop -t 1 deaf
    ends_with 137
    start signalled volumes sh -c 'trap "exit 4" USR1; while :; do sleep 0.05; done'
    run -0 container stop signalled
    ends_with 4
    run container kill signalled
    own_failure
    has "can only kill running containers"
    run -0 container wait signalled other
    prints $'4\n9'
}

@test "processes of other users are signalled, too" {
    start other -u 33 localhost/busybox sleep 100
    run -0 container kill -s KILL other
    ends_with 137
}

@test "rm -f kills a running container" {
    start victim --rm localhost/busybox sleep 100
    run -0 container rm -f -t 0 victim
    ends_with 137
    run -0 container ps -aq
    prints ""
    run -1 container rm no-such-container
    run -0 container rm -f no-such-container
    store_is_sound
}

@test "the runner is killed: the container ends, is listed as exited, and can be started or removed" {
    start lost localhost/busybox sh -c 'echo x >>/count; sleep 0.01; wc -l </count; [ $(wc -l </count) -gt 1 ] || sleep 100'
    # It runs from the moment on at which its command is about to start.
    for _ in $(seq 50); do [ ! -s out.lost ] || break; sleep 0.1; done
    kill -9 "$runner"
    wait "$runner" || true
    run -0 container ps -a --format '{{.Names}} {{.State}} {{.ExitCode}}'
    prints "lost exited 137"
    run ! grep -q "$(graphroot)/overlay/.*/merged" /proc/mounts
    run -0 container start -a lost
    prints 2
    start lost-too --rm localhost/busybox sleep 100
    kill -9 "$runner"
    wait "$runner" || true
    # The next command removes --rm containers.
    for _ in 1 2 3 4 5 6 7 8; do
        run -0 container ps -a --format '{{.Names}}'
        [ "$output" != lost ] || break
        sleep 0.2
    done
    prints lost
    run -0 container rm lost
    store_is_sound
}

@test "create and start -a: the same container again, with its files" {
    run -0 container create --name again -i localhost/busybox sh -c 'echo run >>/count; cat; wc -l </count'
    matches '^[0-9a-f]{64}$'
    run -0 container ps -a --format '{{.Status}}'
    prints Created
    run -0 container start -a -i again <<<input
    prints $'input\n1'
    run -0 container start -a again
    prints 2
    run -0 container start again
    prints again
    # Its input stays open, as with -d.
    run -0 container kill again
    run -0 container wait again
    prints 137
    run -0 container start -a again
    prints 4
    run -0 container prune -f
    run -0 container ps -aq
    prints ""
}

@test "an image's volumes: copied from the image's files, private to the container, removed with it" {
    run -0 container run --name v volumes sh -c 'stat -c "%u %g %a" /data; cat /data/file; echo new >/data/new'
    prints $'33 33 750\nkept'
    run -0 container start -a v
    equal "$(container inspect v | jq -r '.[0].Mounts[0] | .Type + " " + .Destination')" "volume /data"
    run -0 container run --rm --volumes-from v localhost/busybox cat /data/new
    prints new
    run -0 container run --rm volumes ls /data
    prints file
    # As in Podman, memory starts as a copy of the image's files.
    run -0 container run --rm --image-volume tmpfs volumes ls /data
    prints file
    run -0 container run --rm -v /scratch localhost/busybox sh -c 'echo y >/scratch/y; cat /scratch/y'
    prints y
    run -0 container diff v
    lacks new
}

@test "labels, environment, groups, umask, time zone, privileged" {
    printf 'from=file\n# nothing\n' >list
    container run --name l -l a=b --label-file list volumes true
    equal "$(container inspect l | jq -c '.[0].Config.Labels')" '{"a":"b","from":"file","origin":"image"}'
    run -0 container run --rm --env-file list --env X_1=1 --env 'HOM*' -e UNKNOWN_VARIABLE localhost/busybox env
    has_line from=file
    has_line X_1=1
    has_line "HOME=$HOME"
    lacks UNKNOWN_VARIABLE
    run -0 container run --rm --unsetenv PATH localhost/busybox /bin/env
    lacks TERM=dumb
    run -0 container run --rm --unsetenv-all -e ONLY=1 localhost/busybox /bin/env
    lacks container=
    has_line ONLY=1
    run -0 container run --rm --group-add 77 --umask 027 localhost/busybox sh -c 'id -G; umask'
    prints $'0 77\n0027'
    run container run --rm --umask 9 localhost/busybox true
    own_failure
    run -0 container run --rm --privileged localhost/busybox sh -c 'grep CapBnd /proc/self/status'
    lacks 00000000800405fb
}

@test "a custom root directory: --rootfs" {
    mkdir root
    tar -C root -xf "$BATS_RUN_TMPDIR/busybox/root.tar"
    as_owner chown -R 0:0 root
    run -0 container run --name mine --rootfs root sh -c 'echo there >/made; cat /made'
    prints there
    as_owner cat root/made
    equal "$(container inspect -f '{{.Rootfs}}' mine)" "$PWD/root"
}

@test "commit and export" {
    container run --name source -e A=b localhost/busybox sh -c 'echo new >/new; rm /etc/passwd'
    run -0 container commit -q -a somebody -c 'CMD ["cat","/new"]' -c 'LABEL k="v w"' source made
    run -0 container run --rm made
    prints new
    equal "$(in_config made '[.OCIv1.author, .OCIv1.config.Labels.k]')" '["somebody","v w"]'
    jq -e '.OCIv1.config.Env | index("A=b")' <<<"$(swiftlet inspect made)"
    run ! in_image made ls /etc/passwd
    run -0 container commit -q -s source flat
    equal "$(layer_count flat)" 1
    run container commit -c 'RUN true' source made
    own_failure
    container export source >archive.tar
    tar -xOf archive.tar new | grep -qx new
    run ! tar -tf archive.tar etc/passwd
    swiftlet rmi made flat
}

@test "images that containers use stay" {
    swiftlet tag localhost/busybox used
    container run --name user volumes true
    run swiftlet rmi volumes
    equal "$status" 125
    has "image used by $(swiftlet container inspect --format '{{.Id}}' user)"
    swiftlet rmi used
}

@test "other tools see these containers as foreign, and no tool sees those of build steps" {
    container run --name ours localhost/busybox true
    run -0 buildah containers -a --format '{{.ContainerName}} {{.Builder}}'
    matches '^ours *$'
    run -0 swiftlet containers
    lacks ours
    run -0 swiftlet containers -a
    has ours
    run ! swiftlet rm ours
    local working
    working=$(swiftlet from localhost/busybox)
    run -0 container ps -a --format '{{.Names}}'
    prints ours
    run -0 container ps -a --external --format '{{.Names}} {{.Command}} {{.Status}}'
    has_line "$working buildah Storage"
    run -0 container rm "$working"
    dockerfile <<<$'FROM localhost/busybox\nRUN touch /started && sleep 2'
    swiftlet build -q --no-cache -t step . 3>&- &
    local build=$!
    sleep 1
    run -0 container ps -a --external --format '{{.Names}}'
    prints ours
    run -0 buildah containers -a --format '{{.ContainerName}}'
    prints ours
    wait "$build"
    swiftlet rmi step
}

@test "hostile files beside a container cause a single error" {
    container run --name odd localhost/busybox true
    local file
    file=$(container inspect -f '{{.StaticDir}}' odd)/swiftlet.json
    echo '{"version":1,"definition":[]' >"$file"
    run container inspect odd
    own_failure
    run -0 container ps -a
    lacks odd
    run container rm odd
    own_failure
    echo '{"version":1,"definition":{},"state":{"status":"running","process":{"pid":1,"startTime":1}}}' >"$file"
    run container kill odd
    own_failure
    run -0 container rm -f odd
    store_is_sound
}

@test "missing objects are rejected by name" {
    local command
    for command in "exec x true" "logs x" "attach x" "start x" "restart x" "top x"; do
        # shellcheck disable=SC2086
        run container $command
        own_failure
        has 'no container with name or ID "x" found'
    done
    for command in pause stats; do
        run container "$command" x
        own_failure
        has "$command is not supported"
    done
    run container run --rm --health-cmd x localhost/busybox true
    own_failure
    has "--health-cmd is not supported"
    run container run --rm --restart always localhost/busybox true
    own_failure
}
