#!/usr/bin/env bash
# docker-registry 2.8.2 (Debian 12) says `Range: 0-0` of an upload that has no byte yet, and says the same once it has one.
#
# The distribution specification has the registry answer "0-<end of range>", with both ends included, when a client asks
# how much of an upload it has; for an empty one there is no such form. A client that goes on after a broken connection cannot
# tell "nothing arrived" from "one byte arrived": it must try the one, and be ready to be told the other, or it
# sends a blob whose first byte is missing or twice there.
# Seen: `0-0` for a new upload, `0-0` after one byte, `0-1` after two. Fails if that changes.
set -euo pipefail
version=2.8.2+ds1-1
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
server=
cd "$work"
apt-get -q download "docker-registry=$version*" >/dev/null 2>&1 || { echo "docker-registry $version is not to be had"; exit 1; }
dpkg -x docker-registry_*.deb .

port=$((20000 + RANDOM % 20000))
printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s/data}}\nhttp: {addr: "127.0.0.1:%d"}\n' "$work" "$port" >config.yml
usr/bin/docker-registry serve config.yml >log 2>&1 &
server=$!
for _ in $(seq 50); do curl -s "http://127.0.0.1:$port/v2/" >/dev/null && break || sleep 0.1; done

# header NAME: of the answer on standard input.
header() { tr -d '\r' | awk -v name="$1:" 'tolower($1) == name { print $2 }'; }
# Asks how much an upload has.
range() { curl -s -i "$1" | header range; }
# Sends one more byte, and gives the next address of the upload.
send() { curl -s -i -X PATCH -H 'Content-Type: application/octet-stream' --data-binary x "$1" | header location; }

upload=$(curl -s -i -X POST "http://127.0.0.1:$port/v2/a/blobs/uploads/" | header location)
empty=$(range "$upload")
upload=$(send "$upload")
one=$(range "$upload")
upload=$(send "$upload")
two=$(range "$upload")
echo "empty: $empty, one byte: $one, two bytes: $two"
[ "$empty $one $two" = "0-0 0-0 0-1" ] || { echo "changed; expected 0-0, 0-0, 0-1"; exit 1; }
