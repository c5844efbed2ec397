"""The three networks of the preset for a CPU in each runtime, and their conversion.

`encode` maps the source's pixels to its embedding, `denoise` maps latents, timestep and embedding
to predicted noise, and `decode` maps latents to the picture. They take and return float32 tensors
of one picture. The embedding of the empty prompt and the strength are constants of `denoise`.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import torch

from architectures import SD15_LCM, build
from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.conditioning import LoadedPipeline
from diabelli.engines.diffusion.presets import Preset
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions

FACTS, SCHEDULER = "facts.pickle", "scheduler"
ONNX, OPENVINO, INT8 = "onnx", "openvino", "int8"
"""Folders of converted networks."""
STRENGTH = 0.5

Network: TypeAlias = Callable[..., torch.Tensor]


@dataclass(frozen=True)
class Networks:
    """The networks of one runtime."""

    encode: Network
    denoise: Network
    decode: Network


@dataclass(frozen=True)
class Facts:
    """The preset, and the shapes of the inputs of each network; saved for other processes."""

    preset: Preset
    shapes: dict[str, tuple[tuple[int, ...], ...]]


def prepare(folder: Path, tiny: bool) -> None:
    """Save the preset with random weights in the data types of the published ones."""
    preset = build(SD15_LCM, folder / "preset", full=not tiny, dtype=torch.float16)
    pipe = _loaded(preset, RuntimeOptions()).pipe
    pipe.scheduler.save_pretrained(folder / SCHEDULER)
    side = pipe.image_encoder.config.image_size
    latents = (1, 4, *(preset.side // pipe.vae_scale_factor,) * 2)
    embedding = (1, 1, pipe.image_encoder.config.projection_dim)
    shapes = {
        "encode": ((1, 3, side, side),),
        "denoise": (latents, (1,), embedding),
        "decode": (latents,),
    }
    (folder / FACTS).write_bytes(pickle.dumps(Facts(preset, shapes)))


def facts(folder: Path) -> Facts:
    """Read the facts that `prepare` saved."""
    found: Facts = pickle.loads((folder / FACTS).read_bytes())
    return found


def example(folder: Path, name: str) -> tuple[torch.Tensor, ...]:
    """Return inputs of a network."""
    return tuple(torch.rand(shape) for shape in facts(folder).shapes[name])


def of_torch(
    folder: Path, running: RuntimeOptions, *, last: bool = False, native: bool = True
) -> Networks:
    """Return the networks as the engine loads them.

    Args:
        folder: of `prepare`.
        running: the engine's options.
        last: whether the denoiser uses the memory format "channels last".
        native: False ignores instructions for bfloat16, as on a CPU without them.
    """
    if not native:
        devices.BFLOAT16_INSTRUCTIONS = ()
    parts = _loaded(facts(folder).preset, running)
    if last:
        parts.pipe.unet.to(memory_format=torch.channels_last)
    return Networks(**modules(parts, devices.resolve_dtype(running, "cpu")))


def modules(parts: LoadedPipeline, dtype: torch.dtype) -> dict[str, torch.nn.Module]:
    """Return the networks of a pipeline that computes in `dtype`."""
    pipe = parts.pipe

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = pipe.image_encoder

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return self.network(pixels.to(dtype)).image_embeds.float().unsqueeze(1)

    class Denoiser(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = pipe.unet
            self.register_buffer("words", parts.embedded["prompt_embeds"].to(dtype))

        def forward(
            self, latents: torch.Tensor, timestep: torch.Tensor, embedding: torch.Tensor
        ) -> torch.Tensor:
            noise = self.network(
                latents.to(dtype),
                timestep,
                self.words,
                added_cond_kwargs={"image_embeds": [embedding.to(dtype)]},
                return_dict=False,
            )[0]
            return noise.float()

    class Decoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = pipe.vae

        def forward(self, latents: torch.Tensor) -> torch.Tensor:
            scaled = latents / self.network.config.scaling_factor
            return self.network.decode(scaled.to(dtype), return_dict=False)[0].float()

    return {"encode": Encoder(), "denoise": Denoiser(), "decode": Decoder()}


def of_openvino(folder: Path, threads: int, kind: str = OPENVINO) -> Networks:
    """Return the networks in OpenVINO."""
    import openvino

    core = openvino.Core()
    options = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads}

    def network(name: str) -> Network:
        compiled = core.compile_model(folder / kind / f"{name}.xml", "CPU", options)
        return lambda *inputs: torch.from_numpy(compiled([one.numpy() for one in inputs])[0])

    return Networks(**{name: network(name) for name in facts(folder).shapes})


def to_openvino(folder: Path) -> None:
    """Convert the networks; weights are float16 in the files."""
    import openvino

    for name, module in _plain(folder).items():
        shapes = [list(shape) for shape in facts(folder).shapes[name]]
        inputs = example(folder, name)
        model = openvino.convert_model(module.eval(), example_input=inputs, input=shapes)
        openvino.save_model(model, folder / OPENVINO / f"{name}.xml")


def of_int8(folder: Path, threads: int) -> Networks:
    """Return the networks in OpenVINO with weights of int8."""
    return of_openvino(folder, threads, INT8)


def to_int8(folder: Path) -> None:
    """Compress the weights of the networks in OpenVINO's format to int8."""
    import nncf
    import openvino

    if not (folder / OPENVINO).exists():
        to_openvino(folder)
    for path in (folder / OPENVINO).glob("*.xml"):
        model = nncf.compress_weights(
            openvino.Core().read_model(path), mode=nncf.CompressWeightsMode.INT8_ASYM
        )
        openvino.save_model(model, folder / INT8 / path.name)


def of_onnx(folder: Path, threads: int) -> Networks:
    """Return the networks in ONNX Runtime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads

    def network(name: str) -> Network:
        path = str(folder / ONNX / f"{name}.onnx")
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        names = [one.name for one in session.get_inputs()]

        def run(*inputs: torch.Tensor) -> torch.Tensor:
            arrays = (one.numpy() for one in inputs)
            return torch.from_numpy(session.run(None, dict(zip(names, arrays, strict=True)))[0])

        return run

    return Networks(**{name: network(name) for name in facts(folder).shapes})


def to_onnx(folder: Path) -> None:
    """Export the networks in float32 to ONNX."""
    (folder / ONNX).mkdir()
    for name, module in _plain(folder).items():
        path, inputs = str(folder / ONNX / f"{name}.onnx"), example(folder, name)
        torch.onnx.export(module.eval(), inputs, path, dynamo=True, optimize=False, verbose=False)


def _plain(folder: Path) -> dict[str, torch.nn.Module]:
    """Return the networks as modules of PyTorch in float32, for a conversion."""
    parts = _loaded(facts(folder).preset, RuntimeOptions(dtype="float32"))
    return modules(parts, torch.float32)


def _loaded(preset: Preset, running: RuntimeOptions) -> LoadedPipeline:
    """Load the pipeline on the CPU at `STRENGTH`."""
    from diabelli.engines.diffusion.loader import load

    parts = load(EnginePlan(preset, running), "cpu")
    parts.pipe.set_ip_adapter_scale(preset.dial.at(STRENGTH))
    return parts
