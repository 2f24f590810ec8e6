#!/usr/bin/env bats
# Secrets that a build was given stay out of what it makes: layers, configuration, history, output and the build cache.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() {
    enter_new_directory
    echo "$SECRET" >secret
}

SECRET='hunter2/correct horse+battery'

# Builds, which must fail because of a leak that is described like this, without quoting the secret.
leaks() {
    run swiftlet build --secret id=token,src=secret -t leaky "${@:2}" .
    own_failure
    has "$1"
    has "allow it with --allow-secret-leaks"
    lacks "$SECRET"
    lacks 'hunter2'
    [ "$(swiftlet images -q leaky 2>/dev/null)" = "" ] || fail "there is an image"
}

@test "a secret in a file of a layer fails the build, which leaves no cached step behind" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN --mount=type=secret,id=token mkdir -p /app && echo "password = '$(cat /run/secrets/token)'" >/app/config
EOF
    leaks 'file app/config in the layer contains the secret "token": keep it out'
    has 'Dockerfile:2'
    # Neither this build nor one that allows the leak has left a result that others would take.
    run -0 --separate-stderr swiftlet build --secret id=token,src=secret --allow-secret-leaks -t allowed .
    lacks "Using cache"
    [[ $stderr == *'[Warning] SecretLeak: file app/config in the layer contains the secret "token"'* ]] || fail "$stderr"
    leaks 'file app/config'
    lacks "Using cache"
    run -0 swiftlet build -t other .
    lacks "Using cache"
    # Kept out, the step is cached as usual.
    dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=secret,id=token wc -c </run/secrets/token >/length'
    run -0 swiftlet build --secret id=token,src=secret -t fine .
    run -0 swiftlet build --secret id=token,src=secret -t fine .
    has "Using cache"
}

@test "base64 at every alignment, wrapped or not, and URL-encoded secrets are found" {
    for prefix in "" a ab; do
        dockerfile <<EOF
FROM localhost/busybox
RUN --mount=type=secret,id=token { printf '%s' "$prefix"; cat /run/secrets/token; } | base64 -w 8 >/encoded
EOF
        leaks 'file encoded in the layer contains the secret "token" (base64-encoded)'
    done
    dockerfile <<'EOF'
FROM localhost/busybox
RUN --mount=type=secret,id=token,env=T echo "https://me:$(printf %s "$T" | sed 's/ /%20/g; s/+/%2b/; s,/,%2F,')@example.com" >/url
EOF
    leaks 'file url in the layer contains the secret "token" (URL-encoded)'
}

@test "secrets from the context, in names and in links are found; the parts of a large file are searched together" {
    mkdir context
    { head -c 262140 /dev/zero; cat secret; head -c 300000 /dev/zero; } >context/large
    dockerfile <<<$'FROM scratch\nCOPY context/large /large'
    leaks 'file large in the layer'
    dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=secret,id=token,env=T ln -s "x/$T" /link'
    leaks 'file link in the layer'
    dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=secret,id=token,env=T mkdir -p "/d/x$T"'
    leaks 'the layer, in the name of a file, contains the secret "token"'
    # A build of a single layer
    dockerfile <<<$'FROM localhost/busybox\nCOPY secret /copy'
    leaks 'file copy in the layer' --layers=false
}

@test "configuration, history and instructions are searched" {
    dockerfile <<<$'FROM localhost/busybox\nARG T\nENV TOKEN=$T'
    leaks "the image's configuration (config.Env[1]) contains the secret" --build-arg T="$SECRET"
    dockerfile <<<$'FROM localhost/busybox\nARG T\nRUN true'
    leaks "the image's configuration (history[" --build-arg T="$SECRET"
    dockerfile <<<$'FROM localhost/busybox\nARG T\nLABEL t=$T'
    leaks "the image's configuration (config.Labels.t) contains the secret" --build-arg T="$SECRET" --omit-history
    # A line with the secret is not shown.
    dockerfile <<<"FROM localhost/busybox
LABEL password='$SECRET'"
    leaks 'line 2 of Dockerfile contains the secret'
    lacks "STEP 2"
    # An argument is no secret.
    dockerfile <<<$'FROM localhost/busybox\nARG T\nENV TOKEN=$T'
    run -0 swiftlet build --build-arg T="$SECRET" .
}

@test "the output of a command with a secret is held back, and fails the build" {
    dockerfile <<'EOF'
FROM localhost/busybox
RUN --mount=type=secret,id=token echo before; cat /run/secrets/token >&2; touch /new; echo after >&2
EOF
    leaks 'the output of the command contains the secret "token"'
    has_line before
    run -0 --separate-stderr swiftlet build --secret id=token,src=secret --allow-secret-leaks .
    SWIFTLET_ALLOW_SECRET_LEAKS=true run -0 swiftlet build --no-cache --secret id=token,src=secret .
    SWIFTLET_ALLOW_SECRET_LEAKS=true run swiftlet build --no-cache --allow-secret-leaks=false --secret id=token,src=secret .
    own_failure
    run -0 --separate-stderr swiftlet build --no-cache --secret id=token,src=secret --allow-secret-leaks .
    has_line before
    [[ $stderr == *"$SECRET"* && $stderr == *after* && $stderr == *"[Warning] SecretLeak: the output of the command"* ]] ||
        fail "$stderr"
}

@test "called as buildah or podman, a leak is a warning, unless the flag says otherwise" {
    dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=secret,id=token cat /run/secrets/token'
    for name in buildah podman; do
        ln -sf "$(type -P swiftlet)" "$name"
        local tool=("./$name" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER")
        run -0 "${tool[@]}" build --no-cache --secret id=token,src=secret .
        has "$SECRET"
        has "SecretLeak"
        run "${tool[@]}" build --no-cache --secret id=token,src=secret --allow-secret-leaks=false .
        own_failure
        lacks "$SECRET"
    done
}

@test "SSH keys in files are secrets; short secrets are not searched for" {
    ssh-keygen -q -t ed25519 -N "" -C one -f key
    dockerfile <<<$'FROM scratch\nCOPY key /root/.ssh/id'
    run swiftlet build --ssh default="$PWD/key" .
    own_failure
    has 'file root/.ssh/id in the layer contains the secret "SSH key default"'
    echo 12345 >secret
    dockerfile <<<$'FROM localhost/busybox\nRUN --mount=type=secret,id=token cat /run/secrets/token'
    run -0 swiftlet build --no-cache --secret id=token,src=secret .
    has_line 12345
}
