#!/usr/bin/env python3
"""A frontend with Docker's token authentication for a registry without authentication.

    token_server.py STATE UPSTREAM_PORT [LIFETIME]

Both the tokens' realm (/token) and the registry (/v2/) are on one free port of 127.0.0.1, written to STATE/port. The user
is `user`, the password `secret`, the refresh token `refresh-me`. Pulling from public/ requires a token, but no user. Tokens
are valid for LIFETIME seconds (default: 60), whatever the response says. STATE/tokens gets a line for each requested
token: how it was requested, then its scopes.
"""

import base64
import http.client
import json
import os
import secrets
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler

from web_server import serve

STATE, UPSTREAM = sys.argv[1], int(sys.argv[2])
LIFETIME = float(sys.argv[3]) if len(sys.argv) > 3 else 60
LOCK = threading.Lock()
TOKENS = {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", fields=()):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def serve(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/token":
            return self.token(urllib.parse.parse_qs(url.query))
        needed = self.needed(url.path, urllib.parse.parse_qs(url.query))
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        with LOCK:
            expiry, granted = TOKENS.get(value, (0, set()))
        if kind != "Bearer" or expiry < time.monotonic() or not needed <= granted:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.close_connection = True
            host = self.headers["Host"]
            challenge = f'Bearer realm="http://{host}/token",service="tests"'
            return self.answer(401, b"", [("WWW-Authenticate", challenge), ("Connection", "close")])
        self.forward()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def needed(self, path, query):
        parts = path.split("/")
        if len(parts) < 5:
            return set()
        marks = [index for index, part in enumerate(parts) if part in ("manifests", "blobs", "tags", "referrers")]
        name = "/".join(parts[2 : marks[-1]] if marks else parts[2:])
        action = {"GET": "pull", "HEAD": "pull", "DELETE": "*"}.get(self.command, "push")
        if action == "*" and "uploads" in parts:
            action = "push"
        wanted = {(name, action)}
        if "from" in query:
            wanted.add((query["from"][0], "pull"))
        return wanted

    def token(self, query):
        user, how = None, "anonymous"
        if self.command == "POST":
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            query, how = urllib.parse.parse_qs(body), "refresh"
            query["scope"] = query.get("scope", [""])[0].split()
            if query.get("refresh_token") != ["refresh-me"]:
                return self.answer(401)
            user = "user"
        elif header := self.headers.get("Authorization"):
            how = "basic"
            if header != "Basic " + base64.b64encode(b"user:secret").decode():
                body = {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}
                return self.answer(401, json.dumps(body).encode())
            user = "user"
        granted = set()
        for scope in query.get("scope", []):
            _, name, actions = scope.split(":")
            for action in actions.split(","):
                if user or (action == "pull" and name.startswith("public/")):
                    granted.add((name, action))
        token = secrets.token_urlsafe(16)
        with LOCK:
            TOKENS[token] = (time.monotonic() + LIFETIME, granted)
            with open(os.path.join(STATE, "tokens"), "a", encoding="utf-8") as file:
                file.write(f"{how} {' '.join(query.get('scope', []))}\n")
        self.answer(200, json.dumps({"token": token, "expires_in": 300}).encode())

    def forward(self):
        upstream = http.client.HTTPConnection("127.0.0.1", UPSTREAM)
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "authorization"):
                upstream.putheader(name, value)
        upstream.endheaders()
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                upstream.send(b"%x\r\n%s\r\n" % (size, self.rfile.read(size)))
                self.rfile.readline()
            self.rfile.readline()
            upstream.send(b"0\r\n\r\n")
        elif length := int(self.headers.get("Content-Length", 0)):
            upstream.send(self.rfile.read(length))
        response = upstream.getresponse()
        body = response.read()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", response.headers.get("Content-Length", str(len(body))))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        upstream.close()


serve(STATE, Handler)
