"""The weights of the person map are those of MediaPipe's file."""

import struct
from pathlib import Path

import numpy as np
import pytest

from diabelli.synthesis.analysis.person_matte import WEIGHTS
from oracles.tflite import ending_at
from person import NAMES, convert
from tflite import CONVOLUTION, CUSTOM, DEPTHWISE, read_convolutions

MODEL = Path(__file__).parents[2] / "training" / "selfie_segmentation.tflite"


def test_the_shipped_weights_are_those_of_the_file():
    """The conversion gives each array of the package, to the bit."""
    converted = convert(MODEL.read_bytes())
    with np.load(WEIGHTS) as shipped:
        assert sorted(shipped.files) == sorted(converted)
        for name, array in converted.items():
            assert shipped[name].dtype == np.float16
            np.testing.assert_array_equal(shipped[name], array)


def test_operators_are_read_in_the_order_of_execution():
    """The first convolution takes three channels, the last makes one; depthwise have a channel."""
    layers = read_convolutions(MODEL.read_bytes())
    assert layers[0].operator == CONVOLUTION
    assert layers[0].weights.shape == (16, 3, 3, 3)
    assert layers[-1].operator == CUSTOM
    assert layers[-1].weights.shape == (1, 2, 2, 16)
    depthwise = [layer.operator == DEPTHWISE for layer in layers]
    assert depthwise == [name.endswith("depth") for name in NAMES]
    for layer in layers:
        axis = 3 if layer.operator == DEPTHWISE else 0
        assert layer.bias.shape == (layer.weights.shape[axis],)


def test_a_vector_of_known_values_is_read():
    """The bias of the stem is where a search for its bytes in the file finds it."""
    data = MODEL.read_bytes()
    bias = read_convolutions(data)[0].bias
    assert data.count(struct.pack("<I", 32) + bias.tobytes()) == 1


def test_other_files_are_refused():
    """Other formats and other networks raise ValueError."""
    data = MODEL.read_bytes()
    with pytest.raises(ValueError, match="not a TensorFlow Lite model"):
        convert(b"\x89PNG" + bytes(40))
    with pytest.raises(ValueError, match="has 54 convolutions, not the 55"):
        convert(ending_at(245, 2, data))
