#!/usr/bin/env bats
# build's flags beyond the Dockerfile: RUN --mount, secrets, contexts, exports, what is put over the image.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# The output of the build's commands alone.
commands_say() { swiftlet build -t result "$@" . | grep -vE '^(\[[0-9/]+\] )?(STEP|COMMIT|-->|Successfully|[0-9a-f]{64}$)'; }

@test "RUN --mount=type=bind mounts files of the context, a stage or an image, read-only or as a writable copy" {
    mkdir -p sub && echo context >sub/file
    ln -s /etc sub/out
    dockerfile <<'END'
FROM busybox AS maker
RUN mkdir /made && echo stage >/made/file
FROM busybox
RUN --mount=type=bind,source=sub,target=/in cat /in/file; touch /in/new 2>/dev/null || echo read-only
RUN --mount=from=maker,src=/made,dst=/in cat /in/file
RUN --mount=from=localhost/busybox,target=/in ls -d /in/etc
RUN --mount=target=/in,source=sub,rw echo changed >/in/file && cat /in/file
RUN --mount=target=/in,source=sub/file,rw echo changed >/in && cat /in
RUN ls -d /in 2>&1
END
    run swiftlet build -t result .
    [ "$status" -eq 1 ]
    has "ls: /in: No such file"
    sed -i '$d' Dockerfile
    # Otherwise lines of steps that run at once have prefixes.
    run -0 commands_say --no-cache --jobs 1
    prints $'context\nread-only\nstage\n/in/etc\nchanged\nchanged'
    equal "$(cat sub/file)" context
    run -0 in_image result ls /
    run ! grep -qxF in <<<"$output"
    echo other >sub/file
    run -0 commands_say
    has other
}

@test "RUN --mount=type=cache keeps files between builds, but not in the image" {
    dockerfile <<'END'
FROM busybox
ARG N
RUN --mount=type=cache,target=/root/deep/cache,mode=0700,uid=3 \
    stat -c '%a %u' /root/deep/cache; echo $N >>/root/deep/cache/log; cat /root/deep/cache/log
END
    run -0 commands_say --build-arg N=1
    prints $'700 3\n1'
    run -0 commands_say --build-arg N=2
    prints $'700 3\n1\n2'
    run -0 in_image result ls -a /root
    lacks deep
    dockerfile <<'END'
FROM busybox
RUN --mount=type=cache,id=one,target=/c,sharing=locked echo x >/c/x
RUN --mount=type=cache,id=one,target=/d,sharing=private,ro ls /d
RUN --mount=type=cache,id=two,target=/c ls /c | wc -l
END
    run -0 commands_say --no-cache
    prints $'x\n0'
}

@test "RUN --mount=type=tmpfs and secret leave nothing in the image" {
    echo -n hush >file
    dockerfile <<'END'
FROM busybox
RUN --mount=type=tmpfs,target=/fast,tmpfs-size=1m touch /fast/x && ls /fast
RUN --mount=type=secret,id=one cat /run/secrets/one; stat -c ' %a' /run/secrets/one
RUN --mount=type=secret,id=one,target=/etc/hush,mode=0444,uid=1,gid=2 stat -c '%a %u:%g' /etc/hush
RUN --mount=type=secret,id=two,env=TWO echo "$TWO"
END
    export SECRET=loud
    run -0 commands_say --secret id=one,src=file --secret id=two,env=SECRET
    prints $'x\nhush 400\n444 1:2\nloud'
    # What the layers are made of: no layer at all, since nothing changed.
    equal "$(layer_count result)" "$(layer_count busybox)"
    dockerfile <<<$'FROM busybox\nRUN --mount=type=secret,id=gone,required=true true'
    run swiftlet build .
    [ "$status" -ne 0 ]
    has 'no secret with id "gone" found'
    dockerfile <<<$'FROM busybox\nRUN --mount=type=bogus,target=/x true'
    run swiftlet build .
    own_failure
    has 'invalid mount type "bogus"'
    dockerfile <<<$'FROM busybox\nRUN --mount=type=cache true'
    run swiftlet build .
    own_failure
    has "must set volume destination"
}

@test "RUN --mount=type=ssh gives access to the agent's socket" {
    python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.bind("agent")'
    dockerfile <<<$'FROM busybox\nRUN --mount=type=ssh test -S "$SSH_AUTH_SOCK" && echo "$SSH_AUTH_SOCK"'
    run -0 commands_say --ssh default="$PWD/agent"
    prints /run/buildkit/ssh_agent.0
    touch key
    run swiftlet build --ssh default="$PWD/key" .
    own_failure
    has "cannot use the SSH key $PWD/key"
    no_leftover_agents
}

no_leftover_agents() {
    equal "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'swiftlet-ssh-*' -user "$(id -u)")" ""
}

@test "RUN --mount=type=ssh gives access to keys in files" {
    ssh-keygen -q -t ed25519 -N "" -C one -f one
    ssh-keygen -q -t ed25519 -N "" -C two -f two
    chmod 644 two
    dockerfile <<<$'FROM busybox\nRUN --mount=type=ssh,id=keys echo asked >/asked && test -S "$SSH_AUTH_SOCK" && sleep 60'
    swiftlet build --ssh keys=one,two . >log 2>&1 &
    local socket=""
    for _ in {1..100}; do
        socket="$(find "${TMPDIR:-/tmp}" -maxdepth 2 -path '*/swiftlet-ssh-*/agent' -user "$(id -u)")"
        [ -z "$socket" ] || SSH_AUTH_SOCK="$socket" ssh-add -l >keys 2>&1 && [ "$(wc -l <keys)" = 2 ] && break
        sleep 0.1
    done
    equal "$(sort keys)" "$({ ssh-keygen -l -f one.pub; ssh-keygen -l -f two.pub; } | sort)"
    kill %1
}

@test "--build-context defines directories and images for COPY, FROM and mounts" {
    mkdir other && echo there >other/file
    dockerfile <<'END'
FROM base
COPY --from=files file /copied
RUN --mount=from=files,target=/m cat /m/file /copied
END
    run -0 commands_say --build-context files=other --build-context base=container-image://localhost/busybox
    prints $'there\nthere'
    run swiftlet build --build-context nothing .
    own_failure
    has "NAME=SOURCE"
}

@test "several -f are concatenated, standard input works, and *.in files are preprocessed with --cpp-flag" {
    echo x >x
    dockerfile one <<<$'FROM busybox\nCOPY x /x'
    dockerfile two <<<'RUN echo two'
    run -0 swiftlet build -f one -f two .
    has "STEP 3/3: RUN echo two"
    run -0 swiftlet build -f - . <one
    has "STEP 2/2: COPY x /x"
    dockerfile three.in <<<$'#include "one"\n#ifdef MORE\nRUN echo more\n#endif'
    run -0 swiftlet build --cpp-flag=-DMORE -f three.in .
    has "STEP 3/3: RUN echo more"
    run -0 swiftlet build -f three.in .
    lacks "RUN echo more"
}

@test "-o exports the files to a directory, an archive or standard output" {
    echo content >f && mkdir d && echo more >d/g
    dockerfile <<<$'FROM scratch\nCOPY f /\nCOPY d /d'
    swiftlet build -o out .
    equal "$(cat out/f out/d/g)" $'content\nmore'
    swiftlet build -o type=tar,dest=out.tar .
    equal "$(tar -tf out.tar | sed 's|/$||' | sort | paste -sd ' ')" "d d/g f"
    equal "$(swiftlet build -o - . | tar -tf - | sed 's|/$||' | sort | paste -sd ' ')" "d d/g f"
    run swiftlet build -o type=bogus,dest=x .
    own_failure
    has 'invalid type "bogus"'
}

@test "flags that override the image's configuration" {
    dockerfile <<<$'FROM busybox\nENV B=file\nLABEL own=1'
    swiftlet build --env A=1 --env B=no --unsetenv PATH --label more='$x "y"' --identity-label --omit-history \
        --os-version 7 --os-feature f --arch amd64 --annotation k=v -t over .
    equal "$(in_config over .OCIv1.config.Env)" '["A=1","B=file"]'
    equal "$(in_config over '.OCIv1.config.Labels | [.own, .more]')" '["1","$x \"y\""]'
    equal "$(in_config over '.OCIv1.history')" null
    equal "$(in_config over '.OCIv1["os.version"]')" '"7"'
    dockerfile <<<$'FROM nothing-like-it\nLABEL second=1'
    swiftlet build --from over --unsetlabel own --inherit-annotations=false -t second .
    equal "$(in_config second '.OCIv1.config.Labels | [.own, .second]')" '[null,"1"]'
    equal "$(in_config second '.ImageAnnotations.k')" null
    swiftlet build --from over --inherit-labels=false -t third .
    equal "$(in_config third '.OCIv1.config.Labels.more')" null
    run swiftlet build --platform linux/amd64 --arch amd64 .
    own_failure
    has "may not be used with --os, --arch, or --variant"
}

@test "flags that control the build" {
    echo 'FROM scratch' >empty-context
    mkdir vol && echo inside >vol/file
    dockerfile <<'END'
FROM scratch AS unused
COPY Dockerfile /
FROM busybox
ARG A
ARG B
RUN cat /vol/file; cat; echo "$A $B"
END
    printf 'A=1\n# none\nB=2\n' >arguments
    run -0 bash -c "echo typed | command swiftlet --root '$STORE/graph' --runroot '$STORE/run' build -q --stdin \
        -v '$PWD/vol:/vol:ro' --build-arg-file arguments --build-arg B=3 --jobs 2 --no-cache --logfile log ."
    prints ""
    run -0 cat log
    matches '^[0-9a-f]{64}$'
    run -0 bash -c "echo typed | command swiftlet --root '$STORE/graph' --runroot '$STORE/run' build --stdin \
        -v '$PWD/vol:/vol:ro' --build-arg-file arguments --build-arg B=3 --no-cache ."
    has $'inside\ntyped\n1 3'
    lacks "[1/2] STEP"
    has "[2/2] STEP"
    run -0 bash -c "command swiftlet --root '$STORE/graph' --runroot '$STORE/run' build --skip-unused-stages=false \
        -v '$PWD/vol:/vol:ro' . </dev/null"
    has "[1/2] STEP"
    has 'missing "A" build argument'
    run -0 swiftlet build --cache-ttl 0s -v "$PWD/vol:/vol:ro" .
    lacks "Using cache"
}
