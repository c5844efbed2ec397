"""Pictures in a terminal."""

import io

import numpy as np
import pytest
from rich.console import Console

from diabelli.cli.terminal_picture import TerminalPicture


def drawn(image, *, width=80, height=24):
    """Return the lines that a terminal of that size gets."""
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        width=width,
        height=height,
        legacy_windows=False,
        _environ={},
    )
    console.print(TerminalPicture(image), end="")
    return console.file.getvalue().splitlines()


def test_a_character_is_two_pixels():
    """The upper one in its colour, the lower one in its background."""
    image = np.array([[[1, 2, 3]], [[4, 5, 6]]], np.uint8)
    (line,) = drawn(image)
    assert "38;2;1;2;3" in line
    assert "48;2;4;5;6" in line
    assert line.count("\N{UPPER HALF BLOCK}") == 1


@pytest.mark.parametrize(
    ("shape", "width", "height", "lines", "columns"),
    [
        ((256, 256, 3), 80, 24, 12, 24),
        ((256, 256, 4), 80, 60, 16, 32),
        ((128, 256, 3), 80, 60, 8, 32),
        ((256, 256, 3), 20, 60, 10, 20),
    ],
)
def test_pictures_leave_room(shape, width, height, lines, columns):
    """At most half of the terminal's lines, and no wider than the terminal."""
    found = drawn(np.zeros(shape, np.uint8), width=width, height=height)
    assert len(found) == lines
    assert {line.count("\N{UPPER HALF BLOCK}") for line in found} == {columns}
