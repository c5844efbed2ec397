"""The domain's words as frozen dataclasses: what is asked for, what comes back, who makes it.

Nothing here knows how a variation is made or how it travels.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import NDArray

from diabelli import pictures, provenance
from diabelli.errors import InvalidParameter

Image: TypeAlias = NDArray[np.uint8]
"""A decoded picture: (row, column, channel), uint8, sRGB; 3 channels, or 4 with straight alpha."""

Fit: TypeAlias = Literal["crop", "pad"]
MAX_N = 10
MAX_SIDE = 4096
MAX_SEED = 2**63 - 1
STRENGTHS = {"subtle": 0.3, "medium": 0.5, "strong": 0.8}


def random_seed() -> int:
    """A fresh seed, 0..2^63-1, from the system's entropy."""
    return secrets.randbelow(MAX_SEED + 1)


def parse_strength(value: float | str) -> float:
    """The strength 0..1 that a number, a numeral or one of the names in `STRENGTHS` means.

    Raises `InvalidParameter` for anything else.
    """
    try:
        strength = STRENGTHS[value] if value in STRENGTHS else float(value)
    except (TypeError, ValueError):
        strength = math.nan
    if not 0 <= strength <= 1:
        raise InvalidParameter(
            f"strength {value!r} is not accepted: a number from 0 to 1, or one of "
            + ", ".join(STRENGTHS),
            param="strength",
        )
    return strength


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationSpec:
    """What is asked of an engine, checked: every instance that exists can be carried out.

    Attributes:
        n: how many variations, 1..10.
        height, width: of each variation, in pixels, 1..4096.
        strength: 0..1; 0 gives the source back, 1 keeps only its material.
        seed: 0..2^63-1; the first variation's own, the others' are derived from it.
        fit: how a source of another aspect is brought to this one.
        output_format: how a variation is encoded.
        output_compression: 0..100, the quality of WebP and JPEG; None lets the format decide.
    """

    n: int = 1
    height: int = 1024
    width: int = 1024
    strength: float = 0.5
    seed: int = field(default_factory=random_seed)
    fit: Fit = "crop"
    output_format: pictures.Format = "png"
    output_compression: int | None = None

    def __post_init__(self) -> None:
        check_range("n", self.n, 1, MAX_N)
        check_range("height", self.height, 1, MAX_SIDE)
        check_range("width", self.width, 1, MAX_SIDE)
        check_range("seed", self.seed, 0, MAX_SEED)
        parse_strength(self.strength)
        check_choice("fit", self.fit, get_args(Fit))
        check_choice("output_format", self.output_format, get_args(pictures.Format))
        if self.output_compression is not None:
            check_range("output_compression", self.output_compression, 0, 100)


def check_range(param: str, value: object, low: int, high: int) -> None:
    """Raise `InvalidParameter` unless `value` is an integer and `low <= value <= high`."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not (whole and low <= int(cast(int, value)) <= high):
        raise InvalidParameter(
            f"{param} {value!r} is not accepted: a whole number from {low} to {high}", param=param
        )


def check_choice(param: str, value: str, accepted: tuple[str, ...]) -> None:
    """Raise `InvalidParameter` unless `value` is one of `accepted`."""
    if value not in accepted:
        raise InvalidParameter(
            f"{param} {value!r} is not accepted: one of {', '.join(accepted)}", param=param
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """What an engine says of itself.

    Attributes:
        name: the name it is asked for by.
        version: changes whenever the same seed would give another picture.
        summary: one sentence for a list of engines.
        trained: whether its pictures come from a model trained on other pictures.
        keeps_alpha: whether what is transparent stays so; else it is laid on white first.
    """

    name: str
    version: str
    summary: str
    trained: bool
    keeps_alpha: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variation:
    """One produced picture with its seed and engine."""

    image: Image = field(repr=False)
    seed: int
    strength: float
    engine: EngineInfo

    def encode(self, output_format: pictures.Format = "png", quality: int | None = None) -> bytes:
        """The picture as bytes, marked as made by an algorithm, with its recipe."""
        recipe = provenance.xmp_packet(
            engine=self.engine.name,
            version=self.engine.version,
            trained=self.engine.trained,
            seed=self.seed,
            strength=self.strength,
        )
        return pictures.encode(self.image, output_format, quality=quality, xmp=recipe)

    def save(self, path: str | Path) -> Path:
        """Write the picture to `path`, whole or not at all; replace an existing file.

        The suffix (.png, .webp, .jpg) selects the format.
        """
        path = Path(path)
        content = self.encode(pictures.format_of(path))
        draft = path.with_name(f".diabelli-{secrets.token_hex(8)}.part")
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return path


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work on one variation has come.

    Attributes:
        index: which variation of the request, 0..n-1.
        stage: the word for what is being done, such as "layout" or "level 3".
        share: of this variation's work that is done, 0..1.
        preview: makes a small image of how the variation looks so far, where it looks like
            anything yet; called, if at all, before the watch returns. It costs only who calls it.
    """

    index: int
    stage: str
    fraction: float
    preview: Callable[[], Image] | None = None


ProgressCallback: TypeAlias = Callable[[Progress], None]
"""Called between steps of the work, from any thread; an exception raised in it stops the work."""


class PictureBytes(Protocol):
    """Bytes of an encoded picture: in memory, or in a file that is read in slices."""

    def __len__(self) -> int:
        """Return the number of bytes."""

    def __getitem__(self, part: slice, /) -> bytes:
        """Return a slice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedVariation:
    """One encoded variation of a request.

    Attributes:
        seed: reproduces this picture.
        picture: the encoded bytes.
        output_format: format of `picture`.
        key: key in the storage; None if the picture is not stored.
        height, width: in pixels.
        transparent: whether the picture has an alpha channel.
    """

    seed: int
    picture: PictureBytes = field(repr=False)
    output_format: pictures.Format
    key: str | None
    height: int
    width: int
    transparent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationBatch:
    """The result of a request.

    Attributes:
        variations: in the order of their seeds.
        engine: the engine that made them.
    """

    variations: tuple[EncodedVariation, ...]
    engine: EngineInfo
