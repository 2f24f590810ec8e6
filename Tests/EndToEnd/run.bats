#!/usr/bin/env bats
# `run` in a working container: mounts, volumes, users, codes.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_drop_in
    swiftlet from --name c busybox
}
teardown_file() { end_store; }
setup() { enter_new_directory; }

@test "volumes: read-only, writable, owned by the user, overlay, and errors with buildah's messages" {
    mkdir v
    echo x >v/file
    run -0 swiftlet run -v "$PWD/v:/v" c cat /v/file
    prints x
    run -1 swiftlet run -v "$PWD/v:/v:ro" c touch /v/new
    has "Read-only file system"
    run -0 swiftlet run -v "$PWD/v:/v:rw,z" c touch /v/new
    [ -e v/new ]
    run -0 swiftlet run -v "$PWD/v:/v:O" c sh -c 'echo y >/v/gone; rm /v/file; ls /v'
    prints $'gone\nnew'
    equal "$(ls v)" $'file\nnew'
    run -0 swiftlet run --user 5:6 -v "$PWD/v:/v:U" c stat -c %u:%g /v /v/file
    prints $'5:6\n5:6'
    if ! is_root; then as_owner chown -R 0:0 v; fi
    mkdir up work
    swiftlet run -v "$PWD/v:/v:O,upperdir=$PWD/up,workdir=$PWD/work" c touch /v/kept
    [ -e up/kept ] && [ ! -e v/kept ]
    as_owner rm -rf up work

    same_as_buildah run -v "v:/v" c true
    same_as_buildah run -v "$PWD/v" c true
    same_as_buildah run -v "$PWD/v:v" c true
    same_as_buildah run -v "$PWD/nosuch:/v" c true
    same_as_buildah run -v "$PWD/v:/v:nosuch" c true
    same_as_buildah run -v "$PWD/v:/v:ro,rw" c true
    same_as_buildah run -v "$PWD/v:/v:z,Z" c true
    same_as_buildah run -v "$PWD/v:/v:shared,slave" c true
    same_as_buildah run -v "$PWD/v:/v" -v "$PWD/v:/v" c true
}

@test "mounts: bind, tmpfs, cache, and from an image" {
    mkdir -p v/sub
    echo x >v/file
    run -0 swiftlet run --mount "type=bind,src=$PWD/v,dst=/v" c cat /v/file
    prints x
    run -1 swiftlet run --mount "type=bind,src=$PWD/v,dst=/v" c touch /v/new
    # What is written is discarded, as in builds.
    run -0 swiftlet run --mount "type=bind,src=$PWD/v,dst=/v,rw" c sh -c 'echo y >/v/file; touch /v/new; cat /v/file'
    prints y
    run -0 swiftlet run --mount "type=bind,src=$PWD/v/file,dst=/f,rw" c sh -c 'echo y >/f; cat /f'
    prints y
    equal "$(cat v/file) $(ls v)" $'x file\nsub'
    run -0 swiftlet run --contextdir "$PWD/v" --mount type=bind,source=sub,target=/s c ls -d /s
    run -0 swiftlet run --mount type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=700 c stat -c %a /t
    prints 700
    run -0 swiftlet run --mount type=tmpfs,target=/etc,tmpcopyup c sh -c 'ls /etc/passwd; echo >/etc/lost'
    prints /etc/passwd
    run -1 swiftlet run c ls /etc/lost
    swiftlet run --mount type=cache,target=/cache c sh -c 'echo kept >/cache/file'
    run -0 swiftlet run --mount type=cache,id=/cache,target=/other,sharing=locked c cat /other/file
    prints kept
    run -0 swiftlet run --mount type=cache,target=/new,mode=0700,uid=3,gid=4 c stat -c %a:%u:%g /new
    prints 700:3:4
    run -0 swiftlet run --mount type=bind,from=busybox,source=/etc,target=/theirs c ls /theirs/passwd

    local mount
    for mount in type=nosuch,target=/x nosuch "type=bind,source=$PWD/nosuch,target=/x" "type=bind,source=$PWD/v" \
        type=tmpfs,source=x,target=/v "type=bind,source=$PWD/v,target=/v,nosuch" type=secret,id=x,target=/v; do
        same_as_buildah run --mount "$mount" c true
    done
}

@test "an image's volumes keep their files between runs, and are not committed" {
    swiftlet from --name volumes busybox
    swiftlet run volumes sh -c 'mkdir -p /vol/old; chmod 1777 /vol'
    swiftlet config --volume /vol volumes
    run -0 swiftlet run volumes sh -c 'stat -c %a /vol; ls /vol; echo x >/vol/file'
    prints $'1777\nold'
    run -0 swiftlet run volumes cat /vol/file
    prints x
    swiftlet commit -q volumes with-volumes
    run -0 in_image --user 0 with-volumes ls /vol
    lacks file
}

@test "users, directories, environment, hosts" {
    run swiftlet run --user nosuch c true
    own_failure
    has 'unknown user error looking up user "nosuch"'
    run swiftlet run --user 0:nosuch c true
    own_failure
    has 'unknown group error looking up group "nosuch"'
    run -0 swiftlet run --user :6 c id
    matches 'uid=0.*gid=6'
    run -0 swiftlet run --user 5:6 --workingdir some/where c sh -c 'pwd; stat -c %u:%g .'
    prints $'/some/where\n5:6'
    X=host run -0 swiftlet run --env A=1 --env A=2 --env X c sh -c 'echo $A$X'
    prints 2host
    swiftlet config --env PATH=/only:/bin c
    run -0 swiftlet run c cat /proc/self/environ
    equal "$(grep -ao 'PATH=/[a-z:/]*' <<<"$output")" PATH=/only:/bin
    swiftlet config --env PATH- c
    run -0 swiftlet run --hostname here c sh -c 'hostname; cat /etc/hostname; grep -c here /etc/hosts'
    prints $'here\nhere\n1'
}

@test "exit codes: the command's code, and those for commands that cannot be run" {
    run -42 --separate-stderr swiftlet run c sh -c 'exit 42'
    prints ""
    equal "$stderr" "Error: exit status 42"
    run -127 swiftlet run c no-such-command
    run -126 swiftlet run c /etc/passwd
    # Called as Buildah it has Buildah's code for both.
    run -1 drop_in run c no-such-command
    run -1 drop_in run c /etc/passwd
    run -3 drop_in run c sh -c 'exit 3'
    run -0 bash -c "echo through | '$DROP_IN/buildah' --root $STORE/graph --runroot $STORE/run --storage-driver $DRIVER run c cat"
    prints through
}
