"""From a source to the variations of it: the patch engine's whole way, in five steps.

1. Analyse the source, once.
2. Let each seed sketch a layout, and pick sketches that lie far apart.
3. Cut a montage under each, and judge it while it is small.
4. Climb to full size with each, mending its seams.
5. Turn colours and light.

The picture of a seed is decided by the source, the strength and that seed: not by its companions,
not by the size, not by how many threads work at it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeAlias

from diabelli.synthesis.analysis.source_analysis import STEPS, Analysis, analyse
from diabelli.synthesis.core.alpha import is_transparent, joined, separated
from diabelli.synthesis.core.parallel import Spread, in_turn
from diabelli.synthesis.core.resample import Bytes, resize
from diabelli.synthesis.core.rng import Stream, derive, seeds_under
from diabelli.synthesis.finish.hue_shift import random_turn, recoloured
from diabelli.synthesis.finish.object_hue_shift import random_repaint, repainted
from diabelli.synthesis.finish.relight import lit, random_light
from diabelli.synthesis.patchmatch.refine import climb
from diabelli.synthesis.selection.candidates import Candidate, Sketch, pick_apart, propose, sketch
from diabelli.synthesis.strength import dial

Preview: TypeAlias = Callable[[], Bytes]
"""Makes a small image (h, w, 3 or 4) uint8 of the canvas as it is."""


class Report(Protocol):
    """Called between steps."""

    def __call__(self, stage: str, share: float, preview: Preview | None = None, /) -> None:
        """stage: the word for what is done next.  share: 0..1, of the work that is done."""


Orientations: TypeAlias = tuple[Analysis, Analysis]
"""The analysis of a source, and of the source mirrored."""
SPARE = 3
"""Sketches for each variation after the first: more to choose from, at little cost."""
PREVIEW = 256
"""The side that a preview has at most."""


def study(source: Bytes, height: int, width: int, spread: Spread = in_turn) -> Orientations:
    """What is found out about `source`, and about it mirrored, for canvases (height, width).

    source: (h, w, 3) uint8, or (h, w, 4) with straight alpha; it is stretched to the aspect of the
    canvas.  spread: runs independent pieces of work.
    """
    (planes,) = spread([partial(joined, source)])
    analysis = analyse(planes, height, width, spread)
    (mirrored,) = spread([analysis.mirrored])
    return analysis, mirrored


def compose(
    orientations: Orientations,
    *,
    n: int,
    strength: float,
    seed: int,
    report: Report,
    spread: Spread,
) -> list[Candidate]:
    """The candidates of the n variations of a studied source; `paint` makes a picture of each.

    strength: above 0, up to 1.  spread: runs independent pieces of work.  The first candidate has
    the seed itself.
    """
    settings = dial(strength)
    seeds = seeds_under(seed, 1 + (n - 1) * SPARE)

    def sketched(index: int) -> Sketch:
        report("layout", 0.3 * index / len(seeds))
        return sketch(orientations, settings, seeds[index])

    chosen = pick_apart(spread([partial(sketched, index) for index in range(len(seeds))]), n)

    def proposed(index: int) -> Candidate:
        report("montage", 0.3 + 0.7 * index / n)
        return propose(chosen[index])

    return spread([partial(proposed, index) for index in range(n)])


def paint(candidate: Candidate, height: int, width: int, *, report: Report) -> Bytes:
    """The picture of `candidate` as an image (height, width, 3 or 4) uint8, with straight alpha."""
    planes = composed(candidate, height, width, report=report)
    report("light", 0.95)
    return coloured(planes, candidate)


def composed(candidate: Candidate, height: int, width: int, *, report: Report) -> Bytes:
    """The canvas of `candidate` at full size, (height, width, 4) uint8, before light and colour."""
    canvas, guide = candidate.canvas, candidate.guide
    finest = len(guide.analysis.sizes) - 1
    report("guide", 0.0, partial(_preview, candidate))
    if guide.montage.seamless:
        report(f"level {finest}", 0.1)
        return resize(guide.level(finest), height, width)
    while canvas.level < finest:
        report(f"level {canvas.level + 1}", _share(canvas.level, finest))
        canvas = climb(canvas, guide, candidate.seed)
    return resize(canvas.image, height, width)


def coloured(planes: Bytes, candidate: Candidate) -> Bytes:
    """A canvas (h, w, 4) as the image that is shown: in its light, or with a colour turned."""
    analysis, strength = candidate.guide.analysis, candidate.dial.strength
    image = separated(planes, transparent=is_transparent(analysis.pyramid[0]))
    if analysis.kind.drawn or analysis.kind.sticker:
        turn = random_turn(image, strength, Stream(derive(candidate.seed, "turn")))
        image = image if turn is None else recoloured(image, turn)
    if analysis.kind.drawn:
        return image
    repaint = random_repaint(analysis.things, strength, Stream(derive(candidate.seed, "repaint")))
    if repaint is not None:
        image = repainted(image, repaint)
    red, green, blue = (image[..., channel] for channel in range(3))
    grey = bool((red == green).all() and (green == blue).all())
    stream, subject = Stream(derive(candidate.seed, "light")), candidate.guide.subject
    return lit(image, random_light(strength, stream, grey=grey, subject=subject))


def plain(source: Bytes, height: int, width: int) -> Bytes:
    """What strength 0 gives: the source at the size asked for, (height, width, 3 or 4) uint8."""
    planes = joined(source)
    return separated(resize(planes, height, width), transparent=is_transparent(planes))


def _preview(candidate: Candidate) -> Bytes:
    """What becomes of a candidate, no larger than PREVIEW, its seams not mended yet."""
    guide = candidate.guide
    height, width = guide.analysis.sizes[-1]
    shrink = min(1.0, PREVIEW / max(height, width))
    small = guide.at(max(1, round(height * shrink)), max(1, round(width * shrink)))
    return coloured(small, candidate)


def _share(level: int, finest: int) -> float:
    """The share of the work that is done when a level is: levels up to WORK grow by half each."""
    return 0.9 * 1.45 ** (min(level, STEPS) - STEPS) * (level + 1) / (finest + 1)
