"""`diabelli vary`: makes variations of pictures on this machine, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from diabelli.cli.exit_codes import FAILED, error_message, print_error
from diabelli.cli.output_files import OutputFiles
from diabelli.cli.progress_bars import ProgressBars
from diabelli.cli.terminal import PathPrinter
from diabelli.errors import EngineFailed, InvalidPicture

if TYPE_CHECKING:
    from diabelli.engines import Engine
    from diabelli.variation import Variation


@contextmanager
def configured_engine(name: str, config: Path | None) -> Iterator[str | Engine]:
    """Return the name of an engine that needs no settings, or an engine of the settings."""
    from diabelli.engines import available_engines

    if name in available_engines() and config is None:
        yield name
        return
    from diabelli.bootstrap import build_engine, create_managers
    from diabelli.settings.loading import load_settings

    settings = load_settings({}, config)
    with closing(create_managers(settings)) as managers:
        yield build_engine(settings, managers, name)


class Format(StrEnum):
    """Output formats."""

    png = "png"
    webp = "webp"
    jpeg = "jpeg"


class Fit(StrEnum):
    """Ways to change the aspect ratio."""

    crop = "crop"
    pad = "pad"


def vary(
    images: Annotated[list[Path], typer.Argument(help="The pictures to vary.", metavar="IMAGE...")],
    n: Annotated[int, typer.Option("-n", help="Variations of each picture, 1 to 10.")] = 1,
    size: Annotated[str, typer.Option(help="1024 for a square, or WIDTHxHEIGHT.")] = "1024",
    strength: Annotated[
        str, typer.Option(help="0 to 1, or subtle, medium, strong; 0 returns the picture.")
    ] = "medium",
    seed: Annotated[
        int | None, typer.Option(help="Makes results reproducible; random by default.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The output folder.")] = Path(),
    output_format: Annotated[Format, typer.Option("--format", help="The output format.")] = (
        Format.png
    ),
    quality: Annotated[
        int | None, typer.Option(min=0, max=100, help="Quality of WebP and JPEG, 0 to 100.")
    ] = None,
    fit: Annotated[
        Fit, typer.Option(help="How to fit a picture of another aspect ratio.")
    ] = Fit.crop,
    engine: Annotated[str, typer.Option(help="The engine; see `diabelli engines`.")] = "patch",
    config: Annotated[
        Path | None,
        typer.Option(help="The settings file with the engine's entry; default ./diabelli.toml."),
    ] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Also write a sheet: the picture and its variations.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing files, but never a source.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Make only files that do not exist yet.")
    ] = False,
) -> None:
    """Make variations of pictures: NAME-SEED.FORMAT for each, and NAME-sheet.FORMAT.

    Exit codes: 0 all were varied, 1 some could not be, 2 usage, 3 installation.
    """
    from diabelli.library import vary as make

    files = OutputFiles(
        sources=images, folder=out, suffix=output_format.value, quality=quality,
        overwrite=overwrite, skip_existing=skip_existing,
    )  # fmt: skip
    files.check(n=n, seed=seed, sheet=sheet)
    print_path = PathPrinter()
    failed = False
    with configured_engine(engine, config) as used, ProgressBars(len(images)) as bars:
        for path in images:
            on_progress = bars.start(path.name, n)
            try:
                done = files.existing(path, n=n, seed=seed) if skip_existing else []
                if len(done) >= n and not (sheet and not files.sheet(path).exists()):
                    continue
                picture = path.read_bytes()
                variations: list[Variation] = []
                if len(done) < n:
                    variations = make(
                        picture,
                        n=n if seed is not None else n - len(done),
                        size=size,
                        strength=strength,
                        seed=seed,
                        fit=fit.value,
                        engine=used,
                        on_progress=on_progress,
                    )
                for target in files.write(path, picture, variations, done, sheet=sheet):
                    print_path(target)
            except (InvalidPicture, EngineFailed, OSError, MemoryError) as fault:
                failed = True
                print_error(f"{path}: {error_message(fault, path)}")
    if failed or print_path.failed:
        raise typer.Exit(FAILED)
