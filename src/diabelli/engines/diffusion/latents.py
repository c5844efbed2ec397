"""Latents of pipelines: their layout, and their denoised prediction (x0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli import pictures
from diabelli.pictures import Image

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SchedulerStep:
    """Arguments and result of one scheduler step; each has a row for each image.

    Attributes:
        output: output of the network.
        time: timestep.
        sample: latents before the step.
        after: result of `scheduler.step`.
    """

    output: Any
    time: Any
    sample: Any
    after: Any


@dataclass(frozen=True, slots=True)
class LatentLayout:
    """Layout of one image's latents: (channel, row, column), or a sequence of (token, channel).

    Attributes:
        rows, columns: of the grid of tokens.
        cell: side of the square of latent pixels of one token: 1, or 2 for a sequence.
    """

    rows: int
    columns: int
    cell: int

    @classmethod
    def of(cls, shape: Sequence[int], height: int, width: int) -> LatentLayout | None:
        """Return the layout of latents of that shape for an image; None if it is unknown."""
        if len(shape) == 3:
            return cls(shape[1], shape[2], 1)
        rows = round((shape[0] * height / width) ** 0.5) if len(shape) == 2 else 0
        if not rows or shape[0] % rows:
            return None
        return cls(rows, shape[0] // rows, 2)

    def tokens(self, latents: Any) -> Floats:
        """Return one image's latents as (token, channel)."""
        found: Floats = latents.float().cpu().numpy().astype(np.float64)
        return found if found.ndim == 2 else found.reshape(len(found), -1).T

    def to_cells(self, image: Image) -> Floats:
        """Return the colours of an image as (token, colours of its cell)."""
        cell = self.cell
        small = pictures.cover(image, self.rows * cell, self.columns * cell).astype(np.float64)
        cells = small.reshape(self.rows, cell, self.columns, cell, 3).swapaxes(1, 2)
        return cells.reshape(self.rows * self.columns, -1)

    def from_cells(self, colours: Floats) -> Image:
        """Return the image of colours in the form of `to_cells`."""
        cell = self.cell
        cells = np.nan_to_num(colours).round().clip(0, 255).astype(np.uint8)
        cells = cells.reshape(self.rows, self.columns, cell, cell, 3).swapaxes(1, 2)
        return cells.reshape(self.rows * cell, self.columns * cell, 3)


def predict_x0(scheduler: Any, step: SchedulerStep, row: int) -> Any:
    """Return the denoised latents (x0) of one image that the step predicts.

    They are the scheduler's own, if it returns them, or else follow from its prediction type.
    """
    sample, output = step.sample[row].float(), step.output[row].float()
    # Networks with a learned variance output it in additional channels.
    output = output[: len(sample)]
    if len(step.after) > 1 and step.after[1].shape == step.sample.shape:
        return step.after[1][row]
    prediction = scheduler.config.get("prediction_type", "")
    if prediction == "flow_prediction" or type(scheduler).__name__.startswith("FlowMatch"):
        return sample - float(step.time) / scheduler.config.num_train_timesteps * output
    if not hasattr(scheduler, "alphas_cumprod"):
        return step.after[0][row]
    alpha_bar = float(scheduler.alphas_cumprod[int(step.time)])
    signal, noise = alpha_bar**0.5, (1 - alpha_bar) ** 0.5
    match prediction:
        case "v_prediction":
            return signal * sample - noise * output
        case "sample":
            return output
        case _:
            return (sample - noise * output) / signal
