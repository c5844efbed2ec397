"""Heads of people: boxes around faces."""

import numpy as np

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.moves.comics.heads import HAIR, HAND, find_heads


def marked(rows, columns):
    """Return a mask which is true there."""
    found = np.zeros((GRID, GRID), np.bool_)
    found[rows, columns] = True
    return found


def test_without_skin_there_is_no_head():
    """The map is empty, and there is no largest face."""
    heads = find_heads(marked([], []), marked(slice(None), slice(None)))
    assert not heads.places.any()
    assert heads.largest == 0


def test_a_face_has_hair_around_it():
    """The face is 1, and there is a rim of hair and chin, mostly above."""
    skin, person = marked(slice(20, 30), slice(20, 28)), marked(slice(18, 64), slice(12, 40))
    heads = find_heads(skin, person)
    assert (heads.places[20:30, 20:28] == 1).all()
    assert heads.places[17, 24] == np.float32(HAIR)
    assert heads.places[14, 24] == 0
    assert heads.places[25, 19] == np.float32(HAIR)
    assert heads.places[31:, 24].max() == 0
    assert heads.largest == 10 / GRID


def test_hands_are_no_faces():
    """Skin with much of a person above it counts less."""
    skin, person = marked(slice(40, 46), slice(20, 26)), marked(slice(10, 64), slice(12, 40))
    heads = find_heads(skin, person)
    assert heads.places.max() == np.float32(HAND)
    assert heads.largest == 0


def test_the_face_is_the_upper_part_of_bare_skin():
    """A bare body below it may be cut."""
    skin = marked(slice(10, 60), slice(20, 28))
    heads = find_heads(skin, skin)
    assert heads.places[10:22, 24].min() == 1
    assert heads.places[26:, 24].max() == 0


def test_faces_are_found_one_by_one():
    """Two of them have two boxes, and ground between."""
    skin = marked(slice(20, 28), slice(5, 11)) | marked(slice(30, 42), slice(40, 50))
    heads = find_heads(skin, skin)
    assert (heads.places[20:28, 5:11] == 1).all()
    assert (heads.places[30:42, 40:50] == 1).all()
    assert heads.places[:, 20:35].max() == 0
    assert heads.largest == 12 / GRID


def test_skin_at_the_edges_of_a_picture_is_found():
    """Boxes end at the frame."""
    skin = marked(slice(0, 6), slice(0, 6)) | marked(slice(58, 64), slice(58, 64))
    heads = find_heads(skin, marked([], []))
    assert heads.places[0, 0] == heads.places[-1, -1] == 1
