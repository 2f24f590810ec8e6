#!/usr/bin/env bats
# COPY and ADD of files, with their flags, and the cache keys of these steps.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

# The files of the image `result`: type, mode, owner, name and content or target.
tree_of() {
    in_image "$1" find "$2" -exec sh -c '
        for file; do
            printf "%s " "$(stat -c "%F %a %u:%g %n" "$file")"
            if [ -L "$file" ]; then readlink "$file"; elif [ -f "$file" ]; then cat "$file"; else echo; fi
        done' sh {} + | sort
}

# Builds a COPY or ADD of the context into an otherwise empty directory.
built() {
    printf 'FROM busybox\nRUN mkdir -p /o/there && ln -s there /o/link && echo old >/o/file\nWORKDIR /o\n%s\n' "$1" >Dockerfile
    swiftlet build -t result "${@:2}" . && tree_of result /o
}

make_files() {
    mkdir -p d/sub e/deep/er
    echo one >d/one.txt && echo two >d/sub/two.txt && echo rye >rye && echo hay >hay && chmod 640 hay
    echo er >e/deep/er/f.csv && echo e >e/g.csv
    ln -s rye crop && ln -s d way
    tar -C d -cf d.tar .
}

@test "steps with one cache key give one tree" {
    make_files
    dockerfile <<<$'FROM busybox\nRUN mkdir -p /o/there && ln -s there /o/link && echo old >/o/file\nWORKDIR /o'
    swiftlet build -q -t ground .
    cat >list.py <<'END'
import sys, tarfile
for m in sorted(tarfile.open(sys.argv[1]), key=lambda m: m.name):
    if m.name.startswith("o"):
        content = tarfile.open(sys.argv[1]).extractfile(m).read() if m.isreg() else b""
        print(m.name, m.type, oct(m.mode), m.uid, m.gid, m.linkname, content)
END
    local line number=0
    while IFS= read -r line; do
        # What earlier lines have left in the cache must not matter.
        printf 'FROM ground\n%s\n' "$line" >Dockerfile
        swiftlet build -q -o type=tar,dest=cached.tar .
        swiftlet build -q -o type=tar,dest=fresh.tar --no-cache .
        run -0 diff <(python3 list.py cached.tar) <(python3 list.py fresh.tar)
        python3 list.py fresh.tar >"$number"
        number=$((number + 1))
    done <<'END'
COPY none* rye sack
COPY rye sack
COPY rye sack/
COPY rye none* sack/
COPY rye hay sack
COPY --chmod=700 rye sack
COPY --chmod=u=rwx,go= rye sack
COPY --link rye link/sack
COPY rye link/sack
COPY d .
COPY --parents d .
COPY --parents ./d/./sub .
COPY d/sub .
COPY --exclude=*.txt d .
COPY --exclude=sub d .
ADD d.tar .
ADD --unpack=false d.tar .
COPY d.tar .
COPY --chown=3 rye sack
COPY --chown=3:4 rye sack
ADD --chown=3:4 d.tar .
END
    # The lines are worth comparing.
    [ "$(md5sum [0-9]* | cut -d ' ' -f 1 | sort -u | wc -l)" -ge 14 ]
}

@test "--exclude counts from the copied directory or from the context, with exceptions" {
    make_files
    run -0 built 'COPY --exclude=*.txt --exclude=!one* d e ./'
    has "one.txt"
    has "sub/two.txt"
    run -0 built 'ADD --exclude=sub d ./new/'
    has "new/one.txt"
    lacks "two.txt"
    run -0 built 'COPY --exclude=d/sub d ./new/'
    lacks "two.txt"
    run -0 built 'COPY --exclude=* d* ./new/'
    has "/o/new"
    lacks "one.txt"
    run swiftlet build - <<<$'FROM busybox\nCOPY --exclude=[ d /'
    own_failure
}

@test "--parents keeps what follows the pivot, doubled stars match any depth, links stay links" {
    make_files
    run -0 built 'COPY --parents e/./**/*.csv crop way ./new/'
    has "new/deep/er/f.csv er"
    has "new/g.csv e"
    has "symbolic link 777 0:0 /o/new/crop rye"
    has "symbolic link 777 0:0 /o/new/way d"
    run built 'COPY --parents e/./none ./new/'
    own_failure
    has "no such file or directory"
}

@test "--chmod takes letters, and makes parents with an absolute mode" {
    make_files
    chmod 600 rye
    run -0 built 'COPY --chmod=u=rwX,go=rX rye d/sub ./new/'
    has "regular file 644 0:0 /o/new/rye"
    run -0 built 'COPY --chmod=4711 rye new/er/rye'
    has "directory 711 0:0 /o/new/er"
    has "regular file 4711 0:0 /o/new/er/rye"
    run built 'COPY --chmod=u=q rye new'
    own_failure
    has "--chmod takes"
}

@test "--chown of an unset variable, and --from and mounts with variables, are errors" {
    make_files
    for line in 'COPY --chown=$nobody rye /' 'COPY --from=$place /etc /e' \
        'RUN --mount=from=${place},target=/m true'; do
        run built "$line"
        own_failure
        matches 'variable'
    done
}

@test "root is 0 in an image without accounts, other names are errors there" {
    make_files
    dockerfile <<<$'FROM scratch\nCOPY --chown=root rye /a\nCOPY --chown=5:root rye /b\nADD --chown=root:6 rye /c'
    swiftlet build -q -o type=tar,dest=result.tar .
    run -0 tar --numeric-owner -tvf result.tar
    matches ' 0/0 .* a'
    matches ' 5/0 .* b'
    matches ' 0/6 .* c'
    dockerfile <<<$'FROM scratch\nCOPY --chown=nobody rye /a'
    run swiftlet build .
    own_failure
    has "unable to find user nobody"
}

@test "a directory is not copied onto a file, and through a link into its directory" {
    make_files
    mkdir -p n/file n/link && echo in >n/link/new
    run built 'COPY n/file .'
    [ "$status" -eq 0 ]
    run built 'COPY n .'
    own_failure
    has "cannot overwrite non-directory"
    rmdir n/file
    run -0 built 'COPY n .'
    has "/o/there/new in"
}

@test "COPY --link makes a layer of its own, which replaces links" {
    make_files
    run -0 built 'COPY --link --chown=7 rye link/sack'
    has "directory 755 7:7 /o/link "
    has "regular file 644 7:7 /o/link/sack rye"
    run -0 last_layer_names result
    prints $'o\no/link\no/link/sack'
    # The same files always become the same layer.
    local first
    first=$(in_config result '.OCIv1.rootfs.diff_ids[-1]')
    run -0 built 'COPY --link --chown=7 rye link/sack' --no-cache
    equal "$(in_config result '.OCIv1.rootfs.diff_ids[-1]')" "$first"
    run -0 built 'COPY --link rye link/sack' --layers=false
    has "regular file 644 0:0 /o/link/sack rye"
    lacks "there/sack"
    dockerfile <<<$'FROM busybox\nWORKDIR /new/place\nCOPY --link rye .\nCOPY --link --chown=nobody hay\t/h'
    sed -i 's/nobody/root:root/' Dockerfile
    run -0 swiftlet build -t result .
    run -0 in_image result cat /new/place/rye /h
    prints $'rye\nhay'
}

@test "archives unpack with the destination as their root" {
    mkdir -p a/in && ln -s /in a/absolute && echo content >a/in/file
    tar -C a -cf a.tar absolute in
    mkdir b && echo through >b/new && tar -C b -cf b.tar --transform 's,^,absolute/,' new
    run -0 built $'ADD a.tar ./x/\nADD b.tar ./x/'
    has "/o/x/in/new through"
    run -0 in_image result sh -c 'test ! -e /in && echo none'
    prints none
}

@test "ignore files bind mounts of the context and named contexts" {
    make_files
    echo hay >.dockerignore
    mkdir other && echo x >other/x && echo y >other/y && echo y >other/.dockerignore
    dockerfile <<'END'
FROM busybox
RUN --mount=target=/c ls /c
RUN --mount=target=/c,rw touch /c/new && ls /c
RUN --mount=from=other,target=/c ls /c
COPY --from=other . /o/
RUN ls /o
RUN --mount=target=/c,source=d cat /c/one.txt
END
    run -0 swiftlet build --build-context other=other -t result .
    has_line rye
    has_line new
    has_line x
    lacks $'\nhay\n'
    lacks $'\ny\n'
    has_line one
    [ ! -e new ]
    dockerfile <<<$'FROM busybox\nRUN --mount=target=/c,source=hay cat /c'
    run swiftlet build .
    own_failure
}

@test "cache mounts: other owners and name spaces are other caches, --no-cache and stages without one start afresh" {
    dockerfile <<'END'
FROM busybox AS one
ARG N
RUN --mount=type=cache,target=/c echo $N >>/c/log; echo $(cat /c/log)
RUN --mount=type=cache,target=/c,uid=5 echo $N >>/c/log; stat -c %u /c; echo own $(cat /c/log)
END
    swiftlet build --build-arg N=1 .
    run -0 swiftlet build --build-arg N=2 .
    has_line "1 2"
    has_line "own 1 2"
    run -0 swiftlet build --build-arg N=3 --build-arg BUILDKIT_CACHE_MOUNT_NS=space .
    has_line 3
    lacks "not consumed"
    run -0 swiftlet build --build-arg N=4 --no-cache .
    has_line 4
    run -0 swiftlet build --build-arg N=5 .
    has_line "4 5"
    run -0 swiftlet build --build-arg N=5 --no-cache-filter two .
    has "Using cache"
    run -0 swiftlet build --build-arg N=5 --no-cache-filter one .
    lacks "Using cache"
    has_line 5
    dockerfile <<<$'FROM busybox\nRUN --mount=type=tmpfs,target=/t,mode=700 true'
    run swiftlet build .
    own_failure
    has "invalid mount option"
}

@test "an agent's socket has the requested owner and mode" {
    # The agent must not hold the test's own descriptors open.
    eval "$(ssh-agent -s 3>&-)" >/dev/null
    dockerfile <<'END'
FROM busybox
RUN --mount=type=ssh,uid=5,gid=6,mode=0606 stat -c '%u:%g %a %F' $SSH_AUTH_SOCK
RUN --mount=type=ssh stat -c '%u:%g %a %F' $SSH_AUTH_SOCK
END
    run swiftlet build --ssh default .
    kill "$SSH_AGENT_PID"
    [ "$status" -eq 0 ]
    has_line "5:6 606 socket"
    has_line "0:0 600 socket"
}
