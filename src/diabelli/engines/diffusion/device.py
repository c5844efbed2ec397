"""What the machine has: where a pipeline runs, in which numbers, in how much memory."""

from __future__ import annotations

from typing import Any

from diabelli.engines.diffusion.runtime import RuntimeOptions
from diabelli.errors import InvalidSettings

GB = 1_000_000_000
_SHARE = 0.9
"""Of an accelerator's memory; the rest is for what the driver and other programs need."""
_BATCHES = {"cuda": 8, "mps": 2, "cpu": 1}
"""On a CPU a batch takes as long as its images one by one, or longer: benchmarks/diffusion.py."""


def check(running: RuntimeOptions) -> None:
    """Raise `InvalidSettings` where the device is not here, or there is nothing to offload from."""
    # Torch takes seconds to import, which most settings need not wait for here.
    if running.device in ("auto", "cpu") and running.offload == "none":
        return
    if resolve_device(running) == "cpu" and running.offload != "none":
        raise InvalidSettings(
            f"offload is {running.offload!r}, but there is no accelerator to take weights off: "
            "set it to 'none', or set device"
        )


def resolve_device(running: RuntimeOptions) -> str:
    """The device as torch names it; raises `InvalidSettings` where there is none of that name."""
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
    """How many devices of a kind there are."""
    import torch

    if kind == "cuda":
        return torch.cuda.device_count()
    return int(kind == "cpu" or torch.backends.mps.is_available())


def resolve_dtype(running: RuntimeOptions, device: str) -> Any:
    """The numbers to compute with: half precision wherever the device is quicker with it."""
    import torch

    if running.dtype != "auto":
        return getattr(torch, running.dtype)
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float16 if device == "mps" else torch.float32


def memory_budget(device: str) -> int | None:
    """The bytes that pipelines may take there; None where nothing is known, as on a CPU."""
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.get_device_properties(device).total_memory * _SHARE)
    return int(torch.mps.recommended_max_memory() * _SHARE) if device == "mps" else None


def batch_size(running: RuntimeOptions, device: str) -> int:
    """How many images are made at a time at most."""
    if running.exact:
        return 1
    return running.batch or _BATCHES.get(device.partition(":")[0], 1)


def use_attention_slicing(running: RuntimeOptions, device: str) -> bool:
    """Whether attention is computed in parts."""
    return device == "mps" if running.attention_slicing is None else running.attention_slicing


def free(device: str) -> None:
    """Give back what torch keeps for later."""
    import gc

    import torch

    gc.collect()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
