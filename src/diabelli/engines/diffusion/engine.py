"""A trained engine: what a request becomes before the batcher, and its images after."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from importlib.util import find_spec

import numpy as np

from diabelli import pictures
from diabelli.engines import ParallelMap, Piece, run_sequentially, wait_for_pieces
from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion import weights
from diabelli.engines.diffusion.batcher import Batcher
from diabelli.engines.diffusion.job import LAST_STEP_FRACTION, BatchItem, BatchKey, Job
from diabelli.engines.diffusion.presets import Preset
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.errors import LicenceNotAccepted, MissingExtra
from diabelli.observer import Observer
from diabelli.synthesis.core.rng import derive_seeds
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
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
        spec = VariationSpec(n=1, seed=0)
        prepared = self.prepare(colourful, spec, Observer().on_progress, run_sequentially)
        run_sequentially(wait_for_pieces(prepared))

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece] | Future[list[Piece]]:
        """Submit all images to the batcher; return a future of the pieces that scale them.

        No worker is held while the device works.
        """
        seeds = derive_seeds(spec.seed, spec.n)
        source = pictures.flatten_on_white(source)

        def piece_of(item: BatchItem, image: Image) -> Piece:
            return partial(self._finish, item.index, image, item.seed, spec, on_progress)

        if spec.strength == 0:
            return [
                partial(self._finish, index, source, seed, spec, on_progress)
                for index, seed in enumerate(seeds)
            ]
        (shown,) = run_parallel([partial(self._shown, source, spec)])
        preset = self._plan.preset
        height, width = native(preset, spec.height, spec.width)
        key = BatchKey(self._plan, height, width, spec.strength)
        job = Job(key, shown, seeds, on_progress, piece_of)
        on_progress(Progress(0, "waiting", 0.0))
        self._batcher.submit(job)
        return job.future

    def _shown(self, source: Image, spec: VariationSpec) -> Image:
        """Return the source at the size at which the pipeline receives it."""
        preset = self._plan.preset
        rows, columns = height, width = native(preset, spec.height, spec.width)
        if preset.dial.argument == "sight":
            share = preset.dial.at(spec.strength)
            rows, columns = (max(_SIGHT, round(side * share)) for side in (height, width))
        return pictures.cover(source, rows, columns)

    def _finish(
        self,
        index: int,
        image: Image,
        seed: int,
        spec: VariationSpec,
        on_progress: ProgressCallback,
    ) -> Variation:
        on_progress(Progress(index, "size", LAST_STEP_FRACTION))
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
    """Raise the reason why the engine cannot run here, as far as known without loading it.

    Raises:
        MissingExtra: its dependencies are not installed.
        InvalidSettings: the settings do not fit the machine.
        LicenceNotAccepted: the licence of its weights must be accepted.
        WeightsMissing: its weights are not on this machine.
    """
    for package in ("torch", "diffusers", "transformers", "accelerate"):
        if find_spec(package) is None:
            raise MissingExtra(extra=weights.EXTRA, purpose=f"the engine {plan.name!r}")
    devices.check(plan.running)
    check_licence(plan)
    for each in plan.preset.weights:
        weights.locate(plan.name, each)


def check_licence(plan: EnginePlan) -> None:
    """Raise `LicenceNotAccepted` if the licence is restricted and was not accepted."""
    if plan.preset.restricted and not plan.accepted:
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
