"""ComfyUI and an `sdapi` server behind a Diabelli server: streams, cancelling, other engines."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.engines import Shift
from api.wire import PATH, Server, picture
from diabelli.engines.upstream.manager import UpstreamManager
from engines.upstream.bridging import diabelli_server, upstream_engine
from engines.upstream.fakes.comfyui import Comfy
from engines.upstream.fakes.sdapi import Sdapi
from engines.upstream.fakes.serving import serving

OPTIONS = {
    Comfy: {"protocol": "comfyui", "model": "model.safetensors", "nodes": {"seed": ["6", "seed"]}},
    Sdapi: {"protocol": "sdapi", "sole_client": True},
}


@contextmanager
def front(fake: Comfy | Sdapi, folder: Path) -> Iterator[Server]:
    """Run a server whose model `bridge` has the fake as its upstream."""
    with serving(fake.app()) as url, closing(UpstreamManager()) as manager:
        options: dict[str, Any] = OPTIONS[type(fake)]
        engine = upstream_engine(manager, url, side=128, **options)
        with diabelli_server({"bridge": engine, "shift": Shift()}, folder) as server:
            yield server


def form(model: str = "bridge", **fields: str) -> dict[str, str]:
    """Return the fields of a small request."""
    return {"model": model, "size": "256x256", "response_format": "b64_json", **fields}


def wait_for(condition: Callable[[], object]) -> None:
    """Block until the condition holds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


def test_a_stream_has_the_previews_of_comfyui(tmp_path: Path) -> None:
    """Each preview of the sampler is an event, before the picture."""
    with front(Comfy(sampler="6"), tmp_path) as server:
        reply = httpx.post(
            server.url + PATH,
            data=form(stream="true"),
            files={"image": picture()},
            timeout=30,
        )
    assert reply.status_code == 200, reply.text
    lines = [line[6:] for line in reply.text.splitlines() if line.startswith("data: {")]
    kinds = [json.loads(line)["type"] for line in lines]
    assert "image_variation.partial_image" in kinds
    assert kinds[-1] == "image_variation.done"


@pytest.mark.parametrize("fake", [Comfy(), Sdapi()], ids=["comfyui", "sdapi"])
def test_a_client_that_leaves_stops_the_upstream(fake: Comfy | Sdapi, tmp_path: Path) -> None:
    """The server's work ends, and other engines answer meanwhile."""
    fake.gate.clear()
    with front(fake, tmp_path) as server:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(server.url + PATH, data=form(), files={"image": picture()}, timeout=1)
        other = httpx.post(
            server.url + PATH, data=form("shift"), files={"image": picture()}, timeout=20
        )
        assert other.status_code == 200
        if isinstance(fake, Comfy):
            wait_for(lambda: fake.interrupted == [fake.submitted[0].id])
        else:
            wait_for(lambda: fake.interrupts == 1)
        fake.gate.set()
