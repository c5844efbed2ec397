"""Availability of trained engines on this machine, and their missing parts."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

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
    need = required_bytes(plan) / devices.GB if known else None
    budget = _budget_gb(plan, vram_budget_gb)
    fits = None if need is None or budget is None else need <= budget
    return Availability(missing=missing, need_gb=need, fits=fits)


def _budget_gb(plan: EnginePlan, given: float | None) -> float | None:
    if given is not None or find_spec("torch") is None:
        return given
    try:
        found = devices.memory_budget(devices.resolve_device(plan.running))
    except InvalidSettings:
        return None
    return None if found is None else found / devices.GB
