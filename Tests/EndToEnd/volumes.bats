#!/usr/bin/env bats
# Named volumes: creating, listing, using and removing them.
# runs as: user root

load support/session

setup_file() {
    begin_store
    cd "$BATS_FILE_TMPDIR" || return
    dockerfile Dockerfile.data <<'EOT'
FROM localhost/busybox
RUN mkdir /data && echo kept >/data/file && chown -R 33:33 /data && chmod 750 /data
EOT
    mkdir -p empty
    swiftlet build -q -t data -f Dockerfile.data empty
}
teardown_file() { end_store; }
setup() { enter_new_directory; }
teardown() {
    container rm -a -f -t 0 >/dev/null
    volume rm -a -f >/dev/null
}

container() { swiftlet container "$@"; }
volume() { swiftlet volume "$@"; }

@test "volumes are created, listed, inspected and removed" {
    run -0 volume create --label color=red one
    prints one
    run -0 volume create
    matches '^[0-9a-f]{64}$'
    run -0 volume ls
    equal "${lines[0]}" "DRIVER      VOLUME NAME"
    equal "${#lines[@]}" 3
    run -0 volume ls -q --filter label=color=red
    prints one
    run -0 volume inspect --format '{{.Name}} {{.Driver}} {{.Labels.color}} {{.Mountpoint}}' one
    prints "one local red $(graphroot)/volumes/one/_data"
    run -0 volume exists one
    run -1 volume exists two
    run -125 volume create one
    has "already exists"
    run -0 volume create --ignore one
    run -125 volume create 'no/name'
    run -1 volume rm two
    has "no such volume"
    run -0 volume rm one
    prints one
    run -125 volume create -o type=nfs x
    has "not supported"
}

@test "a volume begins with the image's files and keeps what containers write" {
    run -0 container run --rm -v store:/data data sh -c 'stat -c "%u %g %a" /data; cat /data/file; echo new >/data/new'
    prints "$(printf '33 33 750\nkept')"
    run -0 container run --rm -v store:/data:ro data cat /data/new
    prints new
    run container run --rm --mount type=volume,src=store,dst=/data,ro data touch /data/x
    [ "$status" = 1 ]
    run -0 container run --rm -v bare:/data:nocopy data ls /data
    prints ""
    run -0 volume ls -q
    prints "$(printf 'bare\nstore')"
}

@test "volumes in use stay; --volumes-from passes them on" {
    container create --name user -v shared:/data data true
    run -2 volume rm shared
    has "being used"
    run -0 container run --rm --volumes-from user data cat /data/file
    prints kept
    run -0 container inspect --format '{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}}{{end}}' user
    prints "volume shared /data"
    volume create spare
    run -0 volume prune -f
    prints spare
    run -0 volume rm -f shared
    run -1 container exists user
}

@test "volumes that cannot be had are refused by name" {
    run -125 container run --rm -v 'bad name:/data' data true
    run -125 container run --rm -v name:relative data true
    run -125 container run --rm -v name:/data:U data true
    has "volume option U is not supported"
    run -125 container run --rm -v name:/data -v other:/data data true
    has "duplicate mount destination"
}
