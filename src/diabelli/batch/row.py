"""The rows of the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Status: TypeAlias = Literal["made", "refused", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One variation, or a picture that has none.

    Attributes:
        key: of the source picture, relative to the source.
        status: `made`; `refused` if the picture cannot be varied, in this or another run; `failed`
            if another run tries it again.
        source_sha256: of the source picture's bytes, hexadecimal; None if it could not be read.
        source_bytes: size of the source picture; None if it could not be read.
        index: of the variation, 0..n-1; None without a variation, as all fields down to `moves`.
        seed: of the variation, 0..2^63-1.
        path: of the variation, relative to the job's folder.
        sha256: of the variation's bytes, hexadecimal.
        bytes: size of the variation.
        width, height: of the variation, in pixels.
        moves: names of the changes that the engine made, in order.
        error_code: stable identifier of the reason; None for a variation.
        reason: why there is no variation, for people; None for a variation.
        seconds: time for all variations of the picture, with reading and writing.
    """

    key: str
    status: Status
    source_sha256: str | None = None
    source_bytes: int | None = None
    index: int | None = None
    seed: int | None = None
    path: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None
    moves: tuple[str, ...] | None = None
    error_code: str | None = None
    reason: str | None = None
    seconds: float


def failed_row(key: str, *, code: str, reason: str, seconds: float) -> Row:
    """Return the row of a picture that another run tries again."""
    return Row(key=key, status="failed", error_code=code, reason=reason, seconds=seconds)
