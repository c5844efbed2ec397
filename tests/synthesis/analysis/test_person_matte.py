"""The person map is that of MediaPipe's network, the same on every machine."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from diabelli.synthesis.analysis.person_matte import INPUT, WEIGHTS, person_map
from diabelli.synthesis.core.resample import resize
from oracles import convnet
from oracles.convnet import double, rectify, squash
from oracles.sources import face, landscape
from oracles.tflite import ending_at

MODEL = Path(__file__).parents[3] / "training" / "selfie_segmentation.tflite"
FEATURES = 245
"""Number of the tensor before the transposed convolution, which only MediaPipe implements."""


def astronaut():
    """Return the portrait of scikit-image, (256, 256, 3) uint8."""
    data = pytest.importorskip("skimage.data")
    return resize(data.astronaut(), INPUT, INPUT)


def swish(planes):
    """Return the hard swish."""
    return planes * np.clip(planes + 3, 0, 6) / 6


def finish(features, weights):
    """Return the map from planes (16, 128, 128): a transposed convolution and the sigmoid."""
    out = np.empty((INPUT, INPUT))
    for k, tap in enumerate(weights["out.w"][:, :, 0, 0]):
        out[k // 2 :: 2, k % 2 :: 2] = np.tensordot(tap, features, 1) + weights["out.b"][k]
    return squash(out)


def slow_map(image):
    """Return the map of a (256, 256, 3) uint8 image by NumPy, in the order of the original."""
    weights = convnet.load(WEIGHTS)

    def step(name, planes, **padding):
        kernel, bias = weights[f"{name}.w"], weights[f"{name}.b"]
        if name.endswith("depth"):
            return convnet.convolve_channels(planes, kernel, bias, **padding)
        return convnet.convolve(planes, kernel, bias, **padding)

    def gate(name, planes):
        means = planes.mean((1, 2), keepdims=True)
        return squash(step(f"{name}.excite", rectify(step(f"{name}.squeeze", means))))

    def block(name, planes, activate, gated, **padding):
        wide = activate(step(f"{name}.expand", planes))
        wide = activate(step(f"{name}.depth", wide, **padding))
        return step(f"{name}.project", wide * gate(name, wide) if gated else wide)

    planes = (image / 255).transpose(2, 0, 1)
    half = swish(step("stem", planes, stride=2, leading=0))
    quarter = block("b1", half, rectify, True, stride=2, leading=0)
    eighth = block("b2", quarter, rectify, False, stride=2, leading=0)
    eighth = eighth + block("b3", eighth, rectify, False)
    planes = block("b4", eighth, swish, True, stride=2, leading=1)
    for name in ("b5", "b6", "b7", "b8"):
        planes = planes + block(name, planes, swish, True)
    means = planes.mean((1, 2), keepdims=True)
    planes = rectify(step("head.local", planes)) * squash(step("head.global", means))
    for name, skipped in (("u1", eighth), ("u2", quarter), ("u3", half)):
        entered = step(f"{name}.enter", double(planes))
        mixed = skipped * gate(name, skipped + entered) + entered
        mixed = rectify(step(f"{name}.mix", mixed))
        planes = mixed + rectify(step(f"{name}.depth", mixed))
    return finish(planes, weights)


def test_the_map_is_that_of_the_definition():
    """Compiled float32 sums agree with NumPy's float64 ones to the precision of float32."""
    image = resize(face(INPUT), INPUT, INPUT)
    np.testing.assert_allclose(person_map(image), slow_map(image), atol=2e-4)


def test_the_map_is_that_of_tensorflow_lite():
    """LiteRT runs MediaPipe's file up to its custom operator with the same result."""
    interpreter = pytest.importorskip(
        "ai_edge_litert.interpreter", reason="LiteRT has no wheel for this platform"
    )
    image = astronaut()
    lite = interpreter.Interpreter(
        model_content=ending_at(FEATURES, 2, MODEL.read_bytes()), num_threads=1
    )
    lite.allocate_tensors()
    lite.set_tensor(lite.get_input_details()[0]["index"], (image / 255).astype(np.float32)[None])
    lite.invoke()
    features = lite.get_tensor(FEATURES)[0].transpose(2, 0, 1).astype(float)
    expected = finish(features, convnet.load(WEIGHTS))
    np.testing.assert_allclose(person_map(image), expected, atol=2e-4)


def test_a_person_is_marked_and_the_ground_is_not():
    """The face and suit of a portrait are marked; a flag and a model rocket behind are not."""
    found = person_map(astronaut())
    assert found[30:90, 95:135].mean() > 0.95
    assert found[140:250, 60:170].mean() > 0.9
    assert found[:100, :40].mean() < 0.05
    assert found[20:90, 205:].mean() < 0.05


def test_a_picture_of_any_shape_has_one_square_map():
    """The map covers the whole picture; a fourth channel is ignored."""
    image = landscape(300)[:200]
    planes = np.dstack([image[..., :3], np.full(image.shape[:2], 255, np.uint8)])
    found = person_map(image)
    assert found.shape == (INPUT, INPUT)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(person_map(planes), found)


def test_the_map_has_the_same_bytes_everywhere():
    """The map of a drawn picture, to the bit, does not depend on the machine."""
    digest = hashlib.sha256(person_map(face(INPUT)).tobytes()).hexdigest()
    assert digest == "9a8c4851540fcba2564ce55215f5d7b157d85806175e2d5f0094bb47ab553b09"
