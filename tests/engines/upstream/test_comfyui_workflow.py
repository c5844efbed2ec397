"""Workflows of ComfyUI: of the package and of the operator."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diabelli.engines.upstream.comfyui_workflow import choices, load_workflow
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.errors import InvalidSettings, UpstreamRefused
from engines.making import made, square
from engines.upstream.bridging import comfy_bridge, upstream_engine
from engines.upstream.fakes.comfyui import Comfy
from engines.upstream.workflows import denoising

SOURCE = np.random.default_rng(3).integers(0, 256, (96, 96, 3), np.uint8)
OWN_NODES = {
    "source": ["10", "image"],
    "seed": ["Sampler", "seed"],
    "strength": ["3", "denoise"],
}


def test_a_workflow_of_ones_own(tmp_path: Path) -> None:
    """Nodes are named by id or title; inputs without an option keep their values."""
    (tmp_path / "mine.json").write_text(json.dumps(denoising("x.png", seed=3, steps=11)))
    fake = Comfy()
    options = {"workflow": str(tmp_path / "mine.json"), "nodes": OWN_NODES, "model": None}
    with comfy_bridge(fake, **options) as (engine, _):
        engine.check()
        (variation,) = made(engine, SOURCE, square(64, seed=9, strength=1.0))
    sampler = fake.submitted[0].workflow["3"]["inputs"]
    assert (sampler["seed"], sampler["denoise"], sampler["steps"]) == (9, 0.85, 11)
    assert variation.image.shape == (64, 64, 3)


def test_missing_inputs_are_in_the_description(tmp_path: Path) -> None:
    """A workflow without inputs for seed and strength is described as such."""
    (tmp_path / "mine.json").write_text(json.dumps(denoising("x.png", seed=3)))
    nodes = {"source": ["Source", "image"]}
    options = {"workflow": str(tmp_path / "mine.json"), "nodes": nodes, "model": None}
    with comfy_bridge(Comfy(), **options) as (engine, _):
        assert engine.info.upstream is not None
        assert (engine.info.upstream.seed, engine.info.upstream.strength) == ("ignored", "ignored")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nodes": {"source": ["99", "image"]}}, "0 nodes with the id or title '99'"),
        ({"nodes": {"source": ["10", "picture"]}}, "it has image"),
        ({"nodes": {"seed": ["3", "seed"]}}, "needs `source`"),
        ({"nodes": {**OWN_NODES, "sead": ["3", "seed"]}}, "sead"),
        ({"workflow": "missing.json"}, "cannot be read"),
        ({"prompt": "words"}, "`prompt` is set"),
        ({"model": "m"}, "`model` is set"),
        ({"workflow": "denoise", "nodes": {}}, "needs `model`"),
    ],
)
def test_settings_are_checked_without_the_server(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    """A wrong table of nodes is reported at start, with what the workflow has."""
    (tmp_path / "mine.json").write_text(json.dumps(denoising("x.png", seed=3)))
    options = {"workflow": str(tmp_path / "mine.json"), "nodes": OWN_NODES, **change}
    with closing(UpstreamManager()) as manager, pytest.raises(InvalidSettings, match=message):
        upstream_engine(manager, "http://localhost:1", protocol="comfyui", **options)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"1": 2}', '{"nodes": [], "links": []}', '{"1": {"inputs": {}}}']
)
def test_other_files_are_no_workflows(text: str, tmp_path: Path) -> None:
    """A file that was not exported for the API is refused, also the one of the editor."""
    (tmp_path / "mine.json").write_text(text)
    with pytest.raises(InvalidSettings):
        load_workflow(str(tmp_path / "mine.json"), {"source": ("1", "image")})


def test_several_results_need_a_name(tmp_path: Path) -> None:
    """With two nodes that write pictures, `result` selects one."""
    workflow = denoising("x.png", seed=3)
    workflow["12"] = {"class_type": "PreviewImage", "inputs": {"images": ["10", 0]}}
    (tmp_path / "mine.json").write_text(json.dumps(workflow))
    path = str(tmp_path / "mine.json")
    with pytest.raises(InvalidSettings, match="set `result`"):
        load_workflow(path, {"source": ("10", "image")})
    options = {"workflow": path, "nodes": {**OWN_NODES, "result": ["Result"]}, "model": None}
    with comfy_bridge(Comfy(), **options) as (engine, _):
        (variation,) = made(engine, SOURCE, square(96, strength=1.0))
    assert np.abs(variation.image.astype(int) - SOURCE).mean() > 10


def test_a_server_without_a_node_is_refused(tmp_path: Path) -> None:
    """A node that the server does not have is reported by the check, with its name."""
    workflow = denoising("x.png", seed=3)
    workflow["12"] = {"class_type": "IPAdapter", "inputs": {}}
    (tmp_path / "mine.json").write_text(json.dumps(workflow))
    options = {"workflow": str(tmp_path / "mine.json"), "nodes": OWN_NODES, "model": None}
    with (
        comfy_bridge(Comfy(), **options) as (engine, _),
        pytest.raises(UpstreamRefused, match="no node 'IPAdapter'"),
    ):
        engine.check()


@pytest.mark.parametrize("new", [True, False])
def test_an_unknown_model_is_refused(new: bool) -> None:
    """The model must be among the choices of the loader, in both forms of the description."""
    with (
        comfy_bridge(Comfy(new=new), model="other.safetensors") as (engine, _),
        pytest.raises(UpstreamRefused, match=r"no model 'other\.safetensors'"),
    ):
        engine.check()
    assert choices(["COMBO", {"options": ["a"]}]) == choices([["a"], {}]) == ["a"]
    assert choices("INT") == choices(["INT", {}]) == choices(["COMBO"]) == []
