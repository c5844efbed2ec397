"""Remakes: the moves that make another picture of all of a photograph."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np

from diabelli.synthesis.analysis.cut_out import CutOut
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves.cake.cake import CAKE, show_cake
from diabelli.synthesis.moves.cake.suitability import suits_cake
from diabelli.synthesis.moves.cinema.cinema import CINEMA, show_cinema
from diabelli.synthesis.moves.cinema.suitability import suits_cinema
from diabelli.synthesis.moves.coffees.coffee import COFFEE, show_coffee
from diabelli.synthesis.moves.coffees.coffee_print import Disc
from diabelli.synthesis.moves.coffees.coffee_suitability import find_coffee
from diabelli.synthesis.moves.comics.comic_page import COMIC_PAGE, Drawn, show_comic_page
from diabelli.synthesis.moves.comics.comic_suitability import find_comic_page
from diabelli.synthesis.moves.comics.shots import Interest
from diabelli.synthesis.moves.cross_stitch.cross_stitch import CROSS_STITCH, show_cross_stitch
from diabelli.synthesis.moves.cross_stitch.cross_stitch_suitability import (
    Stitchable,
    find_cross_stitch,
)
from diabelli.synthesis.moves.cyanotypes.cyanotype import (
    CYANOTYPE,
    Exposable,
    show_cyanotype,
)
from diabelli.synthesis.moves.cyanotypes.cyanotype_suitability import find_cyanotype
from diabelli.synthesis.moves.mosaics.mosaic import MOSAIC, show_mosaic
from diabelli.synthesis.moves.mosaics.mosaic_suitability import Tileable, find_mosaic
from diabelli.synthesis.moves.murals.mural import MURAL, Paintwork, show_mural
from diabelli.synthesis.moves.murals.mural_suitability import find_mural
from diabelli.synthesis.moves.painted_tiles.painted_tiles import PAINTED_TILES, show_painted_tiles
from diabelli.synthesis.moves.painted_tiles.painted_tiles_suitability import (
    Paintable,
    find_painted_tiles,
)
from diabelli.synthesis.moves.paintings.painting import show_painting
from diabelli.synthesis.moves.paintings.painting_suitability import suits_painting
from diabelli.synthesis.moves.porcelains.porcelain import PORCELAIN, show_porcelain
from diabelli.synthesis.moves.porcelains.porcelain_suitability import find_porcelain
from diabelli.synthesis.moves.porcelains.serving import Serving
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.screen_prints.screen_print import SCREEN_PRINT, show_screen_print
from diabelli.synthesis.moves.screen_prints.screen_print_suitability import (
    Stencilled,
    find_screen_print,
)
from diabelli.synthesis.moves.stained_glass.stained_glass import (
    STAINED_GLASS,
    show_stained_glass,
)
from diabelli.synthesis.moves.stained_glass.stained_glass_suitability import suits_stained_glass
from diabelli.synthesis.moves.still_lifes.ball_window import Window
from diabelli.synthesis.moves.still_lifes.glass_ball import show_glass_ball
from diabelli.synthesis.moves.still_lifes.instant_print import show_instant_print
from diabelli.synthesis.moves.still_lifes.jigsaw import Jigsaw, show_jigsaw
from diabelli.synthesis.moves.still_lifes.snow_globe import Globe, show_snow_globe
from diabelli.synthesis.moves.still_lifes.still_life import (
    GLASS_BALL,
    INSTANT_PRINT,
    JIGSAW,
    PAINTING,
    SNOW_GLOBE,
    STILL_LIFES,
    find_ball_window,
    find_jigsaw,
    find_snow_globe,
)
from diabelli.synthesis.moves.television.television import TELEVISION, show_television
from diabelli.synthesis.moves.television.television_suitability import suits_television

WITHIN_A_PICTURE = STILL_LIFES | {CAKE, CINEMA, MURAL, TELEVISION}
"""Names of the remakes that show the source as a thing within another picture."""
MAX_ASPECT = 2.2
"""Ratio of the longer to the shorter side of a photograph above which it is never remade: no screen
or cake has that shape, and the wall around a strip is larger than memory."""
EXAMPLE_BALL, NO_PLACE = Window(0.5, 0.5, 0.5), np.zeros((GRID, GRID), np.bool_)
"""A part in the middle, and a map of no place, for the examples of what moves need."""
EXAMPLE_MAP = NO_PLACE.astype(np.float32)
EXAMPLE_MAP[GRID // 4 : -GRID // 4, GRID // 4 : -GRID // 4] = 1
"""A map of the middle, (GRID, GRID) float32."""
EXAMPLE_JIGSAW = Jigsaw(NO_PLACE.astype(np.float32), NO_PLACE.astype(np.float32))
"""A puzzle that has all of its pieces."""

Need = TypeVar("Need")
"""What a remake needs of a photograph; True if it needs nothing."""
RemakeRenderer: TypeAlias = Callable[[Bytes, Scene, RandomStream], Bytes]
"""Renders a canvas (h, w, 4) uint8, opaque, as another canvas of this size."""


@dataclass(frozen=True, slots=True)
class Remake(Generic[Need]):
    """A move that makes another picture of all of a photograph.

    Attributes:
        find: returns what the renderer needs of a scene, an analysis, and the source
            (h, w, 4) uint8 at the size of decisions; None or False where the move does not suit.
        show: renders a canvas (h, w, 4) uint8, opaque, what `find` returned, a scene, and random
            numbers as another canvas of this size.
        example: of what `find` returns, to make the move of any picture.
        share: of the pictures, where it suits; 0 for moves that divide the share of still lifes.
    """

    find: Callable[[Scene, Analysis, Bytes], Need | None]
    show: Callable[[Bytes, Need, Scene, RandomStream], Bytes]
    example: Need
    share: float = 0.0

    def renderer(self, need: Need) -> RemakeRenderer:
        """Return a function that makes the move of a photograph with this need."""
        return lambda canvas, scene, stream: self.show(canvas, need, scene, stream)


REMAKES: dict[str, Remake[Any]] = {
    GLASS_BALL: Remake(
        lambda scene, analysis, _: find_ball_window(scene, analysis),
        lambda canvas, ball, _, stream: show_glass_ball(canvas, ball, stream),
        example=EXAMPLE_BALL,
    ),
    INSTANT_PRINT: Remake(
        lambda _scene, analysis, _image: not analysis.has_words,
        lambda canvas, _, scene, stream: show_instant_print(canvas, stream, grey=scene.grey),
        example=True,
    ),
    SNOW_GLOBE: Remake(
        lambda scene, analysis, _: find_snow_globe(
            find_ball_window(scene, analysis), scene, analysis
        ),
        lambda canvas, globe, _, stream: show_snow_globe(canvas, globe, stream),
        example=Globe(EXAMPLE_BALL, NO_PLACE, NO_PLACE),
    ),
    JIGSAW: Remake(
        lambda scene, analysis, _: find_jigsaw(scene, analysis),
        lambda canvas, jigsaw, scene, stream: show_jigsaw(canvas, jigsaw, stream, grey=scene.grey),
        example=EXAMPLE_JIGSAW,
    ),
    PAINTING: Remake(
        lambda scene, analysis, _: suits_painting(scene, analysis),
        lambda canvas, _, scene, stream: show_painting(canvas, stream, grey=scene.grey),
        example=True,
    ),
    CINEMA: Remake(
        lambda scene, analysis, _: suits_cinema(scene, analysis),
        lambda canvas, _need, _scene, stream: show_cinema(canvas, stream),
        share=0.08,
        example=True,
    ),
    TELEVISION: Remake(
        lambda _scene, analysis, _: suits_television(analysis),
        lambda canvas, _, scene, stream: show_television(canvas, stream, grey=scene.grey),
        share=0.08,
        example=True,
    ),
    CAKE: Remake(
        lambda scene, analysis, _: suits_cake(scene, analysis),
        lambda canvas, _, scene, stream: show_cake(canvas, stream, grey=scene.grey),
        share=0.04,
        example=True,
    ),
    COFFEE: Remake(
        lambda scene, analysis, _: find_coffee(scene, analysis),
        lambda canvas, disc, _, stream: show_coffee(canvas, disc, stream),
        share=0.25,
        example=Disc(0.5, 0.5, 0.5, 0 * EXAMPLE_MAP),
    ),
    MOSAIC: Remake(
        find_mosaic,
        lambda canvas, need, scene, stream: show_mosaic(
            canvas, scene.subject, need, stream, grey=scene.grey
        ),
        share=0.25,
        example=Tileable(NO_PLACE.astype(np.float32)),
    ),
    PAINTED_TILES: Remake(
        find_painted_tiles,
        lambda canvas, need, scene, stream: show_painted_tiles(canvas, scene.subject, need, stream),
        share=0.3,
        example=Paintable(0 * EXAMPLE_MAP, 0 * EXAMPLE_MAP, 0 * EXAMPLE_MAP),
    ),
    CROSS_STITCH: Remake(
        find_cross_stitch,
        lambda canvas, need, scene, stream: show_cross_stitch(
            canvas, scene.subject, need, stream, grey=scene.grey
        ),
        share=0.2,
        example=Stitchable(CutOut(EXAMPLE_MAP, EXAMPLE_MAP)),
    ),
    SCREEN_PRINT: Remake(
        lambda scene, analysis, _: find_screen_print(scene, analysis),
        lambda canvas, need, _, stream: show_screen_print(canvas, need, stream),
        share=0.25,
        example=Stencilled(0 * EXAMPLE_MAP, small=False, four=False),
    ),
    COMIC_PAGE: Remake(
        find_comic_page,
        lambda canvas, need, scene, stream: show_comic_page(canvas, need, stream, grey=scene.grey),
        share=0.2,
        example=Drawn(
            Interest(0 * EXAMPLE_MAP, EXAMPLE_MAP, EXAMPLE_MAP, EXAMPLE_MAP, 0 * EXAMPLE_MAP, 0.0),
            0 * EXAMPLE_MAP,
            0 * EXAMPLE_MAP,
            None,
        ),
    ),
    STAINED_GLASS: Remake(
        suits_stained_glass,
        lambda canvas, _, scene, stream: show_stained_glass(
            canvas, scene.subject, stream, grey=scene.grey
        ),
        share=0.3,
        example=True,
    ),
    CYANOTYPE: Remake(
        lambda scene, analysis, _: find_cyanotype(scene, analysis),
        lambda canvas, need, _, stream: show_cyanotype(canvas, need, stream),
        share=0.25,
        example=Exposable(*[0 * EXAMPLE_MAP] * 3),
    ),
    PORCELAIN: Remake(
        lambda scene, analysis, _: find_porcelain(scene, analysis),
        lambda canvas, need, _, stream: show_porcelain(canvas, need, stream),
        share=0.3,
        example=Serving(0.5, 0.5, 0.5, 0.5, 1.0, 0 * EXAMPLE_MAP, 0 * EXAMPLE_MAP),
    ),
    MURAL: Remake(
        lambda scene, analysis, _: find_mural(scene, analysis),
        lambda canvas, need, scene, stream: show_mural(canvas, need, stream, grey=scene.grey),
        share=0.06,
        example=Paintwork(0 * EXAMPLE_MAP),
    ),
}
"""The remakes by name. Still lifes may be in low sun; the others are not."""


def find_remakes(scene: Scene, analysis: Analysis, image: Bytes) -> dict[str, RemakeRenderer]:
    """Return functions that make the suitable remakes of a photograph, by name; none of a strip.

    Args:
        scene: its properties.
        analysis: of the source.
        image: (h, w, 4) uint8, the source at the size of decisions.
    """
    height, width = analysis.sizes[-1]
    if max(height, width) > MAX_ASPECT * min(height, width):
        return {}
    needs = {name: one.find(scene, analysis, image) for name, one in REMAKES.items()}
    return {name: REMAKES[name].renderer(need) for name, need in needs.items() if need}


def remakes_of_any(names: Iterable[str]) -> dict[str, RemakeRenderer]:
    """Return functions that make these remakes of any picture, by name."""
    return {name: REMAKES[name].renderer(REMAKES[name].example) for name in names}
