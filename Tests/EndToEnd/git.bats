#!/usr/bin/env bats
# Git repositories as sources of ADD and as build contexts. The server is one of plain files.
# runs as: user

load support/session

repository_git() { git -C "$WEB/repo" -c user.name=pilot -c user.email=pilot@example.test "$@"; }

setup_file() {
    begin_store
    export WEB=$BATS_FILE_TMPDIR/web
    mkdir -p "$WEB/repo/bay"
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
    git init -q -b main "$WEB/repo"
    local tag
    for tag in r1 r2; do
        echo "wind of $tag" >"$WEB/repo/wind"
        echo "tide of $tag" >"$WEB/repo/bay/tide"
        repository_git add -A
        repository_git commit -q -m "$tag"
        repository_git tag -a -m "$tag" "$tag"
    done
    printf 'FROM busybox\nCOPY wind bay/tide /sky/\nRUN cat /sky/*\n' >"$WEB/repo/Dockerfile"
    ln -s /etc "$WEB/repo/out"
    ln -s ../../../../../etc/passwd "$WEB/repo/bay/passwd"
    printf '[submodule "evil"]\n\tpath = evil\n\turl = ext::touch %s/owned\n' "$WEB" >"$WEB/repo/hostile"
    repository_git add -A
    repository_git commit -q -m "how to build"
    repository_git update-server-info
    serve_web
    URL+=/repo/.git
}
teardown_file() {
    kill "$SERVER"
    end_store
}
setup() { enter_new_directory; }

@test "ADD of branches, tags, commits and directories, with the .git directory on request" {
    local first
    first=$(repository_git rev-parse 'r1^{commit}')
    dockerfile <<END
FROM busybox
ADD $URL /default
ADD $URL#r1 /tag
ADD $URL#$first /commit
ADD $URL?branch=main&subdir=bay /directory
ADD --checksum=${first:0:10} $URL?tag=r1 /checked
ADD --keep-git-dir=true --exclude=bay $URL#r2 /kept
RUN cat /default/wind /tag/wind /commit/wind /directory/tide /checked/wind; ls -A /tag /kept
END
    run -0 swiftlet build -t result .
    has $'wind of r2\nwind of r1\nwind of r1\ntide of r2\nwind of r1\n/kept:\n.git\nwind\n\n/tag:\nbay\nwind'
    run -0 swiftlet build -t result .
    equal "$(grep -c 'Using cache' <<<"$output")" 7
    # A link of the repository's stays what it is.
    run -0 in_image result sh -c 'readlink /default/out; readlink /default/bay/passwd'
    prints $'/etc\n../../../../../etc/passwd'
}

@test "wrong references, commits and protocols are single clear errors, and nothing of the repository runs" {
    local line
    while IFS= read -r line; do
        dockerfile <<<$'FROM busybox\n'"$line"
        run swiftlet build .
        own_failure
        equal "$(grep -c Error: <<<"$output")" 1
    done <<END
ADD $URL#none /x
ADD $URL?tag=r1&commit=0123456789 /x
ADD --checksum=sha256:0 $URL#r1 /x
ADD $URL#--upload-pack=touch /x
ADD $URL#r1:out /x
ADD $URL#:out /x
ADD $URL?what=r1 /x
ADD ext::touch\ $WEB/owned.git /x
ADD file://$WEB/repo/.git /x
COPY $URL /x
ADD --keep-git-dir $WEB /x
END
    cp "$WEB/repo/hostile" "$WEB/repo/.gitmodules"
    repository_git update-index --add --cacheinfo "160000,$(repository_git rev-parse HEAD),evil"
    repository_git add .gitmodules
    repository_git commit -q -m submodule
    repository_git branch hostile
    repository_git reset -q --hard HEAD~1
    repository_git update-server-info
    dockerfile <<<$'FROM busybox\nADD '"$URL"$'#hostile /x'
    run swiftlet build .
    own_failure
    has "transport 'ext' not allowed"
    dockerfile <<<$'FROM busybox\nADD '"$URL"$'?branch=hostile&submodules=false /x\nRUN ls -A /x/evil'
    run -0 swiftlet build .
    [ ! -e "$WEB/owned" ]
    store_is_sound
}

@test "a repository is a build context, also a named one; its links lead nowhere" {
    run -0 swiftlet build "$URL"
    has $'tide of r2\nwind of r2'
    dockerfile <<<$'FROM busybox\nCOPY --from=repo wind /\nRUN cat /wind'
    run -0 swiftlet build --build-context "repo=$URL#r1" .
    has "wind of r1"
    run swiftlet build "$URL#:out"
    own_failure
    run swiftlet build -f bay/passwd "$URL"
    own_failure
    lacks "root:"
    [ -z "$(ls -d "${TMPDIR:-/var/tmp}"/swiftlet-context.* 2>/dev/null)" ]
}
