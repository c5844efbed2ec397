"""The exception tree: documented as it is, and stable for programs."""

import re

import pytest

from diabelli import errors
from diabelli.errors import DiabelliError

TREE = re.compile(r"^ {4}(?P<bars>[│ ├└─]*)(?P<name>\w+)", re.MULTILINE)


def descendants(root: type[DiabelliError]) -> list[type[DiabelliError]]:
    """The classes of errors.py below `root`, in the order of their definition."""
    mine = [child for child in root.__subclasses__() if child.__module__ == errors.__name__]
    return [root, *(name for child in mine for name in descendants(child))]


CLASSES = descendants(DiabelliError)


def test_codes_are_unique():
    """A program can tell every kind of error from every other."""
    codes = [kind.code for kind in CLASSES]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_has_its_own_sentence(kind):
    """The docstring is the default message."""
    assert kind.__doc__
    assert kind.__doc__.strip().endswith(".")


def test_the_drawn_tree_is_the_real_one():
    """The module docstring names the classes with their depth, in the order of their definition."""
    drawn = [
        (found["name"], len(found["bars"]) // 4) for found in TREE.finditer(errors.__doc__ or "")
    ]
    real = [(kind.__name__, kind.__mro__.index(DiabelliError)) for kind in CLASSES]
    assert drawn == real


def test_a_message_can_be_left_out():
    """Then the class's own sentence is told."""
    assert errors.Cancelled().message == "The work was cancelled because nobody waits for it."
    assert errors.InvalidParameter("n 0 is not accepted", param="n").param == "n"
