"""Values that a shell completes, where the option's type does not list them."""

from __future__ import annotations


def complete_engine(incomplete: str) -> list[str]:
    """Return the names of engines that begin with this text."""
    from diabelli.engines import available_engines

    return [name for name in available_engines() if name.startswith(incomplete)]


def complete_trained_engine(incomplete: str) -> list[str]:
    """Return the names of trained engines that begin with this text."""
    from diabelli.engines.diffusion.presets import PRESETS

    return [name for name in PRESETS if name.startswith(incomplete)]


def complete_strength(incomplete: str) -> list[str]:
    """Return the names of strengths that begin with this text."""
    from diabelli.variation import STRENGTHS

    return [name for name in STRENGTHS if name.startswith(incomplete)]
