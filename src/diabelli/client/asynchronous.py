"""The asynchronous client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
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


class AsyncClient:
    """Client of a Diabelli server, with the methods of `Client` as coroutines.

    Arguments and exceptions of the constructor are those of `Client`.
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
        self._http = self._httpx.AsyncClient(timeout=timeout_s)

    async def vary(self, source: Source, **options: Unpack[Options]) -> Reply:
        """Return variations of a picture.

        Args:
            source: a path, encoded bytes, or a file opened for reading bytes.
            **options: the fields of the request, see `Options`.

        Raises:
            InvalidPicture: the source has another type.
            OSError: a path cannot be read.
        """
        request = requests.build(source, options, stream=False)
        async with self._send("POST", self._base_url + requests.VARIATIONS, request) as response:
            return parse_reply(await self._read(response))

    async def stream(
        self, source: Source, **options: Unpack[Options]
    ) -> AsyncGenerator[Event, None]:
        """Yield progress, previews and finished variations, and `Done` last.

        The server stops its work if the generator is closed early, as `contextlib.aclosing` does,
        or the client is. Arguments and exceptions are those of `vary`.
        """
        request = requests.build(source, options, stream=True)
        async with self._send("POST", self._base_url + requests.VARIATIONS, request) as response:
            parser = EventParser()
            try:
                async for chunk in response.aiter_bytes():
                    for event in parser.feed(chunk):
                        yield event
            except self._httpx.RequestError as cause:
                raise broken_off(cause) from cause
            parser.close()

    async def download(self, variation: MadeVariation | str) -> bytes:
        """Return the encoded picture of a variation or of a link.

        Raises:
            ApiError: the server refuses the link, or the connection fails.
            ValueError: the variation has neither a picture nor a link.
        """
        if not isinstance(variation, str):
            if variation.picture is not None:
                return variation.picture
            variation = variation.link
        async with self._send("GET", variation) as response:
            return await self._read(response)

    async def models(self) -> list[str]:
        """Return the model names that the server accepts."""
        async with self._send("GET", self._base_url + requests.MODELS) as response:
            return parse_models(await self._read(response))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def _send(
        self, method: str, url: str, request: requests.Request | None = None
    ) -> AsyncIterator[Response]:
        """Send a request, repeat it if that may help, and return the successful response."""
        options = requests.http_options(url, self._base_url, self._auth, request)
        for attempt in range(1, self._retries.most + 2):
            try:
                async with self._http.stream(method, url, **options) as response:
                    if response.is_success:
                        yield response
                        return
                    content = await self._collect(response)
                    fault = error_of(response.status_code, content, response.headers)
                    headers = response.headers
            except self._httpx.RequestError as cause:
                fault, headers = ConnectionFailed(f"The server could not be reached: {cause}"), {}
            delay = self._retries.delay_s(attempt, fault.status, headers)
            if delay is None:
                raise fault
            await asyncio.sleep(delay)

    async def _read(self, response: Response) -> bytes:
        try:
            return await self._collect(response)
        except self._httpx.RequestError as cause:
            raise broken_off(cause) from cause

    async def _collect(self, response: Response) -> bytes:
        body = Body(response.status_code)
        async for chunk in response.aiter_bytes():
            body.add(chunk)
        return body.content()
