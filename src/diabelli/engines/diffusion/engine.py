"""A trained engine: prepares jobs for the batcher and finishes their images."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from importlib.util import find_spec

import numpy as np

from diabelli import pictures
from diabelli.engines import ParallelMap, Piece, run_sequentially
from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion import weights
from diabelli.engines.diffusion.batcher import Batcher
from diabelli.engines.diffusion.job import BatchItem, BatchKey, Job
from diabelli.engines.diffusion.presets import Preset
from diabelli.engines.diffusion.runtime import EnginePlan
from diabelli.engines.sizing import sized_variation, unchanged_pieces, working_size
from diabelli.errors import LicenceNotAccepted, MissingExtra
from diabelli.observer import Observer
from diabelli.synthesis.core.rng import derive_seeds
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    VariationSpec,
)

ENGINE_VERSION = "1"
"""Increased if the same weights, source, strength and seed give another picture."""
_MIN_SOURCE_SIDE = 64
"""Minimum side in pixels of a source that is scaled down by strength."""


class DiffusionEngine:
    """Makes variations with a pretrained pipeline."""

    def __init__(self, plan: EnginePlan, batcher: Batcher) -> None:
        """Create the engine without loading weights; raise as `check` does."""
        check(plan)
        self._plan = plan
        self._batcher = batcher
        self.info = info_of(plan.preset)

    def warm_up(self) -> None:
        """Load the weights and make one small variation, if the plan loads at start."""
        if self._plan.running.load == "start":
            self.start_warm_up().result()

    def start_warm_up(self) -> Future[list[Piece]]:
        """Submit a job that loads the weights and makes one small variation."""
        # With many colours, because the previews are fitted to it.
        rows, columns = np.indices((64, 64), np.uint8) * 4
        colourful = np.stack([rows, columns, 255 - rows], axis=-1)
        spec = VariationSpec(n=1, seed=0)
        return self._submit(colourful, spec, Observer().on_progress, run_sequentially)

    @property
    def is_loaded(self) -> bool:
        """Whether the weights are in memory at this moment."""
        return self._batcher.is_loaded(self._plan)

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
        source = pictures.flatten_on_white(source)
        if spec.strength == 0:
            return unchanged_pieces(source, spec, self.info, on_progress)
        return self._submit(source, spec, on_progress, run_parallel)

    def _submit(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> Future[list[Piece]]:
        def piece_of(item: BatchItem, image: Image) -> Piece:
            return partial(
                sized_variation, image, spec, item.index, item.seed, self.info, on_progress
            )

        (shown,) = run_parallel([partial(self._shown, source, spec)])
        preset = self._plan.preset
        height, width = native_size(preset, spec.height, spec.width)
        key = BatchKey(self._plan, height, width, spec.strength)
        job = Job(key, shown, derive_seeds(spec.seed, spec.n), on_progress, piece_of)
        on_progress(Progress(0, "waiting", 0.0))
        self._batcher.submit(job)
        return job.future

    def _shown(self, source: Image, spec: VariationSpec) -> Image:
        """Return the source at the size at which the pipeline receives it."""
        preset = self._plan.preset
        rows, columns = height, width = native_size(preset, spec.height, spec.width)
        if preset.dial.argument == "sight":
            share = preset.dial.at(spec.strength)
            rows, columns = (max(_MIN_SOURCE_SIDE, round(side * share)) for side in (height, width))
        return pictures.cover(source, rows, columns)


def info_of(preset: Preset) -> EngineInfo:
    """Return the description of a preset's engine."""
    return EngineInfo(
        name=preset.name,
        version=f"{ENGINE_VERSION}-{preset.pipeline.revision[:7]}",
        summary=preset.summary,
        trained=True,
        keeps_alpha=False,
    )


def check(plan: EnginePlan) -> None:
    """Check that the engine can run here, without loading it.

    Raises:
        MissingExtra: A package is not installed.
        InvalidSettings: The device does not exist, or does not support offloading.
        LicenceNotAccepted: The operator has not accepted the licence.
        WeightsMissing: The weights are not on this machine.
    """
    for package in ("torch", "diffusers", "transformers", "accelerate"):
        if find_spec(package) is None:
            raise MissingExtra(extra=weights.EXTRA, purpose=f"the engine {plan.name!r}")
    devices.check(plan.running)
    check_licence(plan)
    for each in plan.preset.weights:
        weights.locate(plan.name, each)


def check_licence(plan: EnginePlan) -> None:
    """Raise `LicenceNotAccepted` if the licence is restricted and not accepted."""
    if plan.preset.restricted and not plan.accepted:
        raise LicenceNotAccepted(
            f"the weights of {plan.name!r} are under {plan.preset.licence}: read it, and if you "
            f'accept it set `licence_accepted = true` under [engines."{plan.name}"] in the settings'
        )


def native_size(preset: Preset, height: int, width: int) -> tuple[int, int]:
    """Return height and width, in pixels, at which the pipeline makes a picture of this size."""
    return working_size(preset.side, height, width, multiple=preset.multiple)
