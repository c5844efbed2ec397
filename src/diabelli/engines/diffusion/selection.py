"""Selects the preset that fits this machine best."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.availability import budget_gb
from diabelli.engines.diffusion.pipeline_cache import required_bytes
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.errors import OutOfMemory


@dataclass(frozen=True, slots=True)
class Selection:
    """The best preset of a machine.

    Attributes:
        plan: the preset and its options.
        device: torch's name of its device.
        reason: one sentence, or two if there is a GPU that torch does not find.
    """

    plan: EnginePlan
    device: str
    reason: str


def select(plans: Iterable[EnginePlan], vram_budget_gb: float | None) -> Selection:
    """Return the first suitable plan whose memory this machine has.

    A plan is suitable if its licence needs no acceptance and, on a CPU, if a picture takes less
    than minutes.

    Args:
        plans: in the order of preference; all with the same device.
        vram_budget_gb: overrides the memory of the device.

    Raises:
        OutOfMemory: the machine is too small for all of them.
        InvalidSettings: the device of the settings does not exist.
    """
    free = [plan for plan in plans if not plan.preset.restricted]
    device = devices.expected_device(free[0].running)
    suitable = [plan for plan in free if device != "cpu" or plan.preset.cpu_gb is not None]
    budget = budget_gb(device, vram_budget_gb)
    needs = [required_bytes(plan, device) / devices.GB for plan in suitable]
    for plan, need in zip(suitable, needs, strict=True):
        if budget is None or need <= budget:
            return Selection(plan, device, _reason(plan, device, need, budget))
    on_cpu = (
        "" if device == "cpu" else 'set `device = "cpu"` to use the memory of the CPU instead; '
    )
    raise OutOfMemory(
        f"this machine is too small for a trained engine: the smallest needs {min(needs):.1f} GB, "
        f"and {budget:.1f} GB may be used on {device}; {on_cpu}the built-in engine needs none of it"
    )


def _reason(plan: EnginePlan, device: str, need: float, budget: float | None) -> str:
    """Return why the plan was selected."""
    memory = f"{need:.1f} GB of " + ("an unknown size" if budget is None else f"{budget:.1f} GB")
    if device == "cpu":
        why = f"its {plan.preset.steps} steps are few enough for a machine without a GPU"
    else:
        why = "it is the first in the order of preference that fits"
    best = f"{plan.name} fits this machine best: {why}, and it needs {memory} on {device}."
    return " ".join(filter(None, (best, devices.unused_gpu(plan.running, device))))
