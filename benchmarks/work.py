"""Counts the operations of each preset's network for one picture, without a GPU.

Run: python benchmarks/work.py

Networks are full-size, on PyTorch's meta device: they have no weights, and compute shapes only. A
picture is a native square at strength 0.5. Encoders and decoders, which run once, do not count.
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers import Flux2Transformer2DModel, FluxTransformer2DModel, UNet2DConditionModel
from torch.utils.flop_counter import FlopCounterMode

from diabelli.engines.diffusion.presets import PRESETS, Preset

STRENGTH = 0.5
KNOWN = {
    "sd-image-variations": {"cross_attention_dim": 768},
    "sd15-lcm": {"cross_attention_dim": 768},
    "stable-unclip-2.1": {
        "cross_attention_dim": 1024,
        "attention_head_dim": (5, 10, 20, 20),
        "use_linear_projection": True,
        "class_embed_type": "projection",
        "projection_class_embeddings_input_dim": 2048,
    },
    "sdxl-ip-adapter": {
        "cross_attention_dim": 2048,
        "attention_head_dim": (5, 10, 20),
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "transformer_layers_per_block": (1, 2, 10),
        "projection_class_embeddings_input_dim": 2816,
        "block_out_channels": (320, 640, 1280),
        "down_block_types": ("DownBlock2D", *["CrossAttnDownBlock2D"] * 2),
        "up_block_types": (*["CrossAttnUpBlock2D"] * 2, "UpBlock2D"),
    },
    "kandinsky-2.2": {
        "cross_attention_dim": 768,
        "attention_head_dim": 64,
        "out_channels": 8,
        "addition_embed_type": "image",
        "encoder_hid_dim": 1280,
        "encoder_hid_dim_type": "image_proj",
        "down_block_types": ("ResnetDownsampleBlock2D", *["SimpleCrossAttnDownBlock2D"] * 3),
        "up_block_types": (*["SimpleCrossAttnUpBlock2D"] * 3, "ResnetUpsampleBlock2D"),
        "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
        "block_out_channels": (384, 768, 1152, 1536),
        "layers_per_block": 3,
        "resnet_time_scale_shift": "scale_shift",
    },
}
"""Configuration of the networks of Stable Diffusion's family, where it differs from version 1."""


def blank(*shape: int) -> torch.Tensor:
    """Return a tensor of a shape, without storage."""
    return torch.zeros(*shape, device="meta")


def unet_step(preset: Preset) -> tuple[Any, dict[str, Any]]:
    """Return a network of Stable Diffusion's family, and its inputs of one step."""
    config: dict[str, Any] = KNOWN[preset.name]
    side, wide = preset.side // 8, config["cross_attention_dim"]
    more: dict[str, Any] = {
        "stable-unclip-2.1": {"class_labels": blank(1, 2048)},
        "sdxl-ip-adapter": {
            "added_cond_kwargs": {"text_embeds": blank(1, 1280), "time_ids": blank(1, 6)}
        },
        "kandinsky-2.2": {"added_cond_kwargs": {"image_embeds": blank(1, 1280)}},
    }.get(preset.name, {})
    words = None if preset.name == "kandinsky-2.2" else blank(1, 77, wide)
    inputs = {"sample": blank(1, 4, side, side), "timestep": blank(1)}
    return UNet2DConditionModel(**config), {**inputs, "encoder_hidden_states": words, **more}


def transformer_step(preset: Preset) -> tuple[Any, dict[str, Any]]:
    """Return a transformer of FLUX's family, and its inputs of one step."""
    places = (preset.side // 16) ** 2
    if preset.name == "flux-redux":
        words, network = 512 + 729, FluxTransformer2DModel(guidance_embeds=True)
        sizes, more = (64, 4096, 3), {"pooled_projections": blank(1, 768), "guidance": blank(1)}
    else:
        words, sizes, more = 512, (128, 7680, 4), {}
        places += round(places * preset.dial.at(STRENGTH) ** 2)
        network = Flux2Transformer2DModel(
            num_layers=5,
            num_single_layers=20,
            num_attention_heads=24,
            joint_attention_dim=7680,
            guidance_embeds=False,
        )
    return network, {
        "hidden_states": blank(1, places, sizes[0]),
        "encoder_hidden_states": blank(1, words, sizes[1]),
        "timestep": blank(1),
        "img_ids": blank(places, sizes[2]),
        "txt_ids": blank(words, sizes[2]),
        **more,
    }


def main() -> None:
    """Print parameters and operations of each preset."""
    print("engine, parameters / 10^9, operations of a picture / 10^12")
    for preset in PRESETS.values():
        with torch.device("meta"):
            step = unet_step if preset.name in KNOWN else transformer_step
            network, inputs = step(preset)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            network(**inputs)
        share = preset.dial.at(STRENGTH) if preset.dial.argument == "strength" else 1.0
        # Guidance evaluates the network twice in each step, with its source and without.
        guided = preset.name in KNOWN and preset.guidance != 1
        calls = int(preset.steps * share) * (2 if guided else 1)
        size = sum(weight.numel() for weight in network.parameters()) / 1e9
        print(f"{preset.name}, {size:.2f}, {calls * counter.get_total_flops() / 1e12:.0f}")


if __name__ == "__main__":
    main()
