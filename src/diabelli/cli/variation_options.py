"""Options that `diabelli vary` and `diabelli batch` share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from diabelli.cli.completion import complete_engine, complete_strength
from diabelli.errors import InvalidParameter


class Format(StrEnum):
    """Output formats."""

    png = "png"
    webp = "webp"
    jpeg = "jpeg"


class Fit(StrEnum):
    """Ways to change the aspect ratio."""

    crop = "crop"
    pad = "pad"


OutputFormat = Annotated[Format, typer.Option("--format", help="The output format.")]
Quality = Annotated[
    int | None,
    typer.Option(help="Quality of WebP and JPEG, 0 to 100.", show_default="90"),
]
FitTo = Annotated[Fit, typer.Option(help="How to fit a picture of another aspect ratio.")]
Strength = Annotated[
    str,
    typer.Option(
        help="0 to 1, or subtle, medium, strong; 0 returns the picture.",
        autocompletion=complete_strength,
    ),
]
EngineName = Annotated[
    str,
    typer.Option(help="The engine; see `diabelli engines`.", autocompletion=complete_engine),
]


def check_quality(quality: int | None, output_format: Format) -> None:
    """Raise `InvalidParameter` unless the quality is None or usable for the format."""
    from diabelli.variation import check_range

    if quality is None:
        return
    check_range("--quality", quality, 0, 100)
    if output_format is Format.png:
        raise InvalidParameter("--quality has no effect on PNG: choose --format webp or jpeg")
