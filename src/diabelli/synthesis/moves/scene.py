"""Scene of a picture: the properties that decide which light it may get."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from diabelli.synthesis.analysis.bare_skin import SIDE, bare_skin
from diabelli.synthesis.analysis.clear_sky import Sky, find_clear_sky
from diabelli.synthesis.analysis.foliage import green_weight, leafiness
from diabelli.synthesis.analysis.ground import SHORE, SURFACE, ground_features, suitability
from diabelli.synthesis.analysis.people import SKIN_OF_PERSON
from diabelli.synthesis.analysis.person_matte import person_map
from diabelli.synthesis.analysis.subject_map import decode, encode
from diabelli.synthesis.analysis.surroundings import Surroundings, find_surroundings
from diabelli.synthesis.core.filters import LUMINANCE, blur, gradient, luma
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SURE_OUTDOORS, SURE_INDOORS = 1.06, -2.0
"""Log-odds at which 4 % and under 7 % of pictures of the other class are mistaken, left out."""
SKY = 0.5
"""Share of the uppermost third from which a picture of the open air has a large sky."""
GREEN_CLOTHES, GREEN_THING, SIDE_VIEW = 0.3, 1.5, 0.5
"""Share of leafy colours in the subject from which a person may wear them, that share relative to
the rest from which the subject itself is green, and suitability as a shore from which the subject
is a part of a landscape."""
LEAFY_OPEN, LEAFY_ANYWHERE = 0.15, 0.5
"""Shares of leafy colours beside the subject from which these are leaves or grass: surely in the
open air, and where it is not surely indoors."""
SKIN_OF_PORTRAIT = 0.08
"""Share of bare skin, widened, from which a picture is a portrait."""
MARKED = 0.5
"""Value of the person map from which a place counts as marked."""
POSSIBLE_PERSON = -2.6
"""Log-odds above which nine in ten pictures of persons are, when left out."""

MIN_FIGURE = 0.01
"""Share that the person map marks from which a picture may show someone close by."""

EVEN = 2.2
"""Blurred gradient in grey levels below which a place is even."""
MIN_LIT_COLOUR = 3.0
"""Mean difference of channels in grey levels below which a photograph is black and white."""
MAX_TONED_DEVIATION = 9.5
"""Deviation in grey levels of differences of channels from a line over luma below which a picture
is of one tone, as sepia prints are."""
BLACK_LUMA, WHITE_LEVEL = 15.0, 240
"""Luma below which a place is black, least channel above which it is white, in grey levels."""
BLOWN_RED, BLOWN_GREEN = 250, 225
"""Grey levels above which a place is as bright as the sun, which may be yellow."""
MIN_RING, MIN_RING_CELLS = 0.02, 20
"""Share of such places nearby from which a place is beside the sun; least number of these."""
BARE = 0.15
"""Share of greenery below which a ground without leaves and grass may be snow."""
SNOW_LUMA, SNOW_WARMTH, COLD = 0.5, 0.03, -0.02
"""Mean luma 0..1 of the lowest third above which, and mean red minus blue, -1..1, below which a
bare ground is snow; the latter below which a bare picture is too cold for spring at any luma."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Properties of a picture.

    Attributes:
        openness: log-odds that it shows the open air.
        ground: how well its lower part suits as a shore, about -1 for not at all to 1 for well.
        surface: the same for what it shows as that on which a window's light falls.
        sky: share of the uppermost third that is even and bright or blue, 0..1.
        foliage: share that is rough and green, 0..1; 0 where other things are green, too.
        greenery: share that may be of leaves and grass, in the widest sense, 0..1; 0 where other
            things may be green, too.
        median_luma: 0..1.
        upper_luma: mean luma of the uppermost third, 0..1.
        lower_luma: mean luma of the lowest third, 0..1.
        median_light: median of linear luminance, 0..1.
        figure: share that the person map marks: persons, and some animals and things, 0..1.
        skin: share of bare skin, widened, also where no person is likely, 0..1.
        person_odds: log-odds that it shows a person.
        person: 0..1, whether it shows bare skin, if there may be a person.
        portrait: 0..1, how much bare skin it shows, if there may be a person.
        grey: whether it is black and white.
        toned: whether all of its colours are of one tone, as in sepia prints.
        barred: whether two opposite edges are black or white bars.
        teal: share of the colours of deep water, 0..1.
        warmth: mean of red minus blue, -1..1.
        flat: share of places that are as the one at their right, 0..1; low in photographs.
        black: share of almost black places, 0..1.
        white: share of the upper three quarters that is white, 0..1.
        white_edge: share of the edges of the lower half that is white, 0..1.
        sun_warmth: mean of red minus blue around the brightest places, -1..1; 0 without any.
        roughness: mean of the blurred gradient of luma, in grey levels.
        subject: (SIDE, SIDE) float32, 0..1, subject map.
        persons: person map, as returned by `person_map`.
        clear_sky: None without any.
    """

    openness: float
    ground: float
    surface: float
    sky: float
    foliage: float
    greenery: float
    median_luma: float
    upper_luma: float
    lower_luma: float
    median_light: float
    figure: float
    skin: float
    person_odds: float
    person: float
    portrait: float
    grey: bool
    toned: bool
    barred: bool
    teal: float
    warmth: float
    flat: float
    black: float
    white: float
    white_edge: float
    sun_warmth: float
    roughness: float
    subject: Floats = field(repr=False, compare=False)
    persons: Floats = field(repr=False, compare=False)
    clear_sky: Sky | None = field(repr=False, compare=False)

    @property
    def is_outdoors(self) -> bool:
        """Whether it surely shows the open air."""
        return self.openness > SURE_OUTDOORS

    @property
    def is_indoors(self) -> bool:
        """Whether it surely does not."""
        return self.openness < SURE_INDOORS

    @property
    def may_be_snow(self) -> bool:
        """Whether the ground is bare, and pale or in cold light."""
        is_pale = self.lower_luma > SNOW_LUMA and self.warmth < SNOW_WARMTH
        return self.greenery < BARE and (is_pale or self.warmth < COLD)

    def exposure(self, target: float, least: float, most: float) -> float:
        """Return the factor, `least`..`most`, that gives the picture that median of light."""
        return min(max(target / max(self.median_light, 0.01), least), most)


def survey(image: Bytes, bare: Floats | None = None) -> Scene:
    """Find the properties of an opaque picture.

    The colour of skin alone is common: wood, sand and leather have it. The person map is of things
    as well, but seldom of those.

    Args:
        image: (h, w, 3 or more) uint8.
        bare: its bare skin, if that is known already.
    """
    encoded = encode(image)
    surroundings, features = find_surroundings(encoded), ground_features(encoded)
    small = resize(image, SIDE, SIDE)[..., :3]
    subject = np.clip(resize_map(decode(encoded), SIDE, SIDE), 0, 1)
    light = luma(small)
    linear = np.square(small.astype(np.float32) / np.float32(255))
    luminance = sum(linear[..., c] * np.float32(weight) for c, weight in enumerate(LUMINANCE))
    persons = person_map(image)
    skin = float((bare_skin(image) if bare is None else bare).mean())
    persons_skin = skin if surroundings.person > POSSIBLE_PERSON else 0.0
    foliage, ground = _foliage_share(small, light, subject), suitability(features, SHORE)
    rough = _roughness(light)
    colours = small.astype(np.float32) / np.float32(255)
    return Scene(
        openness=surroundings.openness,
        ground=ground,
        surface=suitability(features, SURFACE),
        sky=_sky_share(small, light, subject, rough),
        foliage=foliage,
        greenery=_greenery(small, subject, foliage, ground, surroundings, persons_skin),
        median_luma=float(np.median(light)) / 255,
        upper_luma=float(light[: SIDE // 3].mean()) / 255,
        lower_luma=float(light[-(SIDE // 3) :].mean()) / 255,
        median_light=float(np.median(luminance)),
        figure=float((persons > MARKED).mean()),
        skin=skin,
        person_odds=surroundings.person,
        person=min(persons_skin / SKIN_OF_PERSON, 1.0),
        portrait=min(persons_skin / SKIN_OF_PORTRAIT, 1.0),
        grey=float((small.max(2) - small.min(2)).mean()) < MIN_LIT_COLOUR,
        toned=_is_toned(small, light),
        barred=_has_bars(light),
        teal=_teal_share(small),
        warmth=float((colours[..., 0] - colours[..., 2]).mean()),
        flat=float((small[:, 1:] == small[:, :-1]).all(2).mean()),
        black=float((light < BLACK_LUMA).mean()),
        white=float((small[: SIDE * 3 // 4].min(2) > WHITE_LEVEL).mean()),
        white_edge=_white_edge_share(small),
        sun_warmth=_sun_warmth(small),
        roughness=float(rough.mean()),
        subject=subject,
        persons=persons,
        clear_sky=find_clear_sky(image, subject),
    )


def _white_edge_share(small: Bytes) -> float:
    """Share of white in the lower half of the sides and the lower edge, which show no sky."""
    least = small.min(2)[SIDE // 2 : -1, 1:-1]
    edges = np.concatenate([least[-1], least[:, 0], least[:, -1]])
    return float((edges > WHITE_LEVEL).mean())


def _sun_warmth(small: Bytes) -> float:
    """Return red minus blue, -1..1, around the brightest places of the upper three quarters."""
    upper = small[: SIDE * 3 // 4]
    red, green, blue = upper.astype(np.float32).transpose(2, 0, 1)
    blown = (red > BLOWN_RED) & (green > BLOWN_GREEN)
    ring = (blur(blown.astype(np.float32), SIDE / 20) > MIN_RING) & ~blown
    if ring.sum() < MIN_RING_CELLS:
        return 0.0
    return float((red - blue)[ring].mean()) / 255


def _roughness(light: Floats) -> Floats:
    """Return the blurred length of the gradient of luma."""
    down, across = gradient(light)
    return blur(np.sqrt(down * down + across * across), 2.0)


def _is_toned(small: Bytes, light: Floats) -> bool:
    """Return whether the differences of channels follow from luma."""
    red, green, blue = small.astype(np.float32).transpose(2, 0, 1)
    away = light - light.mean()
    square = 0.0
    for difference in (red - green, green - blue):
        rest = difference - difference.mean()
        slope = (away * rest).mean() / max(float((away * away).mean()), 1.0)
        square += float(np.square(rest - slope * away).mean())
    return square < MAX_TONED_DEVIATION * MAX_TONED_DEVIATION


def _has_bars(light: Floats) -> bool:
    """Return whether two opposite edges are even, and black or white."""

    def is_bar(line: Floats) -> bool:
        return bool(np.ptp(line) < 8 and (line.mean() < 16 or line.mean() > 245))

    return any(is_bar(lines[1]) and is_bar(lines[-2]) for lines in (light, light.T))


def _teal_share(small: Bytes) -> float:
    """Share of colours with much less red than green and blue."""
    red, green, blue = small.astype(np.float32).transpose(2, 0, 1)
    return float(((green > 1.15 * red) & (blue > 1.05 * red) & (green > 0.7 * blue)).mean())


def _sky_share(small: Bytes, light: Floats, subject: Floats, rough: Floats) -> float:
    """Share of the uppermost third that is even and bright or blue."""
    top = SIDE // 3
    blueness = small[:top, :, 2].astype(np.float32) - small[:top, :, 0]
    bright = (light[:top] > 150) | ((blueness > 8) & (light[:top] > 60))
    return float(((rough[:top] < EVEN) & (subject[:top] < 0.5) & bright).mean())


def _foliage_share(small: Bytes, light: Floats, subject: Floats) -> float:
    """Share of rough green; 0 if two fifths of all green are even, or if the subject is green.

    Even green is cloth, fruit, water or a wall.
    """
    down, across = gradient(light)
    rough = blur(np.sqrt(down * down + across * across), 4.0) > 2.4
    green = blur(green_weight(small), 3.0) > 0.3
    own = green[subject > 0.6]
    if (green & rough).sum() < 0.6 * green.sum() or (own.size and own.mean() > 0.25):
        return 0.0
    return float((green & rough).mean())


def _greenery(
    small: Bytes, subject: Floats, foliage: float, ground: float, around: Surroundings, skin: float
) -> float:
    """Share of leaves and grass; 0 where clothes, things or the subject may be green."""
    leafy = leafiness(small)
    own = float(leafy[subject > 0.6].mean()) if (subject > 0.6).any() else 0.0
    rest = float(leafy[subject < 0.4].mean()) if (subject < 0.4).any() else 0.0
    is_open = around.openness > SURE_OUTDOORS
    is_leafy = rest > (LEAFY_OPEN if is_open else LEAFY_ANYWHERE)
    is_sure = foliage > 0 or (is_leafy and around.openness > SURE_INDOORS)
    is_worn = skin > SKIN_OF_PERSON and own > GREEN_CLOTHES
    is_own = own > GREEN_THING * rest and not (is_open and ground > SIDE_VIEW)
    return float(leafy.mean()) if is_sure and not (is_worn or is_own) else 0.0
