"""Estimates the time of one picture from the speed of a matrix product on this machine."""

from __future__ import annotations

import time
from importlib.util import find_spec
from typing import Any

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.runtime import EnginePlan

_TERA = 1e12
_SIDES = {"cpu": 1024, "cuda": 8192, "mps": 4096}
"""Side of the matrices by kind of device: large enough that a start is negligible."""
_ATTEMPTS = 4
"""Products on a GPU; the first prepares it, and the fastest counts, because others use it too."""
_CPU_S = 0.2
"""Seconds of a core; the clock of a thread may advance in steps of 16 ms."""
_SHARES = {"cpu": 0.85, "cuda": 0.5, "mps": 0.5}
"""Speed of a whole picture as a share of that of a matrix product: on a CPU as measured by
benchmarks/runtimes.py with the instructions of AVX2, on others a guess."""
_SHARE_OF_BFLOAT16 = 0.43
"""The same on a CPU in bfloat16, where all but the products takes as long as in float32."""


def seconds_per_picture(plan: EnginePlan, device: str) -> float | None:
    """Return the estimated seconds of one picture at the native size on an idle device.

    Returns:
        None if the operations of the preset are not known, or torch is not installed.
    """
    work = plan.preset.work
    if work is None or find_spec("torch") is None:
        return None
    dtype = devices.resolve_dtype(plan.running, device)
    halved = device == "cpu" and dtype.itemsize == 2
    share = _SHARE_OF_BFLOAT16 if halved else _SHARES[device.partition(":")[0]]
    return work * _TERA / (_operations_per_second(device, dtype) * share)


def _operations_per_second(device: str, dtype: Any) -> float:
    """Return the operations per second of a matrix product, as torch counts them."""
    import torch

    side = _SIDES[device.partition(":")[0]]
    matrix = torch.ones((side, side), dtype=dtype, device=device)
    if device == "cpu":
        return 2 * side**3 * _products_per_second(matrix)
    taken = []
    for _ in range(_ATTEMPTS):
        started = time.perf_counter()
        # Reading one element waits for the device.
        (matrix @ matrix)[0, 0].item()
        taken.append(time.perf_counter() - started)
    return float(2 * side**3 / min(taken))


def _products_per_second(matrix: Any) -> float:
    """Return the squares of a matrix that all threads of torch compute per second of a core.

    One thread is measured by its own clock: other programs then change the result little, while
    threads that wait for each other on a busy machine take several times as long.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        matrix @ matrix
        products, started = 0, time.thread_time()
        while (taken := time.thread_time() - started) < _CPU_S:
            matrix @ matrix
            products += 1
    finally:
        torch.set_num_threads(threads)
    return threads * products / taken
