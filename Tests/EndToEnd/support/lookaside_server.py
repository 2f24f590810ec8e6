"""A web server for signatures: lookaside_server.py DIRECTORY

Serves the files of a directory. Below /broken, every response is an error; below /endless, every file is endless; below
/many, every signature exists. Prints its port.
"""

import functools
import http.server
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        kind = self.path.split("/")[1]
        if kind == "broken":
            self.send_error(500)
        elif kind == "endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"\x90" * 65536)
            except OSError:
                pass
        elif kind == "many":
            self.send_response(200)
            self.send_header("Content-Length", "1")
            self.end_headers()
            self.wfile.write(b"\x90")
        else:
            super().do_GET()


handler = functools.partial(Handler, directory=sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
server.serve_forever()
