"""A loaded pipeline: sources and seeds in, images out.

It is independent of requests and of other pipelines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from diabelli import pictures
from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion import weights
from diabelli.engines.diffusion.conditioning import CONDITIONERS
from diabelli.engines.diffusion.loader import load
from diabelli.engines.diffusion.mixed_sources import supports_mixed_sources
from diabelli.engines.diffusion.previews import Preview, Previews
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.errors import DiabelliError, InvalidWeights, OutOfMemory
from diabelli.pictures import Image

OnStep: TypeAlias = Callable[[int, int, Preview | None], None]
"""Called after each step with its number (from 1), the number of steps, and the preview function,
if there is one. An exception that it raises stops the pipeline."""


class Pipeline:
    """A pipeline of diffusers on its device."""

    def __init__(self, plan: EnginePlan) -> None:
        """Load the pipeline.

        Raises:
            WeightsMissing: the weights are not on this machine.
            InvalidWeights: they cannot be used.
            OutOfMemory: the device has too little memory.
        """
        self._plan = plan
        self._device = devices.resolve_device(plan.running)
        self.batch = devices.batch_size(plan.running, self._device)
        try:
            self._parts = load(plan, self._device)
        except DiabelliError:
            raise
        # diffusers, transformers and safetensors raise many types of exceptions for damaged files.
        except Exception as cause:
            if _is_memory(cause):
                raise self._exceeded("while its weights were loaded") from None
            reason = str(cause).strip().partition("\n")[0].rstrip(" .") or type(cause).__name__
            raise InvalidWeights(
                f"the weights of {plan.name!r} cannot be loaded: {reason}; {_remedy(plan)}"
            ) from cause
        self.previews = Previews(self._parts.pipe)
        self.mixes = plan.preset.recipe != "image" or supports_mixed_sources(self._parts.pipe)

    @property
    def bytes(self) -> int:
        """Return the size of its weights, in bytes."""
        parts = (self._parts.pipe, self._parts.prior)
        modules = [m for p in parts if p for m in p.components.values() if _is_module(m)]
        # A separate encoder is not a component of the pipeline.
        unique = {id(m): m for m in [*modules, self._parts.encoder] if m is not None}
        return sum(w.nbytes for module in unique.values() for w in module.parameters())

    def __call__(
        self,
        sources: Sequence[Image],
        seeds: Sequence[int],
        *,
        height: int,
        width: int,
        strength: float,
        on_step: OnStep,
    ) -> list[Image | None]:
        """Make an image for each source and seed.

        Returns:
            (height, width, 3) uint8 each; None if the safety checker rejected it.

        Raises:
            OutOfMemory: the device has too little memory. The pipeline stays usable.
            Exception: raised by `on_step`. The pipeline stays usable.
        """
        import torch

        values = self._values(strength)
        self.previews.begin(height, width)
        try:
            with torch.inference_mode():
                shown = [pictures.to_pillow(source) for source in sources]
                condition = CONDITIONERS[self._plan.preset.recipe]
                made = self._parts.pipe(
                    **condition(self._parts, shown, values),
                    **self._arguments(values, seeds, height, width, on_step),
                )
        except RuntimeError as cause:
            if not _is_memory(cause):
                raise
            memory = self._exceeded(f"for {len(seeds)} at {width}x{height}")
        else:
            refused = getattr(made, "nsfw_content_detected", None) or [False] * len(seeds)
            images = [_bytes(image) for image in made.images]
            kept = [None if no else image for image, no in zip(images, refused, strict=True)]
            self.previews.learn(kept)
            return kept
        finally:
            self.previews.end()
        # Outside of the handler, because its exception references the tensors.
        raise memory

    def free(self) -> None:
        """Free the memory of a stopped call on the device."""
        self._parts.pipe.maybe_free_model_hooks()
        devices.free(self._device)

    def _values(self, strength: float) -> dict[str, float]:
        """Return the numeric arguments of strength and preset."""
        preset = self._plan.preset
        value = preset.dial.at(strength)
        match preset.dial.argument:
            case "ip_scale":
                self._parts.pipe.set_ip_adapter_scale(value)
            case "noise_level":
                value = round(value)
            case "strength":
                # Pipelines run this share of the steps, rounded down, and at least one is needed.
                value = max(value, 1.000001 / preset.steps)
        guidance = {} if preset.guidance is None else {"guidance_scale": preset.guidance}
        return {**guidance, preset.dial.argument: value}

    def _arguments(
        self,
        values: Mapping[str, float],
        seeds: Sequence[int],
        height: int,
        width: int,
        on_step: OnStep,
    ) -> dict[str, Any]:
        """Return the arguments that do not depend on the sources and that the pipeline accepts."""
        import torch

        steps = self._plan.preset.steps
        # On the CPU, so that random numbers do not depend on the accelerator.
        generators = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]

        def report(number: int, count: int) -> None:
            on_step(number, count, self.previews.at(number, count))

        def step_end(pipe: Any, step: int, _time: Any, _tensors: Any) -> dict[str, Any]:
            report(step + 1, getattr(pipe, "num_timesteps", steps))
            return {}

        offered: dict[str, Any] = {
            **values,
            "height": height,
            "width": width,
            "num_inference_steps": steps,
            "generator": generators,
            "output_type": "np",
        }
        if "callback_on_step_end" in self._parts.accepts:
            offered |= {"callback_on_step_end": step_end, "callback_on_step_end_tensor_inputs": []}
        else:
            offered |= {"callback": lambda step, *_: report(step + 1, steps), "callback_steps": 1}
        return {name: one for name, one in offered.items() if name in self._parts.accepts}

    def _exceeded(self, when: str) -> OutOfMemory:
        return OutOfMemory(
            f"the engine {self._plan.name!r} ran out of memory on {self._device} {when}: "
            "set offload, attention_slicing or a smaller batch"
        )


def _remedy(plan: EnginePlan) -> str:
    """Return the advice to get valid weights."""
    if any(weights.is_folder(each) for each in plan.preset.weights):
        return "save them again, or set another folder"
    return (
        f"run `diabelli pull {plan.name}`; if that does not help, delete them from the cache "
        "(HF_HOME) first"
    )


_MEMORY_MESSAGES = ("out of memory", "can't allocate memory", "_ALLOC_FAILED")
"""Parts of the messages of exceptions without a class for that; the last one is of cuBLAS and
cuDNN, which allocate their workspaces themselves."""


def _is_memory(cause: BaseException) -> bool:
    """Return whether an exception means out of memory; CUDA has a separate class for that."""
    import torch

    return isinstance(cause, torch.OutOfMemoryError | MemoryError) or (
        isinstance(cause, RuntimeError) and any(part in str(cause) for part in _MEMORY_MESSAGES)
    )


def _is_module(component: Any) -> bool:
    import torch

    return isinstance(component, torch.nn.Module)


def _bytes(image: Any) -> Image:
    """Convert an image 0..1 to uint8; NaN, which half precision may give, becomes black."""
    return np.nan_to_num(np.asarray(image, np.float32) * 255).round().clip(0, 255).astype(np.uint8)
