"""Workflows for the fake ComfyUI, in the format of its `Export (API)`."""

from __future__ import annotations

from typing import Any


def denoising(image: str, seed: int, **sampler: Any) -> dict[str, dict[str, Any]]:
    """Return a workflow that denoises a picture: node 10 loads it, node 3 samples."""
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "model.safetensors"}},
        "10": {
            "class_type": "LoadImage",
            "inputs": {"image": image},
            "_meta": {"title": "Source"},
        },
        "11": {"class_type": "VAEEncode", "inputs": {"pixels": ["10", 0], "vae": ["1", 2]}},
        "4": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["1", 1], "text": ""}},
        "3": {
            "class_type": "KSampler",
            "_meta": {"title": "Sampler"},
            "inputs": {
                "model": ["1", 0],
                "positive": ["4", 0],
                "negative": ["4", 0],
                "latent_image": ["11", 0],
                "seed": seed,
                "steps": 4,
                "cfg": 5.0,
                "sampler_name": "euler",
                "scheduler": "normal",
                "denoise": 0.5,
                **sampler,
            },
        },
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["1", 2]}},
        "9": {
            "class_type": "SaveImage",
            "inputs": {"images": ["8", 0], "filename_prefix": "ComfyUI"},
            "_meta": {"title": "Result"},
        },
    }
