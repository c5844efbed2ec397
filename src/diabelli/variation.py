"""The domain model as frozen dataclasses: spec, engine, progress, variation.

It is independent of engines and of HTTP.
"""

from __future__ import annotations

import math
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Any, Literal, Protocol, SupportsIndex, TypeAlias, cast, get_args, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from diabelli import pictures, provenance
from diabelli.errors import InvalidParameter

Image: TypeAlias = pictures.Image
"""A decoded picture: (row, column, channel), uint8, sRGB; 3 channels, or 4 with straight alpha."""

Fit: TypeAlias = Literal["crop", "pad"]
MAX_N = 10
"""Variations of one request; OpenAI's limit."""
MAX_SIDE = 4096
"""Pixels of one side of a variation; bounds the memory of one piece of work."""
MAX_SEED = 2**63 - 1
"""The largest signed 64-bit integer, so that every database can store a seed."""
STRENGTHS = {"subtle": 0.3, "medium": 0.5, "strong": 0.8}
"""Names of strengths."""
MAX_SHOWN = 100
"""Characters of a value that an error message shows; a client's text may have thousands."""

_MAX_BITS = 256
"""Bits of an integer that an error message shows."""


def random_seed() -> int:
    """Return a random seed, 0..2^63-1, from the system's entropy."""
    return secrets.randbelow(MAX_SEED + 1)


def parse_strength(value: float | str) -> float:
    """Return the strength 0..1 of a number, a numeral or one of the names in `STRENGTHS`.

    Raises:
        InvalidParameter: for any other value.
    """
    try:
        strength = STRENGTHS[value] if value in STRENGTHS else float(value)
    except (OverflowError, TypeError, ValueError):
        strength = math.nan
    if not 0 <= strength <= 1:
        raise InvalidParameter(
            f"strength {shown(value)} is not accepted: a number from 0 to 1, or one of "
            + ", ".join(STRENGTHS),
            param="strength",
        )
    return strength


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationSpec:
    """The checked parameters of a request to an engine; every instance is valid.

    Attributes:
        n: number of variations, 1..10.
        height, width: of each variation, in pixels, 1..4096.
        strength: 0..1; 0 returns the source, from 0.4 on the engine may make another picture of it.
        seed: 0..2^63-1; the seed of the first variation. The others are derived from it.
        fit: how a source of another aspect ratio is fitted.
        output_format: format of the encoded variations.
        output_compression: 0..100, the quality of WebP and JPEG; None means the format's default.
        user: the caller's name for its end-user; has no effect on pictures.
        previews: whether progress and previews are displayed; has no effect on pictures.
    """

    n: int = 1
    height: int = 1024
    width: int = 1024
    strength: float = 0.5
    seed: int = field(default_factory=random_seed)
    fit: Fit = "crop"
    output_format: pictures.Format = "png"
    output_compression: int | None = None
    user: str | None = field(default=None, repr=False)
    previews: bool = False

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
            f"{param} {shown(value)} is not accepted: a whole number from {low} to {high}",
            param=param,
        )


def check_choice(param: str, value: str, accepted: tuple[str, ...]) -> None:
    """Raise `InvalidParameter` unless `value` is one of `accepted`."""
    if value not in accepted:
        raise InvalidParameter(
            f"{param} {shown(value)} is not accepted: one of {', '.join(accepted)}", param=param
        )


def shown(value: object) -> str:
    """Return the representation of a value for an error message, cut if it is long."""
    if isinstance(value, Integral):
        # Python refuses to write out integers of more than 4,300 digits.
        bits = int(value).bit_length()
        return f"of {bits} bits" if bits > _MAX_BITS else repr(value)
    return repr(value[:MAX_SHOWN] if isinstance(value, str) else value)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamInfo:
    """Properties of an engine whose pictures come from another image server.

    Attributes:
        model: the server's name of the model; "" if it has only one.
        seed: whether the server receives the seed.
        strength: how the server receives the strength: as a number, as words, or not at all.
        paid: whether each picture costs money.
        shutdown_date: day of the model's end as the server states it; None if there is none.
    """

    model: str
    seed: Literal["sent", "ignored"]
    strength: Literal["sent", "wording", "ignored"]
    paid: bool
    shutdown_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """Description of an engine.

    Attributes:
        name: its name in settings and commands.
        version: changes when the same seed gives another picture.
        summary: one sentence for a list of engines.
        trained: whether its pictures come from a model trained on other pictures.
        keeps_alpha: whether it keeps transparency; else it composites sources on white.
        repeatable: whether the same source, spec and seed give the same picture.
        upstream: properties of an engine that uses another image server; else None.
    """

    name: str
    version: str
    summary: str
    trained: bool
    keeps_alpha: bool = True
    repeatable: bool = True
    upstream: UpstreamInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variation:
    """One produced picture.

    Attributes:
        image: the picture.
        seed: reproduces it.
        strength: 0..1, as requested.
        engine: the engine that made it.
        moves: names of the changes that the engine made, in order; empty if it names none.
        sign: adds content credentials to each encoded picture; None adds none.
    """

    image: Image = field(repr=False)
    seed: int
    strength: float
    engine: EngineInfo
    moves: tuple[str, ...] = ()
    sign: SignPicture | None = field(default=None, repr=False)

    def encode(self, output_format: pictures.Format = "png", quality: int | None = None) -> bytes:
        """Return the encoded picture, with its XMP mark: made by an algorithm, engine, seed.

        Args:
            output_format: "png", "webp" or "jpeg".
            quality: 0..100 for WebP and JPEG; None means 90. Ignored for PNG.

        Raises:
            InvalidParameter: an argument has another value.
            CredentialsFailed: `sign` is set and cannot sign.
        """
        check_choice("output_format", output_format, get_args(pictures.Format))
        if quality is not None:
            check_range("quality", quality, 0, 100)
            quality = int(quality)
        recipe = provenance.xmp_packet(
            engine=self.engine.name,
            version=self.engine.version,
            trained=self.engine.trained,
            seed=self.seed,
            strength=self.strength,
            moves=self.moves,
        )
        picture = pictures.encode(self.image, output_format, quality=quality, xmp=recipe)
        return picture if self.sign is None else self.sign(picture, output_format, self)

    def save(self, path: str | Path) -> Path:
        """Write the picture to `path`, whole or not at all; replace an existing file.

        The suffix (.png, .webp, .jpg) selects the format.

        Raises:
            InvalidParameter: no format has that suffix.
            OSError: the file cannot be written.
        """
        path = Path(path)
        content = self.encode(pictures.format_of(path))
        draft = path.with_name(f".diabelli-{secrets.token_hex(8)}.part")
        try:
            draft.write_bytes(content)
            draft.replace(path)
        except OSError as cause:
            raise OSError(cause.errno, cause.strerror, str(path)) from cause
        finally:
            draft.unlink(missing_ok=True)
        return path

    def to_pil(self) -> pictures.PillowImage:
        """Return the picture as a Pillow image of mode RGB or RGBA."""
        return pictures.to_pillow(self.image)

    def show(self) -> None:
        """Display the picture below the cell of a notebook, else in the system's image viewer."""
        if not _displayed_in_notebook(self):
            self.to_pil().show(title=f"{self.engine.name} {self.seed}")

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return `image` for `numpy.asarray`; copy it only if `dtype` or `copy` requires that."""
        return np.array(self.image, dtype=dtype, copy=copy)

    def _repr_png_(self) -> bytes:
        """Return the encoded picture: IPython and Jupyter display it."""
        return self.encode("png")


def _displayed_in_notebook(variation: Variation) -> bool:
    """Display a variation if a notebook's kernel runs this code; return whether one does.

    The kernel's machine may have no screen, and IPython in a terminal displays no pictures.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if not hasattr(shell, "kernel"):
        return False
    cast(Any, ipython).display.display(variation)
    return True


SignPicture: TypeAlias = Callable[[bytes, pictures.Format, Variation], bytes]
"""Returns an encoded picture of this format with content credentials for the variation."""


class VariationList(list[Variation]):
    """A list of variations; IPython and Jupyter display it as a contact sheet.

    A slice of it is displayed in the same way.
    """

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Variation: ...
    @overload
    def __getitem__(self, index: slice, /) -> VariationList: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> Variation | VariationList:
        """Return the variation at an index, or the list of a slice."""
        found = super().__getitem__(index)
        return VariationList(found) if isinstance(found, list) else found

    def _repr_png_(self) -> bytes | None:
        """Return the encoded contact sheet; None for an empty list, which is displayed as text."""
        if not self:
            return None
        return pictures.encode(pictures.contact_sheet([each.image for each in self]), "png")


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of the work on one variation.

    Attributes:
        index: index of the variation in its request, 0..n-1.
        stage: name of the current step, such as "layout" or "level 3".
        fraction: completed fraction of the work on this variation, 0..1.
        preview: returns a small image of the variation so far; None if there is none yet. Callable
            only before the progress callback returns. It does no work unless it is called.
    """

    index: int
    stage: str
    fraction: float
    preview: Callable[[], Image] | None = None


ProgressCallback: TypeAlias = Callable[[Progress], None]
"""Called between steps of the work, from any thread; an exception that it raises stops the work."""


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
        moves: names of the changes that the engine made, in order.
    """

    seed: int
    picture: PictureBytes = field(repr=False)
    output_format: pictures.Format
    key: str | None
    height: int
    width: int
    transparent: bool
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationBatch:
    """The result of a request.

    Attributes:
        variations: in the order of their seeds.
        engine: the engine that made them.
    """

    variations: tuple[EncodedVariation, ...]
    engine: EngineInfo
