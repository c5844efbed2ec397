"""A trained engine: what a request becomes before the batcher, and its images after."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec

import numpy as np

from diabelli import pictures
from diabelli.engines import ParallelMap, Piece, run_sequentially
from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion import weights
from diabelli.engines.diffusion.batcher import Batcher
from diabelli.engines.diffusion.job import MADE, BatchKey, Job
from diabelli.engines.diffusion.presets import Preset
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.errors import LicenceNotAccepted, MissingExtra
from diabelli.synthesis.core.rng import derive_seeds
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
    unwatched,
)

ENGINE_VERSION = "1"
"""Changes whenever the same weights, source, strength and seed would give another picture."""
_WIDEST = 3.0
"""A picture longer than that is made that long and cut: no pipeline was trained on longer ones."""
_SIGHT = 64
"""The smallest side at which a source is shown."""


class DiffusionEngine:
    """Makes variations with a pretrained pipeline."""

    def __init__(self, plan: EnginePlan, batcher: Batcher) -> None:
        """Raises what `check` does; loads nothing yet."""
        check(plan)
        self._plan = plan
        self._batcher = batcher
        self.info = info_of(plan.preset)

    def warm_up(self) -> None:
        """Load the weights and make one small variation, if the plan wants that at start."""
        if self._plan.running.load == "lazy":
            return
        # Of many colours, for the previews to learn from.
        rows, columns = np.indices((64, 64), np.uint8) * 4
        colourful = np.stack([rows, columns, 255 - rows], axis=-1)
        run_sequentially(
            self.prepare(colourful, VariationSpec(n=1, seed=0), unwatched, run_sequentially)
        )

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        """Let the batcher make all images, and return what is left: bringing each to its size.

        The caller's thread waits here, so that no thread that others need does.
        """
        seeds = derive_seeds(spec.seed, spec.n)
        source = pictures.flatten_on_white(source)
        if spec.strength == 0:
            images = [source] * spec.n
        else:
            order = self._job(source, spec, seeds, on_progress, run_parallel)
            self._batcher.submit(order)
            images = order.images()
        return [
            partial(self._finish, index, image, seed, spec, on_progress)
            for index, (image, seed) in enumerate(zip(images, seeds, strict=True))
        ]

    def _job(
        self,
        source: Image,
        spec: VariationSpec,
        seeds: list[int],
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> Job:
        preset = self._plan.preset
        height, width = native(preset, spec.height, spec.width)
        rows, columns = height, width
        if preset.dial.argument == "sight":
            share = preset.dial.at(spec.strength)
            rows, columns = (max(_SIGHT, round(side * share)) for side in (height, width))
        (shown,) = run_parallel([partial(pictures.cover, source, rows, columns)])
        return Job(BatchKey(self._plan, height, width, spec.strength), shown, seeds, on_progress)

    def _finish(
        self,
        index: int,
        image: Image,
        seed: int,
        spec: VariationSpec,
        on_progress: ProgressCallback,
    ) -> Variation:
        on_progress(Progress(index, "size", MADE))
        sized = pictures.cover(image, spec.height, spec.width)
        on_progress(Progress(index, "size", 1.0))
        return Variation(image=sized, seed=seed, strength=spec.strength, engine=self.info)


def info_of(preset: Preset) -> EngineInfo:
    """What the engine of a preset says of itself."""
    return EngineInfo(
        name=preset.name,
        version=f"{ENGINE_VERSION}-{preset.pipeline.revision[:7]}",
        summary=preset.summary,
        trained=True,
        keeps_alpha=False,
    )


def check(plan: EnginePlan) -> None:
    """Raise what keeps the engine from being run here, as far as that is told without loading it:
    `MissingExtra`, `InvalidSettings`, `LicenceNotAccepted` or `WeightsMissing`."""
    for package in ("torch", "diffusers", "transformers", "accelerate"):
        if find_spec(package) is None:
            raise MissingExtra(extra=weights.EXTRA, purpose=f"the engine {plan.name!r}")
    devices.check(plan.running)
    check_licence(plan)
    for each in plan.preset.weights:
        weights.locate(plan.name, each)


def check_licence(plan: EnginePlan) -> None:
    """Raise `LicenceNotAccepted` where the weights are not free for every use and nobody said that
    they accept that."""
    if plan.preset.restricted and not plan.running.accepted:
        raise LicenceNotAccepted(
            f"the weights of {plan.name!r} are under {plan.preset.licence}: read it, and if you "
            f'accept it set `licence_accepted = true` under [engines."{plan.name}"] in the settings'
        )


def native(preset: Preset, height: int, width: int) -> tuple[int, int]:
    """The height and width at which the pipeline makes a picture of about that aspect.

    It has about as many pixels as the native square; where its sides, being multiples, miss the
    aspect, the rest is cut off later.
    """
    aspect = min(_WIDEST, max(1 / _WIDEST, width / height))
    sides = (preset.side / aspect**0.5, preset.side * aspect**0.5)
    rows, columns = (
        max(preset.multiple, round(side / preset.multiple) * preset.multiple) for side in sides
    )
    return rows, columns
