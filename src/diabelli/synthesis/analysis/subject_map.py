"""Subject map: probability of each place that it belongs to the subject of a picture.

A U-Net of 355,649 weights, distilled from U2-Net (Qin et al. 2020); `models/subject.md` is its
model card. It takes 160 x 160 pixels and gives 80 x 80. Encoder stages halve the side and add a
residual block; decoder stages double it and concatenate the encoder's planes of that size.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from diabelli.synthesis.core.convnet import Network, double, gate, sigmoid
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes, Floats

WEIGHTS = Path(__file__).parent.parent / "models" / "subject.npz"
_NETWORK = Network(WEIGHTS)
INPUT = 160
"""Side of the network's input, in pixels; the picture is stretched to a square."""
OUTPUT = 80
"""Side of the map, in pixels."""
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
"""Mean of each channel of sRGB 0..1 (ImageNet), subtracted from the network's input."""
DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
"""Standard deviation of each channel, the divisor of the network's input."""


def encode(image: Bytes) -> list[Floats]:
    """Compute the planes of the encoder, which describe texture and things at five scales.

    Args:
        image: (h, w, 3 or more) uint8 sRGB; channels after the third are ignored.

    Returns:
        Five arrays (side, side, channels) float32; the side falls from 80 to 5.
    """
    colours = np.ascontiguousarray(resize(image, INPUT, INPUT)[..., :3]).astype(np.float32)
    encoded = [_NETWORK.step("e0", (colours / np.float32(255) - MEAN) / DEVIATION, stride=2)]
    for name in ("e1", "e2", "e3", "e4"):
        encoded.append(_encode(name, encoded[-1]))
    return encoded


def decode(encoded: list[Floats]) -> Floats:
    """Compute the subject map, (OUTPUT, OUTPUT) float32, of the planes that `encode` returns."""
    weights = _NETWORK.weights
    planes = gate(encoded[-1], weights["g.w"], weights["g.b"])
    for name, skipped in zip(("p3", "p2", "p1", "p0"), encoded[-2::-1], strict=True):
        joined = np.concatenate([double(planes), skipped], axis=2)
        planes = _NETWORK.step(name, joined)
    return sigmoid(np.ascontiguousarray(_NETWORK.step("o", planes, rectify=False)[..., 0]))


def _encode(name: str, planes: Floats) -> Floats:
    """Apply an encoder stage: halve the side, then add a residual block."""
    halved = _NETWORK.step(f"{name}.0", planes, stride=2)
    return _NETWORK.step(f"{name}.1.b", _NETWORK.step(f"{name}.1.a", halved), added=halved)
