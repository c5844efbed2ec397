"""Rigidity: what must keep its shape, and so is moved whole and never re-made of patches.

Four things count: regions that are both salient and rare, as a share of the picture; skin, because
nobody forgives a garbled face, however small it is; edges that run straight through their
neighbourhood, because a mast, a wire or a rim shows every kink; and the whole of a sticker.  What
is left is free: grass, fur, clouds, crowds, clear sky.
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
"""How far, in cells, what is rigid stiffens the plain around it."""
CLOSING_RADIUS = 5
"""Half the length of gaps, in cells, over which wires and masts are whole."""


def rigidity(image: Bytes, salience: Floats, rarity: Floats, plain: Floats) -> Floats:
    """The rigidity of `image` (h, w, 4) uint8, (GRID, GRID) float32, 0..1.

    salience, rarity: of the image, (rows, columns) float32, 0..1.  plain: its `plainness`.
    """
    salient: Floats = np.clip(resize_map(salience, GRID, GRID), 0, 1)
    rare: Floats = np.clip(resize_map(rarity, GRID, GRID), 0, 1)
    sure = saliency_confidence(salient)
    subject = (
        _leading_third((salient + rare) / np.float32(2)) * np.clip(salient / 0.25, 0, 1) * sure
    )
    face = _skin(image) * np.clip(2 * salient, 0, 1)
    straight = _straightness(image, sure, plain)
    rigid = np.maximum(np.maximum(subject, face), straight).astype(np.float32)
    rigid = np.maximum(rigid, _cut_out_mask(image))
    # What ends where a plain begins would give way there with the plain: tips and brims would bend.
    return np.maximum(rigid, dilate(rigid, DILATION_CELLS) * plain).astype(np.float32)


def _cut_out_mask(image: Bytes) -> Floats | float:
    """Where a sticker is, (GRID, GRID) 0..1; 0 for what is none."""
    if not is_cut_out(image):
        return 0.0
    opaque = resize_map(image[..., 3].astype(np.float32), GRID, GRID) / np.float32(255)
    return np.asarray(np.clip(opaque, 0, 1), np.float32)


def saliency_confidence(salient: Floats) -> float:
    """How sure it is that a picture has a subject, 0..1: grass and stars have none, a lone bird is
    one."""
    order = np.sort(salient, axis=None)
    return float(np.clip(order[order.size * 49 // 50] / 0.4, 0, 1))


def _leading_third(importance: Floats) -> Floats:
    """The most important third of the picture, unless all of it is alike."""
    order = np.argsort(np.argsort(importance, axis=None, kind="stable"), kind="stable")
    rank = order.reshape(importance.shape) / (importance.size - 1)
    leading = np.clip((rank - 0.5) / 0.35, 0, 1)
    return (leading * np.clip(importance / 0.35, 0, 1)).astype(np.float32)


def _skin(image: Bytes) -> Floats:
    """Where colours of human skin are, (GRID, GRID) 0..1: the box in Cb, Cr of Chai and Ngan
    (1999).

    A picture that is mostly of that colour is of fur, sand or wood.
    """
    small = resize(image, GRID, GRID)
    light, blue, red = colour_differences(small)
    skin = is_skin(light, CB * blue, CR * red, max_cb=-3)
    is_part = np.clip((0.4 - skin.mean()) / 0.1, 0, 1)
    return np.clip(1.6 * blur(skin.astype(np.float32), 1.5), 0, 1) * is_part


def _straightness(image: Bytes, subject: float, plain: Floats) -> Floats:
    """Where edges run one way, (GRID, GRID) 0..1: the coherence of the structure tensor (Weickert
    1999).

    An edge counts by how far it stands out from its surroundings: a dark mast in a dark sky is one,
    a blade of grass among others is not.  Those that stand out far may be short and thin.
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
    """`lines` with gaps of up to 2 * GAP cells along `axis` filled: the grey closing (Serra 1982),
    by which a mast is whole where lamps or lattice break its edges."""
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
    """Where the structure tensor (h, w, 3) of squares down and across and their product is more
    coherent than `coherent`, and `usually` times stronger than around; (h, w) 0..1."""
    energy = tensor[..., 0] + tensor[..., 1]
    usual = resize_map(blur(resize_map(energy, GRID, GRID), 6.0), *energy.shape)
    edge = np.clip(energy / (usually * usual + np.float32(1)) - 0.25, 0, 1)
    straight = np.clip(2 * edge, 0, 1) * np.clip((coherence(tensor) - coherent) / 0.25, 0, 1)
    return straight.astype(np.float32)


def smoothness(image: Bytes) -> Floats:
    """Where nothing but a slow gradient is, grain apart, (GRID, GRID) float32, 0..1.

    Patches have nothing to rearrange there, and their seams would show.
    """
    scale = min(image.shape[:2]) / 256
    down, across = gradient(blur(luma(image), 2 * scale))
    steepest = dilate(np.sqrt(down * down + across * across), max(1, round(4 * scale)))
    plain = np.clip((3 - resize_map(steepest, GRID, GRID)) / 1.5, 0, 1)
    return np.asarray(blur(plain, 1.0), np.float32)
