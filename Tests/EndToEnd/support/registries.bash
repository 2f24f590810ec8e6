# shellcheck shell=bash
# Registries for tests: Debian's docker-registry on free ports of 127.0.0.1, and servers between it and the client.

# An unused port of 127.0.0.1.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Starts a registry called NAME; its port is then in $BATS_FILE_TMPDIR/NAME/port. Further arguments are lines for the
# `http:` section of its configuration and, after --, whole sections.
start_registry() {
    local name=$1 place=$BATS_FILE_TMPDIR/$1 port line sections=false http='' rest=''
    shift
    mkdir -p "$place/data"
    for line in "$@"; do
        if [ "$line" = -- ]; then sections=true; continue; fi
        if $sections; then rest+=$line$'\n'; else http+="  $line"$'\n'; fi
    done
    for _ in 1 2 3; do
        port=$(free_port)
        cat >"$place/config.yml" <<CONFIG
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage:
  filesystem: {rootdirectory: $place/data}
  delete: {enabled: true}
$rest
http:
  addr: 127.0.0.1:$port
$http
CONFIG
        docker-registry serve "$place/config.yml" >"$place/log" 2>&1 3>&- &
        echo $! >"$place/pid"
        for _ in $(seq 100); do
            if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
                echo "$port" >"$place/port"
                return
            fi
            kill -0 "$(cat "$place/pid")" 2>/dev/null || break
            sleep 0.1
        done
    done
    fail "the registry $name does not start:" "$(cat "$place/log")"
}

# Starts one of support/*.py, which writes its port to a file: start_server NAME SCRIPT ARGUMENTS...
start_server() {
    local name=$1 script=$2 place=$BATS_FILE_TMPDIR/$1
    shift 2
    mkdir -p "$place"
    python3 "$SUPPORT/$script" "$place" "$@" >"$place/output" 2>&1 3>&- &
    echo $! >"$place/pid"
    for _ in $(seq 100); do
        [ ! -s "$place/port" ] || return 0
        sleep 0.1
    done
    fail "$script does not start:" "$(cat "$place/output")"
}

port_of() { cat "$BATS_FILE_TMPDIR/$1/port"; }

stop_servers() {
    local file
    for file in "$BATS_FILE_TMPDIR"/*/pid; do
        [ -e "$file" ] && kill "$(cat "$file")" 2>/dev/null
    done
    wait 2>/dev/null || true
}

# Pushes HOST/hundred to a registry, and stores it nowhere else: a hundred incompressible megabytes, in two layers.
push_hundred() {
    local context=$BATS_FILE_TMPDIR/context
    mkdir "$context"
    head -c 60000000 /dev/urandom >"$context/first"
    head -c 40000000 /dev/urandom >"$context/second"
    printf 'FROM localhost/busybox\nCOPY first /\nCOPY second /\n' >"$context/Dockerfile"
    swiftlet build -q -t localhost/hundred "$context"
    swiftlet push -q --tls-verify=false localhost/hundred "$1/hundred"
    swiftlet rmi -f localhost/hundred
    rm "$context/first" "$context/second"
}

# A private CA, a certificate for localhost and one for a client: files in $BATS_FILE_TMPDIR/certs.
make_certificates() {
    local place=$BATS_FILE_TMPDIR/certs name
    mkdir -p "$place"
    (
        cd "$place" || exit
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=Authority \
            -keyout ca-key.pem -out ca.pem -addext basicConstraints=critical,CA:TRUE 2>/dev/null
        for name in localhost client; do
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
                -keyout "$name.key" -out "$name.csr" 2>/dev/null
            openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 \
                -extfile <(echo "subjectAltName=DNS:localhost") -out "$name.pem" 2>/dev/null
        done
    )
}

# A home directory without credentials, for the tests of one file.
begin_own_home() {
    export HOME=$BATS_FILE_TMPDIR/home XDG_RUNTIME_DIR=$BATS_FILE_TMPDIR/runtime
    unset REGISTRY_AUTH_FILE DOCKER_CONFIG
    mkdir -p "$HOME" "$XDG_RUNTIME_DIR"
}

# The directory of the server named "proxy", a fault_proxy.py.
state() { echo "$BATS_FILE_TMPDIR/proxy"; }

# Makes the next requests fail: each argument is a rule of fault_proxy.py.
fault() { printf '%s\n' "$@" >"$(state)/faults"; }
