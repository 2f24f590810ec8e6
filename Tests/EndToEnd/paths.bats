#!/usr/bin/env bats
# Paths that strangers choose (a build context, a cache, an image, a container, a running step) lead nowhere outside of
# their root, and names that are no UTF-8 are names like any other.
# runs as: user root

load support/session

setup_file() {
    begin_store
    make_outside
}
teardown_file() { end_store; }

setup() {
    enter_new_directory
    outside_before=$(outside)
}

# What nothing may change.
outside() {
    ls -lA --time-style=full-iso "$OUTSIDE"
    cat "$OUTSIDE/canary"
}

nothing_happened() { equal "$(outside)" "$outside_before"; }

# RAW is no UTF-8; READ is what it turns into when it is read as text after all.
readonly RAW=$'a\xff' READ=$'a\xef\xbf\xbd'

# A directory with such a name, a link out with the other, and a link by which a Dockerfile can name the first.
make_trap() {
    mkdir -p "$1/$RAW"
    echo inside >"$1/$RAW/canary"
    ln -s "$OUTSIDE" "$1/$READ"
    ln -s "$RAW" "$1/way"
}

# --- Mounts ---------------------------------------------------------------------------------------------------------

@test "a non-UTF-8 name next to a link: bind mounts of a context, a stage and an image" {
    mkdir context
    make_trap context
    dockerfile <<'END'
FROM localhost/busybox AS files
COPY context /files
FROM localhost/busybox
RUN --mount=type=bind,source=context/way,target=/m cat /m/canary >/one
RUN --mount=type=bind,source=context/way,target=/m,rw cat /m/canary >/two && echo changed >/m/canary
RUN --mount=type=bind,from=files,source=/files/way,target=/m cat /m/canary >/three
RUN --mount=type=cache,id=filled,from=files,source=/files/way,target=/m cat /m/canary >/four
END
    swiftlet build --no-cache -q -t box .
    run -0 in_image box cat /one /two /three /four
    prints $'inside\ninside\ninside\ninside'
    equal "$(cat "context/$RAW/canary")" inside

    swiftlet build --no-cache -q --target files -t files .
    local container
    container=$(swiftlet from localhost/busybox)
    run -0 swiftlet run --mount type=bind,from=files,src=/files/way,target=/m "$container" cat /m/canary
    prints inside
    run -0 swiftlet run --contextdir context --mount type=bind,src=way,target=/m "$container" cat /m/canary
    prints inside
    # A link out of the context leads to nothing.
    run swiftlet run --contextdir context --mount "type=bind,src=$READ/canary,target=/m" "$container" cat /m
    [ "$status" -ne 0 ]
    lacks canary$'\n'
    swiftlet rm "$container"
    nothing_happened
}

@test "a non-UTF-8 name next to a link: a cache that steps write to" {
    dockerfile <<END
FROM localhost/busybox
RUN --mount=type=cache,id=trap-$BASHPID,target=/c cd /c && mkdir \$(printf 'a\\377') && ln -s $OUTSIDE \$(printf 'a\\357\\277\\275') && ln -s \$(printf 'a\\377') way
RUN --mount=type=cache,id=trap-$BASHPID,source=way,target=/c echo planted >/c/planted
RUN --mount=type=cache,id=trap-$BASHPID,target=/c ls /c/way/ >/said
END
    swiftlet build --no-cache -q -t box .
    run -0 in_image box cat /said
    prints planted
    nothing_happened
}

@test "a cache directory is replaced by a link while a build mounts it" {
    gcc -static -O1 -o exchange "$SUPPORT/exchange.c"
    local id=raced-$BASHPID attempt mounted=0
    cat >Dockerfile.race <<END
FROM localhost/busybox
COPY exchange /
RUN --mount=type=cache,id=$id,target=/c mkdir /c/dir && ln -s $OUTSIDE /c/link
RUN --mount=type=cache,id=$id,target=/c /exchange /c dir link
END
    cat >Dockerfile.started <<END
FROM localhost/busybox
ARG run
RUN --mount=type=cache,id=$id,target=/c test -e /c/started
END
    cat >Dockerfile.mount <<END
FROM localhost/busybox
ARG run
RUN --mount=type=cache,id=$id,source=dir,target=/m echo planted >/m/planted && cat /m/canary 2>/dev/null || true
END
    cat >Dockerfile.stop <<END
FROM localhost/busybox
RUN --mount=type=cache,id=$id,target=/c touch /c/stop
END
    # With --no-cache the cache would start empty.
    again() { swiftlet build --build-arg "run=$RANDOM$RANDOM" "$@" .; }
    swiftlet build -q -t racer -f Dockerfile.race . 3>&- &
    local racer=$!
    for ((attempt = 0; attempt < 100; attempt++)); do
        again -q -f Dockerfile.started >/dev/null 2>&1 && break
        sleep 0.1
    done
    for ((attempt = 0; attempt < 20; attempt++)); do
        # Where the link is found, it leads to nothing inside of the cache.
        run again -f Dockerfile.mount
        lacks canary$'\n'
        if [ "$status" -eq 0 ]; then mounted=$((mounted + 1)); else has "cannot be opened"; fi
    done
    again -q -f Dockerfile.stop >/dev/null
    wait "$racer"
    [ "$mounted" -gt 0 ] || fail "the directory was never found"
    nothing_happened
}

@test "a volume that a step replaces by a link is unchanged" {
    mkdir -p shared/inner shared/context
    echo secret >shared/secret
    echo context >shared/context/canary
    dockerfile <<END
FROM localhost/busybox
RUN cd /shared && mv inner old && ln -s $OUTSIDE inner && rm secret && ln -s $OUTSIDE/canary secret && mv context moved && ln -s $OUTSIDE context
RUN echo planted >/inner/planted
RUN --mount=type=secret,id=s --mount=type=bind,from=named,target=/m cat /run/secrets/s /m/canary >/said
COPY canary /copied
END
    swiftlet build --no-cache -q -v "$PWD/shared:/shared" -v "$PWD/shared/inner:/inner" -t box -f Dockerfile \
        --allow-secret-leaks \
        --secret id=s,src=shared/secret --build-context named=shared/context shared/context
    equal "$(cat shared/old/planted)" planted
    run -0 in_image box cat /said /copied
    prints $'secret\ncontext\ncontext'
    nothing_happened
}

@test "unknown mount options and values are rejected" {
    mkdir context
    echo text >context/file
    local option
    for option in bind-propagation=rw bind-propagation=suid bind-propagation=bind 'bind-propagation=private,bind-propagation=rw' \
        bind-propagation=upperdir=/tmp bind-propagation= upperdir=/tmp; do
        dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=bind,source=context,target=/m,'"$option"$' echo changed >/m/file'
        run swiftlet build --no-cache -q .
        own_failure
        has "invalid mount option"
        equal "$(cat context/file)" text
    done
    # The largest number is no owner but chown's "unchanged".
    for option in uid=4294967295 gid=4294967295 uid=-1 uid=4294967296; do
        dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=cache,target=/m,'"$option"$' true'
        run swiftlet build --no-cache -q .
        own_failure
        has "invalid mount option"
    done
    for option in private rprivate shared rshared slave rslave; do
        dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=bind,source=context,target=/m,bind-propagation='"$option"$' ! echo changed >/m/file'
        swiftlet build --no-cache -q . >/dev/null
    done
    equal "$(cat context/file)" text

    for option in size=1m,exec=yes size=x mode=999 'size=1m:x' usrquota huge=yes; do
        run swiftlet container run --rm --tmpfs "/t:$option" localhost/busybox true
        own_failure
        has "unknown mount option"
    done
    for option in bind-propagation=rw bind-propagation=upperdir=/tmp; do
        run swiftlet container run --rm --mount "type=bind,src=$PWD/context,dst=/m,ro,$option" localhost/busybox true
        own_failure
        has "$option"
    done
    run swiftlet container run --rm -v "$PWD/context:/m:ro,lowerdir=/" localhost/busybox true
    own_failure
    has "unknown mount option"
}

@test "mount paths with colons and commas" {
    mkdir 'a:b' 'c,d'
    echo colon >'a:b/file'
    echo comma >'c,d/file'
    ln -s 'c,d' way
    run -0 swiftlet container run --rm --mount "type=bind,src=$PWD/a:b,dst=/m" localhost/busybox cat /m/file
    prints colon
    dockerfile <<'END'
FROM localhost/busybox
RUN --mount=type=bind,source=a:b,target=/m,rw cat /m/file >/one && echo x >/m/file
RUN --mount=type=bind,source=way,target=/m,rw cat /m/file >/two && echo x >/m/file
END
    swiftlet build --no-cache -q -t box .
    run -0 in_image box cat /one /two
    prints $'colon\ncomma'
    equal "$(cat 'a:b/file' 'c,d/file')" $'colon\ncomma'
}

# --- Copies ---------------------------------------------------------------------------------------------------------

@test "non-UTF-8 names are copied by every command" {
    mkdir -p "context/$RAW/$RAW"
    echo raw >"context/$RAW/$RAW/$RAW"
    echo read >"context/$RAW/$READ"
    local names
    names=$(cd context && find . | LC_ALL=C sort | od -An -c)
    dockerfile <<'END'
FROM localhost/busybox
COPY context /whole
COPY context/a*/a*/a* /some/
COPY --parents context/a*/a*/a* /parents/
END
    swiftlet build --no-cache -q -t box .
    run -0 in_image box sh -c 'cd /whole && find . | LC_ALL=C sort | od -An -c'
    prints "$names"
    run -0 in_image box sh -c "cd /some && find . | LC_ALL=C sort | od -An -c"
    prints "$(printf '.\n./%s\n' "$RAW" | od -An -c)"
    run -0 in_image box sh -c "cd /parents/context && find . | LC_ALL=C sort | od -An -c"
    prints "$(cd context && find . ! -name "$READ" | LC_ALL=C sort | od -An -c)"

    swiftlet build -q -o out .
    equal "$(cat "out/whole/$RAW/$RAW/$RAW" "out/whole/$RAW/$READ")" $'raw\nread'
    swiftlet container create -q --name copied localhost/busybox true >/dev/null
    swiftlet container cp context copied:/there
    swiftlet container cp copied:/there back
    equal "$(cd back && find . | LC_ALL=C sort | od -An -c)" "$names"
    swiftlet container rm copied >/dev/null
    local container
    container=$(swiftlet from localhost/busybox)
    swiftlet copy -q "$container" context /there
    run -0 swiftlet run "$container" sh -c 'cat /there/a*/a*/a*'
    prints raw
    swiftlet rm "$container"
}

@test "an ignore file's patterns match bytes" {
    mkdir context
    touch "context/$RAW" "context/$READ" "context/b"
    printf 'context/%s\n' "$RAW" >.dockerignore
    dockerfile <<<$'FROM localhost/busybox\nCOPY context /c'
    swiftlet build --no-cache -q -t box .
    run -0 in_image box sh -c 'cd /c && printf "%s " * | od -An -c'
    prints "$(printf '%s b ' "$READ" | od -An -c)"
    printf 'context/%s\n' "$READ" >.dockerignore
    swiftlet build --no-cache -q -t box .
    run -0 in_image box sh -c 'cd /c && printf "%s " * | od -An -c'
    prints "$(printf '%s b ' "$RAW" | od -An -c)"
}

@test "container cp: files from one copy do not let the next one escape" {
    dockerfile <<END
FROM localhost/busybox
RUN mkdir -p /links/d /files/d/x && ln -s $OUTSIDE /links/d/x && echo planted >/files/d/x/planted && ln -s $OUTSIDE /links/y && echo planted >/files/y
END
    swiftlet build --no-cache -q -t box .
    swiftlet container create -q --name box box true >/dev/null
    mkdir out
    swiftlet container cp box:/links/d out/
    run swiftlet container cp box:/files/d out/
    own_failure
    has "cannot overwrite non-directory"
    run swiftlet container cp box:/files/d/. out/d
    own_failure
    # A link takes no file; it is replaced.
    mkdir other
    swiftlet container cp box:/links/. other
    [ -L other/y ]
    swiftlet container cp box:/files/y other
    equal "$(cat other/y)" planted
    # What the user names is followed.
    ln -s out named
    swiftlet container cp box:/files/y named/z
    equal "$(cat out/z)" planted
    swiftlet container rm box >/dev/null
    nothing_happened
}

@test "build -o twice to one directory stays inside it" {
    dockerfile <<<$'FROM scratch\nCOPY way /d/x'
    ln -s "$OUTSIDE" way
    mkdir out
    printf 'FROM localhost/busybox\nRUN mkdir /d && ln -s %s /d/x\n' "$OUTSIDE" >one
    printf 'FROM localhost/busybox\nRUN mkdir -p /d/x && echo planted >/d/x/planted\n' >two
    swiftlet build --no-cache -q -o out -f one .
    swiftlet build --no-cache -q -o out -f two . || true
    nothing_happened
}

# --- Files that describe a build ------------------------------------------------------------------------------------

@test "a Dockerfile or an ignore file that links out of the context is not read" {
    mkdir context sub
    echo 'secret text' >secret
    local name
    for name in Dockerfile Containerfile; do
        for target in ../secret "$PWD/secret" "$OUTSIDE/canary"; do
            ln -sf "$target" "context/$name"
            run swiftlet build --no-cache -q context
            own_failure
            has "symbolic link without a target inside the context"
            lacks "secret text"
            lacks canary$'\n'
            run swiftlet build --no-cache -q -f "context/$name" context
            own_failure
            lacks "secret text"
            cd context
            run swiftlet build --no-cache -q -f "$name" .
            cd ..
            own_failure
            lacks "secret text"
        done
        rm "context/$name"
    done
    echo 'FROM localhost/busybox' >context/Dockerfile
    echo '[z-a' >bad
    for name in .dockerignore .containerignore Dockerfile.dockerignore; do
        ln -s ../bad "context/$name"
        run swiftlet build --no-cache -q context
        own_failure
        has "$name is a symbolic link without a target inside the context"
        run swiftlet build --no-cache -q --ignorefile "context/$name" context
        own_failure
        lacks "z-a"
        rm "context/$name"
    done
    # Inside, links are followed; and what the user names outside, is the user's.
    mkdir context/docker
    mv context/Dockerfile context/docker/real
    ln -s docker/real context/Dockerfile
    swiftlet build --no-cache -q context >/dev/null
    ln -sf /docker/real context/Dockerfile
    swiftlet build --no-cache -q context >/dev/null
    ln -s context/docker/real mine
    swiftlet build --no-cache -q -f mine context >/dev/null
    swiftlet build --no-cache -q -f "$PWD/mine" context >/dev/null
}

@test "pipes, devices and endless files as a Dockerfile, an ignore file or configuration" {
    mkdir context
    echo 'FROM localhost/busybox' >file
    local name tool=("$(type -P swiftlet)" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER")
    for name in Dockerfile .dockerignore; do
        [ "$name" = Dockerfile ] || cp file context/Dockerfile
        mkfifo "context/$name"
        run timeout 20 "${tool[@]}" build --no-cache -q context
        own_failure
        has "$name: not a regular file"
        rm "context/$name"
        ln -s /dev/zero "context/$name"
        run swiftlet build --no-cache -q context
        own_failure
        rm "context/$name"
    done
    mkfifo pipe
    run swiftlet build --no-cache -q -f pipe context
    own_failure
    has "not a regular file"
    run swiftlet build --no-cache -q -f /dev/zero context
    own_failure
    run swiftlet build --no-cache -q -f file --ignorefile /dev/zero context
    own_failure
    truncate -s 1T endless
    run swiftlet build --no-cache -q -f endless context
    own_failure
    run timeout 20 env CONTAINERS_REGISTRIES_CONF="$PWD/pipe" "${tool[@]}" pull -q docker://127.0.0.1:1/x
    own_failure
    has "not a regular file"
    for name in CONTAINERS_CONF CONTAINERS_STORAGE_CONF; do
        run timeout 20 env "$name=$PWD/pipe" "${tool[@]}" build -q -f file context
        own_failure
        has "not a regular file"
    done
    run timeout 20 "${tool[@]}" login --get-login --authfile pipe 127.0.0.1:1
    own_failure
    has "not a regular file"
    run timeout 20 "${tool[@]}" build -q --signature-policy pipe -f file context
    own_failure
    has "not a regular file"
    for name in docker-archive oci-archive; do
        run timeout 20 "${tool[@]}" pull -q "$name:/dev/zero"
        own_failure
        has "neither a regular file nor a pipe"
        run timeout 20 "${tool[@]}" pull -q "$name:"<(cat /dev/zero)
        own_failure
        has "not a tar archive"
    done

    # What comes through a pipe on purpose is read.
    swiftlet build --no-cache -q -f <(cat file) context >/dev/null
    swiftlet build --no-cache -q -f - context <file >/dev/null
    swiftlet build --no-cache -q -f /dev/stdin context < <(cat file) >/dev/null
    swiftlet build --no-cache -q --ignorefile /dev/null -f file context >/dev/null
    # But not without end.
    run swiftlet build --no-cache -q -f <(cat /dev/zero) context
    own_failure
}

# --- What an image says and a container sees ------------------------------------------------------------------------

@test "variables without a value in an image do not get one from the host" {
    local container
    container=$(swiftlet from localhost/busybox)
    echo '{"Env": ["HOST_SECRET", "=nameless", "", "PATH=/bin", "GIVEN=yes"]}' >config.json
    swiftlet commit -q --config config.json "$container" odd >/dev/null
    swiftlet rm "$container"
    in_config odd .OCIv1.config.Env | grep -q '"HOST_SECRET"'
    export HOST_SECRET=leaked
    run -0 in_image odd env
    has_line GIVEN=yes
    lacks leaked
    container=$(swiftlet from odd)
    run -0 swiftlet run "$container" env
    has_line GIVEN=yes
    lacks leaked
    swiftlet rm "$container"
    dockerfile <<<$'FROM odd\nENV ADDED=${HOST_SECRET}x\nRUN env >/said'
    swiftlet build --no-cache -q -t odder .
    run -0 in_image odder cat /said
    has_line ADDED=x
    lacks leaked
    swiftlet inspect odder >/dev/null
}

@test "files with information about the machine are masked, as in Podman" {
    run -0 in_image localhost/busybox sh -c 'cat /proc/interrupts; ls /sys/firmware /sys/devices/virtual/powercap /sys/devices/system/cpu/cpu*/thermal_throttle 2>/dev/null || true'
    lacks CPU0
    lacks intel-rapl
    lacks core_throttle
    run in_image --network host localhost/busybox ls /sys/kernel
    if is_root; then has mm; else prints ""; fi
    run -0 in_image --network host --security-opt unmask=ALL localhost/busybox ls /sys/kernel
    has mm
}

@test "arguments that are not UTF-8 are rejected, not repaired into another name" {
    make_trap .
    echo 'FROM localhost/busybox' >"$OUTSIDE/Dockerfile"
    outside_before=$(outside)
    swiftlet from --name arguments localhost/busybox
    local arguments
    for arguments in "build ./$RAW" "build -f $RAW/Dockerfile ." "build --build-context k=$RAW ." "copy arguments $RAW /x" \
        "container run --rm -v $PWD/$RAW:/m localhost/busybox true" "push localhost/busybox dir:$RAW/image"; do
        # shellcheck disable=SC2086
        run swiftlet $arguments
        own_failure
        has "is not UTF-8"
        nothing_happened
    done
    swiftlet rm arguments
    rm "$OUTSIDE/Dockerfile"
}
