"""Inks of landscapes."""

from __future__ import annotations

from typing import NamedTuple

from diabelli.synthesis.moves.paper_theatre.stage import Colour


class Inks(NamedTuple):
    """Inks of one landscape.

    Attributes:
        sky: at the top, and at the horizon.
        sun: of the sun or moon.
        cloud: of clouds, snow and foam.
        far: of the farthest hills.
        near: of the nearest hills, trees.
        ground: in the light.
        shade: of the ground in the shade.
        accents: of flowers, sails and lights.
        key: darkest ink.
        light: factors of the colours of the subject.
    """

    sky: tuple[Colour, Colour]
    sun: Colour
    cloud: Colour
    far: Colour
    near: Colour
    ground: Colour
    shade: Colour
    accents: tuple[Colour, ...]
    key: Colour
    light: Colour = (1.0, 1.0, 1.0)


def inks(sky: str, sun: str, cloud: str, hills: str, ground: str, accents: str, key: str,
         light: Colour = (1.0, 1.0, 1.0)) -> Inks:  # fmt: skip
    """Return inks of colours in hexadecimal digits, several divided by spaces."""
    high, low = (colour(one) for one in sky.split())
    far, near = (colour(one) for one in hills.split())
    lit, shade = (colour(one) for one in ground.split())
    return Inks((high, low), colour(sun), colour(cloud), far, near, lit, shade,
                tuple(colour(one) for one in accents.split()), colour(key), light)  # fmt: skip


def colour(digits: str) -> Colour:
    """Return a colour 0..1 of six hexadecimal digits."""
    red, green, blue = (int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4))
    return red, green, blue


def mixed(first: Colour, last: Colour, share: float) -> Colour:
    """Return a mixture of two inks."""
    red, green, blue = (a + share * (b - a) for a, b in zip(first, last, strict=True))
    return red, green, blue


# fmt: off
MEADOW = (
    inks("4fa9c4 f6edd0", "fff3c4", "fffaf0", "a9cdb9 3f8f6b",
         "9cc653 2f6b3f", "e8553f fdf3d7 f2b632", "17352f"),
    inks("f3b79f fdf0d5", "ef6a4c", "fff8ea", "b9c9a6 5d8f5e",
         "c2c95a 4d6b34", "d94f4f fdf3d7 8f5aa8", "2b2f24", (1.0, 0.97, 0.92)),
    inks("2f7fa8 bfe3df", "fff3c4", "ffffff", "7fb8a8 1f6f63",
         "57b072 1d5a4c", "ffd84d ffffff f58f5c", "0e2f33"),
)
AUTUMN = (
    inks("f0cf94 fdeecb", "e4572e", "fff6e0", "dba968 b5542d",
         "e09b3d 7a3a22", "c8342b f2b632 8c2f1b", "35190f", (1.0, 0.96, 0.88)),
    inks("6fa6b0 f8e6c4", "fbf0d0", "fff8ea", "c9a06a a84a2a",
         "d9a441 6b3a24", "d2452d f0b429 7d2a1c", "2a1a18"),
)
DESERT = (
    inks("ee8458 fcdc97", "fff3cf", "fbd9a8", "dd7a5c b24a45",
         "f0ab62 a04a44", "3f7d6e 2f6658 5b8f73", "3b1c32", (1.0, 0.94, 0.86)),
    inks("2d3168 f2a07b", "ffd9a0", "c77b84", "7c4f8a 4a2f66",
         "e08e6d 5a3262", "2f4a6b 26405c 3f5a78", "1d1638", (0.95, 0.86, 0.88)),
    inks("37a0b0 fbe7c0", "fff6d8", "fff8ea", "e0936a bb5540",
         "f2bc78 b86a45", "3f7d5e 2f6650 6b9a6b", "40201c"),
)
ALPS = (
    inks("2a6f97 cfe6e8", "fff6dc", "ffffff", "6f9fc4 2f5d7c",
         "f4f6f2 a3c2da", "17405a 22566f d9533f", "0d2438", (0.97, 0.99, 1.02)),
    inks("7fb2c4 fcd9bd", "f2775a", "fff6ee", "a58fb5 5b5b8c",
         "fbeee6 c3aac6", "34406b 44517c d9533f", "201d3d", (1.0, 0.95, 0.94)),
    inks("153a63 7fb4c4", "f8f2d8", "eef6fa", "4a7ba3 1f4468",
         "dcebf2 7fa6c6", "0f2d4a 1b4262 f0c04c", "071a30", (0.84, 0.9, 1.0)),
)
LAKE = (
    inks("f9c08f fdf0cf", "ee5f3f", "fff6e6", "8fb5a8 2c6e72",
         "5aa0a0 1f5a62", "f2b632 e8553f fdf3d7", "0f2f38", (1.0, 0.96, 0.9)),
    inks("4d9ec2 eaf3e2", "fff3c4", "ffffff", "8ab6c4 2f6b58",
         "58aebf 1c5a70", "e8553f fdf3d7 f2b632", "0c2f3a"),
    inks("3b3f7c f3a98c", "ffe0b0", "d99aa0", "7f6a9c 343a6e",
         "6a6fa8 262a58", "f2c14e fdf3d7 ee7b6c", "15163a", (0.95, 0.88, 0.9)),
)
BEACH = (
    inks("2f9dbe dff2e6", "fff6d0", "ffffff", "57c0bf 14708f",
         "f6dfae d0a066", "ef5b4c ffffff f2b632", "123a4a"),
    inks("f6a57c fdeac4", "f05a45", "fff8ee", "6fb7b0 1f7482",
         "f3d6a4 b98562", "ef5b4c ffffff f2b632", "2a2438", (1.0, 0.95, 0.88)),
)
NIGHT = (
    inks("0b1738 2f5f8a", "fbf1c8", "5f86ad", "2f5580 122a50",
         "235a68 0a1e36", "ffdf7a ffd15c ffeeb0", "050d20", (0.72, 0.82, 1.0)),
    inks("1c1442 8a4f8c", "ffe9c0", "a574a8", "5a3f80 281f54",
         "4a3f7c 171036", "ffdf7a ffb88c ffeeb0", "0d0828", (0.85, 0.8, 1.0)),
    inks("06252f 2f7a78", "f4f2cf", "5fa098", "23615f 0c3a40",
         "1f6a56 06272c", "ffe27a f6f0b0 ffc85c", "031519", (0.76, 0.92, 0.95)),
)
FIELDS = (
    inks("fbd7a0 fdf0d6", "f0714c", "fff8ea", "a5b59a 5b8562",
         "8e63b0 5a3a84", "b68fd0 6f9a58 e7d0f0", "2a1f45", (1.0, 0.97, 0.93)),
    inks("6fbfd2 fbf3d8", "fff6d0", "ffffff", "a8cdb0 4b8a5f",
         "ee4f4a b52f3f", "ffc83f 4f9a52 fdf3d7", "1f3326"),
    inks("f4c7b8 fdf1dc", "ee6c4d", "fffaf2", "b7c7b0 6a9270",
         "f28aa5 c4507c", "fdf3d7 5f9a5c ffd0da", "352036", (1.0, 0.97, 0.95)),
    inks("3f8fb5 eef2d8", "fff3c4", "ffffff", "98c0a0 3a7d55",
         "f2c230 c78a1e", "fbe48a 4f8f46 fff6d0", "2a2a16"),
)
# fmt: on
"""Palettes by kind of landscape, chosen by hand."""
