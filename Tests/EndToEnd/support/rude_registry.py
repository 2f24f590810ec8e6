#!/usr/bin/env python3
"""A registry that rejects every request, with control characters in its messages.

    rude_registry.py STATE

Listens on a free port of 127.0.0.1 and writes it to STATE/port. For the repository `long`, the message is a
megabyte of text. The list of tags of `tags` contains terminal escape sequences; all other messages contain some as well.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler

from web_server import serve

COMMANDS = "\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\u202eevil\r"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        status, body = 403, {"errors": [{"code": "DENIED", "message": f"go away {COMMANDS}", "detail": COMMANDS}]}
        if self.path == "/v2/":
            status, body = 200, {}
        elif self.path.endswith("/tags/list"):
            status, body = 200, {"name": COMMANDS, "tags": ["1", f"2{COMMANDS}"]}
        elif "/long/" in self.path:
            body["errors"][0]["message"] = "long" * 250_000
        body = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


serve(sys.argv[1], Handler)
