"""`diabelli vary`: makes variations of pictures on this machine, without a server."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from diabelli.cli.exit_codes import FAILED, error_message, print_error
from diabelli.cli.file_names import DEFAULT, NameTemplate
from diabelli.cli.output_files import OutputFiles
from diabelli.cli.progress_bars import ProgressBars
from diabelli.cli.sources import STREAM, Source, find_sources
from diabelli.cli.terminal import LinePrinter, json_text, printable
from diabelli.cli.variation_options import (
    EngineName,
    Fit,
    FitTo,
    Format,
    OutputFormat,
    Quality,
    Strength,
    check_quality,
)
from diabelli.configured import open_configured_engine
from diabelli.errors import PICTURE_FAILURES, InvalidParameter
from diabelli.kernel_cache import compilation_notice, configure_kernel_cache

if TYPE_CHECKING:
    from diabelli.credentials.signer import CredentialSigner
    from diabelli.engines import Engine
    from diabelli.variation import ProgressCallback, Variation, VariationList


def vary(
    images: Annotated[
        list[Path],
        typer.Argument(help="Pictures, folders with --recursive, or - for stdin.", metavar="IMAGE"),
    ],
    n: Annotated[int, typer.Option("-n", help="Variations of each picture, 1 to 10.")] = 1,
    size: Annotated[str, typer.Option(help="1024 for a square, or WIDTHxHEIGHT.")] = "1024",
    strength: Strength = "medium",
    seed: Annotated[
        int | None,
        typer.Option(help="Makes results reproducible.", show_default="random"),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            help="The output folder, or - to write one picture to stdout.", show_default="."
        ),
    ] = Path(),
    name: Annotated[
        str, typer.Option(help="File names, with {stem}, {seed}, {index} and {strength}.")
    ] = DEFAULT,
    output_format: OutputFormat = Format.png,
    quality: Quality = None,
    fit: FitTo = Fit.crop,
    engine: EngineName = "patch",
    config: Annotated[
        Path | None,
        typer.Option(
            help="The settings file with the engine's entry and the signing certificate.",
            show_default="./diabelli.toml, if any",
        ),
    ] = None,
    recursive: Annotated[
        bool,
        typer.Option("--recursive", help="Vary the pictures below folders; keep subfolders."),
    ] = False,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="Also write a sheet: the picture and its variations.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace existing files, but never a source.")
    ] = False,
    skip_existing: Annotated[
        bool, typer.Option("--skip-existing", help="Make only files that do not exist yet.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line: a source and its files.")
    ] = False,
) -> None:
    """Make variations of pictures: NAME-SEED.FORMAT for each, and NAME-sheet.FORMAT.

    Exit codes: 0 all were varied, 1 some could not be, 2 usage, 3 installation.
    """
    from diabelli.library import find_engine, parse_size
    from diabelli.variation import MAX_N, MAX_SEED, check_range, parse_strength

    check_range("n", n, 1, MAX_N)
    parse_size(size)
    if seed is not None:
        check_range("seed", seed, 0, MAX_SEED)
    check_quality(quality, output_format)
    sources = find_sources(images, recursive=recursive, output=out)
    if out == STREAM:
        _refuse_for_stdout(sources, n=n, options={"--sheet": sheet, "--json": as_json})
    files = OutputFiles(
        sources=sources, folder=out, names=NameTemplate(name, parse_strength(strength)),
        suffix=output_format.value, quality=quality, overwrite=overwrite,
        skip_existing=skip_existing,
    )  # fmt: skip
    with open_configured_engine(engine, config) as (used, signer):
        if not isinstance(used, str):
            _announce_price(used)
        options = _Options(n, size, parse_strength(strength), seed, fit.value, used, signer)
        if out != STREAM:
            files.check(n=n, seed=seed, sheet=sheet)
        if engine == "patch" and announce_compilation():
            # Compiling on use would leave kernels that only other pictures need.
            find_engine(used).warm_up()
        if out == STREAM:
            (variation,) = options.make(sources[0].read(), n, None)
            sys.stdout.buffer.write(variation.encode(output_format.value, quality))
            return
        report = _Report(as_json=as_json)
        with ProgressBars(len(sources)) as bars:
            for source in sources:
                on_progress = bars.start(source.path.name, n)
                try:
                    _vary_source(source, files, options, report, on_progress, sheet=sheet)
                    report.finish(source)
                except (*PICTURE_FAILURES, OSError, MemoryError) as fault:
                    report.finish(source, error_message(fault, source.path))
    if report.skipped:
        skipped = f"{report.skipped} of {len(sources)} pictures skipped: all their files exist."
        Console(stderr=True, highlight=False).print(skipped, soft_wrap=True)
    if report.failed:
        raise typer.Exit(FAILED)


def _vary_source(
    source: Source,
    files: OutputFiles,
    options: _Options,
    report: _Report,
    on_progress: ProgressCallback,
    *,
    sheet: bool,
) -> None:
    """Make and write the missing variations of a source, and its sheet."""
    done = files.existing(source, n=options.n, seed=options.seed)
    if len(done) >= options.n and not (sheet and not files.sheet(source).exists()):
        report.skipped += 1
        return
    picture = source.read()
    made: dict[int, Variation] = {}
    if len(done) < options.n:
        indexes = list(range(options.n))
        if options.seed is None:
            indexes = files.missing(source, n=options.n, done=done)
        variations = options.make(picture, len(indexes), on_progress)
        made = dict(zip(indexes, variations, strict=True))
    for target, variation in files.write(source, picture, made, done, sheet=sheet):
        report.add(target, variation)


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of all variations of a command."""

    n: int
    size: str
    strength: float
    seed: int | None
    fit: str
    engine: str | Engine
    credentials: CredentialSigner | None

    def make(self, picture: bytes, n: int, on_progress: ProgressCallback | None) -> VariationList:
        """Return `n` variations of an encoded picture."""
        from diabelli.library import vary as make

        return make(
            picture,
            n=n,
            size=self.size,
            strength=self.strength,
            seed=self.seed,
            fit=self.fit,  # type: ignore[arg-type]
            engine=self.engine,
            on_progress=on_progress,
            credentials=self.credentials,
        )


class _Report:
    """Prints the files of each source: their paths as they are written, or an object as JSON.

    Attributes:
        failed: Whether a source could not be varied, or stdout is full.
        skipped: Number of sources whose files all existed.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.skipped = 0
        self._as_json = as_json
        self._print = LinePrinter()
        self._files: list[dict[str, object]] = []
        self._failed = False

    @property
    def failed(self) -> bool:
        return self._failed or self._print.failed

    def add(self, path: Path, variation: Variation | None) -> None:
        """Record a file; `variation` is None for the contact sheet."""
        if not self._as_json:
            self._print(path)
            return
        facts: dict[str, object] = {"path": str(path)}
        if variation is not None:
            facts |= {
                "seed": variation.seed,
                "strength": variation.strength,
                "engine": variation.engine.name,
            }
        self._files.append(facts)

    def finish(self, source: Source, error: str | None = None) -> None:
        """Record the end of a source, and its error."""
        if error is not None:
            self._failed = True
            print_error(f"{source.label}: {error}")
        if self._as_json:
            row = {"source": str(source.path), "files": self._files, "error": error}
            self._print(json_text(row))
            self._files = []


def _refuse_for_stdout(sources: list[Source], *, n: int, options: dict[str, bool]) -> None:
    """Raise `InvalidParameter` for options that need an output folder."""
    if len(sources) != 1 or n != 1:
        raise InvalidParameter("--out - writes one picture: give one IMAGE and no -n")
    if given := [name for name, is_set in options.items() if is_set]:
        raise InvalidParameter(f"--out - and {given[0]} exclude each other")
    if sys.stdout.isatty():
        raise InvalidParameter("stdout is a terminal: redirect it to a file or to a program")


def announce_compilation() -> bool:
    """Print a message on stderr if kernels of the patch engine are not compiled yet.

    Returns:
        Whether kernels are to be compiled.
    """
    configure_kernel_cache()
    notice = compilation_notice()
    if notice is not None:
        _announce(notice)
    return notice is not None


def _announce_price(engine: Engine) -> None:
    """Print a message on stderr if each picture of the engine costs money."""
    upstream = engine.info.upstream
    if upstream is not None and upstream.paid:
        name = engine.info.name
        _announce(f"Each picture of the engine {name!r} costs money, also a cancelled one.")


def _announce(message: str) -> None:
    Console(stderr=True, highlight=False).print(printable(message), soft_wrap=True)
