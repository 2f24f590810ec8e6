#!/usr/bin/env bats
# Details of Podman's grammar on which programs depend.
# runs as: user root

load support/session

setup_file() {
    begin_store
    mkdir "$BATS_FILE_TMPDIR/bin"
    ln -s "$(type -P swiftlet)" "$BATS_FILE_TMPDIR/bin/podman"
}
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() { as_podman rm -a -f -t 0 >/dev/null; }

as_podman() { "$BATS_FILE_TMPDIR/bin/podman" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" "$@"; }

@test "version has a client, and a number that programs accept" {
    run -0 as_podman version --format json
    [ "$(jq -r .Client.Version <<<"$output" | cut -d. -f1)" -ge 5 ]
    run -0 as_podman version --format '{{.Client.Version}}'
    matches '^[0-9]+\.[0-9]+\.[0-9]+$'
    run -0 as_podman version
    has "Swiftlet:"
    run -0 as_podman --version
    matches '^podman version [0-9.]+ \(swiftlet [0-9.]+\)$'
}

@test "there are no networks to list, no database to migrate and no remote service" {
    run -0 as_podman network ls -q
    prints ""
    run -0 as_podman network ls --format json
    prints "[]"
    run -1 as_podman network exists podman
    run -125 as_podman network create net
    has "each container has its own network"
    run -0 as_podman system migrate
    run -0 as_podman --remote=false images -q
    run -125 as_podman --remote images
    has "there is no remote service"
}

@test "flags that describe what is done anyway are taken, others refused" {
    run -0 as_podman run --rm --systemd=false --sdnotify=ignore --userns=host --detach=False --log-driver k8s-file \
        --pull never localhost/busybox echo fine
    prints fine
    run -125 as_podman run --rm --userns keep-id localhost/busybox true
    has "--userns keep-id is not supported"
    run -125 as_podman run --rm --systemd=always localhost/busybox true
    has "--systemd always is not supported"
    run -125 as_podman run --rm --sdnotify=conmon localhost/busybox true
}

@test "a working directory that a mount lacks is created in it" {
    mkdir mounted
    printf 'FROM localhost/busybox\nWORKDIR /work/below\n' >Dockerfile
    as_podman build -q -t workdir . >/dev/null
    run -0 as_podman run --rm -v "$PWD/mounted:/work" workdir pwd
    prints /work/below
    [ -d mounted/below ]
}

@test "save writes what load reads" {
    as_podman tag localhost/busybox localhost/saved:1
    as_podman save -q -o archive.tar localhost/saved:1
    as_podman save --format oci-archive localhost/saved:1 >oci.tar
    as_podman save --format oci-dir -o layout localhost/saved:1
    for file in archive.tar oci.tar layout; do
        as_podman rmi localhost/saved:1 >/dev/null
        run -0 as_podman load -q -i "$file"
        has "localhost/saved:1"
    done
    as_podman rmi localhost/saved:1 >/dev/null
    run -125 as_podman save -o x.tar localhost/saved:1
    has "image not known"
    [ ! -e x.tar ]
    run -125 as_podman save -m -o x.tar localhost/busybox localhost/busybox
    has "save them one by one"
}

@test "top shows the processes of a container" {
    as_podman run -d --name seen localhost/busybox sh -c 'sleep 100 & exec sleep 200'
    for _ in $(seq 50); do
        run -0 as_podman top seen pid,ppid,args
        [ "${#lines[@]}" -lt 3 ] || break
        sleep 0.1
    done
    matches 'PID +PPID +COMMAND'
    matches '1 +0 +sleep 200'
    matches '[0-9]+ +1 +sleep 100'
    run -0 as_podman top seen
    matches 'USER +PID +PPID +%CPU +ELAPSED +TTY +TIME +COMMAND'
    run -125 as_podman top seen nonsense
    has nonsense
}
