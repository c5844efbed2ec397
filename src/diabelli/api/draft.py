"""The entry of one request while it is still being written."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field, replace
from time import perf_counter

from diabelli.api.effort import Effort
from diabelli.api.variations.form import Form
from diabelli.api.variations.params import VariationRequest
from diabelli.ledger.entries import Entry, EntryVariation
from diabelli.pictures import Image
from diabelli.pictures.pdq import pdq
from diabelli.variation import VariationBatch

MAX_KEPT = 512
"""How many characters of a text that a client made up are remembered."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """What is known of a request so far; the gates on its way fill it.

    Attributes:
        request_id, key, user, model, sha256, pdq: as an `Entry` has them.
        wanted: what is going to be carried out.
        effort: what the work took so far; None before it was handed in.
        created: what was made, with the moment until which it can be had.
        recorded: whether the entry is in the ledger.
    """

    request_id: str
    key: str | None
    user: str | None = None
    model: str | None = None
    wanted: VariationRequest | None = None
    sha256: str | None = None
    pdq: str | None = None
    effort: Effort | None = None
    created: VariationBatch | None = None
    expires: float | None = None
    recorded: bool = False
    time: float = field(default_factory=time.time)
    _started: float = field(default_factory=perf_counter)

    def hear(self, form: Form) -> None:
        """Note what the client said, whether or not it will be accepted."""
        self.user = _kept(form.fields.get("user"))
        self.model = _kept(form.fields.get("model"))

    def accept(self, wanted: VariationRequest) -> None:
        """Note what is going to be carried out."""
        self.wanted = wanted
        self.user, self.model = _kept(wanted.user), wanted.model

    def see(self, source: bytes) -> None:
        """Note the hash of the source; it takes a moment, so this is no work for the event loop."""
        self.sha256 = hashlib.sha256(source).hexdigest()

    def look(self, source: Image) -> None:
        """Note what the source looks like."""
        self.pdq = pdq(source)

    def finish(self, created: VariationBatch, *, lifetime_s: int) -> None:
        """Note what was made; what is kept of it can be had for `lifetime_s` seconds from now."""
        self.created, self.expires = created, time.time() + lifetime_s

    def entry(self, *, status: int, error: str | None = None) -> Entry:
        """The entry, as of now."""
        entry = Entry(
            request_id=self.request_id,
            time=self.time,
            key=self.key,
            user=self.user,
            model=self.model,
            sha256=self.sha256,
            pdq=self.pdq,
            status=status,
            error=error,
            total_ms=1000 * (perf_counter() - self._started),
        )
        return self._with_what_was_made(self._with_what_it_took(self._with_what_was_wanted(entry)))

    def _with_what_was_wanted(self, entry: Entry) -> Entry:
        if self.wanted is None:
            return entry
        spec = self.wanted.spec
        return replace(
            entry,
            engine=self.wanted.engine,
            n=spec.n,
            size=f"{spec.width}x{spec.height}",
            strength=spec.strength,
            seed=spec.seed,
        )

    def _with_what_it_took(self, entry: Entry) -> Entry:
        if self.effort is None:
            return entry
        return replace(
            entry,
            engine_version=self.effort.engine_version,
            queued_ms=self.effort.queued_ms,
            engine_ms=self.effort.engine_ms,
        )

    def _with_what_was_made(self, entry: Entry) -> Entry:
        if self.created is None:
            return entry
        return replace(
            entry,
            engine_version=self.created.engine.version,
            variations=tuple(
                EntryVariation(
                    seed=made.seed,
                    stored=made.key,
                    expires=None if made.key is None else self.expires,
                )
                for made in self.created.variations
            ),
        )


def _kept(text: str | None) -> str | None:
    """The text in a form that every database takes; None for none."""
    return (text or "").replace("\0", "\N{REPLACEMENT CHARACTER}")[:MAX_KEPT] or None
