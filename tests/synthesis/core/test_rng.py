"""Random numbers equal to the published generator's."""

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream, derive_seed, fraction


def test_the_numbers_are_those_of_splitmix64():
    """The first outputs of seed 1234567 are those published with the reference code."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    exact = [(number >> 11) * 2.0**-53 for number in published]
    np.testing.assert_array_equal(RandomStream(1234567).uniform(3), exact)


def test_a_stream_goes_on_where_it_stopped():
    """Ten numbers at once are the same as three, none and seven."""
    stream = RandomStream(5)
    parts = [stream.uniform(3), stream.uniform(0), stream.uniform(7)]
    np.testing.assert_array_equal(np.concatenate(parts), RandomStream(5).uniform(10))


@pytest.mark.parametrize("seed", [0, 1, 2**53 - 1, 2**63 - 1])
def test_every_seed_gives_even_numbers(seed):
    """Numbers are within [0, 1), uniform and uncorrelated."""
    numbers = RandomStream(seed).uniform(100, 100)
    assert numbers.shape == (100, 100)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    counts = np.histogram(numbers, 10, (0, 1))[0]
    assert np.abs(counts - 1000).max() < 150
    flat = numbers.reshape(-1)
    assert abs(np.corrcoef(flat[1:], flat[:-1])[0, 1]) < 0.05


def test_normal_numbers_are_normal_enough():
    """Mean 0, deviation 1, two thirds of them within 1."""
    numbers = RandomStream(3).normal(50, 400)
    assert abs(numbers.mean()) < 0.02
    assert abs(numbers.std() - 1) < 0.02
    assert abs((np.abs(numbers) < 1).mean() - 0.68) < 0.02


def test_between_stays_between():
    """Each number is within the requested bounds."""
    stream = RandomStream(4)
    numbers = [stream.between(-2, 5) for _ in range(200)]
    assert -2 <= min(numbers) < -1.5
    assert 4.5 < max(numbers) < 5


def test_derived_seeds_fit_every_json_reader():
    """They are whole numbers below 2^53, and neither seed nor name is lost in them."""
    seeds = {derive_seed(seed, name) for seed in range(100) for name in ("layout", "variation 1")}
    assert len(seeds) == 200
    assert all(0 <= seed < 2**53 for seed in seeds)


def test_derived_seeds_never_change():
    """The seeds derived for known names are pinned."""
    assert derive_seed(0, "layout") == 3793447057050920


def test_a_fraction_is_that_of_the_lowest_24_bits():
    """The smallest and the largest are exact, and higher bits do not count."""
    assert fraction(np.uint64(0)) == 0
    assert fraction(np.uint64(1 << 24 | 1)) == 2.0**-24
    assert fraction(np.uint64(2**64 - 1)) == 1 - 2.0**-24
