"""Valid PNGs of every kind: depths, colour types, interlacing and chunks."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial

from diabelli.conformance import replies, sources
from diabelli.conformance.check import Basis, Check
from diabelli.conformance.target import Target
from diabelli.pictures.png import chunk

_SRGB_CHROMATICITIES = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_ORIENTATION = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
"""An EXIF block that rotates the picture by a quarter."""


def _with(*chunks: bytes, colour: str = "rgb") -> Callable[[], bytes]:
    return lambda: sources.png(colour, extra=b"".join(chunks))


KINDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    **{
        f"{colour}-{bits}": (f"{colour}, {bits} bits", partial(sources.png, colour, bits))
        for colour, depths in sources.DEPTHS.items()
        for bits in depths
    },
    **{
        f"interlaced.{colour}": (
            f"{colour}, interlaced",
            partial(sources.png, colour, 8, interlaced=True),
        )
        for colour in sources.COLOUR_TYPES
    },
    "transparent.grey": (
        "grey with a transparent level",
        _with(chunk(b"tRNS", b"\0\x40"), colour="grey"),
    ),
    "transparent.rgb": (
        "rgb with a transparent colour",
        _with(chunk(b"tRNS", b"\0\1\0\2\0\3")),
    ),
    "transparent.palette": (
        "a palette with alpha",
        _with(chunk(b"tRNS", bytes(range(200))), colour="palette"),
    ),
    "gamma": (
        "gAMA and cHRM",
        _with(
            chunk(b"gAMA", struct.pack(">I", 45455)),
            chunk(b"cHRM", struct.pack(">8I", *_SRGB_CHROMATICITIES)),
        ),
    ),
    "cicp": ("cICP of Display P3", _with(chunk(b"cICP", bytes([12, 13, 0, 1])))),
    "exif": ("eXIf with an orientation", _with(chunk(b"eXIf", _ORIENTATION))),
    "text": ("text chunks", _with(chunk(b"tEXt", b"Title\0x"), chunk(b"iTXt", b"a\0\0\0\0\0b"))),
    "animated": ("an animation of one frame", sources.animated),
    "split": ("pixels in chunks of 7 bytes", partial(sources.png, idat_bytes=7)),
    "one-pixel": ("1x1 pixel", partial(sources.png, width=1, height=1)),
}
"""By the name that follows `png.`: description and the picture."""


def _varied(make: Callable[[], bytes], target: Target) -> str:
    reply = target.vary(image=make())
    replies.png_of(replies.pictures_of(reply, 1)[0], 256)
    return "200"


CHECKS = (
    *(
        Check(
            id=f"png.{name}",
            basis=Basis.published,
            says=f"`image` may be any valid PNG: {description}.",
            run=partial(_varied, make),
        )
        for name, (description, make) in KINDS.items()
    ),
    Check(
        id="png.damaged-text",
        basis=Basis.observed,
        says="A damaged text chunk is ignored, as browsers do.",
        run=partial(_varied, sources.damaged_text),
    ),
)
