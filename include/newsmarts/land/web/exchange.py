"""One request and its answer, within limits of time and size."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpcore2

from newsmarts.core.errors import CaptureError, FeedUnavailable, ForbiddenAddress, NoReply
from newsmarts.land import encodings
from newsmarts.land.capture import Credential
from newsmarts.land.config import Limits
from newsmarts.land.names import charset_of
from newsmarts.land.web.addresses import Address
from newsmarts.land.web.network import Deadline, GuardedBackend, Resolve

_CONNECTIONS = 4
_IDLE_SECONDS = 15.0
_SHOWN_CHARS = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status."""

    address: Address  # that gave it
    status: int
    headers: Mapping[str, str]  # lower-case names; several of one name with commas between
    body: bytes  # content encoding undone, unless a range was requested

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that the Content-Type names."""
        return charset_of(self.headers.get("content-type"))


class Exchange:
    """Sends requests over connections of its own. Not for several threads at once."""

    def __init__(
        self,
        limits: Limits,
        may_be_private: Callable[[str], bool],
        ssl_context: ssl.SSLContext | None,
        resolve_host: Resolve,
    ) -> None:
        self._deadline = Deadline()
        connect, read = limits.connect_seconds, limits.read_seconds
        self._timeouts = {"connect": connect, "read": read, "write": read, "pool": connect}
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context or httpcore2.default_ssl_context(),
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedBackend(self._deadline, may_be_private, resolve_host),
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def get(
        self,
        address: Address,
        headers: Mapping[str, str],
        *,
        max_bytes: int,
        seconds: float,
        read_seconds: float | None,
        decode: bool,
    ) -> Reply:
        """Send a GET request and read its full answer.

        Args:
            max_bytes: of the body, as it comes and with its content encoding undone.
            seconds: for all of it.
            read_seconds: between two pieces, instead of the usual time.
            decode: undo the content encoding.

        Raises:
            NoReply: there was no complete answer.
            CaptureError: the answer is too large or badly encoded, or the host has a forbidden address.
            FeedUnavailable: the host's certificate doesn't fit.
        """
        request = httpcore2.Request(
            "GET",
            httpcore2.URL(scheme=address.scheme, host=address.host, port=address.port, target=address.target),
            headers=list(headers.items()),
            extensions={"timeout": self._timeouts | ({"read": read_seconds} if read_seconds else {})},
        )
        self._deadline.set(seconds)
        try:
            response = self._pool.handle_request(request)
            try:
                received = _joined(response.headers)
                body = _read(response.iter_stream(), received, max_bytes)
            finally:
                response.close()
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.RemoteProtocolError) as error:
            raise _failure(address, error) from None
        except httpcore2.LocalProtocolError:
            raise CaptureError("bad_address", "It can't be put into a request.") from None
        except ForbiddenAddress as error:
            raise CaptureError(
                "host_not_allowed",
                f"{error}. If that is right, add the host to the feed's allow_private_hosts.",
            ) from None
        if decode:
            body = encodings.decode(body, received.get("content-encoding"), max_bytes=max_bytes)
        return Reply(address, response.status, MappingProxyType(received), body)


def authorization(credential: Credential) -> str:
    """The Authorization header for a user and password, or for a token (a password without a user)."""
    if not credential.login:
        return f"Bearer {credential.password or ''}"
    pair = f"{credential.login}:{credential.password or ''}"
    return f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1").lower()
        value = raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _read(chunks: Iterable[bytes], headers: Mapping[str, str], max_bytes: int) -> bytes:
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > max_bytes:
        raise _too_large(max_bytes)
    parts = []
    size_bytes = 0
    for chunk in chunks:
        size_bytes += len(chunk)
        if size_bytes > max_bytes:
            raise _too_large(max_bytes)
        parts.append(chunk)
    return b"".join(parts)


def _too_large(max_bytes: int) -> CaptureError:
    return CaptureError(
        "record_too_large",
        f"Its answer has more than {max_bytes:,} bytes. If it really is a page, raise NEWS_MAX_FILE_BYTES "
        "or the feed's limits.max_page_bytes.",
    )


def _failure(address: Address, error: Exception) -> NoReply | FeedUnavailable:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FeedUnavailable(
                f"{address.host} can't prove who it is: {cause.verify_message}. Nothing was sent. Look at "
                "its certificate, and at this machine's clock and certificate authorities."
            )
        cause = cause.__cause__ or cause.__context__
    text = " ".join(str(error).split()) or type(error).__name__
    return NoReply(text[:_SHOWN_CHARS] if text.isprintable() else repr(text[:_SHOWN_CHARS]))
