"""An instant print: all of the picture, in white card; in a block, on a table or on a cord."""

import numpy as np
import pytest

from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.still_lifes.hanging_print import show_hanging_print
from diabelli.synthesis.moves.still_lifes.instant_print import show_instant_print
from diabelli.synthesis.moves.still_lifes.pile_of_prints import show_pile_of_prints
from diabelli.synthesis.moves.still_lifes.print_card import far_away
from diabelli.synthesis.moves.still_lifes.standing_print import ABOVE_BOTTOM, show_standing_print
from oracles.sources import opaque

SIDE = 400
SQUARES = ((220, 40, 40), (40, 220, 40), (40, 40, 220), (220, 220, 40))
LAYOUTS = (show_hanging_print, show_pile_of_prints, show_standing_print)


def squares(height=SIDE, width=SIDE):
    """Return a dark picture with four bright squares: red, green, blue and yellow, by rows."""
    colours = np.full((height, width, 3), 20)
    size = min(height, width) // 5
    for k, colour in enumerate(SQUARES):
        row, column = (size // 2, height - size - size // 2), (size // 2, width - size - size // 2)
        top, left = row[k // 2], column[k % 2]
        colours[top : top + size, left : left + size] = colour
    return opaque(colours)


def is_near(image, colour):
    """Return where an image has the hue of one of SQUARES and is bright."""
    values = image[..., :3].astype(int)
    lit = np.array(colour) > 100
    return (values[..., lit].min(axis=2) - values[..., ~lit].max(axis=2)) > 90


def middles(image):
    """Return the mean row and column of each square's pixels in the largest print, and its side."""
    found = []
    for colour in SQUARES:
        rows, columns = np.nonzero(is_near(image, colour))
        # Few pixels of the same hue are in the prints below, in the ball and in the mirror image.
        found.append((np.median(rows), np.median(columns), len(rows) ** 0.5))
    return np.array(found)


@pytest.mark.parametrize("seed", range(1, 5))
@pytest.mark.parametrize("show", LAYOUTS)
def test_a_print_shows_all_of_the_picture(show, seed):
    """Each square is at its own place, upright, not mirrored, and large."""
    found = middles(show(squares(), RandomStream(seed)))
    (top, left), (_, right), (low, _), (low_right, far) = found[:, :2]
    across, down = right - left, low - top
    # They are 0.6 sides apart in the picture.
    assert 0.5 * 0.6 * SIDE < across < 0.75 * 0.6 * SIDE
    assert down == pytest.approx(across, rel=0.06)
    assert far - left == pytest.approx(across, abs=0.12 * SIDE)
    assert low_right - top == pytest.approx(down, abs=0.12 * SIDE)


@pytest.mark.parametrize("shape", [(300, 450), (450, 300), (320, 320)])
@pytest.mark.parametrize("show", LAYOUTS)
def test_the_composition_does_not_depend_on_the_size(show, shape):
    """A canvas of twice the size shows the same."""
    small = show(squares(*shape), RandomStream(3))
    large = show(squares(2 * shape[0], 2 * shape[1]), RandomStream(3))
    change = np.abs(resize(large, *shape).astype(int) - small.astype(int))
    assert np.median(change) <= 4
    assert (change.max(axis=2) > 40).mean() < 0.06


@pytest.mark.parametrize("level", [10, 128, 245])
@pytest.mark.parametrize("show", LAYOUTS)
def test_the_card_is_white(show, level):
    """A strong colour of the picture tints its card little, however bright it is."""
    colours = np.full((SIDE, SIDE, 3), level)
    colours[..., 2] //= 4
    image = show(opaque(colours), RandomStream(2))[..., :3].astype(int)
    # The card below the picture is the whitest place of the lower half.
    whiteness = image.min(axis=2) - np.ptp(image, axis=2)
    card = image[whiteness >= np.quantile(whiteness, 0.97)]
    assert card.mean() > 205
    assert np.ptp(card.mean(axis=0)) < 12


def test_no_face_is_recognizable_far_away():
    """Structure as large as a head in a portrait has nearly no contrast."""
    pattern = np.kron(np.indices((8, 8)).sum(0) % 2, np.ones((SIDE // 8, SIDE // 8))) * 200 + 20
    soft = far_away(opaque(np.repeat(pattern[..., None], 3, 2))).astype(int)
    quarter = soft.shape[0] // 4
    assert np.ptp(soft[quarter:-quarter, quarter:-quarter, :3]) < 12


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 1024), (1024, 16), (64, 400)])
@pytest.mark.parametrize("show", LAYOUTS)
def test_canvases_of_any_aspect_are_made(show, shape):
    """All layouts are opaque at any shape, and stay grey where the picture is."""
    image = show(opaque(np.full((*shape, 3), 90)), RandomStream(3), grey=True)
    assert image.shape == (*shape, 4)
    assert (image[..., 3] == 255).all()
    assert np.ptp(image[..., :3].astype(int), axis=2).max() <= 1


@pytest.mark.parametrize("seed", range(4))
def test_the_block_hides_the_lower_rim_and_is_mirrored_below_itself(seed):
    """No row between the card and its mirror image is as bright as card, and none is empty."""
    image = show_standing_print(opaque(np.full((SIDE, SIDE, 3), 128)), RandomStream(seed))
    column = image[:, SIDE // 2, :3].astype(int)
    foot = SIDE - round(ABOVE_BOTTOM * SIDE)
    # Wood is warmer than the grey picture, card and table.
    warmth = column[:, 0] - column[:, 2]
    wood = np.flatnonzero(warmth > 20)
    assert wood.min() < foot - 0.03 * SIDE
    block = warmth[wood.min() : foot]
    assert (block > 8).all()
    assert column[wood.min() - 3].min() > 140
    # Its mirror image starts at its foot.
    assert warmth[foot : foot + 4].min() > 4


def test_all_layouts_are_made():
    """Different seeds give different layouts."""
    image = squares(120, 120)
    found = set()
    for seed in range(30):
        stream = RandomStream(seed)
        stream.between(0, 1)
        position = stream._position
        made = show_instant_print(image, RandomStream(seed))
        for show in LAYOUTS:
            own = RandomStream(0)
            own._position = position
            if np.array_equal(show(image, own), made):
                found.add(show)
    assert found == set(LAYOUTS)


def test_wood_has_colours():
    """It is grey only if the scene is."""
    grey = opaque(np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 1)).repeat(3, axis=2))
    wooden = show_standing_print(grey, RandomStream(1)).astype(int)
    assert np.ptp(wooden[..., :3], axis=2).max() > 30
