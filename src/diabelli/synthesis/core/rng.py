"""Random numbers that are equal on every machine and with every library version.

Implements SplitMix64 (Steele, Lea, Flood 2014). The k-th number of a stream is a bijective mix of
seed + k * GAMMA. A stream therefore has no state but its position, and different names under one
seed give independent streams.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel

GAMMA = np.uint64(0x9E3779B97F4A7C15)
"""Increment of SplitMix64: the odd integer nearest to 2^64 divided by the golden ratio."""


def derive_seed(seed: int, name: str) -> int:
    """Derive a seed for the purpose `name` from `seed`: 0..2^53-1, exact in every JSON parser."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 11


def derive_seeds(seed: int, count: int) -> list[int]:
    """Return `seed` followed by `count` - 1 seeds derived from it."""
    return [seed, *(derive_seed(seed, f"variation {k}") for k in range(1, count))]


class RandomStream:
    """Sequence of random numbers determined by `seed`."""

    def __init__(self, seed: int) -> None:
        self._position = np.uint64(seed)

    def uniform(self, *shape: int) -> NDArray[np.float64]:
        """Return float64 numbers of that shape, uniform over [0, 1), multiples of 2^-53."""
        count = math.prod(shape)
        steps = np.arange(1, count + 1, dtype=np.uint64) * GAMMA
        z = self._position + steps
        if count:
            self._position = z[-1]
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        return (z >> np.uint64(11)).astype(np.float64).reshape(shape) * 2.0**-53

    def between(self, low: float, high: float) -> float:
        """Return one number, uniform over [low, high)."""
        return low + (high - low) * float(self.uniform(1)[0])

    def normal(self, *shape: int) -> NDArray[np.float64]:
        """Return numbers of mean 0 and standard deviation 1, within +-6.

        Each is the sum of twelve uniform numbers, less six. Additions are exactly rounded by the
        IEEE standard; logarithms differ between machines.
        """
        total = np.zeros(shape, np.float64)
        for numbers in self.uniform(12, *shape):
            total += numbers
        return total - 6.0


@kernel
def xorshift(state: np.uint64) -> np.uint64:
    """Next state of the 64-bit xorshift generator (Marsaglia 2003); for use inside kernels."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    return state


@kernel
def fraction(bits: np.uint64) -> np.float32:
    """Return the lowest 24 bits as a multiple of 2^-24 in [0, 1); for use inside kernels.

    A float32 has no more bits, so the number is exact.
    """
    return np.float32(bits & np.uint64(0xFFFFFF)) * np.float32(2.0**-24)
