"""A device that computes on the CPU and, like a GPU, refuses to mix its tensors with the CPU's.

It finds tensors on the wrong device without a GPU; it says nothing about speed, memory or kernels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from unittest import mock

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.pipeline import Pipeline
from diabelli.engines.diffusion.previews import Preview
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.variation import Image

NAME = "gpu"
DEVICE = f"{NAME}:0"
_COPIES = {"_to_copy", "copy_"}
_TAKES_INDICES_ON_THE_CPU = {"index", "index_put", "index_put_", "_index_put_impl_"}
_RANDOM = {"normal_", "randn", "rand", "uniform_", "random_", "bernoulli_"}
_math_attention = 0


class _OnDevice(torch.Tensor):
    """A tensor of the device; `held` has its values."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> _OnDevice:
        made = torch.Tensor._make_wrapper_subclass(
            cls, held.size(), strides=held.stride(), dtype=held.dtype, device=DEVICE
        )
        made.held = held
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl

    @classmethod
    def __torch_dispatch__(cls, operation, _types, given=(), named=None) -> Any:
        return _run(operation, given, named or {})


class _Mode(TorchDispatchMode):
    """Sends every operation to `_run`, those that make new tensors included."""

    def __torch_dispatch__(self, operation, _types, given=(), named=None) -> Any:
        return _run(operation, given, named or {})


def _run(operation: Any, given: Any, named: dict[str, Any]) -> Any:
    name = operation.overloadpacket.__name__
    tensors = [one for one in tree_leaves((given, named)) if isinstance(one, torch.Tensor)]
    here = [one for one in tensors if isinstance(one, _OnDevice)]
    if name == "copy_":
        _held(given[0]).copy_(_held(given[1]))
        return given[0]
    if name == "_fused_sdp_choice":
        # The other implementations are operations of a real device.
        return _math_attention
    target = named.get("device")
    kept = bool(here) if target is None else torch.device(target).type == NAME
    if here and name not in _COPIES | _TAKES_INDICES_ON_THE_CPU:
        # Only numbers are copied by operations.
        strange = [one for one in tensors if not isinstance(one, _OnDevice) and one.dim()]
        if strange:
            raise RuntimeError(f"{name}: tensors of {DEVICE} and cpu, {strange[0].shape}")
    if kept and name in _RANDOM and named.get("generator"):
        raise RuntimeError(f"{name}: a generator of the cpu for a tensor of {DEVICE}")
    if kept and target is not None:
        named = {**named, "device": torch.device("cpu")}
    found = operation(*tree_map(_held, given), **tree_map(_held, named))
    if not kept:
        return found
    if operation._schema.name.endswith("_") and here and given[0] is here[0]:
        return given[0]
    return tree_map(lambda one: _OnDevice(one) if isinstance(one, torch.Tensor) else one, found)


def _held(one: Any) -> Any:
    return one.held if isinstance(one, _OnDevice) else one


def make(
    plan: EnginePlan, sources: Sequence[Image], runs: int
) -> tuple[list[list[Image | None]], list[Image]]:
    """Make a picture of each source on the device, in each run; return them and the previews.

    It changes the process for good, so call it in a separate one.
    """
    if torch._C._get_privateuse1_backend_name() != NAME:
        _setup_privateuseone_for_python_backend(NAME)
    previews: list[Image] = []

    def on_step(_number: int, _steps: int, preview: Preview | None) -> None:
        if preview is not None:
            previews.append(preview(len(sources) - 1))

    side = plan.preset.side
    arguments: dict[str, Any] = {"height": side, "width": side, "strength": 0.5}
    with (
        mock.patch.object(devices, "resolve_device", return_value=DEVICE),
        # Views of tensors of a Python class cannot be made in inference mode.
        mock.patch("torch.inference_mode", torch.no_grad),
        _Mode(),
    ):
        pipeline = Pipeline(plan)
        with mock.patch("torch.tensor", partial(_tensor, torch.tensor)):
            pictures = [
                pipeline(sources, range(len(sources)), on_step=on_step, **arguments)
                for _ in range(runs)
            ]
    return pictures, previews


def _tensor(
    plain: Callable[..., torch.Tensor], data: Any, *given: Any, device: Any = None, **named: Any
) -> torch.Tensor:
    """Call `torch.tensor`, which copies to a device in C++, where no mode reaches."""
    numbers = tree_map(lambda one: one.item() if isinstance(one, torch.Tensor) else one, data)
    made = plain(numbers, *given, **named)
    return made if device is None else made.to(device)
