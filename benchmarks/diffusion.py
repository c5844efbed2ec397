"""Images per second of trained engines, compared with a plain loop of `pipe()`.

Run: python benchmarks/diffusion.py [--images 16] [--batch 8] [--steps N] [--limit S] [--tiny]

Networks have random weights; they are full-size on a GPU, else tiny. Nothing is fetched.
Each row makes the same images, two for each request, after a warm-up. The first rows call the
pipeline once for each image, as its documentation shows; the others send all requests at the same
time. Ratios are to the loop in the data type of the engine.

No row starts after the limit, and none that compiles in the last two minutes before it.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import torch

from architectures import NAMES, build
from diabelli import pictures
from diabelli.bootstrap import components
from diabelli.engines import run_sequentially, wait_for_pieces
from diabelli.engines.diffusion.conditioning import CONDITIONERS
from diabelli.engines.diffusion.device import describe, free, resolve_device, resolve_dtype
from diabelli.engines.diffusion.engine import native_size
from diabelli.engines.diffusion.engine_manager import EngineManager
from diabelli.engines.diffusion.loader import load
from diabelli.engines.diffusion.presets import PRESETS, Preset
from diabelli.engines.diffusion.runtime import Dtype, EnginePlan, RuntimeOptions
from diabelli.observer import Observer
from diabelli.settings import Settings
from diabelli.variation import Image, VariationSpec

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from api.wire import picture, serving

CLIENTS = 8
"""Concurrent clients of the server."""
EACH = 2
"""Images of one request."""
COMPILATION_S = 120
"""Seconds that a compilation of a full-size network may take."""


def sources(count: int, side: int) -> list[Image]:
    """Return pictures of noise, (side, side, 3) uint8; their content does not affect the time."""
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (side, side, 3), np.uint8) for _ in range(count)]


def seconds(work: Callable[[], object], repeat: int) -> float:
    """Return the shortest of several durations, because other programs may use the machine."""
    taken = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def loop(preset: Preset, dtype: Dtype, images: int, repeat: int) -> float:
    """Return the images per second of one call of the pipeline for each image."""
    device = resolve_device(RuntimeOptions())
    plan = EnginePlan(preset, RuntimeOptions(dtype=dtype))
    parts = load(plan, device)
    if device == "cuda":
        parts.pipe.unet.to(memory_format=torch.contiguous_format)
    shown = [pictures.to_pillow(one) for one in sources(images // EACH, preset.side)]
    values = {preset.dial.argument: preset.dial.at(0.5)}
    if "ip_scale" in values:
        parts.pipe.set_ip_adapter_scale(values.pop("ip_scale"))
    plain = {"guidance_scale": preset.guidance} if preset.guidance else {}

    def one(number: int) -> None:
        arguments = CONDITIONERS[preset.recipe](parts, [shown[number // EACH]], values)
        with torch.inference_mode():
            parts.pipe(
                **arguments,
                **values,
                **plain,
                height=preset.side,
                width=preset.side,
                num_inference_steps=preset.steps,
                generator=[torch.Generator().manual_seed(number)],
                output_type="np",
            )

    one(0)
    return images / seconds(lambda: [one(number) for number in range(images)], repeat)


def ours(preset: Preset, images: int, running: RuntimeOptions, repeat: int) -> float:
    """Return the images per second of the engine, with all requests at the same time."""
    side = preset.side
    assert native_size(preset, side, side) == (side, side)
    shown = sources(images // EACH, side)
    with closing(EngineManager()) as manager, ThreadPoolExecutor(len(shown)) as threads:
        engine = manager.engine(EnginePlan(preset, running))

        def request(number: int) -> None:
            spec = VariationSpec(n=EACH, height=side, width=side, seed=number)
            run_sequentially(
                wait_for_pieces(
                    engine.prepare(shown[number], spec, Observer().on_progress, run_sequentially)
                )
            )

        def everything() -> None:
            list(threads.map(request, range(len(shown))))

        everything()
        return images / seconds(everything, repeat)


def over_http(preset: Preset, images: int, running: RuntimeOptions, repeat: int = 3) -> float:
    """Return the images per second of a server with `CLIENTS` clients, one image each."""
    PRESETS[preset.name] = preset
    body = picture(preset.side)

    def request(number: int) -> None:
        data = {"size": "256x256", "seed": str(number)}
        url = f"{server.base_url}/images/variations"
        reply = httpx.post(url, files={"image": body}, data=data, timeout=300)
        assert reply.status_code == 200, f"{reply.status_code}: {reply.text}"

    with tempfile.TemporaryDirectory() as folder:
        options = running.model_dump(exclude_unset=True)
        # A client may send its next request before the server has released its last place.
        queue = 2 * max(images, CLIENTS)
        settings = Settings(data_dir=folder, engine=preset.name, queue=queue, **options)
        with (
            components(settings) as parts,
            serving(settings, parts) as server,
            ThreadPoolExecutor(CLIENTS) as threads,
        ):
            list(threads.map(request, range(CLIENTS)))
            return images / seconds(lambda: list(threads.map(request, range(images))), repeat)


def table(
    name: str, *, full: bool, images: int, batch: int, steps: int | None, repeat: int, end: float
) -> list[str]:
    """Return the rows of one architecture; those that would start after `end` are not measured."""
    device = resolve_device(RuntimeOptions())
    stored = torch.bfloat16 if full else torch.float32
    half: Dtype = "auto" if full else "float32"
    typed = str(resolve_dtype(RuntimeOptions(dtype=half), device)).removeprefix("torch.")
    one, batched = RuntimeOptions(dtype=half, exact=True), RuntimeOptions(dtype=half, batch=batch)
    plain = f"loop of pipe(), {typed}"
    with tempfile.TemporaryDirectory() as folder:
        preset = build(name, Path(folder), full=full, dtype=stored)
        preset = replace(preset, steps=steps or preset.steps)
        ways: dict[str, Callable[[], float]] = {
            "loop of pipe(), float32": lambda: loop(preset, "float32", images, repeat),
            plain: lambda: loop(preset, half, images, repeat),
            "engine, one at a time": lambda: ours(preset, images, one, repeat),
            f"engine, batches of {batch}": lambda: ours(preset, images, batched, repeat),
            f"HTTP, {CLIENTS} clients, batches of {batch}": lambda: over_http(
                preset, images, batched, repeat
            ),
        }
        compiled = f"engine, batches of {batch}, compiled"
        if full:
            running = batched.model_copy(update={"compile": True})
            ways[compiled] = lambda: ours(preset, images, running, repeat)
        rates: dict[str, float | None] = {}
        for way, measure in ways.items():
            late = time.monotonic() > end - (COMPILATION_S if way == compiled else 0)
            rates[way] = None if late else measure()
            free(device)
    where = f"`{name}` at {preset.side}, {preset.steps} steps"
    base = rates[plain]
    return [
        f"| {where} | {way} | not measured: the time was up | |"
        if rate is None or base is None
        else f"| {where} | {way} | {rate:.2f} | {rate / base:.2f} |"
        for way, rate in rates.items()
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, help="Instead of the preset's.")
    parser.add_argument("--repeat", type=int, default=3, help="Measurements; the best counts.")
    parser.add_argument("--limit", type=float, default=math.inf, help="Seconds.")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--only", choices=NAMES)
    arguments = parser.parse_args()
    end = time.monotonic() + arguments.limit
    device = resolve_device(RuntimeOptions())
    full = device.startswith("cuda") and not arguments.tiny
    if not full:
        # On tiny networks, several threads wait for each other longer than they compute.
        torch.set_num_threads(1)
    size = "full-size" if full else "tiny"
    print(f"On {describe(device)}, {size} architectures, torch {torch.__version__}:\n")
    print("| architecture | way | images/s | against the loop |\n|---|---|---|---|")
    for name in [arguments.only] if arguments.only else NAMES:
        rows = table(
            name,
            full=full,
            images=arguments.images,
            batch=arguments.batch,
            steps=arguments.steps,
            repeat=arguments.repeat,
            end=end,
        )
        print("\n".join(rows), flush=True)


if __name__ == "__main__":
    main()
