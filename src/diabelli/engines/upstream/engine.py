"""An engine that makes variations with an upstream, through one of its protocols."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TypeVar

from diabelli import pictures
from diabelli.engines import ParallelMap, Piece
from diabelli.engines.cached_check import CachedCheck
from diabelli.engines.sizing import sized_variation, unchanged_pieces
from diabelli.engines.upstream.calls import UpstreamCalls
from diabelli.engines.upstream.credentials import load_credentials
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.engines.upstream.picture_exchange import decode_result, encode_source, is_source
from diabelli.engines.upstream.protocol import UpstreamModel
from diabelli.engines.upstream.protocols import create_protocol
from diabelli.engines.upstream.request import UpstreamRequest
from diabelli.engines.upstream.transport import Transport
from diabelli.errors import DiabelliError, UpstreamUnavailable
from diabelli.synthesis.core.rng import derive_seeds
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    UpstreamInfo,
    Variation,
    VariationSpec,
)

ENGINE_VERSION = "1"
"""Increased if the request for the same source, strength and seed changes."""
CHECK_TTL_S = 30.0
"""Seconds that a readiness check is cached."""
CHECK_WAIT_S = 3.0
"""Seconds to wait for a check, which itself takes at most two."""

T = TypeVar("T")

_log = logging.getLogger("diabelli.upstream")


class UpstreamEngine:
    """Makes variations with an image server that already runs."""

    def __init__(
        self,
        name: str,
        options: UpstreamOptions,
        manager: UpstreamManager,
        *,
        timeout_s: float,
        user_secret: bytes,
    ) -> None:
        """Create the engine without a connection.

        Args:
            name: of the engine.
            options: of the engine.
            manager: runs the work.
            timeout_s: maximum duration of a request, in seconds.
            user_secret: key of the hashes that stand for end-users.

        Raises:
            MissingExtra: httpx is not installed.
            InvalidSettings: The key or an option is not usable.
        """
        credentials = load_credentials(options.auth, name)
        transport = Transport(options, credentials, engine=name, paid=options.is_paid)
        self.protocol = create_protocol(options, transport)
        self._manager = manager
        self._timeout_s = timeout_s
        self._user_secret = user_secret
        self._calls = UpstreamCalls(name, options, self.protocol, manager)
        self._warned: set[str] = set()
        self._check = CachedCheck(self._check_upstream, CHECK_TTL_S)
        traits = self.protocol.traits
        self.info = EngineInfo(
            name=name,
            version=f"{ENGINE_VERSION}-{options.model or options.effective_dialect}",
            summary=f"Makes variations with the image server at {options.host}.",
            trained=True,
            keeps_alpha=False,
            repeatable=traits.repeatable,
            upstream=UpstreamInfo(
                model=options.model or "",
                seed=traits.seed,
                strength=traits.strength,
                paid=options.is_paid,
            ),
        )
        manager.add(name, self.check, transport.close)

    def warm_up(self) -> None:
        """Log the properties of the upstream; it need not be reachable."""
        traits = self.protocol.traits
        if traits.seed == "ignored":
            self._warn_once("upstream.seed_ignored")
        if traits.strength != "sent":
            self._warn_once(f"upstream.strength_{traits.strength}")
        try:
            models = self.list_models()
        except DiabelliError as fault:
            _log.warning(
                "upstream.unavailable", extra={"engine": self.info.name, "reason": fault.message}
            )
            return
        self._use_models(models)

    def list_models(self) -> list[UpstreamModel]:
        """Return the models that the upstream reports; raise as `check`."""
        return self._wait(self._manager.submit(self.protocol.list_models()))

    def check(self) -> None:
        """Return if the upstream responds; the result is cached for 30 seconds.

        Raises:
            UpstreamUnavailable: It does not respond.
            UpstreamRefused: It rejects the key or the model.
        """
        self._check()

    def _check_upstream(self) -> None:
        self._wait(self._manager.submit(self.protocol.check()))

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,  # noqa: ARG002
    ) -> list[Piece] | Future[list[Piece]]:
        """Send the source to the upstream; return a future of the pieces that decode its results.

        No worker is held while the upstream works.
        """
        source = pictures.flatten_on_white(source)
        if spec.strength == 0:
            return unchanged_pieces(source, spec, self.info, on_progress)
        height, width = self.protocol.working_size(spec.height, spec.width)
        request = UpstreamRequest(
            source=encode_source(source, height, width),
            height=height,
            width=width,
            seeds=tuple(derive_seeds(spec.seed, spec.n)),
            spec=spec,
            user=self._hash_user(spec.user),
            on_progress=on_progress,
        )
        on_progress(Progress(0, "waiting", 0.0))
        return self._manager.submit(self._make(request, source))

    async def _make(self, request: UpstreamRequest, source: Image) -> list[Piece]:
        """Return the pieces that finish the upstream's results."""
        results = await self._calls.make(request, self._timeout_s)
        if len(results) > 1 and len({hashlib.sha256(one).digest() for one in results}) == 1:
            self._warn_once("upstream.same_picture_for_all_seeds")
        return [
            partial(self._decode, index, result, source, seed, request)
            for index, (result, seed) in enumerate(zip(results, request.seeds, strict=True))
        ]

    def _decode(
        self, index: int, result: bytes, source: Image, seed: int, request: UpstreamRequest
    ) -> Variation:
        """Return the variation of an encoded result."""
        request.on_progress(Progress(index, "decode", 0.96))
        image = decode_result(result)
        spec = request.spec
        if image.shape[0] < spec.height or image.shape[1] < spec.width:
            self._warn_once("upstream.picture_enlarged")
        variation = sized_variation(image, spec, index, seed, self.info, request.on_progress)
        if is_source(variation.image, pictures.cover(source, spec.height, spec.width)):
            self._warn_once("upstream.picture_is_source")
        return variation

    def _use_models(self, models: list[UpstreamModel]) -> None:
        """Take over the upstream's statements about the engine's model."""
        model = self.protocol.options.model
        found = next((one for one in models if one.id == model), None)
        if found is None:
            if model is not None and models:
                self._warn_once("upstream.model_not_listed")
            return
        repeatable = self.info.repeatable if found.repeatable is None else found.repeatable
        upstream = self.info.upstream and replace(
            self.info.upstream, shutdown_date=found.shutdown_date
        )
        self.info = replace(self.info, repeatable=repeatable, upstream=upstream)
        if found.shutdown_date is not None:
            _log.warning(
                "upstream.model_ends",
                extra={"engine": self.info.name, "shutdown_date": found.shutdown_date[:32]},
            )

    def _hash_user(self, user: str | None) -> str | None:
        """Return an identifier of an end-user that the upstream cannot trace back."""
        if user is None:
            return None
        return hmac.new(
            self._user_secret, b"upstream-user\0" + user.encode(), hashlib.sha256
        ).hexdigest()

    def _warn_once(self, event: str) -> None:
        if event not in self._warned:
            self._warned.add(event)
            _log.warning(event, extra={"engine": self.info.name})

    def _wait(self, submitted: Future[T]) -> T:
        try:
            return submitted.result(CHECK_WAIT_S)
        except TimeoutError as cause:
            submitted.cancel()
            raise UpstreamUnavailable(
                f"the upstream of the engine {self.info.name!r} does not answer in time"
            ) from cause
        except asyncio.CancelledError as cause:
            raise UpstreamUnavailable("the upstream engines are closing") from cause
