"""The fakes are honest: the usual clients of each protocol work with them."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import openai
import pytest
import webuiapi
from PIL import Image as Pillow

from engines.upstream.fakes.comfyui import Comfy
from engines.upstream.fakes.edits import Edits
from engines.upstream.fakes.painting import encoded, opened
from engines.upstream.fakes.sdapi import Sdapi
from engines.upstream.fakes.serving import serving
from engines.upstream.workflows import denoising

NODE_CLIENT = "@stable-canvas/comfyui-client@1.5.9"


@pytest.fixture
def picture() -> Pillow.Image:
    """A picture of noise."""
    pixels = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    return Pillow.fromarray(pixels)


def connected(url: str, **more: Any) -> webuiapi.WebUIApi:
    """Return AUTOMATIC1111's usual client."""
    return webuiapi.WebUIApi(baseurl=f"{url}/sdapi/v1", **more)


def test_webuiapi_makes_pictures(picture: Pillow.Image) -> None:
    """`webuiapi` receives as many pictures as it asks for, by seed, with AUTOMATIC1111's info."""
    with serving(Sdapi().app()) as url:
        api = connected(url)
        made = api.img2img(
            images=[picture], seed=5, batch_size=2, denoising_strength=0.5, width=32, height=32
        )
        again = api.img2img(images=[picture], seed=6, denoising_strength=0.5, width=32, height=32)
        assert [each.size for each in made.images] == [(32, 32)] * 2
        assert made.info["all_seeds"] == [5, 6]
        assert made.images[1].tobytes() == again.image.tobytes()
        assert made.images[0].tobytes() != made.images[1].tobytes()
        assert api.interrogate(picture).info == "a picture of noise"
        assert api.get_options()["samples_format"] == "png"
        api.session.close()


def test_webuiapi_sees_progress_and_interrupts(picture: Pillow.Image) -> None:
    """`webuiapi` reads the progress of running work and interrupts it."""
    fake = Sdapi()
    fake.gate.clear()
    with serving(fake.app()) as url:
        api, other = connected(url), connected(url)
        work = threading.Thread(target=lambda: api.img2img(images=[picture], seed=1))
        work.start()
        while not fake.task:
            pass
        assert 0 < other.get_progress()["progress"] < 1
        other.interrupt()
        fake.gate.set()
        work.join()
        assert other.get_progress()["progress"] == 0.01
        assert fake.interrupts == 1
        api.session.close()
        other.session.close()


def test_webuiapi_is_refused_without_password(picture: Pillow.Image) -> None:
    """`--api-auth` is HTTP Basic."""
    token = base64.b64encode(b"me:word").decode()
    with serving(Sdapi(auth=f"Basic {token}").app()) as url:
        known = connected(url, username="me", password="word")
        assert known.img2img(images=[picture]).images
        unknown = connected(url, username="me", password="other")
        with pytest.raises(RuntimeError, match="401"):
            unknown.img2img(images=[picture])
        known.session.close()
        unknown.session.close()


@pytest.fixture
def edits() -> Iterator[tuple[Edits, openai.OpenAI]]:
    """A fake of OpenAI's edits and the official client."""
    fake = Edits(key="sk-right")
    with (
        serving(fake.app()) as url,
        openai.OpenAI(api_key="sk-right", base_url=f"{url}/v1", max_retries=0) as client,
    ):
        yield fake, client


def test_openai_edits(edits: tuple[Edits, openai.OpenAI], picture: Pillow.Image) -> None:
    """The official client receives n pictures, and lists the models."""
    _, client = edits
    made = client.images.edit(
        image=("a.png", encoded(picture), "image/png"),
        prompt="a variation",
        model="gpt-image-2",
        n=2,
        size="1024x1024",
        extra_body={"safety_identifier": "hash"},
    )
    sizes = [opened(base64.b64decode(item.b64_json or "")).size for item in made.data or []]
    assert sizes == [(1024, 1024)] * 2
    assert made.usage is not None
    assert [model.id for model in client.models.list()] == ["gpt-image-2"]


def test_openai_streams_edits(edits: tuple[Edits, openai.OpenAI], picture: Pillow.Image) -> None:
    """The official client reads the events of a stream."""
    _, client = edits
    events = client.images.edit(
        image=("a.png", encoded(picture), "image/png"),
        prompt="a variation",
        model="gpt-image-2",
        stream=True,
        partial_images=2,
    )
    kinds = [event.type for event in events]
    assert kinds == ["image_edit.partial_image"] * 2 + ["image_edit.completed"]


@pytest.mark.parametrize(
    ("fields", "switches", "status", "code"),
    [
        ({"response_format": "b64_json"}, {}, 400, "unknown_parameter"),
        ({"seed": 5}, {}, 400, "unknown_parameter"),
        ({"input_fidelity": "low"}, {}, 400, "invalid_input_fidelity_model"),
        ({"size": "512x512"}, {}, 400, "invalid_size"),
        ({"model": "gpt-image-1"}, {}, 404, "model_not_found"),
        ({}, {"moderates": "input"}, 400, "moderation_blocked"),
        ({}, {"out_of_money": "insufficient_quota"}, 429, "insufficient_quota"),
        ({}, {"out_of_money": "billing_hard_limit_reached"}, 400, "billing_hard_limit_reached"),
        ({}, {"key": "sk-other"}, 401, "invalid_api_key"),
    ],
)
def test_openai_refuses(
    edits: tuple[Edits, openai.OpenAI],
    picture: Pillow.Image,
    fields: dict[str, Any],
    switches: dict[str, str],
    status: int,
    code: str,
) -> None:
    """The official client recognises each error."""
    fake, client = edits
    for name, value in switches.items():
        setattr(fake, name, value)
    with pytest.raises(openai.APIStatusError) as caught:
        client.images.edit(
            image=("a.png", encoded(picture), "image/png"),
            prompt="a variation",
            extra_body={"model": "gpt-image-2", **fields},
        )
    assert (caught.value.status_code, caught.value.code) == (status, code)


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_openai_varies_with_lemonade(picture: Pillow.Image) -> None:
    """Lemonade's variations have no seed: every call returns the same picture."""
    with (
        serving(Edits(dialect="lemonade").app()) as url,
        openai.OpenAI(api_key="any", base_url=f"{url}/v1") as client,
    ):
        files = [
            client.images.create_variation(image=encoded(picture), model="served") for _ in range(2)
        ]
        first, second = (made.data[0].b64_json for made in files if made.data)
        assert first == second


@pytest.mark.parametrize("dialect", ["sd-server", "vllm-omni", "ovms"])
def test_dialects_obey_their_seed(dialect: str, picture: Pillow.Image) -> None:
    """Each dialect takes strength and seed in its own field, and has its own default seed."""
    fake = Edits(dialect=dialect)
    words = 'soft <sd_cpp_extra_args>{"seed":7,"strength":0.3}</sd_cpp_extra_args>'
    fields = {
        "sd-server": {"prompt": words},
        "vllm-omni": {"prompt": "soft", "strength": "0.3", "seed": "7"},
        "ovms": {"prompt": "soft", "strength": "0.3", "rng_seed": "7"},
    }[dialect]
    path = "/v3/images/edits" if dialect == "ovms" else "/v1/images/edits"
    files = {"image": ("a.png", encoded(picture), "image/png")}
    with serving(fake.app()) as url:
        for data in (fields, {"prompt": "soft"}, {"prompt": "soft"}):
            assert httpx.post(url + path, data=data, files=files).status_code == 200
    (asked, default, repeated) = fake.made
    assert (asked.seed, asked.strength) == (7, 0.3)
    assert (default.seed == repeated.seed) == (dialect == "sd-server")


def test_sd_server_skips_grey(picture: Pillow.Image) -> None:
    """A grey source is lost without an error: the result does not depend on it."""
    fake = Edits(dialect="sd-server")
    files = {"image": ("a.png", encoded(picture.convert("L")), "image/png")}
    with serving(fake.app()) as url:
        reply = httpx.post(f"{url}/v1/images/edits", data={"prompt": "soft"}, files=files)
    assert reply.status_code == 200
    assert fake.made[0].source.getcolors() == [(64 * 64, (0, 0, 0))]


@pytest.fixture
def node_client(request: pytest.FixtureRequest) -> Path:
    """A cached directory with ComfyUI's client for node."""
    folder = request.config.cache.mkdir("npm-comfyui-client")
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip(f"node and npm are needed to run {NODE_CLIENT}")
    if not (folder / "node_modules" / "@stable-canvas").exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, NODE_CLIENT]
        done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install {NODE_CLIENT}: {done.stderr.strip()[-200:]}")
    return folder


def test_comfyui_client(node_client: Path, tmp_path: Path, picture: Pillow.Image) -> None:
    """ComfyUI's client for node uploads, polls, listens, and reads refusals and history."""
    fake = Comfy()
    (tmp_path / "workflow.json").write_text(json.dumps(denoising("a.png", seed=3)))
    picture.save(tmp_path / "a.png")
    script = Path(__file__).parent / "node" / "comfyui.mjs"
    with serving(fake.app()) as url:
        host = url.removeprefix("http://")
        files = [tmp_path / "workflow.json", tmp_path / "a.png"]
        command = ["node", "--experimental-websocket", script, node_client, host, *files]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr[-500:]
        found = json.loads(done.stdout)
        assert found["uploaded"] == {"name": "a.png", "subfolder": "", "type": "input"}
        pictures = []
        for name in ("polled", "listened"):
            (where,) = found[name]
            address = where if isinstance(where, str) else where["url"]
            pictures.append(Pillow.open(io.BytesIO(httpx.get(address).content)))
        assert [each.size for each in pictures] == [(64, 64)] * 2
        assert pictures[0].tobytes() != pictures[1].tobytes()
        assert found["steps"] == [1, 2, 3, 4]
        assert found["refusal"]
        assert found["version"] == "0.3.64"
        assert found["history"] == 2
