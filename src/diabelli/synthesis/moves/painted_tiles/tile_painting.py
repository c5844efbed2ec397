"""Painting on glaze: washes of a diluted pigment, and lines of a fine brush."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, luma, wide_blur
from diabelli.synthesis.core.flow import flow_directions
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.line_art.flow import edge_directions, mean_along_flow, weights_along
from diabelli.synthesis.moves.line_art.lines import find_lines, print_colours, smoothed
from diabelli.synthesis.moves.painted_tiles.tile_tones import (
    densities,
    face_density,
    stepped,
)

LOCAL, FACE_FORM = np.float32(0.5), np.float32(0.5)
"""How much stronger local differences are, so that white fur on white glaze has forms, and how much
stronger those of a face are."""
TEXTURED = (0.02, 0.055)
"""Mean differences from the tones around between which structure becomes a texture."""
POOLED, MAX_POOL, STREAKED = np.float32(0.55), 0.16, np.float32(0.65)
"""How much more pigment is at the edges of washes, the largest difference of densities that counts
there, and how uneven streaks of the brush are."""
OWN = np.float32(0.4)
"""How far the subject is painted as it is."""
CALM, UNFOCUSED = np.float32(0.5), np.float32(0.62)
"""Share of the pigment that calm ground has, and share that it lacks far from the subject."""
DARKEST = 0.5
"""Density from which broad darks are made lighter."""
CRISP = (0.004, 0.012)
"""Mean differences from the tones around between which a place is in focus."""
ALONE, BARE = (0.1, 0.35), (0.005, 0.05)
"""How far places around are painted, and their density, between which lines begin: lines on bare
glaze would float."""
LINE = np.float32(0.85)
"""Density of lines."""


class Hand(NamedTuple):
    """How a painter translates tones.

    Attributes:
        matched: 0..1, how far the histogram becomes that of a painting, most of which is bare.
        spared: 0..1, share of the density of broad darks that is taken away.
    """

    matched: np.float32
    spared: np.float32


def paint(
    source: Floats,
    near: Floats,
    skin: Floats,
    words: Floats,
    found: Floats,
    hand: Hand,
    stream: RandomStream,
) -> Floats:
    """Return the density (h, w) float32 of pigment, 0 to about 2.

    Args:
        source: (h, w, 3) float32, 0..255.
        near: (h, w) float32, 0..1, subject map.
        skin: (h, w) float32, 0..1, faces, which are painted finely.
        words: (h, w) float32, 0..1, what may be lettering, which is painted as it is.
        found: (h, w) float32, 0..1, detail.
        hand: how tones are translated.
        stream: random numbers.
    """
    fine, bright = np.maximum(skin, words), luma(source)
    flow, colours = edge_directions(bright), print_colours(source)
    light, smooth = colours[..., 0], smoothed(colours, near, flow).colours[..., 0]
    kept = _kept_places(found, near, fine)
    local = LOCAL * (smooth - wide_blur(smooth, 20.0))
    # On calm ground it would be a halo of the subject.
    local *= np.float32(0.25) + np.float32(0.75) * near
    streaks, slow = _streaks(source, stream)
    apart = light - blur(light, 2.4)
    # A painter shows little of a texture.
    busy = smoothstep(*TEXTURED, wide_blur(np.abs(apart), 7.0)) * (1 - np.maximum(fine, near))
    broad = densities(np.clip(smooth + local, 0, 1), light, kept, hand.matched)
    density = _washes(broad, busy)
    uneven = STREAKED * streaks + np.float32(0.09) * slow
    density *= np.clip(1 + uneven * (1 - fine), 0.4, 1.7)
    care = (np.float32(0.3) + np.float32(0.7) * kept) * (1 - np.float32(0.65) * busy)
    dark = np.float32(2.8) * np.maximum(-apart - np.float32(0.022), 0) * care
    glint = np.clip(np.float32(4.2) * np.maximum(apart - np.float32(0.03), 0), 0, 0.8) * care
    density = density * (1 - glint) + dark
    exact = densities(np.clip(light + np.float32(0.5) * local, 0, 1), light, kept, hand.matched)
    form = bright / np.float32(255)
    form = form + FACE_FORM * (form - wide_blur(form, 10.0))
    exact = exact + skin * (face_density(form, skin) - exact)
    sharp = exact + (np.float32(1.3) - np.float32(0.6) * skin) * (exact - blur(exact, 1.3))
    density = density + np.maximum(fine, OWN * near) * (np.clip(sharp, 0, 1.5) - density)
    darks = np.maximum(np.minimum(broad, 1) - np.float32(DARKEST), 0)
    density -= hand.spared * darks * (1 - skin)
    density *= (CALM + (1 - CALM) * kept) * _focus(near, fine, found * _crisp(light))
    line = find_lines(np.clip(light + local, 0, 1), flow) * (1 - np.float32(0.8) * fine)
    press = np.clip(np.float32(0.72) + np.float32(0.25) * slow + 2 * streaks, 0.3, 1.1)
    press *= (np.float32(0.55) + np.float32(0.45) * kept) * carried_lines(kept, density)
    return np.asarray(np.maximum(density, 0) + LINE * smoothstep(0.15, 0.7, line) * press)


def carried_lines(kept: Floats, density: Floats) -> Floats:
    """Return the share (h, w) of a line that is drawn, 0..1: none far from all else.

    Args:
        kept: (h, w) float32, 0..1, how far each place is painted.
        density: (h, w) float32, of washes.
    """
    return smoothstep(*ALONE, wide_blur(kept, 16.0)) * smoothstep(*BARE, wide_blur(density, 5.0))


def _washes(density: Floats, busy: Floats) -> Floats:
    """Return densities (h, w) of washes with pooled edges.

    Args:
        density: (h, w) float32, of tones.
        busy: (h, w) float32, 0..1, textures, which are smoothed and paler.
    """
    density = stepped(density)
    density = density + np.float32(0.8) * busy * (blur(density, 2.2) - density)
    density *= 1 - np.float32(0.4) * busy
    pool = POOLED * np.clip(density - blur(density, 2.2), 0, MAX_POOL)
    return np.asarray(density + pool, np.float32)


def _streaks(source: Floats, stream: RandomStream) -> tuple[Floats, Floats]:
    """Return streaks of the brush, and how much pigment it holds, (h, w) float32 of mean 0 each."""
    rows, columns = source.shape[:2]
    high, wide = -(-rows // 2), -(-columns // 2)
    bend = flow_directions(resize_map(source, high, wide), stream)
    grain = blur(stream.normal(high, wide).astype(np.float32), 0.6)
    streaks = resize_map(mean_along_flow(grain, bend, weights_along(8)), rows, columns)
    return streaks, resize_map(stream.normal(9, 9).astype(np.float32), rows, columns)


def _kept_places(found: Floats, near: Floats, fine: Floats) -> Floats:
    """Return how far each place (h, w) is painted, 0..1: calm ground hardly is.

    Args:
        found: (h, w) float32, 0..1, detail.
        near: (h, w) float32, 0..1, subject map.
        fine: (h, w) float32, 0..1, faces and words.
    """
    held = np.maximum(np.maximum(found, smoothstep(0.15, 0.6, near)), fine)
    return np.clip(np.maximum(wide_blur(held, 12.0), np.float32(0.8) * found), 0, 1)


def _focus(near: Floats, fine: Floats, found: Floats) -> Floats:
    """Return the share (h, w) of pigment that is left far from the subject, 0..1.

    Args:
        near: (h, w) float32, 0..1, subject map.
        fine: (h, w) float32, 0..1, faces and words.
        found: (h, w) float32, 0..1, detail that is in focus, of which more is left.
    """
    beside = np.clip(np.float32(1.5) * wide_blur(np.maximum(near, fine), 22.0), 0, 1)
    return 1 - UNFOCUSED * (1 - beside) * (1 - np.float32(0.65) * found)


def _crisp(light: Floats) -> Floats:
    """Return where a picture of tones (h, w), 0..1, is in focus, 0..1."""
    return smoothstep(*CRISP, wide_blur(np.abs(light - blur(light, 1.5)), 8.0))
