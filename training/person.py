"""Convert MediaPipe's selfie segmentation to the weights of the person map.

    python training/person.py training/selfie_segmentation.tflite person.npz

The .tflite is from the npm package @mediapipe/selfie_segmentation 0.1.1675465747, Apache-2.0. The
conversion is exact: the file stores float16, and so does the .npz. `diabelli.synthesis.analysis.
person_matte` has the graph.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tflite import CUSTOM, DEPTHWISE, Convolution, read_convolutions

PLAIN = ("expand", "depth", "project")
"""Convolutions of an inverted residual block without squeeze and excitation."""
GATED = ("expand", "depth", "squeeze", "excite", "project")
"""Convolutions of a block with it."""
BLOCKS = (GATED, PLAIN, PLAIN, GATED, GATED, GATED, GATED, GATED)
"""Encoder blocks b1 to b8."""
DECODER = ("enter", "squeeze", "excite", "mix", "depth")
"""Convolutions of a decoder stage."""
NAMES = (
    "stem",
    *(f"b{k}.{part}" for k, block in enumerate(BLOCKS, 1) for part in block),
    "head.local",
    "head.global",
    *(f"u{k}.{part}" for k in (1, 2, 3) for part in DECODER),
    "out",
)
"""Names of all convolutions in the order of their execution."""


def convert(data: bytes) -> dict[str, NDArray[np.float16]]:
    """Return the weights of the person map by name.

    Args:
        data: the .tflite file.

    Returns:
        float16 arrays: NAME.w (output, input, side, side), or (channels, 1, side, side) if
        depthwise, and NAME.b (output,). The transposed convolution of 2 x 2 pixels without overlap
        becomes a pointwise one with 4 outputs, one for each pixel in row-major order.

    Raises:
        ValueError: The file holds another network.
    """
    found = read_convolutions(data)
    if len(found) != len(NAMES):
        raise ValueError(
            f"the file has {len(found)} convolutions, not the {len(NAMES)} of the person map"
        )
    weights = {}
    for name, layer in zip(NAMES, found, strict=True):
        weights[f"{name}.w"], weights[f"{name}.b"] = _arranged(layer)
    return weights


def _arranged(layer: Convolution) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Return weights and bias of a convolution as `convnet.load_weights` takes them."""
    if layer.operator == DEPTHWISE:
        return layer.weights.transpose(3, 0, 1, 2), layer.bias
    if layer.operator == CUSTOM:
        pixels = layer.weights.shape[1] * layer.weights.shape[2]
        return layer.weights.reshape(pixels, -1, 1, 1), np.repeat(layer.bias, pixels)
    return layer.weights.transpose(0, 3, 1, 2), layer.bias


def main() -> None:
    """Convert the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="selfie_segmentation.tflite")
    parser.add_argument("target", type=Path, help="person.npz")
    arguments = parser.parse_args()
    np.savez_compressed(arguments.target, **convert(arguments.source.read_bytes()))


if __name__ == "__main__":
    main()
