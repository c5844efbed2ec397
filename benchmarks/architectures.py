"""Pipelines of real architectures with random weights, built from configs: nothing is fetched."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    DDPMScheduler,
    KandinskyV22Pipeline,
    StableDiffusionImageVariationPipeline,
    UNet2DConditionModel,
    VQModel,
)
from transformers import (
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

from diabelli.engines.diffusion.presets import PRESETS, Preset, Weights

# Parts of other presets are built by the tests' module.
sys.path.append(str(Path(__file__).parents[1] / "tests"))
from engines.diffusion.tiny import build as tiny
from engines.diffusion.tiny import save_sd15_lcm

SD15_LCM = "sd15-lcm"
TINY = {"layers_per_block": 1, "norm_num_groups": 8}
BLOCKS = {"block_out_channels": (32, 64)}


def build(name: str, folder: Path, *, full: bool, dtype: torch.dtype) -> Preset:
    """Save a pipeline with random weights; return the preset that loads it.

    Args:
        name: of the preset, one of `NAMES`.
        folder: for the pipeline and its encoder.
        full: False builds tiny networks, and a preset for pictures of 64x64.
        dtype: of the saved weights; `sd15-lcm` has fixed ones.
    """
    torch.manual_seed(0)
    if name == SD15_LCM:
        return _sd15_lcm(folder, full)
    preset = replace(PRESETS[name], pipeline=Weights(source=str(folder / "pipeline")), vram_gb=None)
    pipeline, encoder, processor = _BUILDERS[name](full)
    pipeline.to(dtype=dtype).save_pretrained(folder / "pipeline")
    if preset.encoder:
        encoder.to(dtype=dtype).save_pretrained(folder / "prior" / "image_encoder")
        processor.save_pretrained(folder / "prior" / "image_processor")
        preset = replace(preset, encoder=Weights(source=str(folder / "prior")))
    return preset if full else replace(preset, side=64, multiple=16, steps=10)


def _sd15_lcm(folder: Path, full: bool) -> Preset:
    """Save the preset for a CPU; full-size parts have the data types of the published ones."""
    if not full:
        return replace(tiny(SD15_LCM, folder), side=64, steps=10)
    vision, _ = _vision(full, 1280, 32, 16, 5120, 1024)
    text = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=768,
        intermediate_size=3072,
        num_hidden_layers=12,
        num_attention_heads=12,
    )
    unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768)
    changes = save_sd15_lcm(
        folder / SD15_LCM,
        unet.half(),
        CLIPTextModel(text).half(),
        vision.half(),
        AutoencoderTiny(),
        rank=64,
    )
    return replace(PRESETS[SD15_LCM], **changes)


def _vision(full: bool, width: int, layers: int, heads: int, inner: int, out: int) -> Any:
    """Return a CLIP encoder of images and its processor; the numbers are of the full size."""
    config = {
        "hidden_size": width if full else 32,
        "num_hidden_layers": layers if full else 2,
        "num_attention_heads": heads if full else 4,
        "intermediate_size": inner if full else 37,
        "projection_dim": out if full else 32,
        "image_size": 224 if full else 32,
        "patch_size": 14 if full else 8,
    }
    side = config["image_size"]
    processor = CLIPImageProcessor(size={"shortest_edge": side}, crop_size=side)
    return CLIPVisionModelWithProjection(CLIPVisionConfig(**config)), processor


def _stable_diffusion(full: bool) -> Any:
    """Return Stable Diffusion 1 behind CLIP ViT-L/14: pipeline, encoder, processor."""
    encoder, processor = _vision(full, 1024, 24, 16, 4096, 768)
    unet = UNet2DConditionModel(
        sample_size=64,
        cross_attention_dim=768 if full else 32,
        **{}
        if full
        else {**TINY, **BLOCKS, "down_block_types": ("DownBlock2D",) * 2}
        | {"up_block_types": ("UpBlock2D",) * 2},
    )
    vae = AutoencoderKL(
        block_out_channels=(128, 256, 512, 512) if full else (32, 64),
        down_block_types=("DownEncoderBlock2D",) * (4 if full else 2),
        up_block_types=("UpDecoderBlock2D",) * (4 if full else 2),
        layers_per_block=2 if full else 1,
        norm_num_groups=32 if full else 8,
    )
    pipeline = StableDiffusionImageVariationPipeline(
        vae=vae,
        image_encoder=encoder,
        unet=unet,
        scheduler=DDIMScheduler(clip_sample=False),
        safety_checker=None,
        feature_extractor=processor,
        requires_safety_checker=False,
    )
    return pipeline, encoder, processor


def _kandinsky(full: bool) -> Any:
    """Return Kandinsky 2.2's decoder behind CLIP ViT-bigG/14: pipeline, encoder, processor."""
    encoder, processor = _vision(full, 1664, 48, 16, 8192, 1280)
    crossing = 3 if full else 1
    unet = UNet2DConditionModel(
        in_channels=4,
        out_channels=8,
        addition_embed_type="image",
        encoder_hid_dim=1280 if full else 32,
        encoder_hid_dim_type="image_proj",
        down_block_types=("ResnetDownsampleBlock2D", *["SimpleCrossAttnDownBlock2D"] * crossing),
        up_block_types=(*["SimpleCrossAttnUpBlock2D"] * crossing, "ResnetUpsampleBlock2D"),
        mid_block_type="UNetMidBlock2DSimpleCrossAttn",
        block_out_channels=(384, 768, 1152, 1536) if full else (32, 64),
        layers_per_block=3 if full else 1,
        cross_attention_dim=768 if full else 32,
        attention_head_dim=64 if full else 8,
        resnet_time_scale_shift="scale_shift",
        norm_num_groups=32 if full else 8,
    )
    plain = 3 if full else 1
    movq = VQModel(
        block_out_channels=(128, 256, 256, 512) if full else (32, 64),
        down_block_types=(*["DownEncoderBlock2D"] * plain, "AttnDownEncoderBlock2D"),
        up_block_types=("AttnUpDecoderBlock2D", *["UpDecoderBlock2D"] * plain),
        layers_per_block=2 if full else 1,
        latent_channels=4,
        num_vq_embeddings=16384 if full else 12,
        vq_embed_dim=4,
        norm_num_groups=32 if full else 8,
        norm_type="spatial",
    )
    scheduler = DDPMScheduler(beta_schedule="linear", variance_type="learned_range")
    return KandinskyV22Pipeline(unet=unet, scheduler=scheduler, movq=movq), encoder, processor


_BUILDERS: dict[str, Callable[[bool], Any]] = {
    "sd-image-variations": _stable_diffusion,
    "kandinsky-2.2": _kandinsky,
}
NAMES = (SD15_LCM, *_BUILDERS)
"""The quickest first."""
