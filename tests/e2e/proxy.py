"""Between two systems: a proxy that loses, doubles and delays notices, or answers for nobody."""

import http.client
import random
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_NOT_PASSED_ON = {"host", "connection", "transfer-encoding", "content-length", "date", "server"}


class Proxy:
    """Passes requests on to `target` (set it before the first one) as `treat(request)` says."""

    def __init__(self, treat):
        self.target = None
        self.seen = Counter()
        self.stall = 0.0
        self._treat = treat
        self._later = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self):
        for timer in self._later:
            timer.cancel()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forward(self, request):
        """Return (status, headers, body) of the target's answer."""
        method, path, headers, body = request
        connection = http.client.HTTPConnection(str(urlsplit(self.target).netloc), timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, _passed_on(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def forward_later(self, request, seconds):
        """Pass it on after a while; nobody waits for the answer."""
        timer = threading.Timer(seconds, self._try_forward, (request,))
        self._later.append(timer)
        timer.start()

    def _try_forward(self, request):
        try:
            self.forward(request)
        except OSError:
            self.seen["late and lost"] += 1

    def _handler(proxy):  # noqa: N805  the handler's own self is another
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                request = self.command, self.path, _passed_on(self.headers.items()), body
                status, headers, answer = proxy._treat(proxy, request)
                self.send_response_only(status)
                length = getattr(answer, "promised", len(answer))
                for name, value in (headers | {"content-length": str(length)}).items():
                    self.send_header(name, value)
                with suppress(ConnectionError):  # who asked may be killed or tired of waiting
                    self.end_headers()
                    self.wfile.write(answer)
                if length != len(answer):
                    self.close_connection = True
                    time.sleep(proxy.stall)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

            def log_message(self, *_words):
                return

        return Handler


class Cut(bytes):
    """The beginning of a body; `promised` is the length that was told."""

    promised = 0


class Lossy:
    """Of the notices 30 % are lost, 15 % come twice, 15 % up to 2 s late, in any order."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self.is_calm = False

    def __call__(self, proxy, request):
        with self._lock:
            fate, delay = self._random.random(), self._random.uniform(0.1, 2.0)
            name = "lost" if fate < 0.3 else "doubled" if fate < 0.45 else "late"
            name = "in time" if self.is_calm or fate > 0.6 else name
            proxy.seen[name] += 1
        taken = 202, {}, b""
        if name == "lost":
            return taken
        if name == "late":
            proxy.forward_later(request, delay)
            return taken
        if name == "doubled":
            proxy.forward(request)
        return proxy.forward(request)


class Switch:
    """Off: answers 503, as a system in repair does. Deaf: asks the target and keeps its answer."""

    def __init__(self):
        self.on = True
        self.deaf = False

    def __call__(self, proxy, request):
        proxy.seen["passed" if self.on else "refused"] += 1
        if not self.on:
            return 503, {"retry-after": "1"}, b""
        answer = proxy.forward(request)
        return (502, {}, b"") if self.deaf and request[0] != "GET" else answer


def _passed_on(headers):
    return {name: value for name, value in headers if name.lower() not in _NOT_PASSED_ON}
