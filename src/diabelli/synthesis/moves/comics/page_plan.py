"""Plan of a page: panels and their shots, of the first layout that cuts and loses little."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.comics.page_layout import Panel, lay_out, layouts, three
from diabelli.synthesis.moves.comics.shots import Interest, Shot, choose_shots

GOOD, MAX_COST, MAX_RISK = 0.8, 1.0, 0.5
"""Cost of its worst shot up to which a page is good, and from which its shots are too alike; risk
from which it is not made."""


class Plan(NamedTuple):
    """A plan of a page.

    Attributes:
        panels: in the order of printing.
        shots: of these.
        risk: of the worst shot.
        cost: of the worst shot.
    """

    panels: list[Panel]
    shots: list[Shot]
    risk: float
    cost: float


def plan_page(
    interest: Interest,
    photograph: tuple[int, int],
    page: tuple[float, float],
    pixels: float,
    stream: RandomStream,
) -> Plan:
    """Return the first good plan among layouts in random order, or else the best one.

    It has no panels and infinite cost where all layouts are too risky.

    Args:
        interest: what a photograph shows.
        photograph: its rows and columns.
        page: height and width of the page.
        pixels: of the page for one of its units.
        stream: random numbers.
    """
    best = Plan([], [], np.inf, np.inf)
    for layout in layouts(*page, photograph[1] / photograph[0], stream):
        panels = lay_out(layout, *page, stream)
        shots = choose_shots(panels, interest, photograph, pixels, MAX_RISK)
        if shots is None:
            continue
        found = _plan_of(panels, shots)
        if found.cost < best.cost:
            best = found
        if best.cost < GOOD:
            break
    return best


def plan_three(
    interest: Interest, photograph: tuple[int, int], page: tuple[float, float], pixels: float
) -> Plan:
    """Return the plan of a page of three panels of one aspect; arguments as for `plan_page`."""
    panels = lay_out(three(*page), *page, RandomStream(0))
    return _plan_of(panels, choose_shots(panels, interest, photograph, pixels, np.inf) or [])


def _plan_of(panels: list[Panel], shots: list[Shot]) -> Plan:
    """Return the plan of panels with these shots."""
    return Plan(panels, shots, max(one.risk for one in shots), max(one.cost for one in shots))
