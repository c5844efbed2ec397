"""The record of one request. Log line, metrics and ledger entry are projections of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from diabelli.ledger.entries import MAX_TEXT_LENGTH, Entry, EntryVariation
from diabelli.ledger.keys import Caller
from diabelli.timing import Stage
from diabelli.variation import VariationBatch, VariationSpec

MAX_CLIENT_ID = 128
"""Characters of a client's own request id that are logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationRequest:
    """The parameters of a request, checked except for the picture.

    Attributes:
        spec: what the engine makes.
        model: the model's name on the wire.
        user: the client's name for its end-user; None if not given.
        engine: the engine's name.
        as_url: whether the pictures are stored and returned as URLs, or else in the reply.
        stream: whether events are sent before the reply.
        extended: whether the request uses a field or a model that OpenAI did not have, so that the
            reply may have more fields than OpenAI's.
        usage: token usage in the reply; None for a model that is not metered.
    """

    spec: VariationSpec
    model: str
    user: str | None
    engine: str
    as_url: bool
    stream: bool
    extended: bool
    usage: dict[str, Any] | None = None

    @property
    def size(self) -> str:
        """Return the size as `WIDTHxHEIGHT`."""
        return f"{self.spec.width}x{self.spec.height}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricLabels:
    """The values that metrics count of a request.

    Attributes:
        error: code of the error; None for a success.
        engine, size: of the variations; None if no variation was made.
        images: number of variations that were made.
    """

    error: str | None
    engine: str | None
    size: str | None
    images: int


@dataclass(slots=True, kw_only=True)
class RequestContext:
    """All that is known of one request so far; created by the outermost middleware.

    Methods may be called from any thread.

    Attributes:
        id: unique id, sent to the client.
        request: method and path.
        client_id: the client's own id of the request; "" for none.
        time: arrival in Unix seconds.
        caller: the authenticated caller.
        user, model: as the client named them, whether or not they are accepted.
        params: the checked parameters.
        source_sha256, source_pdq: hashes of the source, in hexadecimal.
        engine_version: version of the engine that the work was submitted to.
        result: the variations.
        expires: end of the validity of their links, in Unix seconds.
        error: code of the error that was answered.
        recorded: whether the ledger has the entry of a success.
        response_headers: headers to be added to the response.
        images_sent: number of variations that a stream has sent.
    """

    id: str = field(default_factory=lambda: f"req_{uuid.uuid4().hex}")
    request: str = ""
    client_id: str = ""
    time: float = field(default_factory=time.time)
    caller: Caller | None = None
    user: str | None = None
    model: str | None = None
    params: VariationRequest | None = None
    source_sha256: str | None = None
    source_pdq: str | None = None
    engine_version: str | None = None
    result: VariationBatch | None = None
    expires: float | None = None
    error: str | None = None
    recorded: bool = False
    response_headers: dict[str, str] = field(default_factory=dict)
    images_sent: int = 0
    # Moments of `perf_counter`.
    _arrived: float = field(default_factory=perf_counter)
    _submitted: float | None = None
    _started: float | None = None
    _ended: float | None = None

    def set_fields(self, fields: Mapping[str, str]) -> None:
        """Note the names in the form before they are checked."""
        self.user, self.model = recordable(fields.get("user")), recordable(fields.get("model"))

    def set_params(self, params: VariationRequest) -> None:
        """Note the checked parameters."""
        self.params = params
        self.user, self.model = recordable(params.user), params.model

    def start_work(self, engine_version: str) -> None:
        """Note that the work is submitted to the workers now."""
        self.engine_version = engine_version
        self._submitted = perf_counter()

    def on_stage(self, stage: Stage) -> None:
        """Note that a stage has completed: after `queued`, a worker has the request."""
        # A worker may take it in the moment in which it is cancelled.
        if stage == "queued" and self._ended is None:
            self._started = perf_counter()

    def end_work(self) -> None:
        """Note that the work is over: it has completed, failed or was cancelled."""
        self._ended = perf_counter()

    @property
    def total_s(self) -> float:
        """Seconds since the arrival."""
        return perf_counter() - self._arrived

    @property
    def queued_ms(self) -> float | None:
        """Milliseconds until a worker took the request; None if it was not submitted."""
        if self._submitted is None:
            return None
        return 1000 * ((self._started or self._ended or perf_counter()) - self._submitted)

    @property
    def engine_ms(self) -> float | None:
        """Milliseconds from then on; None if no worker took it."""
        if self._started is None:
            return None
        return 1000 * ((self._ended or perf_counter()) - self._started)

    def log_fields(self, *, with_user: bool) -> dict[str, Any]:
        """Return the fields of the request's log line, except status and duration.

        Args:
            with_user: whether the end-user is named.
        """
        fields: dict[str, Any] = {"request_id": self.id, "request": self.request}
        if self.client_id:
            fields["client_request_id"] = self.client_id
        if self.caller is not None and self.caller.id is not None:
            fields |= {"key": self.caller.id, "key_name": self.caller.name}
        if self.params is not None:
            fields |= {
                "model": self.params.model,
                "engine": self.params.engine,
                "n": self.params.spec.n,
                "size": self.params.size,
            }
            if with_user and self.params.user is not None:
                fields["user"] = self.params.user
        if self.result is not None:
            fields["seeds"] = [made.seed for made in self.result.variations]
        if self.queued_ms is not None:
            fields["queued_ms"] = round(self.queued_ms)
        if self.engine_ms is not None:
            fields["engine_ms"] = round(self.engine_ms)
        if self.error is not None:
            fields["error"] = self.error
        return fields

    def metric_labels(self) -> MetricLabels:
        """Return the values that metrics count."""
        made = self.result if self.error is None else None
        return MetricLabels(
            error=self.error,
            engine=self.params.engine if made and self.params else None,
            size=self.params.size if made and self.params else None,
            images=len(made.variations) if made else 0,
        )

    def ledger_entry(self, status: int, error: str | None = None) -> Entry:
        """Return the ledger's entry, as of now.

        Args:
            status: HTTP status of the answer.
            error: code of the error; None for a success.
        """
        spec = self.params.spec if self.params else None
        return Entry(
            request_id=self.id,
            time=self.time,
            key=self.caller.id if self.caller else None,
            user=self.user,
            model=self.model,
            engine=self.params.engine if self.params else None,
            engine_version=self.engine_version,
            n=spec.n if spec else None,
            size=self.params.size if self.params else None,
            strength=spec.strength if spec else None,
            seed=spec.seed if spec else None,
            sha256=self.source_sha256,
            pdq=self.source_pdq,
            status=status,
            error=error,
            queued_ms=self.queued_ms,
            engine_ms=self.engine_ms,
            total_ms=1000 * self.total_s,
            variations=self._entry_variations(),
        )

    def _entry_variations(self) -> tuple[EntryVariation, ...]:
        return tuple(
            EntryVariation(
                seed=made.seed,
                stored=made.key,
                expires=None if made.key is None else self.expires,
            )
            for made in (self.result.variations if self.result else ())
        )


def open_context(scope: Scope) -> RequestContext:
    """Create the context of an HTTP request and attach it to the scope."""
    context = RequestContext(
        request=f"{scope['method']} {scope['path']}",
        client_id=client_id(Headers(scope=scope)),
    )
    scope["state"] = {**scope.get("state", {}), "context": context}
    return context


def context_of(request: Request) -> RequestContext:
    """Return the context that the outermost middleware has attached to the request."""
    context: RequestContext = request.state.context
    return context


def client_id(headers: Headers) -> str:
    """Return the client's own request id, in printable ASCII; "" for none."""
    given = headers.get("x-client-request-id", "")[:MAX_CLIENT_ID]
    return "".join(character if "!" <= character <= "~" else "?" for character in given)


def recordable(text: str | None) -> str | None:
    """Return the text in a form that every database accepts; None for an empty one."""
    return (text or "").replace("\0", "\N{REPLACEMENT CHARACTER}")[:MAX_TEXT_LENGTH] or None
