"""What pipelines work on before they decode it: where it lies, and what it is without its noise."""

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
    """What a scheduler was given, and what it made of it; each has a row for each image."""

    output: Any
    time: Any
    sample: Any
    after: Any


@dataclass(frozen=True, slots=True)
class LatentLayout:
    """How the latents of one image lie: (channel, row, column), or as a sequence of (place,
    channel), where each place stands for a cell of two by two."""

    rows: int
    columns: int
    cell: int

    @classmethod
    def of(cls, shape: Sequence[int], height: int, width: int) -> LatentLayout | None:
        """That of latents of an image's shape; None where they lie in no known way."""
        if len(shape) == 3:
            return cls(shape[1], shape[2], 1)
        rows = round((shape[0] * height / width) ** 0.5) if len(shape) == 2 else 0
        if not rows or shape[0] % rows:
            return None
        return cls(rows, shape[0] // rows, 2)

    def tokens(self, latents: Any) -> Floats:
        """One image's latents as (place, channel)."""
        found: Floats = latents.float().cpu().numpy().astype(np.float64)
        return found if found.ndim == 2 else found.reshape(len(found), -1).T

    def to_cells(self, image: Image) -> Floats:
        """The colours of an image as (place, cell of colours)."""
        cell = self.cell
        small = pictures.cover(image, self.rows * cell, self.columns * cell).astype(np.float64)
        cells = small.reshape(self.rows, cell, self.columns, cell, 3).swapaxes(1, 2)
        return cells.reshape(self.rows * self.columns, -1)

    def from_cells(self, colours: Floats) -> Image:
        """The image of colours as `split` gives them."""
        cell = self.cell
        cells = np.nan_to_num(colours).round().clip(0, 255).astype(np.uint8)
        cells = cells.reshape(self.rows, self.columns, cell, cell, 3).swapaxes(1, 2)
        return cells.reshape(self.rows * cell, self.columns * cell, 3)


def predict_x0(scheduler: Any, step: SchedulerStep, row: int) -> Any:
    """The latents of one image as the step expects them to be without noise.

    As the scheduler tells them, or by the definition of what its network is trained to put out.
    """
    sample, output = step.sample[row].float(), step.output[row].float()
    # Networks that tell their doubt do so in channels of their own.
    output = output[: len(sample)]
    if len(step.after) > 1 and step.after[1].shape == step.sample.shape:
        return step.after[1][row]
    told = scheduler.config.get("prediction_type", "")
    if told == "flow_prediction" or type(scheduler).__name__.startswith("FlowMatch"):
        return sample - float(step.time) / scheduler.config.num_train_timesteps * output
    if not hasattr(scheduler, "alphas_cumprod"):
        return step.after[0][row]
    kept = float(scheduler.alphas_cumprod[int(step.time)])
    signal, noise = kept**0.5, (1 - kept) ** 0.5
    match told:
        case "v_prediction":
            return signal * sample - noise * output
        case "sample":
            return output
        case _:
            return (sample - noise * output) / signal
