"""Convolutions give the sums of their definition, in one order."""

import numpy as np
import pytest

from diabelli.synthesis.core import convnet
from oracles import convnet as oracle


def numbers(*shape, seed=0):
    """Return float32 numbers of mean 0, some of them 0 as after a rectifier."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, shape).astype(np.float32)
    return np.where(rng.random(shape) < 0.3, np.float32(0), values)


def correlate(planes, weights, bias, stride):
    """Return the definition's sums in float64."""
    padded = np.pad(planes.astype(float), ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.einsum("yxcij,ijco->yxo", windows[::stride, ::stride], weights.astype(float)) + bias


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [(6, 8), (5, 7), (1, 1)])
def test_convolve_is_a_correlation(size, stride):
    """Zeros are beyond the edges; a stride keeps each second place of each second row."""
    planes, weights, bias = numbers(*size, 5), numbers(3, 3, 5, 4, seed=1), numbers(4, seed=2)
    out = convnet.convolve(planes, weights, bias, stride, 1, convnet.NOTHING, False)
    np.testing.assert_allclose(out, correlate(planes, weights, bias, stride), atol=1e-5)


def test_convolve_adds_before_it_rectifies():
    """A residual block's input is added to the sums, then negative values become 0."""
    planes, weights, bias = numbers(4, 4, 5), numbers(3, 3, 5, 4, seed=1), numbers(4, seed=2)
    added = numbers(4, 4, 4, seed=3)
    out = convnet.convolve(planes, weights, bias, 1, 1, added, True)
    expected = np.maximum(correlate(planes, weights, bias, 1) + added, 0)
    np.testing.assert_allclose(out, expected, atol=1e-5)


def test_compiled_sums_are_the_interpreters():
    """No compiler reorders or fuses the sums: compiled and interpreted code agree to the bit."""
    planes, weights, bias = numbers(4, 5, 7), numbers(3, 3, 7, 16, seed=1), numbers(16, seed=2)
    asked = (planes, weights, bias, 1, 1, convnet.NOTHING, True)
    np.testing.assert_array_equal(convnet.convolve(*asked), convnet.convolve.py_func(*asked))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("side", "leading"), [(1, 0), (3, 0), (3, 1), (5, 1), (5, 2)])
@pytest.mark.parametrize("size", [(6, 8), (5, 7), (1, 1)])
def test_kernels_of_any_side_start_before_the_first_place(size, side, leading, stride):
    """The number of zeros before the first row and column is an argument; the rest follow."""
    planes, bias = numbers(*size, 5), numbers(5, seed=2)
    moved, tap = planes.transpose(2, 0, 1).astype(float), (3, 2, 0, 1)
    full, own = numbers(side, side, 5, 5, seed=1), numbers(side, side, 1, 5, seed=3)
    dense = convnet.convolve(planes, full, bias, stride, leading, convnet.NOTHING, False)
    expected = oracle.convolve(moved, full.astype(float).transpose(tap), bias, stride, leading)
    np.testing.assert_allclose(dense.transpose(2, 0, 1), expected, atol=1e-5)
    single = convnet.convolve_channels(planes, own, bias, stride, leading)
    expected = oracle.convolve_channels(
        moved, own.astype(float).transpose(tap), bias, stride, leading
    )
    np.testing.assert_allclose(single.transpose(2, 0, 1), expected, atol=1e-5)


def test_compiled_sums_of_single_channels_are_the_interpreters():
    """Compiled and interpreted depthwise convolutions agree to the bit."""
    asked = (numbers(4, 5, 16), numbers(5, 5, 1, 16, seed=1), numbers(16, seed=2), 2, 1)
    compiled = convnet.convolve_channels(*asked)
    np.testing.assert_array_equal(compiled, convnet.convolve_channels.py_func(*asked))


def test_channel_means_average_all_places():
    """Each channel has one mean, in float32."""
    planes = numbers(31, 17, 3)
    means = convnet.channel_means(planes)
    assert means.dtype == np.float32
    np.testing.assert_allclose(means, planes.astype(float).mean((0, 1)), atol=1e-6)


def test_hard_swish_is_piecewise():
    """It is 0 up to -3, the identity from 3 on, and quadratic between."""
    values = np.array([-9, -3, -1.5, 0, 1.5, 3, 9], np.float32)
    swished = convnet.hard_swish(values)
    assert swished.dtype == np.float32
    np.testing.assert_allclose(swished, [0, 0, -0.375, 0, 1.125, 3, 9])


def test_double_is_bilinear():
    """A slope stays a slope at twice the size, and edges are repeated."""
    slope = np.repeat(np.arange(4, dtype=np.float32)[None, :, None], 3, axis=0)
    out = convnet.double(slope)
    assert out.shape == (6, 8, 1)
    np.testing.assert_allclose(out[2, :, 0], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
    np.testing.assert_allclose(convnet.double(slope.transpose(1, 0, 2)), out.transpose(1, 0, 2))


def test_gate_scales_channels_by_their_means():
    """Each channel is multiplied by the sigmoid of a mix of the means of all."""
    planes, weights, bias = numbers(3, 4, 5), numbers(5, 5, seed=1), numbers(5, seed=2)
    mix = planes.astype(float).mean((0, 1)) @ weights.astype(float).T + bias
    np.testing.assert_allclose(
        convnet.gate(planes, weights, bias), planes / (1 + np.exp(-mix)), atol=1e-6
    )


def test_sigmoid_is_exact_to_float32():
    """The series agrees with the library's function from end to end."""
    values = np.linspace(-60, 60, 2401, dtype=np.float32).reshape(1, -1)
    expected = 1 / (1 + np.exp(-values.astype(float)))
    np.testing.assert_allclose(convnet.sigmoid(values), expected, rtol=1e-6, atol=1e-17)
