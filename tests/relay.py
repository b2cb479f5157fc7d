"""Between a client and a server, as a proxy is: speaks TLS, calls from an address of its own, adds lines to a request."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def relay(to: int, *, tls: ssl.SSLContext | None = None, calls_from: str = "127.0.0.1", adds: bytes = b"") -> Iterator[int]:
    """Its port, on 127.0.0.1. `adds` comes behind the first line of every connection; at the end every connection is closed."""
    near_ends: set[socket.socket] = set()

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError), tls.wrap_socket(self.request, server_side=True) if tls else self.request as near:
                near_ends.add(near)
                with socket.create_connection(("127.0.0.1", to), source_address=(calls_from, 0)) as far:
                    answers = threading.Thread(target=_pass_on, args=(far, near))
                    answers.start()
                    _pass_on(near, far, adds)
                    answers.join()
                near_ends.discard(near)

    class Relay(socketserver.ThreadingTCPServer):
        request_queue_size = 128

        def shutdown_request(self, request: Any) -> None:
            self.close_request(request)

    with Relay(("127.0.0.1", 0), Connection) as server:
        accepting = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        accepting.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.shutdown()
            accepting.join()
            for near in list(near_ends):
                _shut(near)


def _pass_on(source: socket.socket, target: socket.socket, adds: bytes = b"") -> None:
    with suppress(OSError, ValueError):
        if adds:
            first = source.recv(65_536)
            while first and b"\n" not in first:
                first += source.recv(65_536)
            line, end, rest = first.partition(b"\n")
            target.sendall(line + end + adds + rest)
        while data := source.recv(65_536):
            target.sendall(data)
    _shut(source)
    _shut(target)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
