#!/usr/bin/env bats
# The build cache: what is taken from it, and what is not.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# A number that differs in each run of a step: equal numbers say that the step did not run again.
RANDOM_NUMBER='cat /proc/sys/kernel/random/uuid'

# Builds and prints the number that the step left.
number() {
    swiftlet build -q -t cached "$@" . >/dev/null && swiftlet container run --rm cached cat /number
}

@test "an unchanged rebuild runs nothing and produces the same image" {
    echo content >file
    dockerfile <<EOF
FROM localhost/busybox
ENV a=b
RUN $RANDOM_NUMBER >/number
COPY file /file
WORKDIR /made
RUN true
LABEL x=y
EOF
    run -0 swiftlet build -t same .
    lacks "Using cache"
    local first=${lines[-1]}
    run -0 swiftlet build -t same .
    equal "$(grep -c -- '--> Using cache' <<<"$output")" 4
    equal "${lines[-1]}" "$first"
    run -0 swiftlet build -t other-name .
    equal "${lines[-1]}" "$first"
}

@test "--no-cache runs everything" {
    dockerfile <<EOF
FROM localhost/busybox
RUN $RANDOM_NUMBER >/number
EOF
    local first
    first=$(number)
    equal "$(number)" "$first"
    different "$(number --no-cache)" "$first"
}

@test "a changed instruction misses the cache, and so do all later ones" {
    dockerfile <<EOF
FROM localhost/busybox
RUN echo 1
RUN touch /x
RUN $RANDOM_NUMBER >/number
EOF
    local first
    first=$(number)
    sed -i 's/echo 1/echo 2/' Dockerfile
    # RUN echo changes no file: what comes after lies on the same layer and may be taken.
    equal "$(number)" "$first"
    sed -i 's/touch .x/touch \/y/' Dockerfile
    different "$(number)" "$first"
}

@test "COPY: the cache key includes a file's content, mode and name, but not its time" {
    mkdir tree
    echo one >tree/file
    chmod 644 tree/file
    dockerfile <<EOF
FROM localhost/busybox
COPY tree /tree
RUN $RANDOM_NUMBER >/number
EOF
    local first second
    first=$(number)
    touch -d '1999-01-01' tree/file tree
    equal "$(number)" "$first"
    echo two >tree/file
    second=$(number)
    different "$second" "$first"
    chmod 755 tree/file
    different "$(number)" "$second"
    chmod 644 tree/file
    equal "$(number)" "$second"
    mv tree/file tree/renamed
    different "$(number)" "$second"
    mv tree/renamed tree/file
    ln -s file tree/link
    different "$(number)" "$second"
    rm tree/link
    mkdir tree/empty
    different "$(number)" "$second"
    rmdir tree/empty
    equal "$(number)" "$second"
    echo one >tree/file
    equal "$(number)" "$first"
}

@test "ignored files do not affect the cache" {
    mkdir tree
    touch tree/seen tree/hidden
    echo tree/hidden >.dockerignore
    dockerfile <<EOF
FROM localhost/busybox
COPY tree /tree
RUN $RANDOM_NUMBER >/number
EOF
    local first
    first=$(number)
    echo changed >tree/hidden
    equal "$(number)" "$first"
    echo changed >tree/seen
    different "$(number)" "$first"
}

@test "only build arguments declared before a RUN affect its cache key" {
    dockerfile <<EOF
FROM localhost/busybox
RUN $RANDOM_NUMBER >/number
ARG used=1
RUN $RANDOM_NUMBER >/number2
EOF
    second_number() { number "$@" >/dev/null && swiftlet container run --rm cached cat /number2; }
    local first second
    first=$(number)
    second=$(second_number)
    equal "$(second_number --build-arg unknown=2)" "$second"
    different "$(second_number --build-arg used=2)" "$second"
    equal "$(number --build-arg used=2)" "$first"
    equal "$(second_number --build-arg used=1)" "$second"
}

@test "ENV, USER, WORKDIR and SHELL before a RUN affect its cache key" {
    local first changed
    dockerfile <<EOF
FROM localhost/busybox
RUN chmod 777 /tmp
RUN $RANDOM_NUMBER >/tmp/number
RUN cp /tmp/number /number
EOF
    first=$(number)
    for changed in 'ENV x=1' 'USER nobody' 'WORKDIR /tmp' 'SHELL ["/bin/sh", "-ec"]'; do
        dockerfile <<EOF
FROM localhost/busybox
RUN chmod 777 /tmp
$changed
RUN $RANDOM_NUMBER >/tmp/number
USER root
RUN cp /tmp/number /number
EOF
        different "$(number)" "$first"
    done
    dockerfile <<EOF
FROM localhost/busybox
RUN chmod 777 /tmp
LABEL x=1
RUN $RANDOM_NUMBER >/tmp/number
RUN cp /tmp/number /number
EOF
    equal "$(number)" "$first"
}

@test "--chown and --chmod affect the cache key, and ADD differs from COPY" {
    tar --create --file data.tar Dockerfile 2>/dev/null || { touch seed; tar --create --file data.tar seed; }
    local line first
    dockerfile <<EOF
FROM localhost/busybox
COPY data.tar /d/
RUN $RANDOM_NUMBER >/number
EOF
    first=$(number)
    for line in 'COPY --chown=1:1 data.tar /d/' 'COPY --chmod=600 data.tar /d/' 'ADD data.tar /d/' 'COPY data.tar /e/'; do
        dockerfile <<EOF
FROM localhost/busybox
$line
RUN $RANDOM_NUMBER >/number
EOF
        different "$(number)" "$first"
    done
}

@test "COPY --from: the cache key depends on the copied content" {
    write() {
        dockerfile <<EOF
FROM localhost/busybox AS maker
RUN mkdir /out && echo $1 >/out/copied && echo $2 >/not-copied
FROM localhost/busybox
COPY --from=maker /out /out
RUN $RANDOM_NUMBER >/number
EOF
    }
    local first
    write 1 1
    first=$(number)
    write 1 2
    equal "$(number)" "$first"
    write 2 2
    different "$(number)" "$first"
}

@test "a changed base misses the cache" {
    local first
    dockerfile <<<$'FROM localhost/busybox\nRUN echo 1 >/version'
    swiftlet build -q -t mybase .
    dockerfile Child <<EOF
FROM mybase
RUN $RANDOM_NUMBER >/number
EOF
    first=$(number -f Child)
    equal "$(number -f Child)" "$first"
    dockerfile <<<$'FROM localhost/busybox\nRUN echo 2 >/version'
    swiftlet build -q -t mybase .
    different "$(number -f Child)" "$first"
}

@test "steps before a failed one are cached" {
    dockerfile <<EOF
FROM localhost/busybox
RUN $RANDOM_NUMBER >/number
RUN test -e /number && exit 7
EOF
    run -7 swiftlet build .
    sed -i 's/exit 7/true/' Dockerfile
    run -0 swiftlet build -t cached .
    has "--> Using cache"
}

@test "everything works after the cache is deleted" {
    dockerfile <<EOF
FROM localhost/busybox
RUN $RANDOM_NUMBER >/number
EOF
    local first
    first=$(number)
    as_owner rm -rf "$(graphroot)/swiftlet"
    different "$(number)" "$first"
    store_is_sound
}

@test "removing an image removes its layers, and a rebuild recreates them" {
    dockerfile <<EOF
FROM localhost/busybox
RUN $RANDOM_NUMBER >/number && head -c 5000000 /dev/zero >/big
EOF
    number >/dev/null
    run -0 swiftlet rmi -f cached
    number >/dev/null
    store_is_sound
}

@test "metadata steps create no layer, and repeating them produces the same image" {
    dockerfile <<'EOF'
FROM localhost/busybox
ENV a=1
LABEL b=2
EXPOSE 3
CMD ["true"]
USER 4
STOPSIGNAL 5
ARG c=6
ENTRYPOINT ["env"]
VOLUME /v
EOF
    run -0 swiftlet build -t metadata .
    local first=${lines[-1]}
    equal "$(layer_count metadata)" 1
    equal "$(in_config metadata '[.OCIv1.history[2:][].empty_layer] | unique')" '[true]'
    run -0 swiftlet build -t metadata .
    equal "${lines[-1]}" "$first"
}

@test "concurrent identical builds produce one image" {
    dockerfile <<<$'FROM localhost/busybox\nRUN echo 1 >/one; sleep 0.2\nRUN echo 2 >/two; sleep 0.2'
    local i builds=()
    for i in 1 2 3 4; do
        swiftlet build -q -t "parallel:$i" . >"id.$i" 2>"errors.$i" &
        builds+=($!)
    done
    wait "${builds[@]}" || true
    for i in 1 2 3 4; do
        [[ $(cat "id.$i") =~ ^[0-9a-f]{64}$ ]] || fail "build $i failed:" "$(cat "errors.$i")"
        equal "$(in_image "parallel:$i" cat /one /two | paste -sd,)" 1,2
    done
    store_is_sound
}
