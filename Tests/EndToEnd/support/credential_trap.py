#!/usr/bin/env python3
"""A registry that refers its clients to another server, which requests their credentials.

    credential_trap.py STATE [CERTIFICATE KEY]

Both listen on free ports of localhost, with TLS if a certificate is given. The registry writes its port to STATE/port,
accepts the user `user` with the password `secret`, redirects all downloads, and returns upload locations on the other
server. The other server responds to everything with 401 and the challenge in the repository's name (basic, bearer,
negotiate), and writes a line to STATE/log for each request: METHOD PATH AUTHORIZATION.
"""
import base64
import os
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATE, CERTIFICATE = sys.argv[1], sys.argv[2:]
SCHEME = "https" if CERTIFICATE else "http"
RIGHT = "Basic " + base64.b64encode(b"user:secret").decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, *fields):
        # Unread parts of a request would break the connection before the response arrives.
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline() or b"0", 16):
                self.rfile.read(size + 2)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.close_connection = True
        self.send_response(status)
        for name, value in fields + (("Content-Length", "0"), ("Connection", "close")):
            self.send_header(name, value)
        self.end_headers()


class Registry(Handler):
    def serve(self):
        if self.headers.get("Authorization") != RIGHT:
            return self.answer(401, ("WWW-Authenticate", 'Basic realm="trap"'))
        if self.path == "/v2/":
            return self.answer(200)
        if self.command == "HEAD":
            return self.answer(404)
        location = f"{SCHEME}://localhost:{other.server_address[1]}{self.path}"
        return self.answer(202 if self.command == "POST" else 307, ("Location", location))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve


class Other(Handler):
    def serve(self):
        with open(os.path.join(STATE, "log"), "a", encoding="utf-8") as file:
            file.write(f"{self.command} {self.path} {self.headers.get('Authorization')}\n")
        realm = f"{SCHEME}://localhost:{other.server_address[1]}/token"
        bearer = f'Bearer realm="{realm}",service="other"'
        kind = (self.path.split("/") + ["", "", ""])[2]
        self.answer(401, ("WWW-Authenticate", {"bearer": bearer, "negotiate": f"Negotiate, {bearer}"}.get(
            kind, 'Basic realm="other"')))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve


def listen(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if CERTIFICATE:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


other = listen(Other)
threading.Thread(target=other.serve_forever, daemon=True).start()
registry = listen(Registry)
with open(os.path.join(STATE, "port.new"), "w", encoding="utf-8") as file:
    file.write(str(registry.server_address[1]))
os.rename(os.path.join(STATE, "port.new"), os.path.join(STATE, "port"))
registry.serve_forever()
