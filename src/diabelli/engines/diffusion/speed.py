"""Estimates the time of one picture from the speed of a matrix product on this machine."""

from __future__ import annotations

import time
from importlib.util import find_spec

from diabelli.engines.diffusion.presets import Preset

_TERA = 1e12
_SIDES = {"cpu": 1024, "cuda": 8192, "mps": 4096}
"""Side of the matrices by kind of device: large enough that a start is negligible."""
_ATTEMPTS = 4
"""Products; the first prepares the device, and the fastest counts, because others use it too."""
_SHARES = {"cpu": 0.8, "cuda": 0.5, "mps": 0.5}
"""Speed of a network as a share of that of a matrix product: on a CPU as measured by
benchmarks/runtimes.py, on others a guess."""


def seconds_per_picture(preset: Preset, device: str) -> float | None:
    """Return the estimated seconds of one picture at the native size, without decoding.

    Returns:
        None if the operations of the preset are not known, or torch is not installed.
    """
    if preset.work is None or find_spec("torch") is None:
        return None
    kind = device.partition(":")[0]
    return preset.work * _TERA / (_operations_per_second(device) * _SHARES[kind])


def _operations_per_second(device: str) -> float:
    """Return the operations per second of a matrix product, as torch counts them."""
    import torch

    kind = device.partition(":")[0]
    side = _SIDES[kind]
    dtype = torch.float32 if kind == "cpu" else torch.float16
    matrix = torch.ones((side, side), dtype=dtype, device=device)
    taken = []
    for _ in range(_ATTEMPTS):
        started = time.perf_counter()
        # Reading one element waits for the device.
        (matrix @ matrix)[0, 0].item()
        taken.append(time.perf_counter() - started)
    return float(2 * side**3 / min(taken))
