"""A switch in front of a server: it forwards connections, until it is switched off."""

from __future__ import annotations

import contextlib
import socket
import threading


class Switch:
    """Forwards TCP connections to a server, until it is switched off: then all are cut, and none is accepted.

    Any process switches it by a line to its control address: ``off``, ``on``, or seconds to be off for. It
    answers when that is done.
    """

    def __init__(self, server: tuple[str, int]) -> None:
        self._server = server
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._front: socket.socket | None = None
        self.port = 0
        self.times_off = 0
        self._control = socket.create_server(("127.0.0.1", 0))
        self.control = f"127.0.0.1:{self._control.getsockname()[1]}"
        threading.Thread(target=self._listen_to_orders, daemon=True).start()
        self.on()

    def on(self) -> None:
        """Accept connections, on the port of the first time."""
        with self._lock:
            if self._front is None:
                self._front = socket.create_server(("127.0.0.1", self.port))
                self.port = self._front.getsockname()[1]
                threading.Thread(target=self._accept, args=(self._front,), daemon=True).start()

    def off(self) -> None:
        """Cut everything."""
        with self._lock:
            if self._front is None:
                return
            self.times_off += 1
            for each in (self._front, *self._open):
                _cut(each)
            self._open.clear()
            self._front = None

    def close(self) -> None:
        """End it."""
        self.off()
        _cut(self._control)

    def _listen_to_orders(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._control.accept()
                with connection:
                    order = connection.recv(100).decode().strip()
                    self.on() if order == "on" else self.off()
                    if order not in {"on", "off"}:
                        threading.Timer(float(order), self.on).start()
                    connection.sendall(b"done\n")

    def _accept(self, front: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                inner, _ = front.accept()
                try:
                    outer = socket.create_connection(self._server)
                except OSError:  # the server is away
                    _cut(inner)
                    continue
                with self._lock:
                    if self._front is not front:
                        _cut(inner)
                        _cut(outer)
                        return
                    self._open |= {inner, outer}
                for source, target in ((inner, outer), (outer, inner)):
                    threading.Thread(target=self._forward, args=(source, target), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with self._lock:
            self._open -= {source, target}
        _cut(source)
        _cut(target)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def order(control: str, what: str) -> None:
    """Switch a switch from any process."""
    host, _, port = control.partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{what}\n".encode())
        connection.recv(10)
