#!/usr/bin/env python3
"""A registry with only paginated lists: seven tags, three per page, and the referrers of the manifest "1", on two pages.

    tag_pages.py STATE

Listens on a free port of 127.0.0.1 and writes it to STATE/port. The repository's name selects the link to the next page:
relative, absolute, loop (always the second page), elsewhere (on another server).
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

STATE = sys.argv[1]
TAGS = [f"t{number}" for number in range(7)]
PAGE = 3
EMPTY = {
    "mediaType": "application/vnd.oci.empty.v1+json",
    "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    "size": 2,
}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def referrers(page):
    """One artifact per page."""
    entry = {"mediaType": MANIFEST, "digest": f"sha256:{page * 32}", "size": 7, "artifactType": f"application/x.{page}"}
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def link(self, kind, last):
        address = f"/v2/{kind}/tags/list?n={PAGE}&last={last}"
        if kind == "absolute":
            return f"http://{self.headers['Host']}{address}"
        if kind == "loop":
            return f"/v2/loop/tags/list?n={PAGE}&last={TAGS[PAGE - 1]}"
        return f"http://registry.invalid{address}" if kind == "elsewhere" else address

    def do_GET(self):
        target = urlsplit(self.path)
        link, body, kind = None, b"{}", "application/json"
        if target.path.endswith("/tags/list"):
            place = target.path.split("/")[2]
            last = parse_qs(target.query).get("last", [""])[0]
            start = TAGS.index(last) + 1 if last else 0
            page = TAGS[start : start + PAGE]
            if start + PAGE < len(TAGS):
                link = self.link(place, page[-1])
            body = json.dumps({"name": place, "tags": page}).encode()
        elif target.path.endswith("/manifests/1"):
            kind = MANIFEST
            body = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": EMPTY, "layers": [EMPTY]}).encode()
        elif "/referrers/" in target.path:
            kind = INDEX
            page = parse_qs(target.query).get("page", ["aa"])[0]
            link = f"{target.path}?page=bb" if page == "aa" else None
            body = json.dumps(referrers(page)).encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if link:
            self.send_header("Link", f'<{link}>; rel="next"')
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(os.path.join(STATE, "port.new"), "w", encoding="utf-8") as file:
    file.write(str(server.server_address[1]))
os.rename(os.path.join(STATE, "port.new"), os.path.join(STATE, "port"))
server.serve_forever()
