"""How images look on their way, without the decoder, which may take as long as a step.

Colours are nearly a linear function of the latents that they are decoded from. Which one it is
differs from pipeline to pipeline; it is learned from the first images that a pipeline decodes, so
that nothing has to be known of one beforehand.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from diabelli import pictures
from diabelli.engines.diffusion.latents import Floats, LatentLayout, SchedulerStep, predict_x0
from diabelli.pictures import Image

Preview: TypeAlias = Callable[[int], Image]
"""Makes a small image of the row of that number in the batch, while its step lasts."""

SIDE = 256
"""The side that a preview has at most."""
TIMES = 8
"""An image is shown so often at most."""
_ENOUGH = 16
"""After so many images there is little left to learn."""
_RIDGE = 1e-4
"""So much of their mean power is added to the latents' own, for what never varied so far."""


class LatentToRGB:
    """A linear map from latents to colours, by least squares over all that it was shown."""

    def __init__(self) -> None:
        self._shown = 0
        self._power: Floats | float = 0.0
        self._common: Floats | float = 0.0
        self._map: Floats = np.empty((0, 0))

    @property
    def known(self) -> bool:
        """Whether it was shown anything."""
        return self._shown > 0

    @property
    def learned(self) -> bool:
        """Whether it was shown enough."""
        return self._shown >= _ENOUGH

    def learn(self, latents: Floats, colours: Floats) -> None:
        """Take in one image: latents (place, channel), and what they became (place, value)."""
        given = _with_one(latents)
        power = self._power + given.T @ given
        common = self._common + given.T @ colours
        slack = _RIDGE * np.trace(power) / len(power)
        self._map = np.linalg.solve(power + slack * np.eye(len(power)), common)
        self._power, self._common, self._shown = power, common, self._shown + 1

    def __call__(self, latents: Floats) -> Floats:
        """The colours (place, value) of latents (place, channel)."""
        return np.asarray(_with_one(latents) @ self._map)


def _with_one(latents: Floats) -> Floats:
    return np.column_stack([latents, np.ones(len(latents))])


class Previews:
    """Listens to the steps of one pipeline.

    Attributes:
        projection: what was learned; it may be handed on when the same pipeline is loaded again.
    """

    def __init__(self, pipe: Any) -> None:
        self.projection = LatentToRGB()
        self._scheduler = pipe.scheduler
        self._step: SchedulerStep | None = None
        self._size = (1, 1)
        # What a checker will refuse in the end must not be shown on the way.
        if getattr(pipe, "safety_checker", None) is None:
            self._listen()

    def begin(self, height: int, width: int) -> None:
        """A batch of images of that size is to be made."""
        self._size = (height, width)

    def at(self, number: int, steps: int) -> Preview | None:
        """What makes previews after that step, from 1; None where there is nothing to see."""
        due = number * TIMES // steps > (number - 1) * TIMES // steps
        if not due or self._step is None or not self.projection.known:
            return None
        grid = self._grid(self._step)
        return functools.partial(self._make, self._step, grid) if grid else None

    def learn(self, images: Sequence[Image | None]) -> None:
        """The batch's last latents became these images."""
        if self._step is None or self.projection.learned:
            return
        grid = self._grid(self._step)
        if grid is None:
            return
        for latents, image in zip(self._step.after[0], images, strict=True):
            places = grid.tokens(latents)
            if image is not None and np.isfinite(places).all():
                self.projection.learn(places, grid.to_cells(image))

    def end(self) -> None:
        """Let go of the batch."""
        self._step = None

    def _listen(self) -> None:
        step = self._scheduler.step

        # With its signature, which pipelines look at.
        @functools.wraps(step)
        def listening(output: Any, time: Any, sample: Any, *more: Any, **named: Any) -> Any:
            after = step(output, time, sample, *more, **named)
            self._step = SchedulerStep(output, time, sample, after)
            return after

        self._scheduler.step = listening

    def _grid(self, step: SchedulerStep) -> LatentLayout | None:
        return LatentLayout.of(step.sample.shape[1:], *self._size)

    def _make(self, step: SchedulerStep, grid: LatentLayout, row: int) -> Image:
        image = grid.from_cells(
            self.projection(grid.tokens(predict_x0(self._scheduler, step, row)))
        )
        height, width = image.shape[:2]
        shrink = min(1.0, SIDE / max(height, width))
        return pictures.cover(image, max(1, round(height * shrink)), max(1, round(width * shrink)))
