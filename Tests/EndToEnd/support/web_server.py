"""What the servers of the tests have in common: a free port of 127.0.0.1 that is told in a file, and a thread a request."""
import os
import socketserver


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(state, handler):
    """Serves until it is ended; the port is in STATE/port as soon as connections are taken."""
    with Server(("127.0.0.1", 0), handler) as server:
        with open(os.path.join(state, "port.new"), "w", encoding="utf-8") as file:
            file.write(str(server.server_address[1]))
        os.rename(os.path.join(state, "port.new"), os.path.join(state, "port"))
        server.serve_forever()
