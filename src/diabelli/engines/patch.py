"""The embedded patch engine: variations of any picture, without weights, on a plain CPU."""

from __future__ import annotations

from functools import partial

import numpy as np

from diabelli.engines import ParallelMap, Piece, run_sequentially
from diabelli.kernel_cache import compilation_notice, record_compilation, second_compiler
from diabelli.observer import Observer
from diabelli.synthesis.core.jit import load_kernels
from diabelli.synthesis.core.rng import derive_seeds
from diabelli.synthesis.moves.planner import MIN_STRENGTH
from diabelli.synthesis.moves.warm_up import run_all_moves
from diabelli.synthesis.pipeline import (
    PlannedVariation,
    Preview,
    StepCallback,
    analyse_source,
    plan_variations,
    render_planned,
    resized_source,
)
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
)

ENGINE_VERSION = "21"
"""Changes when the same source, strength and seed give another picture."""
_LAST_MOVES_FIRST = """
from diabelli.synthesis.moves.warm_up import run_all_moves
run_all_moves(backwards=True)
"""


class PatchEngine:
    """Makes variations of a source from the source alone; see `diabelli.synthesis`."""

    info = EngineInfo(
        name="patch",
        version=ENGINE_VERSION,
        summary="Rearranges the picture itself: no weights, no GPU, any picture.",
        trained=False,
    )

    def warm_up(self) -> None:
        """Load the kernels from the cache, or compile those that it lacks.

        To compile them, it makes every move, and varies a synthetic texture, a photograph with a
        red object, and a drawing: together they run all kernels.
        """
        if compilation_notice() is None:
            load_kernels()
            return
        number = np.arange(192 * 192, dtype=np.uint32).reshape(192, 192, 1) * np.uint32(2246822519)
        mixed = (number ^ number >> np.uint32(13)) * np.uint32(1540483477)
        texture = np.repeat((mixed >> np.uint32(24)).astype(np.uint8), 3, axis=2)
        photograph = texture.copy()
        photograph[60:132, 20:80] = (200, 30, 40)
        drawing = np.full((64, 64, 3), (200, 40, 40), np.uint8)
        drawing[16:48, 16:48] = 255
        strength = 0.99 * MIN_STRENGTH  # from there on a move takes the place of the composition
        spec = VariationSpec(height=512, width=512, n=1, seed=1, strength=strength)
        with second_compiler(_LAST_MOVES_FIRST):
            for source in (texture, photograph, drawing):
                for piece in self.prepare(source, spec, Observer().on_progress, run_sequentially):
                    piece()
            run_all_moves()
        record_compilation()

    def prepare(
        self,
        source: Image,
        spec: VariationSpec,
        on_progress: ProgressCallback,
        run_parallel: ParallelMap,
    ) -> list[Piece]:
        """Return one piece for each variation; analysis and candidates are computed here."""
        if spec.strength == 0:
            image = resized_source(source, spec.height, spec.width)
            seeds = derive_seeds(spec.seed, spec.n)
            return [partial(self._variation, image, seed, spec) for seed in seeds]
        on_step = _step_callback(on_progress, 0, 0.0, 0.2)
        on_step("analysis", 0.0)
        orientations = analyse_source(source, spec.height, spec.width, run_parallel)
        planned = plan_variations(
            orientations,
            n=spec.n,
            strength=spec.strength,
            seed=spec.seed,
            on_step=on_step,
            run_parallel=run_parallel,
        )
        return [self._piece(k, one, spec, on_progress) for k, one in enumerate(planned)]

    def _piece(
        self,
        index: int,
        planned: PlannedVariation,
        spec: VariationSpec,
        on_progress: ProgressCallback,
    ) -> Piece:
        def work() -> Variation:
            on_step = _step_callback(on_progress, index, 0.2, 1.0)
            rendering = render_planned(planned, spec.height, spec.width, on_step=on_step)
            return self._variation(rendering.image, planned.seed, spec, rendering.moves)

        return work

    def _variation(
        self, image: Image, seed: int, spec: VariationSpec, moves: tuple[str, ...] = ()
    ) -> Variation:
        return Variation(
            image=image, seed=seed, strength=spec.strength, engine=self.info, moves=moves
        )


def _step_callback(
    on_progress: ProgressCallback, index: int, start: float, end: float
) -> StepCallback:
    """Map shares 0..1 of a step callback to start..end of variation `index`."""

    def on_step(stage: str, share: float, preview: Preview | None = None) -> None:
        on_progress(Progress(index, stage, start + (end - start) * share, preview))

    return on_step
