"""Measures batches: pictures per second of each runner, and memory as the number of keys grows.

`keys` lists empty files and makes nothing of them; `runners` varies pictures of noise.
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import time
from collections.abc import Generator, Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from diabelli import pictures
from diabelli.batch.job import Job, Runner
from diabelli.batch.keys import KeyList
from diabelli.batch.maker import Plan, engine_info
from diabelli.batch.process_pool import ProcessPool
from diabelli.batch.ray_runner import RayRunner
from diabelli.batch.recipe import Recipe
from diabelli.batch.row import Row
from diabelli.object_store import url_of


class Loop:
    """Makes the pictures of a plan in this process, one after the other."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def run(self, keys: Iterable[str]) -> Generator[list[Row], None, None]:
        """Yield the rows of each picture, in order."""
        with self._plan.open() as maker:
            for key in keys:
                yield maker.make(key)


class Refusal:
    """Makes nothing: a row for each key, so that only listing and manifest are measured."""

    def run(self, keys: Iterable[str]) -> Generator[list[Row], None, None]:
        """Yield a row for each key."""
        for key in keys:
            yield [Row(key=key, status="refused", error_code="empty", reason="", seconds=0.0)]


def job_of(source: Path, out: Path, size: int) -> Job:
    """Return a job of one variation of each picture in a folder, `size` pixels a side."""
    recipe = Recipe(
        source=url_of(str(source)), engine="patch", engine_version="0", n=1, height=size,
        width=size, strength=0.5, seed=0, fit="crop", output_format="png", quality=None,
    )  # fmt: skip
    return Job(recipe=recipe, out=url_of(str(out)), keys=KeyList(source=recipe.source))


def peak_mb() -> float:
    """Return the largest resident memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def measure_keys(folder: Path, counts: list[int]) -> None:
    """Print time and peak memory of a first and a second run, for each number of keys."""
    print(
        "| keys | first run, us a key | peak memory until then, MB | second run, us a key | "
        "peak memory until then, MB |\n|---|---|---|---|---|"
    )
    made = 0
    for count in counts:
        for number in range(made, count):
            place = folder / "in" / f"{number // 1000:04d}"
            if number % 1000 == 0:
                place.mkdir(parents=True, exist_ok=True)
            os.close(os.open(place / f"{number}.png", os.O_CREAT))
        made = count
        figures = []
        for _ in range(2):
            started = time.monotonic()
            job = job_of(folder / "in", folder / f"out-{count}", 256)
            job.run(Refusal(), lambda rows: None)
            figures += [(time.monotonic() - started) / count * 1e6, peak_mb()]
        assert job.counts.skipped == count
        print(f"| {count} | {' | '.join(f'{each:.0f}' for each in figures)} |", flush=True)


def finish_times(job: Job, runner: Runner) -> list[float]:
    """Run a job; return the time of its start and of each finished picture, in seconds."""
    times = [time.monotonic()]
    job.run(runner, lambda rows: times.append(time.monotonic()))
    return times


def measure_runners(folder: Path, count: int, size: int, address: str | None) -> None:
    """Print the throughput of each runner.

    Args:
        folder: for sources and results.
        count: number of pictures.
        size: of sources and variations, in pixels a side.
        address: of a Ray cluster; None leaves Ray out.
    """
    random = np.random.default_rng(0)
    (folder / "in").mkdir()
    for number in range(count):
        coarse = random.integers(0, 256, (8, 8, 3), np.uint8)
        image = np.kron(coarse, np.ones((size // 8, size // 8, 1), np.uint8))
        (folder / "in" / f"{number}.png").write_bytes(pictures.encode(image, "png"))
    engine_info("patch", None)
    print("| runner | first picture after, s | pictures/s afterwards |\n|---|---|---|")
    for name in ["loop", "pool", *(["ray"] if address else [])]:
        job = job_of(folder / "in", folder / name, size)
        plan = Plan(recipe=job.recipe, out=job.out, job=job.folder, config=None, threads=1)
        if name == "ray":
            runner = RayRunner(plan, address or "", cpus=1, gpus=0, resources={})
        else:
            runner = (
                ProcessPool(plan, len(os.sched_getaffinity(0))) if name == "pool" else Loop(plan)
            )
        times = finish_times(job, runner)
        assert job.counts.made == count
        rate = (len(times) - 2) / (times[-1] - times[1])
        print(f"| {name} | {times[1] - times[0]:.1f} | {rate:.1f} |", flush=True)


def main() -> None:
    """Print the table of keys or of runners."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["keys", "runners"])
    parser.add_argument(
        "--counts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="of keys"
    )
    parser.add_argument("--pictures", type=int, default=100, help="(%(default)s)")
    parser.add_argument("--size", type=int, default=256, help="pixels a side (%(default)s)")
    parser.add_argument(
        "--ray", help="also a cluster: `start` for one on this machine, or HOST:PORT of a head"
    )
    arguments = parser.parse_args()
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder, address = Path(name), arguments.ray
        if address == "start":
            # Ray reads them when it is imported.
            os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
            from ray_head import running_head

            cores = len(os.sched_getaffinity(0))
            address = stack.enter_context(running_head(folder, Path(__file__).parent, cores))
        if arguments.what == "keys":
            measure_keys(folder, arguments.counts)
        else:
            measure_runners(folder, arguments.pictures, arguments.size, address)


if __name__ == "__main__":
    main()
