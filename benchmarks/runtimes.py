"""Seconds of one step of Stable Diffusion 1's network at 512 pixels, by runtime, in one run.

Run: python benchmarks/runtimes.py [--only NAME ...] [--threads 1] [--repeat 3]

The network is full-size with random weights; nothing is fetched. Each runtime has a separate
process, because peak memory is that of a process. OpenVINO, NNCF, ONNX and ONNX Runtime are no
dependencies of the package: rows without their packages say so.

Start-up is the import, the load of a prepared file and the first step, which compiles. Times are
core-seconds: the processor time of all threads, which other programs on the machine change little.
Two idle cores need about half of it. The runtimes take turns, and the median of their repetitions
counts. Compare rows of one run only.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

SHAPES = {"sample": (1, 4, 64, 64), "timestep": (1,), "encoder_hidden_states": (1, 77, 768)}
WEIGHTS, IR, IR_INT8, ONNX = "unet", "unet.xml", "unet-int8.xml", "onnx/unet.onnx"

Step: TypeAlias = Callable[[], object]


def inputs() -> dict[str, Any]:
    """Return float32 arrays of the shapes of one image, without guidance."""
    import numpy as np

    random = np.random.default_rng(0)
    given = {name: random.normal(size=s).astype(np.float32) for name, s in SHAPES.items()}
    return {**given, "timestep": np.full(1, 499, np.float32)}


def network(folder: Path, dtype: str = "float32") -> Any:
    """Load the network from its file."""
    import torch
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel.from_pretrained(folder / WEIGHTS, dtype=getattr(torch, dtype))


def torch_step(
    folder: Path, dtype: str = "float32", *, last: bool, compiled: bool = False, half: bool = False
) -> Step:
    """Return a step of PyTorch; `half` keeps the weights of the file and casts each layer."""
    import torch

    from diabelli.engines.diffusion.half_storage import compute_in

    unet = network(folder, "float16" if half else dtype)
    if last:
        unet.to(memory_format=torch.channels_last)
    if half:
        compute_in(torch.float32, unet)
    if compiled:
        unet.compile()
    given = {name: torch.from_numpy(one).to(unet.dtype) for name, one in inputs().items()}
    if half:
        given = {name: one.float() for name, one in given.items()}

    def step() -> object:
        with torch.inference_mode():
            return unet(**given, return_dict=False)

    return step


def openvino_step(folder: Path, name: str, threads: int) -> Step:
    """Return a step of OpenVINO."""
    import openvino

    path = folder / name
    if not path.exists():
        prepare_openvino(folder, name)
    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}
    compiled = openvino.Core().compile_model(path, "CPU", options)
    given = list(inputs().values())
    return lambda: compiled(given)


def prepare_openvino(folder: Path, name: str) -> None:
    """Convert the network; int8 weights are compressed from the float16 file."""
    import openvino

    if name == IR_INT8:
        import nncf

        mode = nncf.CompressWeightsMode.INT8_ASYM
        model = nncf.compress_weights(openvino.Core().read_model(folder / IR), mode=mode)
    else:
        example = tuple(tensors().values())
        model = openvino.convert_model(
            plain(network(folder)), example_input=example, input=list(SHAPES.values())
        )
    openvino.save_model(model, folder / name)


def onnx_step(folder: Path, threads: int) -> Step:
    """Return a step of ONNX Runtime."""
    import onnxruntime

    path = folder / ONNX
    if not path.exists():
        prepare_onnx(path, folder)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    given = dict(zip(names, inputs().values(), strict=True))
    return lambda: session.run(None, given)


def prepare_onnx(path: Path, folder: Path) -> None:
    """Export the network with its weights in files beside it."""
    import torch

    path.parent.mkdir()
    torch.onnx.export(
        plain(network(folder)), tuple(tensors().values()), str(path), dynamo=True, optimize=False
    )


def plain(unet: Any) -> Any:
    """Return the network as a module that returns one tensor."""
    import torch

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.unet = unet

        def forward(self, sample: Any, timestep: Any, states: Any) -> Any:
            return self.unet(sample, timestep, states, return_dict=False)[0]

    return Plain().eval()


def tensors() -> dict[str, Any]:
    """Return `inputs` as tensors."""
    import torch

    return {name: torch.from_numpy(one) for name, one in inputs().items()}


RUNTIMES: dict[str, Callable[[Path, int], Step]] = {
    "PyTorch float32": lambda at, _: torch_step(at, last=False),
    "PyTorch float32, channels last": lambda at, _: torch_step(at, last=True),
    "PyTorch float32, float16 storage": lambda at, _: torch_step(at, last=False, half=True),
    "PyTorch bfloat16": lambda at, _: torch_step(at, "bfloat16", last=False),
    "PyTorch bfloat16, channels last": lambda at, _: torch_step(at, "bfloat16", last=True),
    "OpenVINO float16 file": lambda at, threads: openvino_step(at, IR, threads),
    "OpenVINO int8 weights": lambda at, threads: openvino_step(at, IR_INT8, threads),
    "ONNX Runtime float32": onnx_step,
    "PyTorch float32, compiled": lambda at, _: torch_step(at, last=True, compiled=True),
}


def measure(name: str, folder: Path, threads: int) -> None:
    """Print the figures of one runtime as JSON; conversion needs a separate process."""
    import torch

    torch.set_num_threads(threads)
    step = RUNTIMES[name](folder, threads)
    step()
    ready = time.process_time()
    step()
    taken = time.process_time() - ready
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"step": taken, "ready": ready, "peak": peak}))


def prepare(folder: Path, scale: int) -> None:
    """Save the network with random weights as float16, as published weights are."""
    import torch
    from diffusers import UNet2DConditionModel

    torch.manual_seed(0)
    widths = tuple(width // scale for width in (320, 640, 1280, 1280))
    unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768, block_out_channels=widths)
    unet.half().save_pretrained(folder / WEIGHTS)


def run(arguments: list[str], limit_s: float) -> str:
    """Run this script with the arguments; return its output, or the error's last line."""
    command = [sys.executable, __file__, *arguments]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=limit_s)
    except subprocess.TimeoutExpired:
        return f"not within {limit_s:.0f} s"
    lines = (ended.stdout if ended.returncode == 0 else ended.stderr).strip().splitlines()
    return lines[-1] if lines else ""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=RUNTIMES, default=[*RUNTIMES])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--scale", type=int, default=1, help="Divides the network's widths.")
    parser.add_argument("--limit", type=float, default=180, help="Seconds of one runtime.")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one == "prepare":
        prepare(given.folder, given.scale)
        return
    if given.one:
        measure(given.one, given.folder, given.threads)
        return
    print("| runtime | a step, s | ratio | start-up, s | peak memory, GB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        common = ["--folder", folder, "--threads", str(given.threads)]
        run(["--one", "prepare", "--scale", str(given.scale), *common], given.limit)
        rows: dict[str, list[dict[str, float]]] = {name: [] for name in given.only}
        failures: dict[str, str] = {}
        for turn in range(given.repeat):
            for name in given.only:
                # The first call may convert; only figures of the second are printed.
                if turn == 0 and not name.startswith("PyTorch"):
                    run(["--one", name, *common], given.limit)
                text = run(["--one", name, *common], given.limit)
                print(f"{name}: {text}", file=sys.stderr, flush=True)
                if text.startswith("{"):
                    rows[name].append(json.loads(text))
                else:
                    failures[name] = text
    first = None
    for name, turns in rows.items():
        if not turns:
            print(f"| {name} | {failures[name]} | | | |")
            continue
        step, ready, peak = (
            statistics.median(turn[key] for turn in turns) for key in ("step", "ready", "peak")
        )
        first = first or step
        figures = f"{step:.1f} | {step / first:.2f} | {ready:.0f}"
        print(f"| {name} | {figures} | {peak / 1e9:.1f} |")


if __name__ == "__main__":
    main()
