"""Person map: probability of each place of a picture that it belongs to a person.

MediaPipe's selfie segmentation, a MobileNetV3 (Howard et al. 2019) with a decoder of three stages;
`models/person.md` is its model card. It takes 256 x 256 pixels and gives as many. Decoder stages
interpolate after their first pointwise convolution, not before it: it is linear, so only rounding
differs, and there are four times fewer places.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from diabelli.synthesis.core.convnet import Network, channel_means, double, hard_swish, sigmoid
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.types import Bytes, Floats

WEIGHTS = Path(__file__).parent.parent / "models" / "person.npz"
_NETWORK = Network(WEIGHTS)
INPUT = 256
"""Side of the network's input and of the map, in pixels; the picture is stretched to a square."""


def person_map(image: Bytes) -> Floats:
    """Compute the person map of an image.

    Args:
        image: (h, w, 3 or more) uint8 sRGB; channels after the third are ignored.

    Returns:
        (INPUT, INPUT) float32, 0..1, over the whole image.
    """
    colours = np.ascontiguousarray(resize(image, INPUT, INPUT)[..., :3]).astype(np.float32)
    stem = _NETWORK.step("stem", colours / np.float32(255), stride=2, leading=0, rectify=False)
    half = hard_swish(stem)
    quarter = _block("b1", half, _rectify, stride=2, gated=True)
    eighth = _block("b2", quarter, _rectify, stride=2)
    eighth = _block("b3", eighth, _rectify)
    planes = _block("b4", eighth, hard_swish, stride=2, gated=True)
    for name in ("b5", "b6", "b7", "b8"):
        planes = _block(name, planes, hard_swish, gated=True)
    planes = _NETWORK.step("head.local", planes) * _factors("head.global", _means(planes))
    for name, skipped in (("u1", eighth), ("u2", quarter), ("u3", half)):
        planes = _decode(name, planes, skipped)
    return sigmoid(_shuffle(_linear("out", planes)))


def _block(
    name: str,
    planes: Floats,
    activate: Callable[[Floats], Floats],
    *,
    stride: int = 1,
    gated: bool = False,
) -> Floats:
    """Inverted residual block (Sandler et al. 2018), with a squeeze-and-excitation gate or none."""
    wide = activate(_linear(f"{name}.expand", planes))
    wide = activate(_filter_channels(f"{name}.depth", wide, stride))
    if gated:
        wide = wide * _gate(name, _means(wide))
    projected = _linear(f"{name}.project", wide)
    return projected + planes if stride == 1 else projected


def _decode(name: str, planes: Floats, skipped: Floats) -> Floats:
    """Decoder stage: double the side, add the encoder's planes of that size through a gate."""
    entered = double(_linear(f"{name}.enter", planes))
    gate = _gate(name, _means(skipped + entered))
    mixed = _NETWORK.step(f"{name}.mix", skipped * gate + entered)
    return mixed + _rectify(_filter_channels(f"{name}.depth", mixed, 1))


def _gate(name: str, means: Floats) -> Floats:
    """Factors 0..1 of the channels from their means (squeeze and excitation, Hu et al. 2018)."""
    return _factors(f"{name}.excite", _NETWORK.step(f"{name}.squeeze", means))


def _factors(name: str, means: Floats) -> Floats:
    """Sigmoid of an affine map of channel means: (1, c) float32."""
    return sigmoid(_linear(name, means)[0])


def _means(planes: Floats) -> Floats:
    """Channel means as planes of one pixel: (1, 1, c) float32."""
    return channel_means(planes)[None, None]


def _linear(name: str, planes: Floats) -> Floats:
    """Apply a convolution without an activation."""
    return _NETWORK.step(name, planes, rectify=False)


def _filter_channels(name: str, planes: Floats, stride: int) -> Floats:
    """Apply a depthwise convolution with TensorFlow's padding "SAME" of even sides."""
    side = _NETWORK.weights[f"{name}.w"].shape[0]
    return _NETWORK.step_channels(name, planes, stride=stride, leading=(side - stride) // 2)


def _rectify(planes: Floats) -> Floats:
    """Return planes with 0 in place of negative values."""
    return np.maximum(planes, np.float32(0))


def _shuffle(planes: Floats) -> Floats:
    """Return planes (h, w, 4) as (2h, 2w): channels are the 2 x 2 pixels in row-major order."""
    height, width = planes.shape[:2]
    pixels = planes.reshape(height, width, 2, 2).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(pixels.reshape(2 * height, 2 * width))
