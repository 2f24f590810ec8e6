#!/usr/bin/env python3
"""A proxy between a client and a registry that injects faults.

    fault_proxy.py STATE UPSTREAM_PORT [USER:PASSWORD]

Listens on a free port of 127.0.0.1 and writes it to STATE/port. STATE/faults is read for each request. It has one rule
per line:

    METHOD PATH_PATTERN ACTION [ARGUMENT] [TIMES]

METHOD may be *. PATH_PATTERN is a regular expression that must match the path with the query. A rule applies TIMES times
(default: once; 0: always). Everything else is forwarded, including Range requests. STATE/log gets a line for each
request: METHOD PATH STATUS BYTES RANGE RECEIVED, where BYTES is the number of bytes of the response's body sent to the
client, RANGE the request's Range or Content-Range, and RECEIVED the number of bytes received of its body.

Clients that use it as their HTTP proxy send absolute URLs: then all hosts are the registry. With USER:PASSWORD, they
must send these credentials.

Actions: cut N (the connection breaks after N bytes of the body), status CODE, retry-after CODE (with Retry-After: 1),
slow N (N bytes per second), corrupt N (changes the byte at offset N), longer N (N more bytes, included in the length),
endless, short N (only N bytes, with a matching length), loop (a redirect to itself), norange (ignores Range),
slow-norange N (both), redirect URL, cut-upload N (the connection breaks after N bytes of the request's body),
keep-upload N (the same, but the registry keeps the received bytes and reports them at the URL that the client knows),
slow-keep N (reads the request's body at N bytes per second, and keeps the received bytes if the client disconnects),
slow-buffer N (also at N bytes per second, but the registry only gets whole requests, as behind many reverse proxies),
limit N (413 for bodies of more than N bytes), refuse-type TEXT (MANIFEST_INVALID for a body whose type contains TEXT).
"""

import base64
import http.client
import os
import re
import select
import socket
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler

from web_server import serve

STATE, UPSTREAM = sys.argv[1], int(sys.argv[2])
DEMANDED = "Basic " + base64.b64encode(sys.argv[3].encode()).decode() if len(sys.argv) > 3 else None
LOCK = threading.Lock()
USED = {}
MOVED = {}
CHUNK = 64 << 10


def rule_for(method, path):
    with LOCK:
        try:
            with open(os.path.join(STATE, "faults"), encoding="utf-8") as file:
                lines = file.read().splitlines()
        except FileNotFoundError:
            return None
        for line in lines:
            words = line.split()
            if len(words) < 3 or words[0] not in ("*", method) or not re.fullmatch(words[1], path):
                continue
            argument = words[3] if len(words) > 3 else "0"
            times = int(words[4]) if len(words) > 4 else 1
            if times and USED.get(line, 0) >= times:
                continue
            USED[line] = USED.get(line, 0) + 1
            return words[2], argument
    return None


class Cut(Exception):
    """Requests that the connection break."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (Cut, ConnectionError):
            self.close_connection = True

    def serve(self):
        self.sent, self.status, self.received, self.rate = 0, 0, 0, 0
        action, argument = rule_for(self.command, self.path) or (None, "0")
        try:
            self.answer(action, argument)
        finally:
            ranges = self.headers.get("Range") or self.headers.get("Content-Range") or "-"
            line = f"{self.command} {self.path} {self.status} {self.sent} {ranges} {self.received}\n"
            with LOCK, open(os.path.join(STATE, "log"), "a", encoding="utf-8") as file:
                file.write(line)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def took(self, piece):
        self.received += len(piece)
        if self.rate:
            time.sleep(len(piece) / self.rate)
        return piece

    def body_pieces(self, limit):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline().split(b";")[0] or b"-1", 16):
                piece = self.rfile.read(size) if size > 0 else b""
                self.rfile.readline()
                yield self.took(piece)
                limit -= len(piece)
                if limit < 0 or len(piece) < size or size < 0:
                    raise Cut
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length", 0))
        while left:
            piece = self.rfile.read1(min(left, CHUNK))
            if not piece:
                raise Cut
            left -= len(piece)
            yield self.took(piece)
            limit -= len(piece)
            if limit < 0:
                raise Cut

    def is_alone(self):
        """Whether the client has disconnected."""
        if not select.select([self.connection], [], [], 0)[0]:
            return False
        return not self.connection.recv(1, socket.MSG_PEEK)

    def kept(self, pieces):
        """All bytes that arrive before the connection breaks."""
        self.broke = False
        try:
            yield from pieces
        except (Cut, ConnectionError):
            self.broke = True

    def simple(self, status, fields=(), body=b""):
        if not self.received:
            self.is_longer(0)
        self.status = status
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.sent = len(body)

    def answer(self, action, argument):
        if DEMANDED and self.headers.get("Proxy-Authorization") != DEMANDED:
            return self.simple(407, [("Proxy-Authenticate", 'Basic realm="proxy"')])
        if action == "status":
            fields = [("WWW-Authenticate", 'Basic realm="proxy"')] if argument == "401" else []
            return self.simple(int(argument), fields)
        if action == "retry-after":
            return self.simple(int(argument), [("Retry-After", "1")])
        if action == "loop":
            return self.simple(307, [("Location", self.path)])
        if action == "redirect":
            return self.simple(307, [("Location", argument)])
        if action == "endless":
            return self.endless()
        if action == "refuse-type":
            if argument in self.headers.get("Content-Type", ""):
                return self.simple(400, [], b'{"errors": [{"code": "MANIFEST_INVALID", "message": "manifest invalid"}]}')
            action, argument = None, "0"
        if action == "limit" and self.is_longer(int(argument)):
            return self.simple(413)
        self.forward(action, int(argument))

    def is_longer(self, limit):
        """Reads the body and forwards it, unless it is longer than the limit."""
        self.whole = list(self.body_pieces(1 << 62))
        return self.received > limit

    def endless(self):
        self.status = 200
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        while self.sent < 4 << 30:
            self.wfile.write(bytes(CHUNK))
            self.sent += CHUNK

    def forward(self, action, argument):
        upstream = http.client.HTTPConnection("127.0.0.1", UPSTREAM)
        dropped = ["connection", "proxy-authorization", "range" if action in ("norange", "slow-norange") else ""]
        limit = argument if action in ("cut-upload", "keep-upload") else 1 << 62
        self.rate = argument if action in ("slow-keep", "slow-buffer") else 0
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        pieces = self.whole if action == "limit" else self.body_pieces(limit)
        keeps = action in ("keep-upload", "slow-keep")
        if keeps:
            pieces = self.kept(pieces)
            dropped += ["content-length", "content-range", "transfer-encoding"]
        elif action == "slow-buffer":
            pieces = list(pieces)
            if self.is_alone():
                raise Cut
        fields = [(name, value) for name, value in self.headers.items() if name.lower() not in dropped]
        if keeps:
            fields.append(("Transfer-Encoding", "chunked"))
        path = re.sub("^http://[^/]*", "", MOVED.get(self.path, self.path))
        upstream.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
        for name, value in fields:
            upstream.putheader(name, value)
        upstream.endheaders()
        for piece in pieces:
            if chunked or keeps:
                piece = b"%x\r\n%s\r\n" % (len(piece), piece) if piece else b""
            upstream.send(piece)
        if chunked or keeps:
            upstream.send(b"0\r\n\r\n")
        response = upstream.getresponse()
        if keeps and self.broke:
            location = urllib.parse.urlsplit(response.headers["Location"])
            MOVED[self.path] = f"{location.path}?{location.query}"
            raise Cut
        self.status = response.status
        self.send_response(response.status)
        length = int(response.headers.get("Content-Length", 0))
        for name, value in response.getheaders():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        announced = {"longer": length + argument, "short": argument}.get(action, length)
        self.send_header("Content-Length", str(announced))
        self.end_headers()
        if self.command != "HEAD":
            self.pass_on(response, action, argument)
        upstream.close()

    def pass_on(self, response, action, argument):
        while piece := response.read(CHUNK):
            end = self.sent + len(piece)
            if action in ("cut", "short") and end > argument:
                self.write(piece[: argument - self.sent])
                if action == "cut":
                    raise Cut
                return
            if action == "corrupt" and self.sent <= argument < end:
                at = argument - self.sent
                piece = piece[:at] + bytes([piece[at] ^ 255]) + piece[at + 1 :]
            self.write(piece)
            if action in ("slow", "slow-norange"):
                time.sleep(len(piece) / argument)
        if action == "longer":
            self.write(bytes(argument))

    def write(self, piece):
        self.wfile.write(piece)
        self.sent += len(piece)


serve(STATE, Handler)
