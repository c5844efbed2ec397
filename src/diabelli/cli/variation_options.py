"""Options that `diabelli vary` and `diabelli batch` share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


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
    typer.Option(min=0, max=100, help="Quality of WebP and JPEG.", show_default="90"),
]
FitTo = Annotated[Fit, typer.Option(help="How to fit a picture of another aspect ratio.")]
EngineName = Annotated[str, typer.Option(help="The engine; see `diabelli engines`.")]
