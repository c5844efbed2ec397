"""Asks clients not to repeat requests whose pictures may have been paid for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from diabelli.api.context import RequestContext
from diabelli.errors import UpstreamRefused, UpstreamUnavailable
from diabelli.variation import EngineInfo

HEADER = "x-should-retry"
"""OpenAI's clients repeat failed requests twice unless this header is `false`."""


@contextmanager
def discourage_paid_retry(context: RequestContext, info: EngineInfo) -> Iterator[None]:
    """Add the header to the response if the work fails and the engine's pictures cost money.

    An upstream that could not be reached or that refused the call was not paid.
    """
    if info.upstream is None or not info.upstream.paid:
        yield
        return
    context.response_headers[HEADER] = "false"
    try:
        yield
    except (UpstreamUnavailable, UpstreamRefused):
        del context.response_headers[HEADER]
        raise
    del context.response_headers[HEADER]
