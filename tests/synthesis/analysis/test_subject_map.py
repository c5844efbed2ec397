"""The subject map is that of the network's definition, the same on every machine."""

import hashlib

import numpy as np

from diabelli.synthesis.analysis.subject_map import WEIGHTS, decode, encode
from oracles import convnet
from oracles.convnet import double, rectify, squash


def subject_map(image):
    """Return the map of an image, (80, 80) float32."""
    return decode(encode(image))


def disc(side=200, row=0.5, column=0.5, radius=0.22):
    """Return a shaded red disc before a grey gradient."""
    rows, columns = np.mgrid[:side, :side] / side
    image = np.stack([90 + 60 * rows] * 3, -1)
    inside = (rows - row) ** 2 + (columns - column) ** 2 < radius**2
    shade = 150 + 80 * (columns - rows)[..., None]
    image = np.where(inside[..., None], shade * [1, 0.3, 0.2], image)
    return image.astype(np.uint8), inside


def slow_map(image):
    """Return the map of a (160, 160, 3) uint8 image by NumPy, as the network is defined.

    Planes come first here, and the weights are used as they are stored.
    """
    weights = convnet.load(WEIGHTS)

    def convolve(name, planes, stride=1):
        return convnet.convolve(planes, weights[f"{name}.w"], weights[f"{name}.b"], stride)

    mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    planes = ((image / 255 - mean) / deviation).transpose(2, 0, 1)
    encoded = [rectify(convolve("e0", planes, 2))]
    for name in ("e1", "e2", "e3", "e4"):
        halved = rectify(convolve(f"{name}.0", encoded[-1], 2))
        inner = rectify(convolve(f"{name}.1.a", halved))
        encoded.append(rectify(halved + convolve(f"{name}.1.b", inner)))
    planes = encoded.pop()
    factors = squash(weights["g.w"] @ planes.mean((1, 2)) + weights["g.b"])
    planes = planes * factors[:, None, None]
    for name in ("p3", "p2", "p1", "p0"):
        planes = rectify(convolve(name, np.concatenate([double(planes), encoded.pop()])))
    return squash(convolve("o", planes))[0]


def test_the_map_is_that_of_the_definition():
    """Compiled float32 sums agree with NumPy's float64 ones to the precision of float32."""
    image = disc(160)[0]
    np.testing.assert_allclose(subject_map(image), slow_map(image), atol=2e-5)


def test_the_map_finds_a_thing_on_calm_ground():
    """A disc is the subject, wherever it is; the ground round it is not."""
    for row, column in ((0.5, 0.5), (0.4, 0.65)):
        image, inside = disc(320, row, column)
        found, inside = subject_map(image), inside[2::4, 2::4]
        assert found[inside].mean() > 0.9
        assert found[~inside].mean() < 0.1


def test_a_fourth_channel_is_ignored():
    """An image in four planes has the map of its colours."""
    image = disc()[0]
    planes = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    np.testing.assert_array_equal(subject_map(planes), subject_map(image))


def test_the_map_has_the_same_bytes_everywhere():
    """The map of a drawn picture, to the bit, does not depend on the machine."""
    digest = hashlib.sha256(subject_map(disc(160)[0]).tobytes()).hexdigest()
    assert digest == "eb4b759d450e404bec24c446031bc9823b01e966af08624de2e8a05245386c26"
