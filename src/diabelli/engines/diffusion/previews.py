"""Previews of images in progress.

A tiny autoencoder decodes them, if the pipeline has one. Another decoder may take as long as a
step. Colours are nearly a linear function of the latents. The linear map differs between pipelines;
it is fitted to the first images that a pipeline decodes, so that it need not be configured.
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
"""Returns a small image of a row of the batch; valid only during its step."""

SIDE = 256
"""Maximum side of a preview, in pixels."""
TIMES = 8
"""Maximum number of previews of an image."""
_ENOUGH = 16
"""Images to fit the map to; more improve it little."""
_TINY = "AutoencoderTiny"
"""Class of diffusers whose decoder takes less than a tenth of a step for a preview."""
_RIDGE = 1e-4
"""Ridge regularisation, relative to the mean power of the latents; for constant channels."""


class LatentToRGB:
    """A linear map from latents to colours, by ridge regression over all images so far."""

    def __init__(self) -> None:
        self._count = 0
        self._power: Floats | float = 0.0
        self._common: Floats | float = 0.0
        self._map: Floats = np.empty((0, 0))

    @property
    def known(self) -> bool:
        """Whether it was fitted to any image."""
        return self._count > 0

    @property
    def learned(self) -> bool:
        """Whether it was fitted to enough images."""
        return self._count >= _ENOUGH

    def learn(self, latents: Floats, colours: Floats) -> None:
        """Fit to one more image: latents (token, channel), and its colours (token, value)."""
        given = _with_one(latents)
        power = self._power + given.T @ given
        common = self._common + given.T @ colours
        slack = _RIDGE * np.trace(power) / len(power)
        self._map = np.linalg.solve(power + slack * np.eye(len(power)), common)
        self._power, self._common, self._count = power, common, self._count + 1

    def __call__(self, latents: Floats) -> Floats:
        """Return the colours (token, value) of latents (token, channel)."""
        return np.asarray(_with_one(latents) @ self._map)


def _with_one(latents: Floats) -> Floats:
    return np.column_stack([latents, np.ones(len(latents))])


class Previews:
    """Records the steps of one pipeline and makes previews.

    Attributes:
        projection: the fitted map; it may be reused when the same pipeline is loaded again.
    """

    def __init__(self, pipe: Any) -> None:
        self.projection = LatentToRGB()
        self._scheduler = pipe.scheduler
        vae = getattr(pipe, "vae", None)
        self._decoder: Any = vae if type(vae).__name__ == _TINY else None
        self._step: SchedulerStep | None = None
        self._size = (1, 1)
        # A preview must not show an image that the safety checker will reject.
        if getattr(pipe, "safety_checker", None) is None:
            self._listen()

    def begin(self, height: int, width: int) -> None:
        """Start a batch of images of that size."""
        self._size = (height, width)

    def at(self, number: int, steps: int) -> Preview | None:
        """Return the preview function after a step (from 1); None if no preview is due."""
        due = number * TIMES // steps > (number - 1) * TIMES // steps
        if not due or self._step is None:
            return None
        if self._decoder is not None:
            return functools.partial(self._decode, self._step)
        grid = self._grid(self._step) if self.projection.known else None
        return functools.partial(self._make, self._step, grid) if grid else None

    def learn(self, images: Sequence[Image | None]) -> None:
        """Fit the map to the batch's last latents and these images."""
        if self._step is None or self._decoder is not None or self.projection.learned:
            return
        grid = self._grid(self._step)
        if grid is None:
            return
        for latents, image in zip(self._step.after[0], images, strict=True):
            tokens = grid.tokens(latents)
            if image is not None and np.isfinite(tokens).all():
                self.projection.learn(tokens, grid.to_cells(image))

    def end(self) -> None:
        """End the batch and release its latents."""
        self._step = None

    def _listen(self) -> None:
        step = self._scheduler.step

        # `wraps` keeps the signature, which pipelines inspect.
        @functools.wraps(step)
        def listening(output: Any, time: Any, sample: Any, *more: Any, **named: Any) -> Any:
            after = step(output, time, sample, *more, **named)
            self._step = SchedulerStep(output, time, sample, after)
            return after

        self._scheduler.step = listening

    def _grid(self, step: SchedulerStep) -> LatentLayout | None:
        return LatentLayout.of(step.sample.shape[1:], *self._size)

    def _decode(self, step: SchedulerStep, row: int) -> Image:
        import torch

        latents = predict_x0(self._scheduler, step, row)[None].to(self._decoder.dtype)
        # Fewer latents, because the time of the decoder is proportional to them.
        scale = min(1.0, SIDE / max(self._size))
        latents = torch.nn.functional.interpolate(latents, scale_factor=scale, mode="area")
        with torch.inference_mode():
            made = self._decoder.decode(latents / self._decoder.config.scaling_factor).sample[0]
        levels = (127.5 + 127.5 * made.float()).permute(1, 2, 0).cpu().numpy()
        return _small(np.nan_to_num(levels).round().clip(0, 255).astype(np.uint8))

    def _make(self, step: SchedulerStep, grid: LatentLayout, row: int) -> Image:
        return _small(
            grid.from_cells(self.projection(grid.tokens(predict_x0(self._scheduler, step, row))))
        )


def _small(image: Image) -> Image:
    """Return the image with sides of at most `SIDE`."""
    height, width = image.shape[:2]
    shrink = min(1.0, SIDE / max(height, width))
    return pictures.cover(image, max(1, round(height * shrink)), max(1, round(width * shrink)))
