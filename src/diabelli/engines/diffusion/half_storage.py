"""Networks whose weights stay in half precision in memory and are cast while a layer runs.

It is imported only by the loader, because it imports diffusers.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from diffusers.hooks.hooks import HookRegistry
from diffusers.hooks.layerwise_casting import DEFAULT_SKIP_MODULES_PATTERN, LayerwiseCastingHook

_HOOK = "layerwise_casting"
"""diffusers finds the data type of a network's computation by this name."""
_LAYERS = (torch.nn.Conv2d, torch.nn.Embedding, torch.nn.Linear)
# The projection of an IP-Adapter casts its input to the type of its stored weights.
_KEPT = re.compile("|".join((*DEFAULT_SKIP_MODULES_PATTERN, "encoder_hid_proj")))
"""Names of layers that are converted instead."""


class _Cast(LayerwiseCastingHook):
    """Casts a layer while it runs, and then restores the stored tensors.

    The hook of diffusers casts the weights back, which takes time, and copies weights that are
    mapped from a file into memory.
    """

    def __init__(self, stored: torch.dtype, computed: torch.dtype) -> None:
        super().__init__(stored, computed, non_blocking=False)
        self._stored: list[tuple[torch.nn.Parameter, torch.Tensor]] = []

    def pre_forward(self, module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        """Cast the weights."""
        # After an exception in the layer, they are still cast.
        if not self._stored:
            self._stored = [(one, one.data) for one in module.parameters()]
        return super().pre_forward(module, *args, **kwargs)

    def post_forward(self, module: torch.nn.Module, output: Any) -> Any:
        """Restore the stored weights."""
        del module
        for one, data in self._stored:
            one.data = data
        self._stored = []
        return output


def compute_in(dtype: torch.dtype, network: torch.nn.Module) -> None:
    """Let the network compute in `dtype`; its large layers stay in their type in memory."""
    stored = next(network.parameters()).dtype
    for name, layer in network.named_modules():
        if isinstance(layer, _LAYERS) and not _KEPT.search(name):
            registry = HookRegistry.check_if_exists_or_initialize(layer)
            registry.register_hook(_Cast(stored, dtype), _HOOK)
            continue
        for tensor in (*layer.parameters(recurse=False), *layer.buffers(recurse=False)):
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(dtype)
