"""A real server on this machine that misbehaves exactly as a test says."""

import contextlib
import socketserver
import ssl
import threading

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


def answer(body=b"", *, status="200 OK", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body


class Peer(socketserver.ThreadingTCPServer):
    """Calls script(wire, request, number) per request; the connection stays open if it is true."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, script, tls=None):
        self.script = script
        self.tls = tls
        self.requests = []
        self.connections = 0
        self.names = []
        super().__init__(("127.0.0.1", 0), _Connection)

    @property
    def place(self):
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self):
        return f"http://{self.place}/hooks?a=1"

    def handle_error(self, request, client_address):
        """A door that hangs up is part of the test."""


class _Connection(socketserver.BaseRequestHandler):
    server: Peer

    def setup(self):
        self.server.connections += 1
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)

    def handle(self):
        self.rest = b""
        with contextlib.suppress(OSError, ssl.SSLError):
            while (request := self._read()) is not None:
                self.server.requests.append(request)
                if not self.server.script(self.request, request, len(self.server.requests)):
                    return

    def finish(self):
        self.request.close()

    def _read(self):
        while b"\r\n\r\n" not in self.rest:
            piece = self.request.recv(65536)
            if not piece:
                return None
            self.rest += piece
        head, _, body = self.rest.partition(b"\r\n\r\n")
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(body) < length:
            body += self.request.recv(65536)
        self.rest = body[length:]
        return head + b"\r\n\r\n" + body[:length]


@contextlib.contextmanager
def running(script, tls=None):
    peer = Peer(script, tls)
    thread = threading.Thread(target=peer.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.shutdown()
        peer.server_close()
        thread.join()


def always(sent):
    """A script: the same answer to everything."""

    def script(wire, request, number):
        wire.sendall(sent)
        return True

    return script
