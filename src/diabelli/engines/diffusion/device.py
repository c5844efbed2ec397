"""Selects device, data type, memory budget and batch size of pipelines."""

from __future__ import annotations

from typing import Any

from diabelli.engines.diffusion.runtime import RuntimeOptions
from diabelli.errors import InvalidSettings

GB = 1_000_000_000
_SHARE = 0.9
"""Share of an accelerator's memory for pipelines; the driver and other programs need the rest."""
_BATCHES = {"cuda": 8, "mps": 2, "cpu": 1}
"""Default batch sizes. On a CPU a batch is no faster than its images: benchmarks/diffusion.py."""


def check(running: RuntimeOptions) -> None:
    """Raise `InvalidSettings` if the device is missing, or offloading needs an accelerator."""
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


def _count(kind: str) -> int:
    """Return the number of devices of a kind."""
    import torch

    if kind == "cuda":
        return torch.cuda.device_count()
    return int(kind == "cpu" or torch.backends.mps.is_available())


def resolve_dtype(running: RuntimeOptions, device: str) -> Any:
    """Return the torch dtype: half precision on devices that are faster with it."""
    import torch

    if running.dtype != "auto":
        return getattr(torch, running.dtype)
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float16 if device == "mps" else torch.float32


def memory_budget(device: str) -> int | None:
    """Return the memory for pipelines in bytes; None if unknown, as on a CPU."""
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.get_device_properties(device).total_memory * _SHARE)
    return int(torch.mps.recommended_max_memory() * _SHARE) if device == "mps" else None


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
