"""Bounded HTTP to one upstream; the only importer of httpx.

Every reply is limited in bytes while it is read. Time is limited by the caller, which cancels.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Container, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

from diabelli.engines.upstream.credentials import Credentials
from diabelli.engines.upstream.faults import exception_for, parse_error
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.errors import (
    DiabelliError,
    EngineFailed,
    MissingExtra,
    UpstreamInterrupted,
    UpstreamUnavailable,
)

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger("diabelli.upstream")

T = TypeVar("T")

CONNECT_S = 5.0
"""Seconds to connect; longer ones are unreachable hosts."""
WRITE_S = 120.0
"""Seconds in which the upstream must take a request: 4 MB, the largest source, at 0.3 Mbit/s."""
CHECK_S = 2.0
"""Seconds for a request that checks or lists."""
BUSY_RETRIES = 2
"""Repetitions of a call that was refused as too early with `Retry-After`."""
RECONNECT_PAUSES_S = (0.2, 1.0, 1.0)
"""Pauses in seconds before a call is repeated on a new connection, by attempt."""
ERROR_BYTES = 64 * 1024
"""Bytes of an error reply that are read."""
LIST_BYTES = 16 * 1024 * 1024
"""Maximum bytes of a reply without pictures; ComfyUI describes its nodes in several megabytes."""

Files: TypeAlias = Mapping[str, tuple[str, bytes, str]]
"""File name, content and media type by form field."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply.

    Attributes:
        headers: names in lower case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the parsed body; raise `EngineFailed` if it is not JSON."""
        try:
            return json.loads(self.body.strip())
        except (ValueError, RecursionError) as cause:
            raise EngineFailed("the upstream's reply is not JSON") from cause


class Transport:
    """HTTP to the base URL of one upstream; used from one event loop only."""

    def __init__(
        self, options: UpstreamOptions, credentials: Credentials, *, engine: str, paid: bool
    ) -> None:
        """Create the client without connecting.

        Args:
            options: base URL, hosts and proxy.
            credentials: sent to the origin of the base URL only.
            engine: name of the engine, for messages.
            paid: whether a call must not be repeated once its body was sent.

        Raises:
            MissingExtra: httpx is not installed.
        """
        if find_spec("httpx") is None:
            raise MissingExtra(extra="upstream", purpose=f"the engine {engine!r}")
        import httpx

        self._httpx = httpx
        self._engine = engine
        self._paid = paid
        self._credentials = credentials
        self._base = options.base_url
        self._origin = _origin(urlsplit(self._base))
        self._result_hosts = frozenset(host.lower() for host in options.result_hosts)
        self._client = httpx.AsyncClient(
            headers={"accept-encoding": "identity", "user-agent": "diabelli"},
            timeout=httpx.Timeout(None, connect=CONNECT_S, write=WRITE_S),
            limits=httpx.Limits(max_connections=None, keepalive_expiry=5.0),
            follow_redirects=False,
            trust_env=options.use_proxy,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    def masked(self, text: str) -> str:
        """Return a text of the upstream for the log: printable, bounded, without the key."""
        return self._credentials.masked(text)

    def websocket(self, path: str) -> tuple[str, Mapping[str, str]]:
        """Return the URL and the headers of a websocket below the base URL."""
        return f"ws{self._base.removeprefix('http')}/{path}", self._credentials.headers

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        timeout_s: float = CHECK_S,
        limit_bytes: int = LIST_BYTES,
        accept: Container[int] = (),
    ) -> Reply:
        """Return the reply to a GET of a path below the base URL; never repeated.

        Args:
            path: without a leading slash.
            params: query.
            timeout_s: limit of the whole exchange.
            limit_bytes: maximum size of the body.
            accept: error statuses that are returned and not raised.

        Raises:
            DiabelliError: As `faults.exception_for`; `UpstreamUnavailable` for no reply in time.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await self._once("GET", path, limit_bytes, accept, params=params)
        except TimeoutError as cause:
            raise self._unavailable("does not answer in time") from cause

    async def post_json(
        self,
        path: str,
        value: object,
        *,
        deadline: float,
        limit_bytes: int,
        resend: bool = True,
        accept: Container[int] = (),
    ) -> Reply:
        """Return the reply to a POST of a JSON value; arguments and errors as in `post_form`."""
        return await self.repeated(
            lambda: self._once("POST", path, limit_bytes, accept, json=value), deadline, resend
        )

    async def post_form(
        self,
        path: str,
        fields: Mapping[str, str],
        files: Files,
        *,
        deadline: float,
        limit_bytes: int,
        resend: bool = True,
        accept: Container[int] = (),
    ) -> Reply:
        """Return the reply to a POST of a multipart form.

        A request that was not sent or was refused with `Retry-After` is repeated. After a broken
        connection it is repeated once, on upstreams that are free.

        Args:
            path: without a leading slash.
            fields: texts of the form.
            files: files of the form.
            deadline: event-loop time after which nothing is repeated.
            limit_bytes: maximum size of the body.
            resend: whether the body may be sent again after a broken connection.
            accept: error statuses that are returned and not raised.

        Raises:
            DiabelliError: As `faults.exception_for`; `UpstreamUnavailable` for no connection.
        """
        return await self.repeated(
            lambda: self._once("POST", path, limit_bytes, accept, data=fields, files=files),
            deadline,
            resend,
        )

    async def repeated(self, call: Callable[[], Awaitable[T]], deadline: float, resend: bool) -> T:
        """Return the result of `call`, repeated as far as nothing can be done or paid twice.

        Args:
            call: makes the whole exchange.
            deadline: as in `post_form`.
            resend: as in `post_form`.
        """
        clock = asyncio.get_running_loop().time
        repeated: Counter[str] = Counter()
        while True:
            try:
                return await call()
            except UpstreamUnavailable as fault:
                reason, done = fault.reason, repeated[fault.reason]
                if reason == "broken" and self._paid:
                    raise UpstreamInterrupted from fault
                allowed = {"unsent": 2, "busy": BUSY_RETRIES, "broken": int(resend)}.get(reason, 0)
                pause_s = fault.retry_after_s if reason == "busy" else RECONNECT_PAUSES_S[done]
                if done >= allowed or clock() + pause_s >= deadline:
                    raise
            repeated[reason] += 1
            await asyncio.sleep(pause_s)

    @asynccontextmanager
    async def events(
        self, path: str, fields: Mapping[str, str], files: Files, *, limit_bytes: int
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Open a stream of server-sent events as the reply to a POST of a form; never repeated.

        Args:
            path: without a leading slash.
            fields: texts of the form.
            files: files of the form.
            limit_bytes: maximum size of the whole stream.

        Raises:
            DiabelliError: As `post_form`.
        """
        try:
            async with self._open("POST", path, data=fields, files=files) as response:
                await self._raise_for_status(response, ())
                async with aclosing(self._iter_events(response, limit_bytes)) as events:
                    yield events
        except UpstreamUnavailable as fault:
            if fault.reason == "broken" and self._paid:
                raise UpstreamInterrupted from fault
            raise

    async def fetch(self, url: str, *, limit_bytes: int) -> bytes:
        """Return a result that a reply names by its URL.

        Only http URLs of the upstream's own origin and of the hosts in `result_hosts` are fetched.
        One redirect is followed, to the same places. Credentials go to the own origin only.

        Raises:
            EngineFailed: The URL is not allowed, or not a picture of this size.
        """
        for hop in range(2):
            parts = self._allowed(url)
            own = hop == 0 and _origin(parts) == self._origin
            async with self._open("GET", url, authenticated=own) as response:
                if response.is_redirect and hop == 0:
                    url = urljoin(url, response.headers.get("location", ""))
                    continue
                await self._raise_for_status(response, ())
                return await self._read(response, limit_bytes)
        raise EngineFailed("a result of the upstream is redirected more than once")

    def _allowed(self, url: str) -> SplitResult:
        """Return the parts of a URL that may be fetched."""
        try:
            parts = urlsplit(url)
            origin = _origin(parts)
        except ValueError as cause:
            raise EngineFailed("a result of the upstream has a malformed URL") from cause
        known = origin == self._origin or parts.netloc.lower() in self._result_hosts
        if parts.scheme not in ("http", "https") or not known:
            where = self._credentials.masked(f"{parts.scheme}://{parts.netloc}")
            _log.error("upstream.result_refused", extra={"engine": self._engine, "url": where})
            raise EngineFailed(
                "a result of the upstream is at an address that is not in `result_hosts`"
            )
        return parts

    async def _once(
        self, method: str, path: str, limit_bytes: int, accept: Container[int], **content: Any
    ) -> Reply:
        async with self._open(method, path, **content) as response:
            await self._raise_for_status(response, accept)
            body = await self._read(response, limit_bytes)
            return Reply(response.status_code, response.headers, body)

    @asynccontextmanager
    async def _open(
        self, method: str, path: str, *, authenticated: bool = True, **content: Any
    ) -> AsyncIterator[httpx.Response]:
        """Send a request to a path below the base URL, or to an absolute URL.

        Exceptions of httpx are translated here, also those of reading the body.
        """
        url = path if "://" in path else f"{self._base}/{path}"
        headers = self._credentials.headers if authenticated else {}
        try:
            request = self._client.build_request(method, url, headers=headers, **content)
            # In one piece: httpx writes each field and every 64 KB of a file separately, and each
            # write passes through the event loop.
            await request.aread()
            response = await self._client.send(request, stream=True)
            try:
                yield response
            finally:
                await response.aclose()
        except (self._httpx.ConnectError, self._httpx.ConnectTimeout) as cause:
            raise self._unavailable("cannot be reached", "unsent") from cause
        except self._httpx.TransportError as cause:
            raise self._unavailable("has ended the connection", "broken") from cause

    async def _raise_for_status(self, response: httpx.Response, accept: Container[int]) -> None:
        status = response.status_code
        if status < 300 or status in accept:
            return
        body = await self._read(response, ERROR_BYTES, truncate=True)
        raise self.fault(status, body, response.headers)

    def fault(
        self, status: int, body: bytes, headers: Mapping[str, str] | None = None
    ) -> DiabelliError:
        """Return the exception for an error reply, and log the upstream's message."""
        error = parse_error(body)
        _log.error(
            "upstream.error",
            extra={
                "engine": self._engine,
                "status": status,
                "codes": self._credentials.masked(",".join(sorted(error.codes))),
                "text": self._credentials.masked(error.text),
            },
        )
        return exception_for(status, headers or {}, error, self._engine)

    async def _read(
        self, response: httpx.Response, limit_bytes: int, *, truncate: bool = False
    ) -> bytes:
        """Return the body; raise `EngineFailed` beyond the limit, or cut it there."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise EngineFailed("the upstream's reply is compressed although that was not accepted")
        parts: list[bytes] = []
        total = 0
        async for part in response.aiter_raw():
            parts.append(part)
            total += len(part)
            if total > limit_bytes:
                if truncate:
                    break
                raise EngineFailed(f"the upstream's reply has more than {limit_bytes} bytes")
        return b"".join(parts)[:limit_bytes]

    async def _iter_events(
        self, response: httpx.Response, limit_bytes: int
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the JSON objects of the `data` fields; comments and other values are skipped."""
        buffered = bytearray()
        total = 0
        async for part in response.aiter_raw():
            total += len(part)
            if total > limit_bytes:
                raise EngineFailed(f"the upstream's events have more than {limit_bytes} bytes")
            buffered += part.replace(b"\r", b"")
            # The end of an event is looked for in the new bytes only: pictures have megabytes.
            while (end := buffered.find(b"\n\n", max(0, len(buffered) - len(part) - 1))) >= 0:
                if (event := _parse_event(bytes(buffered[:end]))) is not None:
                    yield event
                del buffered[: end + 2]

    def _unavailable(
        self, problem: str, reason: Literal["unsent", "broken", "other"] = "other"
    ) -> UpstreamUnavailable:
        return UpstreamUnavailable(
            f"the upstream of the engine {self._engine!r} {problem}", reason=reason
        )


def _parse_event(frame: bytes) -> dict[str, Any] | None:
    """Return the JSON object in an event's `data`; None for anything else."""
    lines = [line[5:].strip() for line in frame.split(b"\n") if line.startswith(b"data:")]
    try:
        found = json.loads(b"\n".join(lines))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    """Return scheme, host and port; raise ValueError for a malformed port."""
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), port
