"""`diabelli batch`: makes variations of all pictures of a folder or a bucket."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from diabelli.cli.batch_progress import BatchProgress
from diabelli.cli.exit_codes import FAILED, print_error
from diabelli.cli.terminal import LinePrinter, json_text
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
from diabelli.errors import InvalidParameter

if TYPE_CHECKING:
    from diabelli.batch.job import Job, Runner
    from diabelli.batch.row import Row
    from diabelli.variation import EngineInfo

INTERRUPTED = 130
"""Exit code of shells for a command that SIGINT ended."""
_SHOWN_FAILURES = 10
"""Reasons that are printed; the manifest has all of them."""


def batch(
    source: Annotated[
        str, typer.Argument(help="A folder, or a bucket such as s3://bucket/prefix.")
    ],
    out: Annotated[str, typer.Option(help="The output folder or bucket; one folder for each job.")],
    n: Annotated[int, typer.Option("-n", help="Variations of each picture, 1 to 10.")] = 1,
    size: Annotated[str, typer.Option(help="1024 for a square, or WIDTHxHEIGHT.")] = "1024",
    strength: Strength = "medium",
    seed: Annotated[
        int, typer.Option(help="Seed of the job; each picture's seed is derived from it.")
    ] = 0,
    output_format: OutputFormat = Format.png,
    quality: Quality = None,
    fit: FitTo = Fit.crop,
    engine: EngineName = "patch",
    config: Annotated[
        Path | None,
        typer.Option(
            help="The settings file with the engine's entry.",
            show_default="./diabelli.toml, if any",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes on this machine.",
            show_default="one per core; 1 for trained and upstream engines",
        ),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            help="A Ray cluster that does the work: `auto`, host and port of its head, or "
            "ray://HOST:PORT of its Ray Client.",
            show_default="this machine",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Take only the first pictures.", show_default="all")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count the pictures; make and write nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as a JSON object.")
    ] = False,
) -> None:
    """Make variations of all pictures of a folder or a bucket, with a manifest.

    The same command goes on where an earlier run was stopped.

    Exit codes: 0 all were varied, 1 some could not be, 2 usage, 3 installation, 130 interrupted.
    """
    check_quality(quality, output_format)
    if ray is not None and workers is not None:
        raise InvalidParameter("--ray and --workers exclude each other: give one of them")
    from diabelli.batch.job import Job
    from diabelli.batch.keys import KeyList, key_below
    from diabelli.batch.manifest import import_pyarrow
    from diabelli.batch.recipe import Recipe
    from diabelli.batch.stores import open_source
    from diabelli.library import parse_size
    from diabelli.object_store import url_of
    from diabelli.variation import parse_strength

    # The object store would name its own extra.
    import_pyarrow()
    source_url, out_url = url_of(source), url_of(out)
    open_source(source_url)
    height, width = parse_size(size)
    keys = KeyList(source=source_url, without=key_below(source_url, out_url), limit=limit)
    info = _engine_info(engine, config)
    recipe = Recipe(
        source=source_url,
        engine=engine,
        engine_version=info.version,
        n=n,
        height=height,
        width=width,
        strength=parse_strength(strength),
        seed=seed,
        fit=fit.value,
        output_format=output_format.value,
        quality=quality,
    )
    job = Job(recipe=recipe, out=out_url, keys=keys)
    if dry_run:
        remaining = job.preview()
        _print_summary(job, as_json=as_json, remaining=remaining)
        return
    if ray is None:
        runner = _process_pool(job, config, workers or _default_workers(info))
    else:
        runner = _ray_runner(job, config, ray)
    interrupted = _run(job, runner)
    if not (job.counts.seen or interrupted):
        raise InvalidParameter(f"no picture is in {source}")
    _print_summary(job, as_json=as_json)
    if interrupted:
        print_error("stopped; the same command goes on from here")
        raise typer.Exit(INTERRUPTED)
    if job.counts.failed or job.counts.refused:
        raise typer.Exit(FAILED)


def _process_pool(job: Job, config: Path | None, workers: int) -> Runner:
    from diabelli.batch.maker import Plan
    from diabelli.batch.process_pool import ProcessPool

    threads = max(1, len(os.sched_getaffinity(0)) // workers)
    plan = Plan(recipe=job.recipe, out=job.out, job=job.folder, config=config, threads=threads)
    return ProcessPool(plan, workers)


def _ray_runner(job: Job, config: Path | None, address: str) -> Runner:
    """Return the runner on a cluster; actors need what replicas of the engine need."""
    from diabelli.batch.maker import Plan
    from diabelli.batch.ray_runner import RayRunner
    from diabelli.cluster.options import ReplicaOptions
    from diabelli.settings.loading import load_settings

    needs = load_settings({}, config).replicas.get(
        job.recipe.engine, ReplicaOptions.model_validate({})
    )
    plan = Plan(
        recipe=job.recipe,
        out=job.out,
        job=job.folder,
        threads=needs.threads,
        config=config and config.absolute(),
    )
    return RayRunner(plan, address, cpus=needs.cpus, gpus=needs.gpus, resources=needs.resources)


def _run(job: Job, runner: Runner) -> bool:
    """Run the job; return whether a signal interrupted it."""
    failures = 0

    def on_rows(rows: list[Row]) -> None:
        nonlocal failures
        progress.update()
        if (reason := rows[0].reason) is None:
            return
        failures += 1
        if failures <= _SHOWN_FAILURES:
            print_error(f"{rows[0].key}: {reason}")
        if failures == _SHOWN_FAILURES + 1:
            print_error("further reasons are in the manifest alone")

    with BatchProgress(job.counts, job.keys.count) as progress:
        try:
            with _interruptible():
                job.run(runner, on_rows)
        except KeyboardInterrupt:
            return True
    return False


@contextmanager
def _interruptible() -> Iterator[None]:
    """Raise `KeyboardInterrupt` at the first SIGINT or SIGTERM, and ignore those that follow.

    The rows that were received are then written without another interruption.
    """

    def interrupt(*_: object) -> None:
        for each in previous:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    previous = {each: signal.signal(each, interrupt) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in previous.items():
            signal.signal(each, handler)


def _engine_info(engine: str, config: Path | None) -> EngineInfo:
    """Return the engine's description, from a separate process.

    This process then needs little memory, and holds no device.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from diabelli.batch.maker import engine_info
    from diabelli.cli.vary import announce_compilation

    if engine == "patch":
        announce_compilation()
    with ProcessPoolExecutor(1, get_context("spawn")) as executor:
        return executor.submit(engine_info, engine, config).result()


def _default_workers(info: EngineInfo) -> int:
    """Return one process per core; one for an engine whose device or server does the work."""
    return 1 if info.trained or info.upstream else len(os.sched_getaffinity(0))


def _print_summary(job: Job, *, as_json: bool, remaining: int | None = None) -> None:
    """Print the counts; `remaining` is the number of pictures that a dry run would make."""
    from diabelli.object_store import local_folder

    counts, place = job.counts, f"{local_folder(job.out) or job.out}/{job.folder}"
    if as_json:
        facts = {"job": job.recipe.digest, "out": place, **asdict(counts)}
        LinePrinter()(json_text(facts if remaining is None else facts | {"remaining": remaining}))
        return
    console = Console(highlight=False)
    if remaining is not None:
        text = f"{remaining} pictures to vary, {counts.skipped} done before"
    else:
        text = (
            f"{counts.made} pictures varied, {counts.variations} variations, {counts.skipped} done "
            f"before, {counts.refused} refused, {counts.failed} failed"
        )
    console.print(text, soft_wrap=True)
    console.print(place, soft_wrap=True, markup=False)
