"""Rigidity: regions that must keep their shape and are never mended by patches.

Rigid regions move as wholes. Four kinds count: regions that are both salient and unique, as a share
of the picture; skin, because a distorted face is noticed at any size; edges that run straight
through their neighbourhood, because a mast, a wire or a rim shows every kink; and all of a cut-out.
The rest is free: grass, fur, clouds, crowds, clear sky.
"""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.alpha import is_cut_out
from diabelli.synthesis.core.chroma import CB, CR, colour_differences, is_skin
from diabelli.synthesis.core.filters import blur, dilate, gradient, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.structure_tensor import coherence, structure_tensor
from diabelli.synthesis.core.types import Bytes, Floats

DILATION_CELLS = 2
"""Distance in cells to which rigid cells stiffen the smooth area around them."""
CLOSING_RADIUS = 5
"""Half the length, in cells, of gaps over which wires and masts are closed."""


def rigidity(image: Bytes, saliency: Floats, uniqueness: Floats, plain: Floats) -> Floats:
    """Compute the rigidity of an image.

    Args:
        image: (h, w, 4) uint8.
        saliency: (rows, columns) float32, 0..1.
        uniqueness: (rows, columns) float32, 0..1, patch uniqueness.
        plain: (GRID, GRID) float32, smoothness, 0..1.

    Returns:
        (GRID, GRID) float32, 0..1.
    """
    salient: Floats = np.clip(resize_map(saliency, GRID, GRID), 0, 1)
    rare: Floats = np.clip(resize_map(uniqueness, GRID, GRID), 0, 1)
    sure = saliency_confidence(salient)
    subject = (
        _leading_third((salient + rare) / np.float32(2)) * np.clip(salient / 0.25, 0, 1) * sure
    )
    face = _skin(image) * np.clip(2 * salient, 0, 1)
    straight = _straightness(image, sure, plain)
    rigid = np.maximum(np.maximum(subject, face), straight).astype(np.float32)
    rigid = np.maximum(rigid, _cut_out_mask(image))
    # Rigid parts would bend at their ends together with adjacent smooth areas: tips and brims.
    return np.maximum(rigid, dilate(rigid, DILATION_CELLS) * plain).astype(np.float32)


def _cut_out_mask(image: Bytes) -> Floats | float:
    """Opacity of a cut-out, (GRID, GRID) float32, 0..1; 0 for other images."""
    if not is_cut_out(image):
        return 0.0
    opaque = resize_map(image[..., 3].astype(np.float32), GRID, GRID) / np.float32(255)
    return np.asarray(np.clip(opaque, 0, 1), np.float32)


def saliency_confidence(salient: Floats) -> float:
    """Confidence 0..1 that a picture has a subject: low for grass, high for a single bird."""
    order = np.sort(salient, axis=None)
    return float(np.clip(order[order.size * 49 // 50] / 0.4, 0, 1))


def _leading_third(importance: Floats) -> Floats:
    """Leading third by importance, (GRID, GRID), 0..1; 0 if all cells are unimportant."""
    order = np.argsort(np.argsort(importance, axis=None, kind="stable"), kind="stable")
    rank = order.reshape(importance.shape) / (importance.size - 1)
    leading = np.clip((rank - 0.5) / 0.35, 0, 1)
    return (leading * np.clip(importance / 0.35, 0, 1)).astype(np.float32)


def _skin(image: Bytes) -> Floats:
    """Skin colours, (GRID, GRID) float32, 0..1: the box in Cb, Cr of Chai and Ngan (1999).

    A picture that is mostly of that colour shows fur, sand or wood and gives 0.
    """
    small = resize(image, GRID, GRID)
    light, blue, red = colour_differences(small)
    skin = is_skin(light, CB * blue, CR * red, max_cb=-3)
    is_part = np.clip((0.4 - skin.mean()) / 0.1, 0, 1)
    return np.clip(1.6 * blur(skin.astype(np.float32), 1.5), 0, 1) * is_part


def _straightness(image: Bytes, subject: float, plain: Floats) -> Floats:
    """Return parallel edges: the coherence of the structure tensor (Weickert 1999).

    Returns (GRID, GRID) float32, 0..1.

    An edge counts by its contrast to its surroundings: a dark mast in a dark sky counts, a blade of
    grass among others does not. Edges of high contrast may be short and thin.
    """
    light = blur(luma(image), 0.7)
    down, across = gradient(light)
    scale = min(image.shape[:2]) / 256
    rims = _coherent_edges(structure_tensor(down, across, 6 * scale), 2, 0.75 - 0.3 * subject)
    wires = _coherent_edges(structure_tensor(down, across, 3 * scale), 3, 0.65 - 0.3 * subject)
    reach = max(1, round(3 * scale))
    rim: Floats = np.clip(resize_map(dilate(rims, reach), GRID, GRID), 0, 1)
    wire: Floats = np.clip(resize_map(dilate(wires, reach), GRID, GRID), 0, 1)
    alone = np.clip(4 * blur(plain, 5.0) - 1.6, 0, 1)
    whole = np.maximum(
        rim, wire + alone * (np.maximum(_grey_closing(wire, 0), _grey_closing(wire, 1)) - wire)
    )
    return np.clip(2 * blur(whole, 1.0), 0, 1)


def _grey_closing(lines: Floats, axis: int) -> Floats:
    """Grey closing (Serra 1982) along `axis`: fills gaps of up to 2 * CLOSING_RADIUS cells.

    It makes a mast whole where lamps or lattice break its edges.
    """
    for extreme in (np.max, np.min):
        padded = np.pad(
            lines,
            [(CLOSING_RADIUS, CLOSING_RADIUS) if k == axis else (0, 0) for k in (0, 1)],
            mode="edge",
        )
        views = np.lib.stride_tricks.sliding_window_view(padded, 2 * CLOSING_RADIUS + 1, axis)
        lines = np.asarray(extreme(views, axis=-1), np.float32)
    return lines


def _coherent_edges(tensor: Floats, usually: float, coherent: float) -> Floats:
    """Coherent edges that are stronger than their surroundings.

    Args:
        tensor: (h, w, 3) float32, structure tensor.
        usually: minimum ratio of gradient magnitude to the surroundings.
        coherent: minimum coherence, 0..1.

    Returns:
        (h, w) float32, 0..1.
    """
    energy = tensor[..., 0] + tensor[..., 1]
    usual = resize_map(blur(resize_map(energy, GRID, GRID), 6.0), *energy.shape)
    edge = np.clip(energy / (usually * usual + np.float32(1)) - 0.25, 0, 1)
    straight = np.clip(2 * edge, 0, 1) * np.clip((coherence(tensor) - coherent) / 0.25, 0, 1)
    return straight.astype(np.float32)


def smoothness(image: Bytes) -> Floats:
    """Areas with nothing but a slow gradient, apart from grain: (GRID, GRID) float32, 0..1.

    Patches have nothing to rearrange there, and their seams would be visible.
    """
    scale = min(image.shape[:2]) / 256
    down, across = gradient(blur(luma(image), 2 * scale))
    steepest = dilate(np.sqrt(down * down + across * across), max(1, round(4 * scale)))
    plain = np.clip((3 - resize_map(steepest, GRID, GRID)) / 1.5, 0, 1)
    return np.asarray(blur(plain, 1.0), np.float32)
