"""Dialects of `POST /v1/images/edits`: the fields that each server accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from diabelli.engines.upstream.options import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class EditsDialect:
    """How one kind of server is asked for an edit.

    Attributes:
        version: first part of its paths.
        model_required: whether requests must name a model.
        seed_field, strength_field, steps_field, guidance_field: names of the fields; None if there
            is none.
        in_prompt: whether these values are JSON inside the prompt.
        response_format: whether the server must be asked for base64.
        end_user: whether the hash of the end-user is sent.
        batch: whether one call makes all pictures. OpenAI bills the source once for each call.
        stops: whether closing the connection frees the server for other calls.
        side, multiple: usual working side, and the divisor of sides, in pixels.
        min_pixels: least area that the server accepts.
        concurrency: usual number of simultaneous calls.
    """

    version: str = "v1"
    model_required: bool = False
    seed_field: str | None = None
    strength_field: str | None = None
    steps_field: str | None = None
    guidance_field: str | None = None
    in_prompt: bool = False
    response_format: bool = False
    end_user: bool = False
    batch: bool = False
    stops: bool = False
    side: int = 512
    multiple: int = 64
    min_pixels: int = 0
    concurrency: int = 1

    @property
    def seed(self) -> Literal["sent", "ignored"]:
        """Whether the server receives the seed."""
        return "sent" if self.seed_field or self.in_prompt else "ignored"

    @property
    def strength(self) -> Literal["sent", "wording"]:
        """How the server receives the strength."""
        return "sent" if self.strength_field or self.in_prompt else "wording"


EDITS_DIALECTS: dict[Dialect, EditsDialect] = {
    # It refuses `response_format` and always answers in base64.
    "openai": EditsDialect(
        model_required=True,
        end_user=True,
        batch=True,
        stops=True,
        side=1024,
        multiple=16,
        min_pixels=655_360,
        concurrency=4,
    ),
    "vllm-omni": EditsDialect(
        seed_field="seed",
        strength_field="strength",
        steps_field="num_inference_steps",
        guidance_field="guidance_scale",
        response_format=True,
        side=1024,
    ),
    "sglang": EditsDialect(seed_field="seed", response_format=True, side=1024),
    # It refuses unknown fields and always answers in base64.
    "ovms": EditsDialect(
        version="v3", model_required=True, seed_field="rng_seed", strength_field="strength"
    ),
    "sd-server": EditsDialect(in_prompt=True),
    "lemonade": EditsDialect(
        model_required=True,
        seed_field="seed",
        steps_field="steps",
        guidance_field="cfg_scale",
        response_format=True,
    ),
    "generic": EditsDialect(response_format=True),
}
