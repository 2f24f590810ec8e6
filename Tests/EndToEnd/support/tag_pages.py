#!/usr/bin/env python3
"""A registry that has only lists of tags, three of seven on a page.

    tag_pages.py STATE

Listens on a free port of 127.0.0.1 and writes it to STATE/port. The repository's name says what the link to the next page
looks like: relative, absolute, loop (always the second page), elsewhere (on another server).
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

STATE = sys.argv[1]
TAGS = [f"t{number}" for number in range(7)]
PAGE = 3


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
        link, body = None, b"{}"
        if target.path.endswith("/tags/list"):
            kind = target.path.split("/")[2]
            last = parse_qs(target.query).get("last", [""])[0]
            start = TAGS.index(last) + 1 if last else 0
            page = TAGS[start : start + PAGE]
            if start + PAGE < len(TAGS):
                link = self.link(kind, page[-1])
            body = json.dumps({"name": kind, "tags": page}).encode()
        self.send_response(200)
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
