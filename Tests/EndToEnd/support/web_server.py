"""The base of the tests' servers: listens on a free port of 127.0.0.1, written to a file; one thread per request."""
import os
import socketserver


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(state, handler):
    """Serves until terminated; the port is in STATE/port as soon as connections are accepted."""
    with Server(("127.0.0.1", 0), handler) as server:
        with open(os.path.join(state, "port.new"), "w", encoding="utf-8") as file:
            file.write(str(server.server_address[1]))
        os.rename(os.path.join(state, "port.new"), os.path.join(state, "port"))
        server.serve_forever()
