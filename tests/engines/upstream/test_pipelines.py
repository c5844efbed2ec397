"""A true image-to-image pipeline with random weights behind each protocol."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from diabelli.engines.upstream.manager import UpstreamManager
from engines.making import digest, made, square
from engines.upstream.bridging import upstream_engine
from engines.upstream.fakes.comfyui import Comfy
from engines.upstream.fakes.edits import Edits
from engines.upstream.fakes.sdapi import Sdapi
from engines.upstream.fakes.serving import serving

pytestmark = pytest.mark.slow

SERVERS: dict[str, tuple[Callable[..., Any], dict[str, str]]] = {
    "comfyui": (Comfy, {"protocol": "comfyui", "model": "model.safetensors"}),
    "sdapi": (Sdapi, {"protocol": "sdapi"}),
    "vllm-omni": (
        lambda **traps: Edits(dialect="vllm-omni", **traps),
        {"protocol": "openai-edits", "dialect": "vllm-omni", "model": "served"},
    ),
    "xinference": (
        lambda **traps: Edits(dialect="xinference", **traps),
        {"protocol": "openai-variations", "dialect": "xinference", "model": "served"},
    ),
}


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Stable Diffusion's image-to-image pipeline, a thousandth of its size."""
    from engines.diffusion.tiny import image_to_image

    return image_to_image(tmp_path_factory.mktemp("weights"))


@pytest.mark.parametrize("server", SERVERS)
def test_strength_and_seed_reach_the_model(server: str, pipeline: Any) -> None:
    """Seeds repeat their picture, and pictures of two seeds differ more at a higher strength."""
    import torch

    def paint(
        source: Pillow.Image, width: int, height: int, strength: float, seed: int
    ) -> Pillow.Image:
        generator = torch.Generator().manual_seed(seed)
        images = pipeline(
            "",
            image=source.resize((64, 64)),
            strength=strength,
            num_inference_steps=4,
            generator=generator,
        ).images
        resized: Pillow.Image = images[0].resize((width, height))
        return resized

    fake, options = SERVERS[server]
    source = np.random.default_rng(3).integers(0, 256, (256, 256, 3), np.uint8)
    side = 256 if server == "xinference" else 64
    with (
        serving(fake(painter=paint).app()) as url,
        closing(UpstreamManager()) as manager,
    ):
        engine = upstream_engine(manager, url, timeout_s=100, side=side, **options)
        distances = []
        for strength in (0.1, 1.0):
            one, other = made(engine, source, square(64, n=2, seed=5, strength=strength))
            distances.append(np.abs(one.image.astype(int) - other.image).mean())
            (again,) = made(engine, source, square(64, seed=5, strength=strength))
            # JPEG is the same for the same pixels.
            assert digest(again.image) == digest(one.image)
    assert distances[1] > distances[0] > 0
