"""Images a second of trained engines: a plain loop of `pipe()` against this engine, in one run.

Run: python benchmarks/diffusion.py [--images 16] [--batch 8] [--tiny]

Architectures are full-size with random weights where there is a GPU, else tiny; nothing is fetched.
Every row makes the same images, of as many requests for two, after one to warm up. The first rows
call the pipeline once for each image, as its documentation shows; the others hand in all requests
at the same time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import numpy as np
import torch

from architectures import NAMES, build
from diabelli import pictures
from diabelli.bootstrap import components
from diabelli.engines import run_sequentially, wait_for_pieces
from diabelli.engines.diffusion.conditioning import CONDITIONERS
from diabelli.engines.diffusion.device import free, resolve_device
from diabelli.engines.diffusion.engine import native
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
"""Of the server."""
EACH = 2
"""Images of one request."""


def sources(count: int, side: int) -> list[Image]:
    """Noise: what it shows costs nothing."""
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (side, side, 3), np.uint8) for _ in range(count)]


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes: the best of three, because others may use the machine."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def loop(preset: Preset, dtype: Dtype, images: int) -> float:
    """One call for each image."""
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
    return images / seconds(lambda: [one(number) for number in range(images)])


def ours(preset: Preset, images: int, running: RuntimeOptions) -> float:
    """All requests at the same time, through the engine."""
    side = preset.side
    assert native(preset, side, side) == (side, side)
    given = sources(images // EACH, side)
    with closing(EngineManager()) as fleet, ThreadPoolExecutor(len(given)) as threads:
        engine = fleet.engine(EnginePlan(preset, running))

        def request(number: int) -> None:
            spec = VariationSpec(n=EACH, height=side, width=side, seed=number)
            run_sequentially(
                wait_for_pieces(
                    engine.prepare(given[number], spec, Observer().on_progress, run_sequentially)
                )
            )

        def everything() -> None:
            list(threads.map(request, range(len(given))))

        everything()
        return images / seconds(everything)


def over_http(preset: Preset, images: int, running: RuntimeOptions) -> float:
    """Eight clients at a time, one image each, through a server."""
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
            return images / seconds(lambda: list(threads.map(request, range(images))))


def table(name: str, *, full: bool, images: int, batch: int) -> list[str]:
    """The rows of one architecture."""
    half: Dtype = "bfloat16" if full else "float32"
    rows: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        dtype = torch.bfloat16 if full else torch.float32
        preset = build(name, Path(folder), full=full, dtype=dtype)
        rows["loop of pipe(), float32"] = loop(preset, "float32", images)
        free(resolve_device(RuntimeOptions()))
        if full:
            rows["loop of pipe(), bfloat16"] = loop(preset, half, images)
            free(resolve_device(RuntimeOptions()))
        rows["engine, one at a time"] = ours(preset, images, RuntimeOptions(dtype=half, exact=True))
        batched = RuntimeOptions(dtype=half, batch=batch)
        rows[f"engine, batches of {batch}"] = ours(preset, images, batched)
        rows[f"HTTP, {CLIENTS} clients, batches of {batch}"] = over_http(preset, images, batched)
        if full:
            compiled = RuntimeOptions(dtype=half, batch=batch, compile=True)
            rows[f"engine, batches of {batch}, compiled"] = ours(preset, images, compiled)
    first = next(iter(rows.values()))
    where = f"`{name}` at {preset.side}, {preset.steps} steps"
    return [f"| {where} | {row} | {rate:.2f} | {rate / first:.2f} |" for row, rate in rows.items()]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=16)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--only", choices=NAMES)
    given = parser.parse_args()
    device = resolve_device(RuntimeOptions())
    full = device.startswith("cuda") and not given.tiny
    if not full:
        # More of them wait for each other longer than they compute on something so small.
        torch.set_num_threads(1)
    what = torch.cuda.get_device_name() if device.startswith("cuda") else f"a CPU ({device})"
    size = "full-size" if full else "tiny"
    print(f"On {what}, {size} architectures, torch {torch.__version__}:\n")
    print("| architecture | way | images/s | against the loop |\n|---|---|---|---|")
    for name in [given.only] if given.only else NAMES:
        print("\n".join(table(name, full=full, images=given.images, batch=given.batch)), flush=True)


if __name__ == "__main__":
    main()
