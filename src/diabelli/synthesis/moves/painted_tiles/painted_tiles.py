"""Move: the picture painted in cobalt or manganese on glazed tiles."""

from __future__ import annotations

from bisect import bisect

import numpy as np

from diabelli.synthesis.core.filters import luma, wide_blur
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.mosaics.mosaic import detail
from diabelli.synthesis.moves.painted_tiles.glaze import glazed
from diabelli.synthesis.moves.painted_tiles.ornament import ornament
from diabelli.synthesis.moves.painted_tiles.painted_tiles_suitability import Paintable
from diabelli.synthesis.moves.painted_tiles.pigments import CUMULATIVE_SHARES, PIGMENTS
from diabelli.synthesis.moves.painted_tiles.tableau import faded, field_of, plan_tableau
from diabelli.synthesis.moves.painted_tiles.tile_painting import Hand, paint

PAINTED_TILES = "painted_tiles"
"""Name of the move."""
PORTRAIT_SKIN = 0.1
"""Share of bare skin from which a picture is of faces."""
HAND = Hand(np.float32(0.6), np.float32(0.6))
"""A painter who leaves most of the glaze white, and darks light, so that eyes are seen in them."""
SIDE = 600
"""Side in pixels at which tiles are painted, so that they are the same at every size."""


def show_painted_tiles(
    image: Bytes, subject: Floats, need: Paintable, stream: RandomStream
) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a tableau of tiles.

    Args:
        image: (h, w, 4) uint8, opaque.
        subject: (rows, columns) float32, 0..1, subject map.
        need: faces and words of the image.
        stream: random numbers.
    """
    height, width = image.shape[:2]
    size = size_with_area(height, width, SIDE)
    pigment = np.array(PIGMENTS[bisect(CUMULATIVE_SHARES, stream.between(0, 1))], np.float32)
    # A ring may cut shoulders, but no face.
    whole = need.skin if float(need.skin.mean()) > PORTRAIT_SKIN else subject
    tableau = plan_tableau(size, whole, need.delicate, stream, may_fade=need.may_fade)
    source = np.clip(field_of(image[..., :3].astype(np.float32), tableau), 0, 255)
    maps = (np.clip(field_of(one, tableau), 0, 1) for one in (subject, need.skin, need.words))
    near, skin, words = maps
    found = detail(luma(source))
    density = paint(source, near, skin, words, found, HAND, stream)
    held = np.maximum(np.maximum(near, np.maximum(skin, words)), found)
    density *= faded(tableau, held, stream)
    # Brushes hold more or less pigment.
    press = resize_map(stream.normal(12, 12).astype(np.float32), *size)
    drawn = ornament(tableau, held, size, stream) * np.clip(1 + np.float32(0.16) * press, 0.5, 1.4)
    drawn[tableau.area] = np.maximum(drawn[tableau.area], density)
    calm = np.ones(size, np.float32)
    calm[tableau.area] = calm_places(density, np.maximum(near, np.maximum(skin, words)))
    absorbed = np.dstack([drawn[..., None] * pigment, calm])
    return glazed(absorbed, tableau, (height, width), stream)


def calm_places(density: Floats, held: Floats) -> Floats:
    """Return where tiles mirror a window, (h, w) float32, 0..1: on bare glaze alone.

    Args:
        density: (h, w) float32, of pigment.
        held: (h, w) float32, 0..1, the subject, faces and words.
    """
    painted = wide_blur(np.maximum(np.float32(4) * density, 2 * held), 8.0)
    return np.clip(1 - painted, 0, 1)
