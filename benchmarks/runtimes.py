"""Seconds per picture of the preset for a CPU, by runtime.

Run: python benchmarks/runtimes.py [--only NAME ...] [--threads 2] [--repeat 3] [--limit 600]

A picture is the whole pipeline at strength 0.5: the image encoder, all steps of the preset, and the
decoder. Networks are full-size with random weights; nothing is fetched. Each runtime has a separate
process, because peak memory is that of a process. OpenVINO, NNCF, ONNX and ONNX Runtime are not
dependencies of the package; without them, their rows contain the error.

Start-up is the import, the load of prepared files, and one call of each network, which compiles.
Other programs on the machine change the wall seconds much and the CPU seconds of all threads less.
The runtimes take turns, and the median of their repetitions counts. Compare rows of one run only.
It needs Linux, for the peak of memory.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch

import runtime_networks as networks
from diabelli.engines.diffusion.runtime import RuntimeOptions
from runtime_networks import Networks
from serving import memory_mib

PICTURE = "picture.npy"
"""File of the reference picture: of PyTorch in float32, or else of the first row."""
CONVERSION_S = 900
"""Seconds that a conversion may take on a busy machine."""
SAMPLING_S = 0.02
"""Seconds between two samples of the memory."""

WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Environment. Otherwise PyTorch's threads wait in a loop, half of their time on a busy machine."""

Figures: TypeAlias = dict[str, float]


@dataclass(frozen=True)
class Runtime:
    """A row of the table.

    Attributes:
        load: returns the networks, given the folder and the number of threads.
        convert: writes the files that the runtime reads; None if it reads those of the preset.
        files: glob pattern of the files that the runtime reads.
    """

    load: Callable[[Path, int], Networks]
    convert: Callable[[Path], None] | None = None
    files: str = "preset/**/*"


def in_torch(dtype: str, *, last: bool = False, compiled: bool = False) -> Runtime:
    """Return a row of PyTorch."""
    running = RuntimeOptions.model_validate({"dtype": dtype, "compile": compiled})
    # "auto" is measured as on a processor without instructions for bfloat16.
    native = dtype != "auto"
    return Runtime(lambda at, _: networks.of_torch(at, running, last=last, native=native))


RUNTIMES = {
    "PyTorch float32": in_torch("float32"),
    "PyTorch float32, channels last": in_torch("float32", last=True),
    "PyTorch float32, float16 storage": in_torch("auto"),
    "PyTorch float32, compiled": in_torch("float32", compiled=True),
    "PyTorch bfloat16": in_torch("bfloat16"),
    "PyTorch bfloat16, channels last": in_torch("bfloat16", last=True),
    "PyTorch bfloat16, compiled": in_torch("bfloat16", compiled=True),
    "ONNX Runtime float32": Runtime(networks.of_onnx, networks.to_onnx, "onnx/*"),
    "OpenVINO float16 files": Runtime(networks.of_openvino, networks.to_openvino, "openvino/*"),
    "OpenVINO int8 weights": Runtime(networks.of_int8, networks.to_int8, "int8/*"),
}


@contextmanager
def peaks(found: Figures) -> Iterator[None]:
    """Store peaks of this process's memory in MiB: "peak", and "own" without mapped files."""
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(SAMPLING_S):
            found["own"] = max(found.get("own", 0), memory_mib("RssAnon"))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        found["peak"] = memory_mib("VmHWM")


def picture(folder: Path, made: Networks, steps: int) -> tuple[np.ndarray, float]:
    """Return a picture in levels 0..255, (1, 3, h, w), and the median CPU seconds of a step."""
    from diffusers import LCMScheduler

    scheduler = LCMScheduler.from_pretrained(folder / networks.SCHEDULER)
    shapes, preset = networks.facts(folder).shapes, networks.facts(folder).preset
    random = torch.Generator().manual_seed(1)
    scheduler.set_timesteps(preset.steps)
    pixels = torch.randn(shapes["encode"][0], generator=random)
    latents = torch.randn(shapes["decode"][0], generator=random)
    taken = []
    embedding = made.encode(pixels)
    for timestep in scheduler.timesteps[:steps]:
        began = time.process_time()
        noise = made.denoise(latents, timestep.float().reshape(1), embedding)
        taken.append(time.process_time() - began)
        latents = scheduler.step(noise, timestep, latents, generator=random).prev_sample
    levels = made.decode(latents).float().numpy().clip(-1, 1) * 127.5 + 127.5
    return levels, statistics.median(taken)


def measure(name: str, folder: Path, threads: int, began: float) -> None:
    """Print the figures of one runtime as JSON; `began` is the start of the process."""
    torch.set_num_threads(threads)
    figures: Figures = {"load": os.getloadavg()[0]}
    with peaks(figures), torch.inference_mode():
        made = RUNTIMES[name].load(folder, threads)
        picture(folder, made, 1)
        figures |= {"start": time.time() - began, "start_cpu": time.process_time()}
        wall, cpu = time.perf_counter(), time.process_time()
        levels, step = picture(folder, made, networks.facts(folder).preset.steps)
        figures |= {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    if name == next(iter(RUNTIMES)) or not (folder / PICTURE).exists():
        np.save(folder / PICTURE, levels)
    difference = float(np.abs(levels - np.load(folder / PICTURE)).mean())
    files = [one for one in folder.glob(RUNTIMES[name].files) if one.is_file()]
    figures |= {"files": sum(one.stat().st_size for one in files), "difference": difference}
    print(json.dumps({**figures, "step": step}))


def run(arguments: list[str], limit_s: float) -> str:
    """Run this script with the arguments; return the last line of its output or its errors.

    The cache of compiled code is new for each process, so that each turn is a first start.
    """
    command = [sys.executable, __file__, *arguments, "--began", str(time.time())]
    with tempfile.TemporaryDirectory() as cache:
        environment = {**WAITING, **os.environ, "TORCHINDUCTOR_CACHE_DIR": cache}
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=limit_s, env=environment
            )
        except subprocess.TimeoutExpired:
            return f"not within {limit_s:g} s"
    lines = (ended.stdout if ended.returncode == 0 else ended.stderr).strip().splitlines()
    return lines[-1] if lines else "" if ended.returncode == 0 else f"exit {ended.returncode}"


def prepared(folder: Path, only: list[str], common: list[str]) -> dict[str, str]:
    """Write the missing files of all rows; return the error of each row that still lacks them."""
    if not any(folder.iterdir()) and (text := run(["--one", "prepare", *common], CONVERSION_S)):
        raise SystemExit(f"The preset was not saved: {text}")
    reasons = {}
    for name in only:
        row = RUNTIMES[name]
        if row.convert and not any(folder.glob(row.files)):
            text = run(["--one", f"to {name}", *common], CONVERSION_S)
            if text:
                reasons[name] = text
    return reasons


def measured(
    only: list[str], reasons: dict[str, str], common: list[str], repeat: int, limit_s: float
) -> dict[str, list[Figures]]:
    """Return the figures of each row; add the error of a row that fails to `reasons`."""
    rows: dict[str, list[Figures]] = {name: [] for name in only}
    for _ in range(repeat):
        for name in (name for name in only if name not in reasons):
            text = run(["--one", name, *common], limit_s)
            print(f"{name}: {text}", file=sys.stderr, flush=True)
            if text.startswith("{"):
                rows[name].append(json.loads(text))
            else:
                reasons[name] = text
    return rows


def show(rows: dict[str, list[Figures]], reasons: dict[str, str], threads: int) -> None:
    """Print the table; ratios are to the first row that has figures."""
    loads = [turn["load"] for turns in rows.values() for turn in turns]
    if not loads:
        loads = [os.getloadavg()[0]]
    capable = getattr(torch.cpu, "get_capabilities", dict)()
    wide = [name for name in ("avx2", "avx512_bf16", "amx_bf16") if capable.get(name)]
    print(f"{os.cpu_count()} CPUs ({', '.join(wide)}), {threads} threads, {versions()}.")
    print(f"Other load of the machine: load averages of {min(loads):.1f} to {max(loads):.1f}.\n")
    print(
        "| runtime | a picture, s | ratio | CPU s | ratio | a step, CPU s | start-up, s | CPU s "
        "| peak memory, GB | not of files, GB | files, GB | difference, levels |\n"
        f"|{'---|' * 12}"
    )
    first: Figures = {}
    for name, turns in rows.items():
        if name in reasons or not turns:
            print(f"| {name} | {reasons[name]} |{' |' * 10}")
            continue
        row = {key: statistics.median(turn[key] for turn in turns) for key in turns[0]}
        first = first or row
        cells = (
            *(f"{row['wall']:.1f}", f"{row['wall'] / first['wall']:.2f}"),
            *(f"{row['cpu']:.1f}", f"{row['cpu'] / first['cpu']:.2f}", f"{row['step']:.1f}"),
            *(f"{row[key]:.0f}" for key in ("start", "start_cpu")),
            *(f"{row[key] * 2**20 / 1e9:.1f}" for key in ("peak", "own")),
            f"{row['files'] / 1e9:.1f}",
            f"{row['difference']:.1f}",
        )
        print(f"| {name} | {' | '.join(cells)} |")


def versions() -> str:
    """Return the versions of the runtimes that are installed."""
    found = []
    for package in ("torch", "onnxruntime", "openvino", "nncf"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=RUNTIMES, default=[*RUNTIMES])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=float, default=600, help="Seconds of one process.")
    parser.add_argument("--tiny", action="store_true", help="Small networks, to try the script.")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="Keeps converted files, for another run.")
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one == "prepare":
        networks.prepare(arguments.folder, arguments.tiny)
    elif arguments.one and arguments.one.startswith("to "):
        convert = RUNTIMES[arguments.one.removeprefix("to ")].convert
        assert convert
        # A conversion may print its progress.
        with redirect_stdout(sys.stderr):
            convert(arguments.folder)
    elif arguments.one:
        measure(arguments.one, arguments.folder, arguments.threads, arguments.began)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            folder = arguments.folder or Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            common = ["--folder", str(folder), "--threads", str(arguments.threads)]
            common += ["--tiny"] if arguments.tiny else []
            reasons = prepared(folder, arguments.only, common)
            rows = measured(arguments.only, reasons, common, arguments.repeat, arguments.limit)
            show(rows, reasons, arguments.threads)


if __name__ == "__main__":
    main()
