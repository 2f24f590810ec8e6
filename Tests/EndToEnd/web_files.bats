#!/usr/bin/env bats
# ADD and add with addresses of a web server.
# runs as: user

load support/session

setup_file() {
    begin_store
    export WEB=$BATS_FILE_TMPDIR/web
    mkdir "$WEB"
    echo content >"$WEB/file.txt"
    touch -d @1000000 "$WEB/file.txt"
    tar -C "$WEB" -cf "$WEB/archive.tar" file.txt
    serve_web
}
teardown_file() {
    kill "$SERVER"
    end_store
}
setup() { enter_new_directory; }
teardown() { swiftlet rm -a >/dev/null; }

@test "add downloads a file, with its name and time" {
    swiftlet from --name c busybox
    echo local >local
    run -0 swiftlet add c "$URL/file.txt" /dir/
    matches '^[0-9a-f]{64}$'
    swiftlet add -q c local "$URL/file.txt" /both/
    swiftlet copy -q c "$URL/archive.tar" /renamed
    run -0 swiftlet run c stat -c '%n %a %u:%g %Y' /dir/file.txt /both/local
    matches '^/dir/file.txt 600 0:0 1000000'
    run -0 swiftlet run c sh -c 'cat /dir/file.txt; tar tf /renamed'
    prints $'content\nfile.txt'
}

@test "a URL is requested exactly as written, even if it is not UTF-8" {
    swiftlet from --name c busybox
    # What Python's server makes of a byte that is no text.
    echo odd >"$WEB/caf$(printf '\xef\xbf\xbd').txt"
    run -0 swiftlet add -q c "$URL/caf%e9.txt" /odd
    run -0 swiftlet run c cat /odd
    prints odd
    run swiftlet add c "$URL/caf%e9%20missing" /
    own_failure
    has "invalid response status 404"
}

@test "the printed and recorded digest equals buildah's" {
    local flags tool
    echo local >local
    for flags in "" "--chmod 640 --chown 5:6" --add-history; do
        for tool in swiftlet buildah; do
            $tool from --name "$tool" busybox >/dev/null
            # shellcheck disable=SC2086 # Flags are words.
            {
                $tool add $flags "$tool" "$URL/file.txt" /renamed
                $tool add $flags "$tool" "$URL/file.txt" /dir/
                $tool add $flags "$tool" local "$URL/file.txt" /both/
            } >"$tool.out"
            $tool inspect --type container --format '{{range .History}}{{.CreatedBy}};{{end}}' "$tool" >>"$tool.out"
            $tool rm "$tool" >/dev/null
        done
        run -0 diff swiftlet.out buildah.out
    done
}

@test "missing files, wrong checksums and other schemes are single clear errors" {
    swiftlet from --name c busybox
    run swiftlet add c "$URL/missing" /
    own_failure
    has "404"
    local good
    good=sha256:$(sha256sum "$WEB/file.txt" | cut -d ' ' -f 1)
    swiftlet add -q --checksum "$good" c "$URL/file.txt" /checked
    run swiftlet add --checksum "sha256:$(printf '0%.0s' {1..64})" c "$URL/file.txt" /wrong
    own_failure
    has "unexpected response digest"
    run swiftlet run c ls /wrong
    [ "$status" -ne 0 ]
    touch local
    run swiftlet add --checksum "$good" c local /
    own_failure
    has "checksum flag is not supported for local sources"
    run swiftlet add c "ftp://127.0.0.1/x" /
    own_failure
    store_is_sound
}

@test "ADD in a build downloads, verifies, caches by content and unpacks only on request" {
    local good
    good=sha256:$(sha256sum "$WEB/file.txt" | cut -d ' ' -f 1)
    dockerfile <<END
FROM busybox
ADD --checksum=$good $URL/file.txt /a/
ADD $URL/archive.tar /b/
ADD --unpack=true $URL/archive.tar /c/
RUN cat /a/file.txt /c/file.txt; ls /b
END
    run -0 swiftlet build -t fetched .
    has $'content\ncontent\narchive.tar'
    run -0 swiftlet build -t fetched .
    equal "$(grep -c 'Using cache' <<<"$output")" 4
    dockerfile <<<$'FROM busybox\nADD '"$URL"$'/missing /x'
    run swiftlet build .
    own_failure
    has "404"
    has "building at STEP"
    dockerfile <<<$'FROM busybox\nADD --checksum=sha256:'"$(printf '0%.0s' {1..64}) $URL"$'/file.txt /x'
    run swiftlet build .
    own_failure
    has "unexpected response digest"
    store_is_sound
}

@test "an address without a name is __unnamed__, a directory's is its last part; COPY takes no addresses" {
    dockerfile <<<$'FROM busybox\nADD '"$URL"$'/ /a/\nADD '"$URL"$'/file.txt?x=/y /b/\nRUN ls /a /b'
    run -0 swiftlet build .
    has_line __unnamed__
    has_line file.txt
    mkdir "$WEB/sub"
    dockerfile <<<$'FROM busybox\nADD '"$URL"$'/sub/ /c/\nRUN ls /c'
    run -0 swiftlet build .
    has_line sub
    dockerfile <<<$'FROM busybox\nCOPY '"$URL"$'/file.txt /c/'
    run swiftlet build .
    own_failure
    has "use ADD"
}

@test "ADD downloads an unchanged file once, and again when the layer is needed" {
    cat >server.py <<'END'
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if os.path.exists("busy"):
            os.remove("busy")
            return self.send_error(503)
        tag = '"%s"' % open("version").read().strip()
        known = self.headers.get("If-None-Match")
        status = 304 if known == tag else 200
        if self.headers.get("Authorization") != "Bearer key77":
            status = 401
        print(status, flush=True)
        self.send_response(status)
        self.send_header("ETag", tag)
        body = tag.encode() if status == 200 else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open("port", "w") as file: file.write(str(server.server_port))
server.serve_forever()
END
    echo one >version
    python3 server.py >requests 2>/dev/null 3>&- &
    local server=$!
    until [ -s port ]; do sleep 0.1; done
    echo key77 >key
    dockerfile <<<$'FROM busybox\nARG X\nADD http://127.0.0.1:'"$(cat port)"$'/file /file\nRUN cat /file'
    local secret=(--secret "id=HTTP_AUTH_TOKEN_127.0.0.1,src=key")
    run swiftlet build .
    [ "$status" -ne 0 ]
    run -0 swiftlet build "${secret[@]}" .
    has '"one"'
    run -0 swiftlet build "${secret[@]}" .
    equal "$(tr '\n' ' ' <requests)" "401 200 304 "
    echo two >version
    run -0 swiftlet build "${secret[@]}" .
    has '"two"'
    # The layer is gone: the file is needed again, although it is unchanged.
    sed -i 's/^ADD/RUN true\nENV A=b\nRUN touch \/x\nADD/' Dockerfile
    run -0 swiftlet build "${secret[@]}" .
    has '"two"'
    touch busy
    run -0 swiftlet build --no-cache "${secret[@]}" .
    kill "$server"
    matches 'retrying \(1/[0-9]+\).*503'
    equal "$(tr '\n' ' ' <requests)" "401 200 304 200 304 200 200 "
}
