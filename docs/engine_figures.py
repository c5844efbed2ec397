"""Makes the pictures of docs/engine.md.

Run: python docs/engine_figures.py

They show the patch engine's own arrays at each stage of one variation of one source, and a drawing
and a photograph in other colours; docs/images/CREDITS.md credits them.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import diabelli
from diabelli import pictures
from diabelli.engines import run_sequentially
from diabelli.synthesis.analysis.colour_objects import find_colour_objects, object_mask
from diabelli.synthesis.analysis.saliency import descriptors, saliency
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.grid import GRID, centres
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.resample import resize, resize_map, to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.finish.hue_shift import random_hue_rotation, rotate_hue
from diabelli.synthesis.finish.object_hue_shift import random_object_hue_rotation, rotate_object_hue
from diabelli.synthesis.finish.relight import random_light, relight
from diabelli.synthesis.layout.layout import Layout
from diabelli.synthesis.layout.tilt import tilt
from diabelli.synthesis.montage.guide import Guide, guide_of
from diabelli.synthesis.montage.montage import unshifted
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.drawings import drawing
from diabelli.synthesis.moves.water.shore import find_shores
from diabelli.synthesis.patchmatch.refine import Canvas, initial_canvas, refine
from diabelli.synthesis.pipeline import analyse_source, build_candidates, render
from diabelli.synthesis.selection.candidates import Candidate
from diabelli.synthesis.strength import params_of_strength
from diabelli.variation import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))

from figures import joined  # noqa: E402  docs/figures.py

from pictures import load  # noqa: E402  benchmarks/pictures.py

SOURCE, SEED, STRENGTH = "coffee", 2, 0.8
CUP = 280
"""Side of the upper left part of this source that shows little but its cup, in pixels."""
BUST = 384
"""Side of the upper middle part of the photograph that shows a person alone, in pixels."""
DRAWING, PHOTOGRAPH, LOOSE, SCENE = "crest", "astronaut", "chelsea", "china"
TEXTURE, TEXTURE_SEED = "gravel", 12
"""Surroundings of one texture, which a montage can rearrange, and the seed of its figure."""
SAMPLE, GROWING_SEED = Path(diabelli.__file__).with_name("sample.png"), 5
SIDE, TILE = 512, 200
"""Sides of a source and of a tile, in pixels."""
SHORE_LINE = 0.62
"""Row at which water should begin, as a share of the height."""
LINE_ART = "line_drawing"
LINES = 12
"""Cells of the drawn grid along each side of the source."""
CLOSE = 48
"""Side of the detail around a seam, in pixels at the level WORK."""


def analysis_strip(analysis: Analysis) -> Image:
    """Return the source and its maps: saliency, rigidity, subject."""
    work = analysis.level(WORK_LEVEL)
    maps = (saliency(descriptors(work)), analysis.rigidity, analysis.subject)
    return tiles([colours(work), *(grey(values) for values in maps)])


def layout_strip(guide: Guide) -> Image:
    """Return the source, the source under a layout, and the same with the grid drawn over it."""
    shown = whole(guide).render(*guide.analysis.sizes[WORK_LEVEL])
    source = guide.analysis.level(WORK_LEVEL)
    return tiles([colours(source), colours(shown), gridded(guide)])


def gridded(guide: Guide) -> Image:
    """Return the source under a layout, with the lines of its rows and columns."""
    image = colours(whole(guide).render(TILE, TILE)).copy()
    for shares in (guide.layout.rows, guide.layout.columns):
        cells = np.floor(LINES * resize_map(shares, TILE, TILE))
        line = np.zeros((TILE, TILE), bool)
        line[1:] |= cells[1:] != cells[:-1]
        line[:, 1:] |= cells[:, 1:] != cells[:, :-1]
        image[line] = 255
    return image


def tilt_strip(analysis: Analysis) -> Image:
    """Return a source, and the source tilted to the right and left at strength 1."""
    rows, columns = np.meshgrid(centres(GRID), centres(GRID), indexing="ij")
    upright = Layout(False, rows, columns)
    leans = (0.0, -params_of_strength(1.0).max_tilt, params_of_strength(1.0).max_tilt)
    layouts = [tilt(upright, analysis.subject, lean, 1.0) for lean in leans]
    guides = [guide_of(analysis, layout, unshifted()) for layout in layouts]
    return tiles([colours(guide.render(*analysis.sizes[WORK_LEVEL])) for guide in guides])


def whole(guide: Guide) -> Guide:
    """Return the guide with a single shift, without a montage."""
    return guide_of(guide.analysis, guide.layout, unshifted())


def montage_strip(guide: Guide) -> Image:
    """Return shift 0, the label map, and the montage."""
    size = guide.analysis.sizes[WORK_LEVEL]
    return tiles(
        [
            colours(whole(guide).render(*size)),
            patchwork(guide.labels(*size)),
            colours(guide.render(*size)),
        ]
    )


def patchwork(labels: Bytes) -> Image:
    """Return each label in a separate colour, 0 in grey."""
    hues = (np.arange(256)[:, None] * np.array([97, 57, 151]) + 60) % 200 + 40
    hues[0] = 90
    return hues[labels].astype(np.uint8)


def climb_strip(candidate: Candidate) -> Image:
    """Return a seam before refinement, refined at level 0, and at the finest searched level."""
    size = candidate.guide.analysis.sizes[WORK_LEVEL]
    canvases = climbed(candidate)
    images = [candidate.guide.render(*size), canvases[0].image, canvases[-1].image]
    return tiles([close(colours(image), candidate.guide.labels(*size)) for image in images])


def close(image: Image, labels: Bytes) -> Image:
    """Return the detail around the longest seam between columns, enlarged to visible pixels."""
    side = labels.shape[0]
    seams = (labels[:, 1:] != labels[:, :-1]).astype(np.float32)
    along = resize_map(seams, side // CLOSE, side // CLOSE)[1:-1, 1:-1]
    y, x = (int(k + 1) * CLOSE for k in np.unravel_index(along.argmax(), along.shape))
    scale = image.shape[0] / side
    top, left, reach = (round(k * scale) for k in (y, x, CLOSE))
    return tile(np.ascontiguousarray(image[top : top + reach, left : left + reach]))


def climbed(candidate: Candidate) -> list[Canvas]:
    """Return the candidate's whole canvases at levels 0 to WORK_LEVEL."""
    canvases = [initial_canvas(candidate.guide, candidate.seed)]
    while canvases[-1].level < WORK_LEVEL:
        canvases.append(refine(canvases[-1], candidate.guide, candidate.seed))
    return canvases


def light_strip(image: Image, subject: Floats) -> Image:
    """Return an image, and the image under three lights of strength 1."""
    lights = [
        random_light(1.0, RandomStream(seed), grey=False, subject=subject) for seed in (20, 21, 19)
    ]
    return tiles([image, *(relight(image, light) for light in lights)])


def recolour_strip(image: Image) -> Image:
    """Return a drawing, and the drawing under three hue rotations of strength 1."""
    turns = [random_hue_rotation(image, 1.0, RandomStream(seed)) for seed in (4, 6, 10)]
    return tiles([image, *(rotate_hue(image, turn) for turn in turns if turn is not None)])


def drawing_strip(image: Image) -> Image:
    """Return a drawing, and the drawing in each of the treatments."""
    planes = premultiply(resize(image, SIDE, SIDE))
    drawn = drawing.prepare(planes, lambda: planes)
    if drawn is None:
        raise ValueError("the move does not suit the drawing")
    seeds = {"badge": 5, "sticker": 1, "poster": 1, "wrapping": 2}
    shown = [
        drawing.render(drawn, name, STRENGTH, RandomStream(seed), SIDE, SIDE)[..., :3]
        for name, seed in seeds.items()
    ]
    return tiles([image, *shown])


def photograph_strip(source: Image, mixes: Sequence[str], first_seed: int = 1) -> Image:
    """Return a photograph, and the photograph in mixes of moves, named as `water+dusk`."""
    return tiles([source, *moved(source, mixes, first_seed)])


def remade_strip(moves: Sequence[tuple[str, Image]]) -> Image:
    """Return photographs, each followed by the photograph in one move."""
    return tiles([image for move, source in moves for image in (source, *moved(source, [move]))])


def moved(source: Image, mixes: Sequence[str], first_seed: int = 1) -> list[Image]:
    """Return a photograph in mixes of moves."""
    studied = analyse_source(source, SIDE, SIDE)
    shown = photograph.prepare(studied, studied[0].image_at(SIDE, SIDE), STRENGTH)
    if shown is None:
        raise ValueError("the source is no photograph")
    shown = replace(shown, shores=find_shores(source, shown.scene.subject, SHORE_LINE))
    made = [
        photograph.render(shown, tuple(mix.split("+")), STRENGTH, RandomStream(seed), SIDE, SIDE)
        for seed, mix in enumerate(mixes, first_seed)
    ]
    return [image[..., :3] for image in made]


def repaint_strip(image: Image) -> Image:
    """Return a photograph, its object mask, and the photograph with three hues of strength 1."""
    things = find_colour_objects(image)
    drawn = [random_object_hue_rotation(things, 1.0, RandomStream(seed)) for seed in (1, 2, 5)]
    painted = [rotate_object_hue(image, repaint) for repaint in drawn if repaint is not None]
    return tiles([image, grey(object_mask(image, things[0])), *painted])


def strength_strip(source: Image) -> Image:
    """Return the variations of one seed at growing strengths, from 0 on."""
    strengths = (0.0, 0.3, 0.5, 0.8, 1.0)
    made = [diabelli.vary(source, strength=s, seed=GROWING_SEED, size=SIDE) for s in strengths]
    return tiles([variation.image for (variation,) in made])


def grey(values: NDArray[np.floating]) -> Image:
    """Return a map 0..1 as an image: black is 0, white is 1."""
    small = resize_map(np.asarray(values, np.float32), TILE, TILE)
    return np.repeat(to_bytes(255 * small)[..., None], 3, axis=2)


def tiles(images: Sequence[Image]) -> Image:
    """Join images as tiles in a row; coarse ones keep their pixels visible."""
    return joined([tile(image) for image in images])


def colours(planes: Bytes) -> Image:
    """Return the RGB image of the four planes of an opaque image."""
    return np.ascontiguousarray(planes[..., :3])


def tile(image: Image) -> Image:
    """Return the image at TILE pixels a side."""
    if image.shape[0] >= TILE / 2:
        return resize(image, TILE, TILE)
    nearest = np.arange(TILE) * image.shape[0] // TILE
    return np.ascontiguousarray(image[nearest][:, nearest])


def unreported(stage: str, share: float, preview: object = None) -> None:
    """Do nothing with a step's progress."""


def candidate_of(source: Image, seed: int) -> tuple[Analysis, Candidate]:
    """Return the analysis of a source and the candidate of a seed."""
    studied = analyse_source(source, SIDE // 2, SIDE // 2)
    (candidate,) = build_candidates(
        studied,
        n=1,
        strength=STRENGTH,
        seed=seed,
        on_step=unreported,
        run_parallel=run_sequentially,
    )
    return studied[0], candidate


def main() -> None:
    """Write every figure."""
    source, sample = load(SOURCE), pictures.to_image(SAMPLE)
    analysis, candidate = candidate_of(source, SEED)
    _, arranged = candidate_of(load(TEXTURE), TEXTURE_SEED)
    unlit = replace(candidate.params, strength=0.0)
    image = render(replace(candidate, params=unlit), SIDE, SIDE, on_step=unreported).image
    strips = {
        "analysis": analysis_strip(analysis),
        "layout": layout_strip(candidate.guide),
        "roll": tilt_strip(analyse_source(load(LOOSE), SIDE // 2, SIDE // 2)[0]),
        "montage": montage_strip(arranged.guide),
        "climb": climb_strip(arranged),
        "light": light_strip(image, candidate.guide.subject),
        "recolour": recolour_strip(load(DRAWING)),
        "drawing": drawing_strip(load(LINE_ART)),
        "water": photograph_strip(load(SCENE), ("water", "water+golden", "water+dusk")),
        "daylight": photograph_strip(sample, ("golden", "dusk", "sunset")),
        "shadows": photograph_strip(source, ("window", "blinds", "leaf_shade")),
        "sky": photograph_strip(load(SCENE), ("birds+golden", "birds+sunset", "balloons+golden")),
        "night": photograph_strip(sample, ["lanterns"] * 3),
        "floating": photograph_strip(load("rocket"), ["golden+bubbles"] * 3),
        "season": photograph_strip(load(SCENE), ["petals"] * 3),
        "still-life": photograph_strip(
            sample, ("glass_ball", "golden+snow_globe", "instant_print")
        ),
        "remade": remade_strip(
            (
                ("mosaic", sample),
                ("painted_tiles", source[:CUP, :CUP]),
                ("porcelain", load("flower")),
            )
        ),
        "crafts": remade_strip(
            (
                ("cross_stitch", source[:CUP, :CUP]),
                ("coffee", load("flower")),
                ("stained_glass", sample[: 3 * len(sample) // 4, : 3 * len(sample) // 4]),
            )
        ),
        "prints": remade_strip(
            (
                ("screen_print", load(PHOTOGRAPH)),
                ("comic_page", load("rocket")),
                ("cyanotype", load("chelsea")),
            )
        ),
        "shown": photograph_strip(sample, ("jigsaw", "painting", "cinema")),
        "scenes": photograph_strip(load(SCENE), ("mural", "television", "cake")),
        "repaint": repaint_strip(load(PHOTOGRAPH)),
        "strength": strength_strip(sample),
    }
    for name, strip in strips.items():
        (HERE / "images" / f"engine-{name}.jpg").write_bytes(
            pictures.encode(strip, "jpeg", quality=82)
        )


if __name__ == "__main__":
    main()
