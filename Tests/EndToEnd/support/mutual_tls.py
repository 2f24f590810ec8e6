"""A server that demands a client certificate: mutual_tls.py DIRECTORY CERTIFICATE KEY VERSION. Writes its port there, and a line for each connection."""
import os, socket, ssl, sys

place, certificate, key, version = sys.argv[1:5]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations(certificate)
context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
server = socket.create_server(("127.0.0.1", 0))
with open(place + "/port.tmp", "w") as file:
    file.write(str(server.getsockname()[1]))
os.rename(place + "/port.tmp", place + "/port")
while True:
    connection, _ = server.accept()
    with open(place + "/connections", "a") as log:
        log.write("connection\n")
    try:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(1)
    except OSError:
        pass
