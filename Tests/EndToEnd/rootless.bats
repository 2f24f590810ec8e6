#!/usr/bin/env bats
# An ordinary user without subordinate ids: one id is mapped, the tool says so, and everything that needs no more works.
# runs as: plain

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

@test "a single warning says that only one id is available, and why" {
    run -0 --separate-stderr swiftlet build -t my-image "$EXAMPLES/hello"
    output=$stderr
    has "$(id -un)"
    has subuid
    equal "$(grep -ci 'subuid' <<<"$output")" 1
}

@test "the walkthrough works" {
    run -0 swiftlet build --no-cache -t my-image "$EXAMPLES/hello"
    has_line Hello
    run -0 --separate-stderr in_image my-image ls -l /my-file
    matches '^-rw-r--r-- +1 root +root +0 .* /my-file$'
    equal "$(last_layer_names my-image 2>/dev/null)" my-file
    run -0 swiftlet push -q my-image oci:layout:my-image
    run -0 swiftlet pull -q oci:layout:my-image
    run -0 swiftlet history my-image
    has "touch my-file"
    store_is_sound
}

@test "a step runs as root, with a single mapped id" {
    run -0 --separate-stderr in_image localhost/busybox sh -c 'id -u; awk "{ print \$1, \$3 }" /proc/self/uid_map'
    prints $'0\n0 1'
}

@test "files in layers belong to root, not to the user" {
    run -0 swiftlet build -q --no-cache -t owners "$EXAMPLES/hello"
    run -0 --separate-stderr layer_files owners
    run -0 tar --numeric-owner -tvf "${lines[-1]}"
    has " 0/0 "
    lacks "$(id -u)"
}

@test "COPY, whiteouts and stages" {
    echo content >file
    dockerfile <<'EOF'
FROM localhost/busybox AS one
COPY file /dir/
RUN touch /gone
RUN rm /gone
FROM localhost/busybox
COPY --from=one /dir /dir
EOF
    run -0 swiftlet build -t stages .
    run -0 --separate-stderr in_image stages cat /dir/file
    prints content
}

@test "what requires another id works or fails with an error that names the remedy" {
    dockerfile <<<$'FROM localhost/busybox\nCOPY --chown=3:4 Dockerfile /owned'
    run swiftlet build -t owned .
    # Either the owner is recorded some other way, or the error says what is missing.
    if [ "$status" -ne 0 ]; then
        own_failure
        has Dockerfile:2
        has subuid
    fi
    store_is_sound
}

@test "other users are root in container run and run, with a warning" {
    run -0 swiftlet container run --rm --user 1000 localhost/busybox id -u
    has_line 0
    has "user 1000: the command runs as root"
    local container
    container=$(swiftlet from localhost/busybox)
    run -0 swiftlet run --user 1000:1000 "$container" id -u
    has_line 0
    has "user 1000:1000: the command runs as root"
    run -0 --separate-stderr swiftlet run "$container" id -u
    prints 0
    swiftlet rm "$container" >/dev/null
}

@test "other owners are root in COPY --chown, in USER and in a step's chown" {
    echo content >file
    tar --numeric-owner --owner 1000 --group 1000 -cf file.tar file
    dockerfile <<'EOF'
FROM localhost/busybox
COPY --chown=3:4 file /owned/deep/file
COPY --link --chown=3:4 file /linked/file
COPY --chown=3 <<END /inline/file
text
END
ADD --chown=5 file.tar /unpacked/
ADD file.tar /also/
RUN chown -R 5:6 /owned && stat -c '%u:%g' /owned /owned/deep/file /linked/file /inline /unpacked/file /also/file | uniq
USER 1000:1000
WORKDIR /work
RUN echo user $(id -u) && touch /work/file
EOF
    run -0 swiftlet build -t owned .
    has_line "0:0"
    has_line "user 0"
    has "USER 1000:1000: commands run as root"
    lacks "nvalid argument"
    run -0 --separate-stderr in_config owned .OCIv1.config.User
    prints '"1000:1000"'
    store_is_sound
}

@test "an image with files of other owners can be pulled" {
    mkdir tree
    echo x >tree/file
    tar --numeric-owner --owner 1000 --group 1000 -C tree -cf layer.tar file
    python3 "$SUPPORT/oci_layout.py" layout none layer.tar
    run swiftlet pull -q oci:layout:image
    if [ "$status" -ne 0 ]; then
        own_failure
        has subuid
    fi
    store_is_sound
}

@test "no user namespaces: the error names the limit and how to raise it" {
    # In a user namespace of this test's own, the limit is its to set.
    unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_user_namespaces' 2>/dev/null || skip "the limit cannot be set here"
    # Without the right to mount, as an ordinary user: an unmapped id, so not root.
    run unshare --user --map-root-user sh -c '
        echo 0 >/proc/sys/user/max_user_namespaces
        exec setpriv --bounding-set=-all --inh-caps=-all --securebits=+noroot,+noroot_locked "$@"' sh \
        "$(type -P swiftlet)" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver overlay images
    own_failure
    has max_user_namespaces
}

@test "a machine without newuidmap and newgidmap" {
    mkdir empty
    run -0 env PATH="$PWD/empty" "$(type -P swiftlet)" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver overlay images
    has localhost/busybox
}
