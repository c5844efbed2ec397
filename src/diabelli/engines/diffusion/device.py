"""Selects device, data type, memory budget and batch size of pipelines."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from diabelli.engines.diffusion.runtime import RuntimeOptions
from diabelli.errors import InvalidSettings

GB = 1_000_000_000
_SHARE = 0.9
"""Share of a device's memory for pipelines; the driver and other programs need the rest."""
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Memory limit of a container on Linux, in bytes, or "max"."""
BFLOAT16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16")
"""Names in torch's capabilities of a CPU; without one of them, bfloat16 is emulated and slow."""
_ANSWER_S = 10
"""Seconds that a program of the system may take; a driver without a daemon needs a few."""
_BATCHES = {"cuda": 8, "mps": 2, "cpu": 1}
"""Default batch sizes. On a CPU a batch is no faster than its images: benchmarks/diffusion.py."""


def check(running: RuntimeOptions) -> None:
    """Raise `InvalidSettings` if a device, an accelerator or a compiler is missing."""
    compilers = (os.environ.get("CXX", "g++"), os.environ.get("CC", "gcc"), "clang")
    if running.compile and not any(map(shutil.which, compilers)):
        raise InvalidSettings(
            "compile is set, but there is no C++ compiler: install g++, or unset compile"
        )
    # Torch takes seconds to import; most settings do not need it here.
    if running.device in ("auto", "cpu") and running.offload == "none":
        return
    if resolve_device(running) == "cpu" and running.offload != "none":
        raise InvalidSettings(
            f"offload is {running.offload!r}, but there is no accelerator to take weights off: "
            "set it to 'none', or set device"
        )


def resolve_device(running: RuntimeOptions) -> str:
    """Return torch's name of the device; raise `InvalidSettings` if it does not exist."""
    import torch

    if running.device != "auto":
        kind, _, number = running.device.partition(":")
        count = _count(kind)
        if int(number or 0) >= count:
            raise InvalidSettings(
                f"device is {running.device!r}, but torch {torch.__version__} finds "
                f"{count or 'none'} of that kind here: set another, or 'auto', or install a torch "
                "that is built for it"
            )
        return running.device
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def expected_device(running: RuntimeOptions) -> str:
    """Return the device as `resolve_device`; before torch is installed, the probable one.

    Raises:
        InvalidSettings: The device of the settings does not exist.
    """
    if find_spec("torch") is not None:
        return resolve_device(running)
    if running.device != "auto":
        return running.device
    return "cuda" if _memory_of_gpus(shutil.which("nvidia-smi")) else "cpu"


def unused_gpu(running: RuntimeOptions, device: str) -> str | None:
    """Return a sentence if the CPU is selected on a machine with a driver of an NVIDIA GPU."""
    if device != "cpu" or running.device != "auto" or shutil.which("nvidia-smi") is None:
        return None
    # Then the driver itself lists no GPU.
    if find_spec("torch") is None:
        return None
    import torch

    return (
        f"This machine has a driver of an NVIDIA GPU, but torch {torch.__version__} finds no GPU: "
        "install a torch that is built for CUDA and for this driver."
    )


def _count(kind: str) -> int:
    """Return the number of devices of a kind."""
    import torch

    if kind == "cuda":
        return torch.cuda.device_count()
    return int(kind == "cpu" or torch.backends.mps.is_available())


def resolve_dtype(running: RuntimeOptions, device: str) -> Any:
    """Return the torch dtype of computation: half precision on devices that are faster with it."""
    import torch

    if running.dtype != "auto":
        return getattr(torch, running.dtype)
    if device.startswith("cuda"):
        # GPUs before Ampere emulate bfloat16, which is several times slower than float16.
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if native else torch.float16
    if device == "mps":
        return torch.float16
    return torch.bfloat16 if _multiplies_bfloat16() else torch.float32


def is_single(running: RuntimeOptions, device: str) -> bool:
    """Return whether weights need four bytes each; before torch is installed, on every CPU."""
    if running.dtype != "auto" or device != "cpu":
        return running.dtype == "float32"
    return find_spec("torch") is None or not _multiplies_bfloat16()


def _multiplies_bfloat16() -> bool:
    """Return whether this CPU has instructions for products of bfloat16."""
    import torch

    # Old versions of torch do not have it.
    capabilities: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(name) for name in BFLOAT16_INSTRUCTIONS)


def resolve_storage_dtype(running: RuntimeOptions, device: str, variant: str | None) -> Any:
    """Return the torch dtype in which weights stay in memory.

    On a CPU that computes in float32, weights of half precision stay so and are cast layer by
    layer, unless the options set `dtype`: that halves the memory (benchmarks/runtimes.py).
    """
    import torch

    dtype = resolve_dtype(running, device)
    halved = device == "cpu" and running.dtype == "auto" and variant == "fp16"
    return torch.float16 if halved and dtype == torch.float32 else dtype


def memory_budget(device: str) -> int | None:
    """Return the memory for pipelines in bytes; None if unknown."""
    if device == "cpu":
        total = _machine_memory()
        return None if total is None else int(total * _SHARE)
    if find_spec("torch") is None:
        return _memory_by_driver(device)
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.get_device_properties(device).total_memory * _SHARE)
    return int(torch.mps.recommended_max_memory() * _SHARE)


def _machine_memory() -> int | None:
    """Return the memory of this machine or container in bytes; None if unknown."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    # Windows has no `sysconf`.
    except (AttributeError, OSError, ValueError):
        return None
    with suppress(OSError, ValueError):
        return min(total, int(_CGROUP_LIMIT.read_text("ascii")))
    return total


def _memory_by_driver(device: str) -> int | None:
    """Return the memory budget of a GPU as its driver has it, in bytes; None if unknown."""
    kind, _, number = device.partition(":")
    found = _memory_of_gpus(shutil.which("nvidia-smi")) if kind == "cuda" else ()
    return int(found[int(number or 0)] * _SHARE) if int(number or 0) < len(found) else None


@cache
def _memory_of_gpus(driver: str | None) -> tuple[int, ...]:
    """Return the memory of each NVIDIA GPU in bytes, given the path of `nvidia-smi`."""
    if driver is None:
        return ()
    printed = _printed(driver, "--query-gpu=memory.total", "--format=csv,noheader,nounits")
    return tuple(int(line) * 2**20 for line in printed.split() if line.isdecimal())


def _printed(*command: str) -> str:
    """Return what a program of the system prints; empty if it fails."""
    with suppress(OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return subprocess.run(  # noqa: S603 - a fixed command
            command, capture_output=True, check=True, text=True, timeout=_ANSWER_S
        ).stdout
    return ""


def peak_memory(device: str) -> int | None:
    """Return the peak memory in bytes: of the device, or of the process on a CPU.

    Returns:
        None if it is unknown.
    """
    if device.startswith("cuda"):
        import torch

        return int(torch.cuda.max_memory_allocated(device))
    if device != "cpu" or sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def describe(device: str) -> str:
    """Return a name of the device for a reader."""
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    kind = "GPU of " if device == "mps" else ""
    threads = f", {torch.get_num_threads()} threads" if device == "cpu" else ""
    return f"{kind}{_processor()}{threads}"


def _processor() -> str:
    """Return the name of the processor's model, or else of its architecture."""
    if sys.platform == "darwin":
        name = _printed("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string").strip()
    else:
        name = _model_name(Path("/proc/cpuinfo"))
    return name or platform.processor() or platform.machine()


def _model_name(path: Path) -> str:
    """Return the first model in Linux's list of processors; empty if there is none."""
    with suppress(OSError):
        found = re.search(r"^model name\s*: *(.+)$", path.read_text("utf-8"), re.MULTILINE)
        return found[1] if found else ""
    return ""


def batch_size(running: RuntimeOptions, device: str) -> int:
    """Return the maximum batch size."""
    if running.exact:
        return 1
    return running.batch or _BATCHES.get(device.partition(":")[0], 1)


def use_attention_slicing(running: RuntimeOptions, device: str) -> bool:
    """Return whether attention is computed in slices."""
    return device == "mps" if running.attention_slicing is None else running.attention_slicing


def free(device: str) -> None:
    """Release the memory that torch caches; raises RuntimeError on a device that is lost."""
    import gc

    import torch

    gc.collect()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
