"""`diabelli vary`: variations of pictures on this machine, without a server."""

from __future__ import annotations

import sys
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from diabelli import pictures
from diabelli.cli.exit_codes import FAILED, print_error
from diabelli.errors import EngineFailed, InvalidParameter, InvalidPicture
from diabelli.kernel_cache import USER_KERNELS, configure_kernel_cache

if TYPE_CHECKING:
    from diabelli.variation import Progress as Step
    from diabelli.variation import ProgressCallback, Variation


class Format(StrEnum):
    """The formats that are written."""

    png = "png"
    webp = "webp"
    jpeg = "jpeg"


class Fit(StrEnum):
    """What happens to a picture of another shape."""

    crop = "crop"
    pad = "pad"


def vary(
    images: Annotated[list[Path], typer.Argument(help="The pictures to vary.", metavar="IMAGE...")],
    n: Annotated[int, typer.Option("-n", help="Variations of each picture, 1 to 10.")] = 1,
    size: Annotated[str, typer.Option(help="1024 for a square, or WIDTHxHEIGHT.")] = "1024",
    strength: Annotated[
        str, typer.Option(help="0 to 1, or subtle, medium, strong; 0 gives the picture back.")
    ] = "medium",
    seed: Annotated[
        int | None, typer.Option(help="Makes the same variations again; drawn if not given.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder to write to.")] = Path(),
    output_format: Annotated[Format, typer.Option("--format", help="How to write.")] = Format.png,
    quality: Annotated[
        int | None, typer.Option(min=0, max=100, help="Of WebP and JPEG, 0 to 100.")
    ] = None,
    fit: Annotated[Fit, typer.Option(help="What to do with another shape.")] = Fit.crop,
    engine: Annotated[str, typer.Option(help="See `diabelli engines`.")] = "patch",
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Also write each picture beside its variations.")
    ] = False,
) -> None:
    """Make variations of pictures: NAME-SEED.FORMAT for each, and NAME-sheet.FORMAT.

    Exit codes: 0 all were varied, 1 some could not be, 2 usage, 3 installation.
    """
    configure_kernel_cache([USER_KERNELS])
    from diabelli.library import vary as make

    _check_names(images)
    failed = False
    with _progress() as progress:
        for path in images:
            try:
                variations = make(
                    path,
                    n=n,
                    size=size,
                    strength=strength,
                    seed=seed,
                    fit=fit.value,
                    engine=engine,
                    on_progress=_watch(progress, path, n),
                )
                _write(path, variations, out, output_format.value, quality, sheet=sheet)
            except (InvalidPicture, EngineFailed, OSError) as fault:
                failed = True
                print_error(f"{path}: {fault}")
    if failed:
        raise typer.Exit(FAILED)


def _check_names(paths: list[Path]) -> None:
    """Raise `InvalidParameter` where one picture's variations would overwrite another's."""
    twice = [stem for stem, count in Counter(path.stem for path in paths).items() if count > 1]
    if twice:
        raise InvalidParameter(
            f"several pictures are called {', '.join(twice)}: vary them into different folders"
        )


def _write(
    path: Path,
    variations: list[Variation],
    out: Path,
    output_format: pictures.Format,
    quality: int | None,
    *,
    sheet: bool,
) -> None:
    """Write the variations of the picture at `path` into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    for variation in variations:
        target = out / f"{path.stem}-{variation.seed}.{output_format}"
        target.write_bytes(variation.encode(output_format, quality))
        print(target)
    if sheet:
        images = [pictures.to_image(path), *(variation.image for variation in variations)]
        target = out / f"{path.stem}-sheet.{output_format}"
        target.write_bytes(
            pictures.encode(pictures.contact_sheet(images), output_format, quality=quality)
        )
        print(target)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    # The bar is on stderr; Rich would send the names of the files there as well.
    piped = not sys.stdout.isatty()
    return Progress(*columns, console=Console(stderr=True), redirect_stdout=not piped)


def _watch(progress: Progress, path: Path, n: int) -> ProgressCallback:
    """A watch that moves a bar of its own: the sum of the variations' shares."""
    task = progress.add_task(path.name, total=n)
    shares: dict[int, float] = {}

    def watch(step: Step) -> None:
        shares[step.index] = step.fraction
        progress.update(task, completed=sum(list(shares.values())))

    return watch
