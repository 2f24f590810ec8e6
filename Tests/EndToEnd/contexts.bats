#!/usr/bin/env bats
# Contexts and Dockerfiles that are elsewhere: web servers, standard input, repositories behind secrets and SSH.
# runs as: user

load support/session

# Serves $WEB. Below /private, only requests with credentials are answered; /stall never ends.
serve_privately() {
    cat >"$BATS_FILE_TMPDIR/server.py" <<'END'
import functools, http.server, sys, time
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[2], "a") as log: print(self.path, self.headers.get("Authorization"), file=log)
        if self.path.startswith("/private/"):
            if not self.headers.get("Authorization"):
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="x"')
                return self.end_headers()
            self.path = self.path[len("/private"):]
        if self.path == "/stall":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"FROM busybox\n")
            self.wfile.flush()
            return time.sleep(60)
        super().do_GET()
handler = functools.partial(Handler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
server.serve_forever()
END
    python3 "$BATS_FILE_TMPDIR/server.py" "$WEB" "$REQUESTS" >"$BATS_FILE_TMPDIR/port" 2>/dev/null 3>&- &
    export SERVER=$! PORT URL
    until [ -s "$BATS_FILE_TMPDIR/port" ]; do sleep 0.1; done
    PORT=$(cat "$BATS_FILE_TMPDIR/port")
    URL=http://127.0.0.1:$PORT
}

git_in() { git -C "$1" -c user.name=pilot -c user.email=pilot@example.test -c protocol.file.allow=always "${@:2}"; }

# commit_to REPOSITORY MESSAGE [SUBMODULE]
commit_to() {
    git_in "$1" add -A
    if [ -n "${3:-}" ]; then
        git_in "$1" update-index --add --cacheinfo "160000,$(git_in "$WEB/part" rev-parse HEAD),$3"
    fi
    git_in "$1" commit -q -m "$2"
    git_in "$1" update-server-info
}

setup_file() {
    begin_store
    export WEB=$BATS_FILE_TMPDIR/web REQUESTS=$BATS_FILE_TMPDIR/requests TMPDIR=$BATS_FILE_TMPDIR/tmp
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    mkdir -p "$WEB/context/sub" "$TMPDIR"
    echo breeze >"$WEB/context/wind"
    printf 'FROM busybox\nCOPY wind /\nRUN cat /wind\n' >"$WEB/context/Dockerfile"
    printf 'FROM busybox\nRUN echo from the sub-directory\n' >"$WEB/context/sub/Other"
    local form
    for form in gz xz bz2 zst; do tar -C "$WEB/context" -caf "$WEB/context.tar.$form" .; done
    tar -C "$WEB/context" -cf "$WEB/context.tar" .
    printf 'FROM busybox\nRUN echo from the web\n' >"$WEB/Dockerfile"
    mkdir "$WEB/repo" "$WEB/part"
    git init -q -b main "$WEB/part"
    echo reef >"$WEB/part/reef"
    commit_to "$WEB/part" part
    git init -q -b main "$WEB/repo"
    cp "$WEB/context/wind" "$WEB/context/Dockerfile" "$WEB/repo"
    commit_to "$WEB/repo" first
    commit_to "$WEB/repo" second 2>/dev/null || git_in "$WEB/repo" commit -q --allow-empty -m second
    git_in "$WEB/repo" update-server-info
    # The ssh of these tests connects to this machine, and tells how it was called.
    export SSH_LOG=$BATS_FILE_TMPDIR/ssh.log BIN=$BATS_FILE_TMPDIR/bin
    mkdir "$BIN"
    printf '#!/bin/sh\necho "$SSH_AUTH_SOCK $*" >>%s\nfor word; do :; done\nunset GIT_ALLOW_PROTOCOL\nexec sh -c "$word"\n' \
        "$SSH_LOG" >"$BIN/ssh"
    chmod +x "$BIN/ssh"
    serve_privately
}
teardown_file() {
    kill "$SERVER"
    end_store
}
setup() {
    enter_new_directory
    : >"$REQUESTS"
}
teardown() { no_leftovers; }

no_leftovers() { [ -z "$(ls -A "$TMPDIR")" ] || fail "left behind:" "$(ls -A "$TMPDIR")"; }

@test "an address is a context: archives in every compression, or a Dockerfile" {
    local form
    run swiftlet build --check "$URL/context.tar"
    has "Check complete"
    for form in tar tar.gz tar.xz tar.bz2 tar.zst; do
        run -0 swiftlet build --no-cache "$URL/context.$form"
        has_line breeze
    done
    run -0 swiftlet build -f sub/Other "$URL/context.tar"
    has "from the sub-directory"
    run -0 swiftlet build "$URL/Dockerfile"
    has "from the web"
    mkdir local
    run -0 swiftlet build -f "$URL/Dockerfile" local
    has "from the web"
    run swiftlet build -f sub/Other "$URL/Dockerfile"
    own_failure
    has "--file cannot be used"
}

@test "named contexts are archives, files and repositories at addresses" {
    dockerfile <<'END'
FROM busybox
COPY --from=archive wind /a
COPY --from=file context /b
COPY --from=repo wind /c
RUN cat /a /b /c
END
    run -0 swiftlet build --build-context "archive=$URL/context.tar.gz" --build-context "file=$URL/Dockerfile" \
        --build-context "repo=$URL/repo/.git" .
    has $'breeze\nFROM busybox\nRUN echo from the web\nbreeze'
    local source
    for source in oci-layout:///nowhere "oci-layout://.@sha256:0"; do
        run swiftlet build --build-context "a=$source" .
        own_failure
        has "--build-context a"
    done
    for source in ftp://h/x nix:// target:base s3://bucket/x; do
        run swiftlet build --build-context "a=$source" .
        own_failure
        has "--build-context a"
        run swiftlet build "$source/"
        own_failure
    done
    run swiftlet build ftp://user:secret@h/x.tar
    own_failure
    has "the scheme ftp:// is not supported"
    lacks secret
}

@test "the time of a context is that of the file, or of what is newest in the archive" {
    mkdir dated
    printf 'FROM busybox\nCOPY x /\n' >dated/Dockerfile
    touch dated/x
    touch -d @1500000000 dated/Dockerfile
    touch -d @1500000300 dated/x
    tar -cf "$WEB/dated.tar" -C dated .
    touch -d @1600000000 "$WEB/dated.tar"
    swiftlet build -q -t dated --build-arg SOURCE_DATE_EPOCH=context "$URL/dated.tar"
    equal "$(in_config dated .OCIv1.created)" '"2020-09-13T12:26:40Z"'
    swiftlet build -q -t dated --build-arg SOURCE_DATE_EPOCH=context - <"$WEB/dated.tar"
    equal "$(in_config dated .OCIv1.created)" '"2017-07-14T02:45:00Z"'
}

@test "a named context in place of the target is told" {
    mkdir other
    printf 'FROM busybox AS base\nFROM busybox AS last\nRUN echo never\n' >Dockerfile
    run -0 swiftlet build --build-context last=docker-image://localhost/busybox .
    has "replaces the target stage last"
    lacks "echo never"
    run -0 swiftlet build --build-context base=docker-image://localhost/busybox .
    lacks "replaces the target"
}

@test "standard input is an archive in any compression, or a Dockerfile" {
    local form
    for form in "" .gz .xz .bz2 .zst; do
        run -0 swiftlet build --no-cache - <"$WEB/context.tar$form"
        has_line breeze
    done
    run -0 swiftlet build -f sub/Other - <"$WEB/context.tar.gz"
    has "from the sub-directory"
    run -0 swiftlet build - <"$WEB/Dockerfile"
    has "from the web"
    run swiftlet build -f - - <"$WEB/Dockerfile"
    own_failure
    has "both"
    run swiftlet build -f Dockerfile - <"$WEB/Dockerfile"
    own_failure
    run swiftlet build - </dev/null
    own_failure
    has "no contents"
    head -c 20M /dev/zero | tr '\0' x >large
    run swiftlet build - <large
    own_failure
    has "neither an archive nor"
    cp large "$WEB/large"
    run swiftlet build "$URL/large"
    own_failure
    has "neither an archive nor"
    run swiftlet build -f "$URL/large" .
    own_failure
    rm "$WEB/large"
    # An archive that breaks off.
    head -c 700 "$WEB/context.tar" >part
    run swiftlet build - <part
    [ "$status" -ne 0 ]
    lacks "Fatal error"
}

@test "entries of an archive stay inside of the context" {
    make_outside
    python3 - "$OUTSIDE" <<'END'
import io, sys, tarfile
outside = sys.argv[1]
def archive(name, *entries):
    with tarfile.open(name, "w") as tar:
        for path, kind, target in (("Dockerfile", tarfile.REGTYPE, b"FROM busybox\nCOPY . /c\nRUN find /c | sort\n"), *entries):
            info = tarfile.TarInfo(path)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(target)
                tar.addfile(info, io.BytesIO(target))
            else:
                info.linkname = target
                tar.addfile(info)
up = "../" * 12
archive("up.tar", (up + outside[1:] + "/canary", tarfile.REGTYPE, b"dead"))
archive("absolute.tar", (outside + "/canary", tarfile.REGTYPE, b"dead"))
archive("link.tar", ("door", tarfile.SYMTYPE, outside), ("door/canary", tarfile.REGTYPE, b"dead"))
archive("hard.tar", ("copy", tarfile.LNKTYPE, outside + "/canary"), ("copy", tarfile.REGTYPE, b"dead"))
archive("hardup.tar", ("copy", tarfile.LNKTYPE, up + outside[1:] + "/canary"), ("copy", tarfile.REGTYPE, b"dead"))
with tarfile.open("dockerfile.tar", "w") as tar:
    info = tarfile.TarInfo("Dockerfile")
    info.type, info.linkname = tarfile.SYMTYPE, outside + "/canary"
    tar.addfile(info)
END
    local archive
    for archive in up absolute link hard hardup dockerfile; do
        run swiftlet build - <$archive.tar
        lacks canary$'\n'dead
        lacks "Fatal error"
        equal "$(cat "$OUTSIDE/canary")" canary
        equal "$(ls "$OUTSIDE")" canary
    done
}

@test "missing files and refused servers are single clear errors without secrets" {
    run swiftlet build "http://me:secret77@127.0.0.1:$PORT/none.tar"
    own_failure
    has "127.0.0.1:$PORT/none.tar"
    has 404
    lacks secret77
    run swiftlet build --retry 0 http://127.0.0.1:1/x.tar
    own_failure
    dockerfile <<<$'FROM busybox\nADD http://me:secret77@127.0.0.1:'"$PORT"$'/private/Dockerfile /x\nRUN false # https://u:secret77@h/'
    run swiftlet build .
    [ "$status" -ne 0 ]
    has "ADD http://xxxxx@127.0.0.1:$PORT/private/Dockerfile /x"
    lacks secret77
    dockerfile <<<$'FROM busybox\nADD http://me:secret77@127.0.0.1:'"$PORT"$'/none /x'
    run swiftlet build .
    own_failure
    lacks secret77
    dockerfile <<<$'FROM busybox\nADD http://me:secret77@127.0.0.1:'"$PORT"$'/private/Dockerfile /x'
    swiftlet build -q -t named .
    run -0 in_config named .
    lacks secret77
}

@test "secrets open servers and repositories, those of a host first" {
    printf token1 >one
    printf token2 >two
    run swiftlet build "$URL/private/context.tar"
    own_failure
    has unauthorized
    run -0 swiftlet build --secret id=HTTP_AUTH_TOKEN_127.0.0.1,src=one "$URL/private/context.tar"
    grep -q "Bearer token1" "$REQUESTS"
    run swiftlet build "$URL/private/repo/.git"
    own_failure
    run -0 swiftlet build --no-cache --secret id=GIT_AUTH_TOKEN,src=one "$URL/private/repo/.git"
    has_line breeze
    grep -q "basic $(printf x-access-token:token1 | base64)" "$REQUESTS"
    : >"$REQUESTS"
    printf 'basic abcdef' >header
    run -0 swiftlet build --no-cache --secret id=GIT_AUTH_HEADER,src=header --secret "id=GIT_AUTH_TOKEN.127.0.0.1:$PORT,src=two" \
        "$URL/private/repo/.git"
    grep -q "basic $(printf x-access-token:token2 | base64)" "$REQUESTS"
    if grep abcdef "$REQUESTS"; then fail "the header for all hosts was sent"; fi
}

@test "repositories over SSH: agents, known hosts, shallow, and nothing of git's without --keep-git-dir" {
    local repository=ssh://git@harbour.test$WEB/super
    cp -r "$WEB/repo" "$WEB/super"
    printf '[submodule "part"]\n\tpath = part\n\turl = ssh://git@harbour.test%s\n' "$WEB/part" >"$WEB/super/.gitmodules"
    printf 'FROM busybox\nCOPY . /c\nRUN cat /c/part/reef; find /c -name .git -o -name shallow | sort; stat -c %%a /c/wind\n' \
        >"$WEB/super/Dockerfile"
    commit_to "$WEB/super" submodule part
    umask 077
    PATH=$BIN:$PATH SSH_AUTH_SOCK=/own/agent HOME=$PWD run -0 swiftlet build "$repository"
    has $'reef\n644'
    grep -q "^/own/agent .*UserKnownHostsFile=$PWD/.ssh/known_hosts" "$SSH_LOG"
    PATH=$BIN:$PATH run -0 swiftlet build "$repository?keep-git-dir=1"
    has $'/c/.git\n'
    has $'/c/.git/shallow\n'
    has $'/c/part/.git\n'
    PATH=$BIN:$PATH run -0 swiftlet build --build-arg BUILDKIT_CONTEXT_KEEP_GIT_DIR=1 "$repository?submodules=0"
    has $'/c/.git\n'
    ssh-keygen -q -t ed25519 -N '' -f key
    : >"$SSH_LOG"
    PATH=$BIN:$PATH run -0 swiftlet build --ssh default=key "$repository#main"
    grep -q "^$TMPDIR/swiftlet-ssh-" "$SSH_LOG"
}

@test "hostile repositories run nothing and read nothing" {
    local url name=0
    for url in ext::touch\ $WEB/owned "$WEB/part" "file://$WEB/part" "-u./payload" "ssh://-oProxyCommand=touch%20$WEB/owned/x"; do
        name=$((name + 1))
        cp -r "$WEB/repo" "$WEB/hostile$name"
        printf '[submodule "evil"]\n\tpath = evil\n\turl = %s\n\tupdate = !touch %s/owned\n\tbranch = --upload-pack=x\n' "$url" \
            "$WEB" >"$WEB/hostile$name/.gitmodules"
        commit_to "$WEB/hostile$name" hostile evil
        run swiftlet build "$URL/hostile$name/.git"
        own_failure
        equal "$(grep -c Error: <<<"$output")" 1
    done
    # Filters and hooks are configuration, which a repository cannot bring along.
    cp -r "$WEB/repo" "$WEB/filters"
    printf '* filter=evil diff=evil\n' >"$WEB/filters/.gitattributes"
    mkdir "$WEB/filters/hooks"
    printf '#!/bin/sh\ntouch %s/owned\n' "$WEB" >"$WEB/filters/hooks/post-checkout"
    chmod +x "$WEB/filters/hooks/post-checkout"
    printf '[filter "evil"]\n\tsmudge = touch %s/owned\n' "$WEB" >"$WEB/filters/config"
    commit_to "$WEB/filters" filters
    run -0 swiftlet build "$URL/filters/.git"
    for url in "#--upload-pack=touch" "#main:../../../../etc" "#main:.git" "?subdir=a/.GIT/b" "?ref=a&ref=b" "?tag=a&branch=b" \
        "?fetch-by-commit" "?commit=xyz" "?submodules=maybe" "?depth=1" "?ref="; do
        run swiftlet build "$URL/repo/.git$url"
        own_failure
    done
    # Nobody is asked for a password.
    run timeout 20 swiftlet build "$URL/private/repo/.git"
    own_failure
    [ ! -e "$WEB/owned" ]
}

@test "a source policy binds contexts, Dockerfiles and ADD, however an address is written" {
    policy() { printf '{"rules":[%s]}' "$1" >policy.json; }
    deny() { printf '{"action":"DENY","selector":{"identifier":"%s"}}' "$1"; }
    refused() {
        run swiftlet build --source-policy-file policy.json "$@"
        own_failure
        has "denied by source policy"
    }
    local source
    dockerfile <<<"FROM busybox"
    policy "$(deny "$URL/*")"
    refused "$URL/context.tar"
    refused -f "$URL/Dockerfile" .
    refused --build-context "a=$URL/context.tar" .
    refused "$URL/repo/.git#main"
    refused --build-context "a=$URL/repo/.git" .
    for source in "http://me@127.0.0.1:$PORT/Dockerfile" "http://127.0.0.1:$PORT/x/../Dockerfile" "$URL/%44ockerfile" \
        "http://me:x@127.0.0.1:$PORT/repo/.git"; do
        policy "$(deny "$URL/Dockerfile"),$(deny "$URL/repo/.git")"
        dockerfile <<<$'FROM busybox\nADD '"$source"$' /x'
        refused .
    done
    # A replacement is fetched instead.
    policy "{\"action\":\"CONVERT\",\"selector\":{\"identifier\":\"http://old.test/*\"},\"updates\":{\"identifier\":\"$URL/Dockerfile\"}}"
    run -0 swiftlet build --source-policy-file policy.json http://old.test/x.tar
    has "from the web"
    : >"$REQUESTS"
    # What only looks allowed is not.
    policy "{\"action\":\"ALLOW\",\"selector\":{\"identifier\":\"http://good.test*\"}},$(deny 'http*')"
    refused "http://good.test@127.0.0.1:$PORT/context.tar"
    [ ! -s "$REQUESTS" ]
}

@test "an interrupted build leaves nothing behind, and a killed one until the next" {
    start_swiftlet build "$URL/stall" >log 2>&1 3>&- &
    local build=$!
    until grep -q stall "$REQUESTS" && [ -n "$(ls "$TMPDIR")" ]; do sleep 0.05; done
    kill -TERM "$build"
    wait "$build" || status=$?
    equal "$status" 143
    no_leftovers
    # A server of git's own protocol that never answers: git does not survive.
    python3 -c 'import socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
connection = listener.accept()
print("connected", flush=True)
time.sleep(60)' >silent 3>&- &
    local silent=$!
    until [ -s silent ]; do sleep 0.05; done
    local repository
    repository=git://127.0.0.1:$(cat silent)/r
    start_swiftlet build "$repository" >log 2>&1 3>&- &
    build=$!
    until grep -q connected silent; do sleep 0.05; done
    kill -INT "$build"
    status=0
    wait "$build" || status=$?
    equal "$status" 130
    no_leftovers
    equal "$(pgrep -fc "ls-remote.*$repository")" 0
    kill "$silent"
    rm silent
    : >"$REQUESTS"
    start_swiftlet build "$URL/stall" >log 2>&1 3>&- &
    build=$!
    until grep -q stall "$REQUESTS" && [ -n "$(ls "$TMPDIR")" ]; do sleep 0.05; done
    # A directory that is in use stays.
    run -0 swiftlet build - <"$WEB/Dockerfile"
    [ -n "$(ls "$TMPDIR")" ]
    kill -KILL "$build"
    wait "$build" || true
    [ -n "$(ls "$TMPDIR")" ]
    run -0 swiftlet build - <"$WEB/Dockerfile"
    no_leftovers
    mkdir -m 700 .out.tar.partial-0123456789abcdef
    echo half >.out.tar.partial-0123456789abcdef/file
    run -0 swiftlet build -o type=tar,dest=out.tar - <"$WEB/Dockerfile"
    equal "$(ls -A)" $'log\nout.tar'
}
