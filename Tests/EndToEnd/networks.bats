#!/usr/bin/env bats
# Networks of a container's own, connected by pasta or slirp4netns, and ports of the host that lead into them.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() {
    enter_new_directory
    # The default is what some of these are about.
    unset CONTAINERS_CONF_OVERRIDE
}

# Both programs need /dev/net/tun, which many machines keep for root.
needs_tun() { (: <>/dev/net/tun) 2>/dev/null || skip "/dev/net/tun may not be opened"; }

root_only() { is_root || skip "needs a mount namespace made by root"; }

# What python3 says a port of the loopback answers: ask PORT [PATIENCE]
ask() {
    local i
    for ((i = 0; i < 50; i++)); do
        python3 - "$1" <<'PYTHON' 2>/dev/null && return
import sys, urllib.request
sys.stdout.write(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/", timeout=2).read().decode())
PYTHON
        sleep 0.1
    done
    fail "nobody answers at port $1"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }

# A web server that says `hello` and ends when its standard input does.
SERVER='mkdir /w && echo hello >/w/index.html && httpd -p 80 -h /w && cat >/dev/null'

# The programs that connect the networks of this file's store. pasta names itself after the processor it is made for.
connectors() { pgrep -fa "netns.*${STORE:-$HOME}/" || true; }

host_network() { readlink /proc/self/ns/net; }

WARNING="Warning: using the host's network:"

@test "without --network: a private network, in build, run and container run, under each name" {
    needs_tun
    different "$(in_image localhost/busybox readlink /proc/self/ns/net)" "$(host_network)"
    run -0 in_image localhost/busybox ip route
    has "default via"
    lacks Warning
    local container name
    container=$(swiftlet from localhost/busybox)
    different "$(swiftlet run "$container" readlink /proc/self/ns/net)" "$(host_network)"
    equal "$(swiftlet run --network host "$container" readlink /proc/self/ns/net)" "$(host_network)"
    swiftlet rm "$container"
    mkdir names
    for name in buildah podman; do ln -s "$(type -P swiftlet)" "names/$name"; done
    dockerfile <<<$'FROM localhost/busybox\nRUN readlink /proc/self/ns/net >/seen'
    for name in swiftlet "names/buildah" "names/podman"; do
        command "$name" --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" \
            build -q --no-cache -t box . >out 2>&1
        lacks_text out Warning
        different "$(in_image box cat /seen)" "$(host_network)"
    done
    run -0 names/podman --root "$STORE/graph" --runroot "$STORE/run" --storage-driver "$DRIVER" run --rm box readlink /proc/self/ns/net
    different "$output" "$(host_network)"
    equal "$(swiftlet info --format '{{.host.network.default}}')" private
    equal "$(connectors)" ""
}

lacks_text() { ! grep -F "$2" "$1" || fail "$1 has \"$2\""; }

@test "containers.conf changes the default" {
    printf '[containers]\nnetns = "host"\n' >conf
    equal "$(CONTAINERS_CONF_OVERRIDE=$PWD/conf in_image localhost/busybox readlink /proc/self/ns/net)" "$(host_network)"
    printf '[containers]\nnetns = "none"\n' >conf
    run -0 env CONTAINERS_CONF_OVERRIDE="$PWD/conf" bash -c "$(declare -f swiftlet in_image); in_image localhost/busybox tail -n +3 /proc/net/dev"
    matches '^ *lo:[^:]*$'
    equal "$(CONTAINERS_CONF_OVERRIDE=$PWD/conf swiftlet info --format '{{.host.network.default}}')" none
}

@test "a build has one network for all its steps, created when the first one runs" {
    needs_tun
    dockerfile <<'DOCKERFILE'
FROM localhost/busybox AS one
RUN readlink /proc/self/ns/net >/a
RUN --network=none readlink /proc/self/ns/net >/none
RUN --network=host readlink /proc/self/ns/net >/host
RUN --network=default readlink /proc/self/ns/net >/b; ip route >/route
FROM localhost/busybox
COPY --from=one /a /none /host /b /route /
RUN readlink /proc/self/ns/net >/c
DOCKERFILE
    swiftlet build -q -t box .
    run -0 in_image box sh -c 'cat /a /b /c | uniq | wc -l; cat /a /none /host | sort -u | wc -l; cat /host; grep -c default /route'
    prints $'1\n3\n'"$(host_network)"$'\n1'
    # Two builds at once have one each; one that is cached has none.
    dockerfile two <<<$'FROM localhost/busybox\nARG N\nRUN echo $N; readlink /proc/self/ns/net; sleep 1'
    swiftlet build --no-cache --build-arg N=1 -f two . >first 2>&1 &
    swiftlet build --no-cache --build-arg N=2 -f two . >second 2>&1
    wait "$!"
    different "$(grep '^net:' first)" "$(grep '^net:' second)"
    mkdir bin
    printf '#!/bin/sh\ntouch %s/called\nexit 1\n' "$PWD" >bin/pasta
    chmod +x bin/pasta
    printf '[engine]\nhelper_binaries_dir = ["%s/bin"]\n' "$PWD" >conf
    CONTAINERS_CONF_OVERRIDE=$PWD/conf swiftlet build -q -t box .
    [ ! -e called ] || fail "a build whose steps are cached has made a network"
    equal "$(connectors)" ""
}

@test "host.containers.internal and host-gateway resolve to the host" {
    needs_tun
    local port server program
    port=$(free_port)
    echo hello >index.html
    python3 -m http.server "$port" >/dev/null 2>&1 3>&- &
    server=$!
    ask "$port" >/dev/null
    for program in pasta slirp4netns; do
        run in_image --network "$program" --add-host "me;too:host-gateway" localhost/busybox sh -c "
            for name in host.containers.internal host.docker.internal me too; do wget -qO- http://\$name:$port/; done"
        [ "$status" = 0 ] || { kill "$server"; fail "$program: $output"; }
        prints $'hello\nhello\nhello\nhello'
    done
    run in_image --network host localhost/busybox wget -qO- "http://host.containers.internal:$port/"
    kill "$server"
    prints hello
}

@test "--add-host accepts only addresses; with anything else, no image is built" {
    local wrong
    for wrong in nothing :1.2.3.4 name:300.1.1.1 'name:1.2.3.4 9.9.9.9'; do
        run in_image --network host --add-host "$wrong" localhost/busybox true
        own_failure
        has add-host
        run swiftlet build -q --add-host "$wrong" -f - . <<<'FROM localhost/busybox'
        own_failure
        has add-host
    done
}

@test "without a private network: the host's with a single message, or an error if one was requested" {
    if is_root; then
        export -f swiftlet
        cat >without <<'SCRIPT'
for p in /usr/bin/pasta /usr/bin/slirp4netns; do mount --bind /dev/null $p; done
"$@"
SCRIPT
        without() { unshare -m bash -c '. ./without' without "$@"; }
    elif (: <>/dev/net/tun) 2>/dev/null; then
        skip "it can be had"
    else
        without() { "$@"; }
    fi
    dockerfile <<<$'FROM localhost/busybox\nRUN readlink /proc/self/ns/net >/a\nRUN readlink /proc/self/ns/net >/b'
    run -0 without swiftlet build --no-cache -t box .
    equal "$(grep -c "^$WARNING" <<<"$output")" 1
    has "--network host"
    # Nothing runs.
    run -0 without swiftlet build -t box .
    lacks Warning
    run -0 without swiftlet container run --rm box cat /a /b
    equal "${#lines[@]}" 3
    has_line "$(host_network)"
    run -0 without swiftlet container run --rm --network host box true
    prints ""
    run -0 without swiftlet info --format '{{.host.network.default}}: {{.host.network.reason}}'
    matches '^host: .*(passt|/dev/net/tun)'
    local network
    for network in private pasta slirp4netns; do
        run without swiftlet container run --rm --network "$network" box true
        own_failure
        equal "${#lines[@]}" 1
        run without swiftlet build --no-cache --network "$network" .
        own_failure
    done
    run without swiftlet container run --rm -p 8080:80 box true
    own_failure
    matches '(passt|/dev/net/tun)'
    local container
    container=$(swiftlet from localhost/busybox)
    run -0 without swiftlet run "$container" true
    equal "$(grep -c "^$WARNING" <<<"$output")" 1
    swiftlet rm "$container"
}

@test "if the network program fails: the host's network with its reason, or a single error" {
    needs_tun
    mkdir bin
    printf '#!/bin/sh\necho "no route to anywhere" >&2\nexit 1\n' >bin/pasta
    chmod +x bin/pasta
    printf '[engine]\nhelper_binaries_dir = ["%s/bin"]\n' "$PWD" >conf
    export CONTAINERS_CONF_OVERRIDE=$PWD/conf
    dockerfile <<<$'FROM localhost/busybox\nRUN readlink /proc/self/ns/net >/a\nRUN readlink /proc/self/ns/net >/b'
    run -0 swiftlet build --no-cache -t box .
    equal "$(grep -c "^$WARNING" <<<"$output")" 1
    has "no route to anywhere"
    equal "$(in_image --network host box cat /a /b | sort -u)" "$(host_network)"
    run -0 in_image box readlink /proc/self/ns/net
    has_line "$(host_network)"
    equal "${#lines[@]}" 2
    run in_image --network private box true
    own_failure
    has "no route to anywhere"
    run in_image --sysctl net.ipv4.ip_forward=1 box true
    own_failure
    store_is_sound
}

@test "private: a network namespace with an address and outside access, in build, run and container run" {
    needs_tun
    different "$(in_image --network private localhost/busybox readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
    local program
    for program in pasta slirp4netns; do
        run -0 in_image --network "$program" localhost/busybox sh -c 'ip route; ip -4 -o addr; cat /proc/sys/net/ipv4/ping_group_range'
        has "default via"
        matches '127\.0\.0\.1'
        matches $'0[ \t]+0'
    done
    dockerfile <<<$'FROM localhost/busybox\nRUN ip route >/routes'
    swiftlet build -q --network slirp4netns -t box .
    run -0 in_image box cat /routes
    has "default via 10.0.2.2"
    local container
    container=$(swiftlet from --network slirp4netns localhost/busybox)
    run -0 swiftlet run "$container" ip -4 -o addr
    has 10.0.2.100
    run -0 swiftlet run --network none "$container" ip -4 -o addr
    lacks 10.0.2.100
    run -0 swiftlet run --isolation oci --runtime runc "$container" ip -4 -o addr
    has 10.0.2.100
    equal "$(swiftlet inspect "$container" | jq -r '.ConfigureNetwork')" NetworkEnabled
    swiftlet rm "$container"
    container=$(swiftlet from --network private localhost/busybox)
    different "$(swiftlet run "$container" readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
    swiftlet rm "$container"
    equal "$(connectors)" ""
}

@test "names: /etc/hosts has the container's address, /etc/resolv.conf a reachable server" {
    needs_tun
    run -0 in_image --network slirp4netns --hostname chosen --add-host more:9.8.7.6 localhost/busybox cat /etc/hosts /etc/resolv.conf
    has_line $'10.0.2.100\tchosen'
    has_line $'9.8.7.6\tmore'
    has_line "nameserver 10.0.2.3"
    run swiftlet container run --rm --dns bogus localhost/busybox true
    own_failure
    has "bogus is not an ip address"
    run -0 in_image --network pasta --dns 1.2.3.4 --dns-search example.org localhost/busybox cat /etc/resolv.conf
    prints $'search example.org\nnameserver 1.2.3.4'
    run -0 in_image --network pasta localhost/busybox cat /etc/resolv.conf
    lacks "nameserver 127."
    matches 'nameserver [0-9a-f]'
}

@test "a name server on the host's loopback is reachable through pasta" {
    root_only
    needs_tun
    cat >server.py <<'PYTHON'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.53", 53))
while True:
    query, peer = s.recvfrom(512)
    end = query.index(0, 12) + 5
    answer = query[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + query[12:end]
    s.sendto(answer + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x01\x02\x03\x04", peer)
PYTHON
    python3 server.py 3>&- &
    local server=$!
    echo "nameserver 127.0.0.53" >resolv.conf
    export -f swiftlet
    run unshare -m bash -c 'mount --bind resolv.conf /etc/resolv.conf &&
        swiftlet container run --rm --network pasta localhost/busybox nslookup -type=a name.example.org'
    kill "$server"
    has 1.2.3.4
    has 169.254.1.1
}

@test "if AppArmor has a profile for pasta, the namespace's file is at a path that it allows" {
    root_only
    needs_tun
    [ -d /run/user ] || skip "there is no /run/user"
    export -f swiftlet
    cat >session <<'SESSION'
mount -t tmpfs tmpfs /sys/module && mkdir -p /sys/module/apparmor/parameters && echo Y >/sys/module/apparmor/parameters/enabled
mount -t tmpfs tmpfs /run/user
swiftlet container run --rm localhost/busybox sh -c 'sleep 0.5; ip route' &
for i in $(seq 50); do pgrep -fa -- '--netns [/]run/user/0/netns/netns$' | grep -o '[^ ]*$' && break; sleep 0.1; done
wait
ls -A /run/user/0/netns
SESSION
    run -0 unshare -m bash session
    has_line /run/user/0/netns/netns
    has "default via"
    equal "${#lines[@]}" 3
}

@test "-p forwards a port of the host to the container" {
    needs_tun
    local program port udp
    for program in pasta slirp4netns; do
        port=$(free_port)
        mkfifo "hold.$program"
        in_image -i --network "$program" -p "127.0.0.1:$port:80" localhost/busybox sh -c "$SERVER" <"hold.$program" &
        exec 7>"hold.$program"
        run -0 ask "$port"
        prints hello
        run in_image --network "$program" -p "127.0.0.1:$port:80" localhost/busybox true
        own_failure
        exec 7>&-
        wait "$!"
        run in_image --network "$program" -p "127.0.0.1:$port:80" localhost/busybox true
        [ "$status" = 0 ] || fail "the port is not free again: $output"
    done
    # A private network, which ports need, is what one gets without asking.
    different "$(in_image -p "$(free_port):80" localhost/busybox readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
    equal "$(connectors)" ""
}

@test "-P publishes the image's exposed ports; ranges, protocols and invalid values" {
    needs_tun
    dockerfile <<<$'FROM localhost/busybox\nEXPOSE 80 81/udp'
    swiftlet build -q -t box .
    mkfifo hold
    in_image -i -P box sh -c "$SERVER" <hold &
    local i port="" container=$!
    exec 7>hold
    for ((i = 0; i < 50; i++)); do
        port=$(connectors | grep -o '\-t [0-9]*:80' | grep -o '[0-9]*:' | tr -d :)
        [ -z "$port" ] || break
        sleep 0.1
    done
    run -0 ask "$port"
    prints hello
    matches '^hello$'
    run connectors
    matches '\-u [0-9]+:81'
    exec 7>&-
    wait "$container"
    local wrong
    for wrong in 0 99999 80:81:82:83 a:80 80/icmp 1-3:1-2 300.1.1.1:80:80; do
        run in_image -p "$wrong" localhost/busybox true
        own_failure
        has "$wrong"
    done
}

@test "ports are ignored in the host's network, with a message" {
    run -0 in_image --network host -p 8080:80 localhost/busybox true
    has "Warning: port mappings are discarded"
}

@test "the network program ends when the tool is killed" {
    needs_tun
    local program tool i
    for program in pasta slirp4netns; do
        start_swiftlet container run --rm --network "$program" localhost/busybox sleep 60 >log 2>&1 &
        tool=$!
        for ((i = 0; i < 50; i++)); do [ -z "$(connectors)" ] || break; sleep 0.1; done
        different "$(connectors)" ""
        kill -KILL "$tool"
        wait "$tool" || true
        for ((i = 0; i < 50; i++)); do [ -n "$(connectors)" ] || break; sleep 0.1; done
        equal "$(connectors)" ""
    done
    dockerfile <<<$'FROM localhost/busybox\nRUN true\nRUN sleep 60'
    start_swiftlet build --no-cache . >log 2>&1 &
    tool=$!
    for ((i = 0; i < 50; i++)); do [ -z "$(connectors)" ] || break; sleep 0.1; done
    equal "$(connectors | wc -l)" 1
    kill -KILL "$tool"
    wait "$tool" || true
    for ((i = 0; i < 50; i++)); do [ -n "$(connectors)" ] || break; sleep 0.1; done
    equal "$(connectors)" ""
}

@test "ns: joins a namespace by path" {
    root_only
    unshare -n sleep 60 3>&- &
    local holder=$! i
    for ((i = 0; i < 50; i++)); do
        [ "$(readlink "/proc/$holder/ns/net")" = "$(readlink /proc/self/ns/net)" ] || break
        sleep 0.05
    done
    equal "$(in_image --network "ns:/proc/$holder/ns/net" localhost/busybox readlink /proc/self/ns/net)" \
        "$(readlink "/proc/$holder/ns/net")"
    kill "$holder"
    run in_image --network ns:/no/such/file localhost/busybox true
    own_failure
    has /no/such/file
}

@test "an ordinary user gets a private network if the machine allows it" {
    root_only
    needs_tun
    local user=${SWIFTLET_TEST_USER:-swiftlet-test}
    id "$user" >/dev/null 2>&1 || skip "there is no user $user"
    mknod -m 666 tun c 10 200 2>/dev/null && (: <>tun) 2>/dev/null || skip "device files do not work here"
    chmod 666 tun
    local home
    home=$(mktemp -d "${SWIFTLET_TEST_STORES:-/var/tmp}/u.XXXXXX")
    chown "$user" "$home"
    cat >session <<SESSION
set -e
cd $home
tool="$(command -v swiftlet) --root $home/graph --runroot $home/run --storage-driver overlay"
cp -R "$BATS_RUN_TMPDIR/busybox" context
\$tool build -q -t localhost/busybox context >/dev/null
for program in pasta slirp4netns; do
    \$tool container run --rm --network \$program localhost/busybox sh -c 'ip route | grep -c default'
done
\$tool container run --rm -p 18473:80 localhost/busybox sh -c 'mkdir /w; echo hello >/w/index.html; httpd -p 80 -h /w; sleep 5' &
for i in \$(seq 50); do
    python3 -c 'import urllib.request as r; print(r.urlopen("http://127.0.0.1:18473/").read().decode())' 2>/dev/null && break
    sleep 0.1
done
wait
unshare --user --map-auto --map-root-user -- rm -rf "$home"/*
SESSION
    chmod 644 session
    chmod -R a+rX "$BATS_RUN_TMPDIR"
    run -0 unshare -m bash -c "mount --bind tun /dev/net/tun && su $user -s /bin/bash -c 'bash $PWD/session'"
    rm -rf "$home"
    prints $'1\n1\nhello'
}

@test "container: shares the network of a running container" {
    swiftlet container run --name server --network none localhost/busybox \
        sh -c 'mkdir /w && echo hello >/w/index.html && httpd -p 80 -h /w && sleep 60' >/dev/null 2>&1 3>&- &
    local i server=$!
    for ((i = 0; i < 50; i++)); do
        run in_image --network container:server localhost/busybox wget -qO- http://127.0.0.1/
        [ "$status" -ne 0 ] || break
        sleep 0.1
    done
    prints hello
    # Files of the image belong to whom they belonged before.
    run -0 in_image --network container:server localhost/busybox stat -c %u:%g /bin/busybox
    prints 0:0
    swiftlet container kill server
    wait "$server" || true
    run in_image --network container:server localhost/busybox true
    own_failure
    has "the container is not running"
    swiftlet container rm server
    run in_image --network container:server localhost/busybox true
    own_failure
    has server
    run swiftlet build --network container:server -f - . <<<'FROM localhost/busybox'
    own_failure
    has 'only "container run"'
}

@test "unknown networks and missing network programs are a single clear error" {
    run in_image --network no-such-network localhost/busybox true
    own_failure
    has "no-such-network: network not found"
    if ! is_root; then
        if ! (: <>/dev/net/tun) 2>/dev/null; then
            run in_image --network private localhost/busybox true
            own_failure
            has /dev/net/tun
            equal "${#lines[@]}" 1
        fi
        return
    fi
    export -f swiftlet
    run unshare -m bash -c 'for p in /usr/bin/pasta /usr/bin/slirp4netns; do mount --bind /dev/null $p; done
        swiftlet container run --rm --network private localhost/busybox true'
    own_failure
    has passt
    has slirp4netns
}
