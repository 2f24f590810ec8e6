#!/usr/bin/env bats
# Networks of a container's own, connected by pasta or slirp4netns, and ports of the host that lead into them.
# runs as: user root

load support/session

setup_file() { begin_store; }
teardown_file() { end_store; }
setup() { enter_new_directory; }

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

@test "private: a namespace of its own with an address and a way out, in build, run and container run" {
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

@test "names: /etc/hosts knows the container's address, /etc/resolv.conf a server that can be reached" {
    needs_tun
    run -0 in_image --network slirp4netns --hostname chosen --add-host more:9.8.7.6 localhost/busybox cat /etc/hosts /etc/resolv.conf
    has_line $'10.0.2.100\tchosen'
    has_line $'9.8.7.6\tmore'
    has_line "nameserver 10.0.2.3"
    run -0 in_image --network pasta --dns 1.2.3.4 --dns-search example.org localhost/busybox cat /etc/resolv.conf
    prints $'nameserver 1.2.3.4\nsearch example.org'
    run -0 in_image --network pasta localhost/busybox cat /etc/resolv.conf
    lacks "nameserver 127."
    matches 'nameserver [0-9a-f]'
}

@test "a name server on the host's loopback is asked through pasta" {
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

@test "-p: a port of the host leads into the container" {
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
    # Asking for a port asks for a private network.
    different "$(in_image -p "$(free_port):80" localhost/busybox readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/net)"
    equal "$(connectors)" ""
}

@test "-P publishes what the image exposes; ranges, protocols and mistakes" {
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

@test "ports mean nothing in the host's network, which is said" {
    run -0 in_image --network host -p 8080:80 localhost/busybox true
    has "Warning: port mappings are discarded"
}

@test "a tool that dies takes the network's program with it" {
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
}

@test "ns: joins a namespace by its file" {
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

@test "an ordinary user in a machine that allows it" {
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

@test "container: shares the network of a container that runs" {
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

@test "what is missing is one clear error" {
    run in_image --network no-such-network localhost/busybox true
    own_failure
    has "--network no-such-network"
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
