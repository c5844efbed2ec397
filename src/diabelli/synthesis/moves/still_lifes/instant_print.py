"""Move: an instant print of the picture, in a block of wood, on a table or on a cord.

The print shows all of the picture, so faces and lettering keep their shape.
"""

from __future__ import annotations

from collections.abc import Callable

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.still_lifes.hanging_print import show_hanging_print
from diabelli.synthesis.moves.still_lifes.pile_of_prints import show_pile_of_prints
from diabelli.synthesis.moves.still_lifes.standing_print import show_standing_print

Layout = Callable[..., Bytes]
LAYOUTS: tuple[tuple[float, Layout], ...] = (
    (0.36, show_pile_of_prints),
    (0.7, show_standing_print),
    (1.0, show_hanging_print),
)
"""Layouts, each with the random number 0..1 below which it is chosen."""


def show_instant_print(image: Bytes, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as an instant print.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
        grey: whether all around the print is grey, as the image is.
    """
    number = stream.between(0, 1)
    layout = next(show for below, show in LAYOUTS if number < below)
    return layout(image, stream, grey=grey)
