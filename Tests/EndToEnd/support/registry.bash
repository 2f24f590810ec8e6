# shellcheck shell=bash
# A registry for one test file, on loopback without TLS. Loaded after session.bash.

# Sets REGISTRY to its host and port.
begin_registry() {
    local port try
    export REGISTRY REGISTRY_ROOT REGISTRY_AUTH_FILE
    REGISTRY_ROOT=$(mktemp -d "${SWIFTLET_TEST_STORES:-/var/tmp}/reg.XXXXXX")
    # The caller's own credentials must not be used.
    REGISTRY_AUTH_FILE=$REGISTRY_ROOT/auth.json
    echo '{}' >"$REGISTRY_AUTH_FILE"
    for try in 1 2 3 4 5; do
        port=$((20000 + RANDOM % 20000))
        REGISTRY=127.0.0.1:$port
        cat >"$REGISTRY_ROOT/config.yml" <<YAML
version: 0.1
storage: {filesystem: {rootdirectory: $REGISTRY_ROOT/data}, delete: {enabled: true}}
http: {addr: "$REGISTRY"}
log: {level: error, accesslog: {disabled: true}}
validation: {manifests: {urls: {allow: ["^https://"]}}}
YAML
        # Descriptor 3 belongs to bats, which waits for background processes that inherit it.
        # The registry would treat the variable as one of its settings.
        env -u REGISTRY_AUTH_FILE docker-registry serve "$REGISTRY_ROOT/config.yml" >"$REGISTRY_ROOT/log" 2>&1 3>&- &
        echo $! >"$REGISTRY_ROOT/pid"
        if registry_answers "$port"; then return 0; fi
        end_registry_process
    done
    fail "no registry: try $try" "$(cat "$REGISTRY_ROOT/log")"
}

registry_answers() {
    local tries
    for tries in $(seq 100); do
        kill -0 "$(cat "$REGISTRY_ROOT/pid")" 2>/dev/null || return 1
        if (exec 5<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
        sleep 0.1
    done
    return 1
}

end_registry_process() { kill "$(cat "$REGISTRY_ROOT/pid")" 2>/dev/null || true; }

end_registry() {
    end_registry_process
    rm -rf "$REGISTRY_ROOT"
}
