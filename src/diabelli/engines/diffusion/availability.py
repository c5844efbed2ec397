"""Availability of trained engines on this machine, and their missing parts."""

from __future__ import annotations

from dataclasses import dataclass

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.engine import check
from diabelli.engines.diffusion.pipeline_cache import required_bytes
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.errors import DiabelliError, InvalidSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Availability of a trained engine.

    Attributes:
        missing: the missing part and the command that installs it; None if there is none.
        need_gb: its memory on its device; None if unknown.
        fits: whether it fits the memory budget; None if either is unknown.
    """

    missing: str | None
    need_gb: float | None
    fits: bool | None


def availability(plan: EnginePlan, vram_budget_gb: float | None) -> Availability:
    """Return the availability of the plan's engine; imports torch only, for the device."""
    try:
        check(plan)
    except DiabelliError as fault:
        missing: str | None = fault.message
    else:
        missing = None
    known = missing is None or plan.preset.vram_gb is not None
    try:
        device = devices.expected_device(plan.running)
    except InvalidSettings:
        return Availability(missing=missing, need_gb=None, fits=None)
    need = required_bytes(plan, device) / devices.GB if known else None
    budget = budget_gb(device, vram_budget_gb)
    fits = None if need is None or budget is None else need <= budget
    return Availability(missing=missing, need_gb=need, fits=fits)


def budget_gb(device: str, given: float | None) -> float | None:
    """Return the memory for pipelines on a device in GB; `given` overrides the device's."""
    if given is not None:
        return given
    found = devices.memory_budget(device)
    return None if found is None else found / devices.GB
