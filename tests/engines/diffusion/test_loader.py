"""Missing, damaged or foreign weights, and weights in formats that run code."""

import re
import shutil
from dataclasses import replace

import pytest
import torch
from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
from safetensors.torch import load_file

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.availability import availability
from diabelli.engines.diffusion.loader import load
from diabelli.engines.diffusion.pipeline_cache import required_bytes
from diabelli.engines.diffusion.presets import PICKLES, PIPELINE, StrengthMapping, Weights
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions
from diabelli.errors import ContentPolicyViolation, InvalidSettings, InvalidWeights, WeightsMissing
from engines.making import made, square
from oracles.sources import face

pytestmark = pytest.mark.slow

SMALLEST = "sd-image-variations"


@pytest.fixture
def copied(tiny, tmp_path):
    """A preset with a private copy of its weights, and their directory."""
    folder = tmp_path / "weights"
    shutil.copytree(tiny(SMALLEST).pipeline.source, folder)
    return replace(tiny(SMALLEST), pipeline=Weights(source=str(folder))), folder


def test_a_missing_directory_is_reported_before_loading(tiny, engine_of):
    """The error names the directory."""
    nowhere = replace(tiny(SMALLEST), pipeline=Weights(source="/no/such/folder"))
    with pytest.raises(WeightsMissing, match=r"/no/such/folder, is not a folder"):
        engine_of(nowhere)


def test_weights_that_were_never_pulled_name_the_command(tiny, engine_of, tmp_path):
    """Serving does not download a repository that is not in the cache."""
    unknown = replace(tiny(SMALLEST), name="mine", pipeline=Weights(source="unknown/unknown"))
    with pytest.raises(WeightsMissing, match="diabelli pull mine"):
        engine_of(unknown)


@pytest.mark.parametrize("damage", ["truncated", "garbage", "absent"])
def test_damaged_weights_are_a_clear_error(copied, engine_of, damage):
    """For any exception of the libraries, the error names the weights to pull again."""
    preset, folder = copied
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    if damage == "absent":
        file.unlink()
    else:
        data = file.read_bytes()
        file.write_bytes(data[: len(data) // 2] if damage == "truncated" else b"x" * 1000)
    engine = engine_of(preset)
    for _ in range(2):
        with pytest.raises(InvalidWeights, match=r"cannot be loaded: .+; .*another folder"):
            made(engine, face(64), square(32))


def test_a_folder_without_a_pipeline_is_refused(copied, engine_of):
    """The directory must name the class of its pipeline."""
    preset, folder = copied
    (folder / "model_index.json").unlink()
    with pytest.raises(InvalidWeights, match=r"model_index\.json does not name"):
        made(engine_of(preset), face(64), square(32))


def test_weights_that_could_run_code_are_loaded_only_on_request(copied, engine_of):
    """A pickle is refused, unless the entry permits it."""
    preset, folder = copied
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    torch.save(load_file(file), folder / "unet" / "diffusion_pytorch_model.bin")
    file.unlink()
    with pytest.raises(InvalidWeights):
        made(engine_of(preset), face(64), square(32))
    weights = replace(preset.pipeline, files=PIPELINE + PICKLES)
    trusted = replace(preset, safetensors=False, pipeline=weights)
    assert len(made(engine_of(trusted), face(64), square(32))) == 1


def test_code_beside_the_weights_is_never_run(copied, engine_of, tmp_path):
    """A pipeline with a custom module is refused, and the module is not imported."""
    preset, folder = copied
    index = folder / "model_index.json"
    mark = tmp_path / "was-run"
    (folder / "unet" / "evil.py").write_text(f"open({str(mark)!r}, 'w')\nclass Unet: pass\n")
    text = index.read_text().replace('"diffusers",\n    "UNet2D', '"evil",\n    "UNet2D')
    assert "evil" in text
    index.write_text(text)
    with pytest.raises(InvalidWeights):
        made(engine_of(preset), face(64), square(32))
    assert not mark.exists()


def test_an_unknown_strength_argument_is_refused(tiny, engine_of):
    """The error lists the arguments of the pipeline."""
    wrong = replace(tiny(SMALLEST), dial=StrengthMapping(argument="noise_level", low=0, high=9))
    with pytest.raises(InvalidWeights, match=r"'noise_level'.*does not accept it.*guidance_scale"):
        made(engine_of(wrong), face(64), square(32))


def test_a_refusal_of_the_safety_checker_is_a_client_error(copied, engine_of):
    """A black picture is never returned as a variation."""
    preset, folder = copied
    checker = StableDiffusionSafetyChecker.from_pretrained(folder / "safety_checker")
    checker.concept_embeds_weights.data.fill_(-10.0)
    checker.save_pretrained(folder / "safety_checker")
    with pytest.raises(ContentPolicyViolation, match="safety system"):
        made(engine_of(preset), face(64), square(32, n=2))


@pytest.mark.parametrize("running", [{"attention_slicing": True}, {"dtype": "bfloat16"}])
def test_runtime_options_reach_the_pipeline(tiny, engine_of, running):
    """Slicing and other options change only the last digits."""
    plain, other = (
        made(engine_of(tiny(SMALLEST), **given), face(64), square(32))[0].image.astype(int)
        for given in ({}, running)
    )
    assert abs(plain - other).mean() < 8


def test_offload_without_an_accelerator_is_refused(tiny, engine_of):
    """Offloading needs a device beside the CPU."""
    with pytest.raises(InvalidSettings, match="no accelerator"):
        engine_of(tiny(SMALLEST), device="cpu", offload="model")


@pytest.mark.parametrize("device", ["cuda:99", "mps"])
def test_a_missing_device_is_refused(tiny, engine_of, device, monkeypatch):
    """At start, and in the list of engines."""
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(InvalidSettings, match=rf"device is '{device}', but torch .* finds"):
        engine_of(tiny(SMALLEST), device=device)
    found = availability(EnginePlan(tiny(SMALLEST), RuntimeOptions(device=device)), None)
    assert device in found.missing
    assert found.fits is None


def test_compilation_without_a_compiler_is_refused(tiny, engine_of, monkeypatch):
    """At start, and not by the first request after a minute, as in a container."""
    engine_of(tiny(SMALLEST), compile=True)
    monkeypatch.setenv("PATH", "/nowhere")
    for name in ("CC", "CXX"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InvalidSettings, match=r"no C\+\+ compiler: install g\+\+"):
        engine_of(tiny(SMALLEST), compile=True)
    engine_of(tiny(SMALLEST))


def test_a_distillation_is_merged_into_the_network(tiny, tmp_path):
    """The LoRA changes weights and leaves no layers; scheduler and decoder are replaced."""
    preset = tiny("sd15-lcm")
    plain = replace(preset, distillation=None, decoder=None)
    merged, original = (load(EnginePlan(one), "cpu").pipe for one in (preset, plain))
    assert type(merged.scheduler).__name__ == "LCMScheduler"
    assert type(merged.vae).__name__ == "AutoencoderTiny"
    assert type(original.vae).__name__ == "AutoencoderKL"
    before, after = (dict(one.unet.named_parameters()) for one in (original, merged))
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all(re.search(r"to_[qkvo]|proj|ff|conv|samplers", name) for name in changed)


def test_a_cpu_stores_half_precision_and_computes_in_single(tiny, engine_of):
    """Large layers stay as in the files; pictures differ by little from those of float32."""
    preset = tiny("sd15-lcm")
    unet = load(EnginePlan(preset), "cpu").pipe.unet
    assert unet.conv_in.weight.dtype == torch.float16
    assert unet.conv_norm_out.weight.dtype == torch.float32
    halved, single = (
        made(engine_of(preset, dtype=dtype), face(64), square(32))[0].image.astype(int)
        for dtype in ("auto", "float32")
    )
    assert abs(halved - single).mean() < 2


def test_a_cpu_with_instructions_for_bfloat16_computes_in_it(tiny, engine_of, monkeypatch):
    """All weights are of that type; pictures differ by little from those of float32."""
    preset = tiny("sd15-lcm")
    single = made(engine_of(preset), face(64), square(32))[0].image.astype(int)
    monkeypatch.setattr(devices, "BFLOAT16_INSTRUCTIONS", ("avx512_bf16", "amx_bf16"))
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    unet = load(EnginePlan(preset), "cpu").pipe.unet
    assert {weight.dtype for weight in unet.parameters()} == {torch.bfloat16}
    halved = made(engine_of(preset, exact=True), face(64), square(32))[0].image.astype(int)
    assert abs(halved - single).mean() < 8
    plain = EnginePlan(replace(preset, vram_gb=1))
    assert required_bytes(plan=plain, device="cpu") == 1e9
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": False})
    assert required_bytes(plan=plain, device="cpu") == 2e9


def test_stored_weights_are_not_copied_by_a_run(tiny):
    """They stay where they are; those mapped from a file then need no other memory."""
    parts = load(EnginePlan(tiny("sd15-lcm")), "cpu")
    layer = parts.pipe.unet.conv_in
    place, stored = layer.weight.data_ptr(), layer.weight.clone()
    sample = torch.ones(1, 4, 8, 8)
    with torch.inference_mode():
        assert layer(sample).dtype == torch.float32
        with pytest.raises(RuntimeError):
            layer(sample[:, :1])
        layer(sample)
    assert layer.weight.data_ptr() == place
    assert torch.equal(layer.weight, stored)


@pytest.mark.parametrize("name", ["sd15-lcm", "sdxl-ip-adapter", "stable-unclip-2.1"])
def test_the_prompt_is_embedded_once(tiny, engine_of, name, monkeypatch):
    """The text encoders are dropped; the pictures are those of the prompt."""
    preset = tiny(name)
    assert load(EnginePlan(preset), "cpu").pipe.text_encoder is None
    spec = square(32, n=2)
    embedded = made(engine_of(preset, batch=2), face(64), spec)
    monkeypatch.setattr("diabelli.engines.diffusion.loader._TAKES_EMBEDDED", frozenset())
    assert load(EnginePlan(preset), "cpu").pipe.text_encoder is not None
    prompted = made(engine_of(preset, batch=2), face(64), spec)
    for one, other in zip(embedded, prompted, strict=True):
        assert abs(one.image.astype(int) - other.image).max() <= 1
