"""A picture in a terminal, from half blocks: each character shows two pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style

if TYPE_CHECKING:
    from diabelli.variation import Image

_SIDE = 32
"""Maximum side in pixels: 16 lines of a terminal, which usually has 24."""
_UPPER_HALF = "\N{UPPER HALF BLOCK}"


class TerminalPicture:
    """A picture that Rich draws in at most 32 columns and half of the terminal's height."""

    def __init__(self, image: Image) -> None:
        self._image = image[..., :3]

    @staticmethod
    def can_draw(console: Console) -> bool:
        """Return whether the terminal has colours and half blocks."""
        coloured = console.color_system is not None and not console.no_color
        return coloured and console.encoding.startswith("utf")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the characters of each line."""
        from diabelli import pictures

        rows, columns = self._image.shape[:2]
        # A line is two pixels.
        scale = min(
            1.0, _SIDE / max(rows, columns), options.max_width / columns, console.height / rows
        )
        lines = max(1, round(rows * scale / 2))
        image = pictures.cover(self._image, 2 * lines, max(1, round(columns * scale)))
        for upper, lower in zip(image[::2].tolist(), image[1::2].tolist(), strict=True):
            for above, below in zip(upper, lower, strict=True):
                style = Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below))
                yield Segment(_UPPER_HALF, style)
            yield Segment.line()
