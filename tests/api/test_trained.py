"""Trained engines over HTTP, configured by settings, with the official client."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from api.wire import Server, opened, picture, serving
from diabelli.api.variations.sse import DONE, PARTIAL
from diabelli.bootstrap import components
from diabelli.errors import OutOfMemory, WeightsMissing
from diabelli.settings import Settings
from engines.diffusion.tiny import build

pytestmark = [
    pytest.mark.slow,
    # The package warns that OpenAI retired this endpoint. That is why this program exists.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

SMALL: dict[str, Any] = {"size": "256x256", "response_format": "b64_json"}


def settings(folder: Path, **changes: Any) -> Settings:
    """Settings of a server with two trained engines and the embedded one."""
    plain = {"recipe": "image", "side": 32, "multiple": 16, "steps": 2}
    entries = {
        "tiny": {**plain, "pipeline": str(folder / "sd-image-variations"), "batch": 8},
        "open": {**plain, "recipe": "unclip2", "pipeline": str(folder / "stable-unclip-2.1")},
        "strict": {**plain, "pipeline": str(folder / "strict")},
        "sd-image-variations": {**plain, "pipeline": str(folder / "broken")},
    }
    models = {"dall-e-2": "tiny", "embedded": "patch", "guarded": "strict", "open": "open"}
    models["broken"] = "sd-image-variations"
    return Settings(
        data_dir=folder / "data", models=models, **{"engines": entries, "threads": 2, **changes}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights: good ones, good ones with a strict safety checker, damaged ones."""
    from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker

    folder = tmp_path_factory.mktemp("trained")
    build("sd-image-variations", folder)
    build("stable-unclip-2.1", folder)
    for copy in ("strict", "broken"):
        shutil.copytree(folder / "sd-image-variations", folder / copy)
    checker = StableDiffusionSafetyChecker.from_pretrained(folder / "strict" / "safety_checker")
    checker.concept_embeds_weights.data.fill_(-10.0)
    checker.save_pretrained(folder / "strict" / "safety_checker")
    (folder / "broken" / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"x" * 99)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    """A server of those engines, built from its settings."""
    checked = settings(folder)
    with components(checked) as parts:
        parts.service.warm_up()
        with serving(checked, parts) as running:
            yield running


@pytest.fixture
def client(server: Server) -> Iterator[openai.OpenAI]:
    """The official client with strict validation."""
    with openai.OpenAI(
        api_key="any", base_url=server.base_url, _strict_response_validation=True, max_retries=0
    ) as client:
        yield client


def test_a_model_name_selects_a_trained_engine(client):
    """A plain request gets PNGs of the requested size, larger than the native one."""
    reply = client.images.create_variation(image=picture(), n=3, **SMALL)
    pictures = [opened(base64.b64decode(one.b64_json)) for one in reply.data]
    assert [(one.format, one.size, one.mode) for one in pictures] == [
        ("PNG", (256, 256), "RGB")
    ] * 3
    assert set(reply.model_dump(exclude_none=True)) == {"created", "data"}


def test_pictures_are_marked_as_made_by_a_trained_model(client):
    """The mark names the source type and the engine."""
    (one,) = client.images.create_variation(image=picture(), **SMALL).data
    data = base64.b64decode(one.b64_json)
    assert b"digitalsourcetype/trainedAlgorithmicMedia" in data
    assert b'engine="tiny"' in data


def test_a_seed_of_an_extended_reply_reproduces_the_picture(client):
    """The tolerance is that of different batch sizes."""
    several = client.images.create_variation(
        image=picture(), n=2, extra_body={"seed": 5, "strength": 0.7}, **SMALL
    )
    second = several.data[1]
    again = client.images.create_variation(
        image=picture(), extra_body={"seed": second.seed, "strength": 0.7}, **SMALL
    )
    images = [opened(base64.b64decode(one.b64_json)) for one in (second, again.data[0])]
    far = max(abs(a - b) for a, b in zip(*(image.tobytes() for image in images), strict=True))
    assert far <= 2


def test_transparent_sources_become_opaque(client):
    """Trained engines lay them on white, and the reply has background opaque."""
    reply = client.images.create_variation(
        image=picture(mode="RGBA"), extra_body={"seed": 1}, **SMALL
    )
    assert reply.background == "opaque"
    assert opened(base64.b64decode(reply.data[0].b64_json)).mode == "RGB"


def test_concurrent_requests_are_all_answered(server):
    """Concurrent requests of trained and embedded engines, more than there are threads."""

    async def all_at_once() -> list[Any]:
        async with openai.AsyncOpenAI(api_key="any", base_url=server.base_url) as client:
            calls = [
                client.images.create_variation(
                    image=picture(32 + k), n=2, model=("dall-e-2", "embedded")[k % 3 == 2], **SMALL
                )
                for k in range(9)
            ]
            return await asyncio.gather(*calls)

    replies = asyncio.run(all_at_once())
    pictures = {one.b64_json for reply in replies for one in reply.data}
    assert len(pictures) == 18


def test_a_stream_shows_previews(server):
    """Previews show their own variation; the rest of the reply is unchanged."""
    fields = {"model": "open", "stream": "true", "n": "2", "size": "256x256", "seed": "3"}
    for _ in range(2):
        with httpx.stream(
            "POST",
            f"{server.base_url}/images/variations",
            data=fields,
            files={"image": picture()},
            timeout=60,
        ) as response:
            events = [json.loads(line[6:]) for line in response.iter_lines() if line[:5] == "data:"]
    previews = [one for one in events if one["type"] == PARTIAL]
    assert previews
    for one in previews:
        shown = opened(base64.b64decode(one["b64_json"]))
        assert (shown.format, shown.size) == ("JPEG", (16, 16))
    assert events[-1]["type"] == DONE
    assert len(events[-1]["data"]) == 2


def test_the_safety_checkers_refusal_has_openais_code(client):
    """A 400 with the published code of the safety system."""
    with pytest.raises(openai.BadRequestError) as refused:
        client.images.create_variation(image=picture(), model="guarded", **SMALL)
    assert refused.value.code == "content_policy_violation"
    assert "not allowed by our safety system" in refused.value.message


def test_damaged_weights_are_the_operators_fault(client, caplog):
    """The response contains no path; other engines work."""
    with pytest.raises(openai.InternalServerError) as failed:
        client.images.create_variation(image=picture(), model="broken", **SMALL)
    assert "safetensors" not in failed.value.message
    assert "cannot be loaded" in caplog.text
    assert client.images.create_variation(image=picture(), **SMALL).data


def test_a_disconnect_frees_the_engine(folder):
    """The rest of a thousand steps is dropped, and the next request is served."""
    slow = settings(folder).engines["tiny"].model_copy(update={"steps": 1000})
    checked = settings(folder, engines={**settings(folder).engines, "tiny": slow})
    checked = checked.model_copy(update={"data_dir": folder / "slow"})
    with components(checked) as parts, serving(checked, parts) as running:
        parts.service.warm_up()
        with openai.OpenAI(api_key="any", base_url=running.base_url, max_retries=0) as client:
            with pytest.raises(openai.APITimeoutError):
                client.with_options(timeout=1.5).images.create_variation(image=picture(), **SMALL)
            started = time.monotonic()
            assert client.images.create_variation(image=picture(), model="embedded", **SMALL).data
            assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("changes", "fault", "message"),
    [
        ({"engines": {"tiny": {"pipeline": "/no/such", "recipe": "image"}}}, WeightsMissing, "/no"),
        ({"vram_budget_gb": 1e-6}, OutOfMemory, "vram_budget_gb"),
    ],
)
def test_missing_weights_stop_the_start(folder, changes, fault, message):
    """Missing weights and engines beyond the budget are reported before the server listens."""
    only = {"models": {"dall-e-2": "tiny"}, "data_dir": folder / "start"}
    checked = Settings.model_validate({"engines": settings(folder).engines, **only, **changes})
    with pytest.raises(fault, match=message), components(checked):
        pass
