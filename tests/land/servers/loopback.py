"""A real HTTP server on the loopback address that answers as a test defines, well or badly."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    target: str
    headers: Mapping[str, str]  # lower-case names
    at: float

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    """What to send. ``body`` may be pieces that never end; ``broken`` hangs up without the rest."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = "text/html; charset=utf-8"
    broken: bool = False
    stated_bytes: int | None = None  # a Content-Length that may be a lie


class Hang:
    """In place of an answer: hold the connection and say nothing, until the server is closed."""


class HangUp:
    """In place of an answer: close the connection."""


Respond = Callable[[Asked], "Answer | Hang | HangUp"]


class LoopbackServer:
    """Runs in threads of this process; remembers every request."""

    def __init__(self, respond: Respond, *, tls: ssl.SSLContext | None = None) -> None:
        self.respond = respond
        self.asked: list[Asked] = []
        self._closing = threading.Event()
        self._scheme = "https" if tls else "http"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # clients that hang up are what is tested

        self._server = Server((HOST, 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address without a slash at the end."""
        return f"{self._scheme}://{HOST}:{self.port}"

    def paths(self) -> list[str]:
        return [asked.target for asked in self.asked]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def drip(self, piece: bytes, seconds: float) -> Iterator[bytes]:
        """Pieces without end, with a pause after each."""
        while not self._closing.wait(seconds):
            yield piece

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        asked = Asked(handler.path, headers, time.time())
        self.asked.append(asked)
        answer = self.respond(asked)
        if not isinstance(answer, Answer):
            if isinstance(answer, Hang):
                self._closing.wait(60)
            handler.close_connection = True
            return
        handler.send_response(answer.status)
        if answer.content_type is not None:
            handler.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        whole = isinstance(answer.body, bytes)
        if answer.stated_bytes is not None:
            handler.send_header("Content-Length", str(answer.stated_bytes))
        elif whole:
            handler.send_header("Content-Length", str(len(answer.body)))  # type: ignore[arg-type]
        else:
            handler.send_header("Connection", "close")
        handler.end_headers()
        pieces: Iterable[bytes] = [answer.body] if isinstance(answer.body, bytes) else answer.body
        with suppress(OSError):
            for piece in pieces:
                handler.wfile.write(piece)
                handler.wfile.flush()
        if answer.broken or not whole:
            handler.close_connection = True


def not_found(asked: Asked) -> Answer:
    return Answer(b"<title>Not found</title>", status=404)


def pages(by_path: Mapping[str, Answer | Hang | HangUp]) -> Respond:
    """Answers by path; anything else isn't found."""
    return lambda asked: by_path.get(asked.path) or by_path.get(asked.target) or not_found(asked)


class DrippingServer:
    """Says ``start`` to whoever connects, then ``piece`` again and again, slowly, and never ends."""

    def __init__(self, start: bytes, piece: bytes, seconds: float) -> None:
        self._start, self._piece, self._seconds = start, piece, seconds
        self._closing = threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self._threads: list[threading.Thread] = []
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._run(self._listen)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _run(self, target: Callable[[], None]) -> None:
        self._threads.append(threading.Thread(target=target, daemon=True))
        self._threads[-1].start()

    def _listen(self) -> None:
        self._listener.settimeout(0.05)
        while not self._closing.is_set():
            with suppress(TimeoutError):
                connection = self._listener.accept()[0]
                self._run(lambda connection=connection: self._drip(connection))  # type: ignore[misc]

    def _drip(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(self._start)
            while not self._closing.wait(self._seconds):
                connection.sendall(self._piece)
