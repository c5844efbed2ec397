"""Colour schemes of panels: times of day, and few inks."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Colour: TypeAlias = tuple[float, float, float]
"""Red, green and blue, 0..255."""


class Scheme(NamedTuple):
    """Colours of a panel.

    Attributes:
        ramp: colours of five tones from black to white, of rising luma.
        share: 0..1, how far a place gets the colour of its tone in place of that of the photograph.
        colour: how strong the colours of the photograph are beside the original.
        light: factors of red, green and blue of the colours of the photograph.
        fall: difference of tones between the lit and the shady end of the panel.
    """

    ramp: tuple[Colour, Colour, Colour, Colour, Colour]
    share: float
    colour: float
    light: Colour
    fall: float


DAY = Scheme(
    ((24, 20, 38), (84, 76, 104), (150, 148, 150), (218, 212, 190), (255, 252, 240)),
    0.3,
    1.75,
    (1.0, 1.0, 0.97),
    0.05,
)
GOLDEN = Scheme(
    ((44, 16, 48), (142, 44, 62), (228, 112, 46), (252, 186, 84), (255, 242, 196)),
    0.66,
    1.2,
    (1.08, 0.95, 0.7),
    0.14,
)
NIGHT = Scheme(
    ((10, 12, 40), (22, 44, 104), (52, 96, 168), (124, 176, 214), (238, 246, 240)),
    0.74,
    1.1,
    (0.72, 0.92, 1.2),
    0.16,
)
DUSK = Scheme(
    ((34, 14, 58), (104, 44, 116), (204, 88, 128), (250, 166, 146), (255, 236, 208)),
    0.68,
    1.2,
    (1.06, 0.88, 1.02),
    0.14,
)
SEA = Scheme(
    ((8, 28, 44), (16, 86, 100), (66, 156, 148), (174, 212, 168), (252, 248, 214)),
    0.66,
    1.2,
    (0.84, 1.06, 1.0),
    0.1,
)
FIRE = Scheme(
    ((40, 8, 22), (160, 26, 34), (230, 70, 44), (250, 168, 96), (255, 242, 206)),
    0.85,
    1.1,
    (1.12, 0.9, 0.74),
    0.12,
)
STRAW = Scheme(
    ((36, 24, 44), (110, 78, 84), (196, 148, 76), (246, 214, 108), (255, 250, 220)),
    0.6,
    1.25,
    (1.05, 1.0, 0.8),
    0.08,
)
NOIR = Scheme(
    ((16, 14, 18), (72, 68, 74), (142, 136, 136), (212, 206, 198), (255, 252, 244)),
    0.95,
    0.6,
    (1.0, 1.0, 1.0),
    0.18,
)
SETS = (
    (DAY, NIGHT, GOLDEN, SEA),
    (GOLDEN, SEA, NOIR, DAY),
    (NIGHT, GOLDEN, DAY, DUSK),
    (DAY, DUSK, SEA, STRAW),
    (STRAW, NIGHT, FIRE, SEA),
    (DAY, FIRE, NIGHT, NOIR),
    (DUSK, STRAW, NIGHT, GOLDEN),
    (SEA, GOLDEN, DAY, NIGHT),
)
"""Schemes of the panels of a page: of the wide shot first."""
GREY = Scheme(
    ((12, 12, 12), (70, 70, 70), (136, 136, 136), (204, 204, 204), (255, 255, 255)),
    1.0,
    0.0,
    (1.0, 1.0, 1.0),
    0.06,
)
SHADE = GREY._replace(fall=0.2)
GREYS = (GREY, SHADE, GREY, SHADE)
"""Schemes of the panels of a photograph in black and white."""
