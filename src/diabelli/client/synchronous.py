"""The synchronous client."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack

from diabelli.client import request as requests
from diabelli.client import transport
from diabelli.client.errors import ConnectionFailed, broken_off, error_of
from diabelli.client.replies import (
    Body,
    Event,
    EventParser,
    MadeVariation,
    Reply,
    parse_models,
    parse_reply,
)
from diabelli.client.request import Options, Source
from diabelli.client.retries import Retries

if TYPE_CHECKING:
    from diabelli.client.transport import Response


class Client:
    """Client of a Diabelli server; thread-safe. `AsyncClient` has the same methods as coroutines.

    Every method raises `ApiError` for an error of the server, and its subclass `ConnectionFailed`
    if no answer arrives. Requests that may succeed later are repeated after `Retry-After`.

    Args:
        base_url: address of the server, with or without `/v1`.
        api_key: sent as a bearer token.
        timeout_s: maximum pause of the server in seconds.
        max_retries: maximum number of repetitions of a request.
        longest_wait_s: a longer `Retry-After` raises the error at once, in seconds.

    Raises:
        InvalidParameter: `max_retries` is negative.
        MissingExtra: the extra `client` is not installed.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        api_key: str | None = None,
        *,
        timeout_s: float = 180.0,
        max_retries: int = 2,
        longest_wait_s: float = 60.0,
    ) -> None:
        self._httpx = transport.load()
        self._base_url = requests.base_url(base_url)
        self._auth = requests.auth_headers(api_key)
        self._retries = Retries(max_retries, longest_wait_s)
        self._http = self._httpx.Client(timeout=timeout_s)

    def vary(self, source: Source, **options: Unpack[Options]) -> Reply:
        """Return variations of a picture.

        Args:
            source: a path, encoded bytes, or a file opened for reading bytes.
            **options: the fields of the request, see `Options`.

        Raises:
            InvalidPicture: the source has another type.
            OSError: a path cannot be read.
        """
        request = requests.build(source, options, stream=False)
        with self._send("POST", self._base_url + requests.VARIATIONS, request) as response:
            return parse_reply(self._read(response))

    def stream(self, source: Source, **options: Unpack[Options]) -> Generator[Event, None, None]:
        """Yield progress, previews and finished variations, and `Done` last.

        The server stops its work if the generator is closed early, as `contextlib.closing` does,
        or the client is. Arguments and exceptions are those of `vary`.
        """
        request = requests.build(source, options, stream=True)
        with self._send("POST", self._base_url + requests.VARIATIONS, request) as response:
            parser = EventParser()
            try:
                for chunk in response.iter_bytes():
                    yield from parser.feed(chunk)
            except self._httpx.RequestError as cause:
                raise broken_off(cause) from cause
            parser.close()

    def download(self, variation: MadeVariation | str) -> bytes:
        """Return the encoded picture of a variation or of a link.

        Raises:
            ApiError: the server refuses the link, or the connection fails.
            ValueError: the variation has neither a picture nor a link.
        """
        if not isinstance(variation, str):
            if variation.picture is not None:
                return variation.picture
            variation = variation.link
        with self._send("GET", variation) as response:
            return self._read(response)

    def models(self) -> list[str]:
        """Return the model names that the server accepts."""
        with self._send("GET", self._base_url + requests.MODELS) as response:
            return parse_models(self._read(response))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _send(
        self, method: str, url: str, request: requests.Request | None = None
    ) -> Iterator[Response]:
        """Send a request, repeat it if that may help, and return the successful response."""
        options = requests.http_options(url, self._base_url, self._auth, request)
        for attempt in range(1, self._retries.most + 2):
            try:
                with self._http.stream(method, url, **options) as response:
                    if response.is_success:
                        yield response
                        return
                    content = self._collect(response)
                    fault = error_of(response.status_code, content, response.headers)
                    headers = response.headers
            except self._httpx.RequestError as cause:
                fault, headers = ConnectionFailed(f"The server could not be reached: {cause}"), {}
            delay = self._retries.delay_s(attempt, fault.status, headers)
            if delay is None:
                raise fault
            time.sleep(delay)

    def _read(self, response: Response) -> bytes:
        try:
            return self._collect(response)
        except self._httpx.RequestError as cause:
            raise broken_off(cause) from cause

    def _collect(self, response: Response) -> bytes:
        body = Body(response.status_code)
        for chunk in response.iter_bytes():
            body.add(chunk)
        return body.content()
