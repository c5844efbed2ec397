"""Workflows of ComfyUI, and the inputs of their nodes that a request sets.

A workflow is the JSON of `Export (API)`. Nodes are named by id or by title.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, TypeAlias

from diabelli.errors import InvalidSettings

Nodes: TypeAlias = dict[str, dict[str, Any]]
"""Nodes by id, each with `class_type` and `inputs`."""
Inputs: TypeAlias = Mapping[str, tuple[str, ...]]
"""Node and input by purpose; `result` has a node only."""

PURPOSES = (
    "source",
    "seed",
    "strength",
    "width",
    "height",
    "prompt",
    "model",
    "steps",
    "guidance",
    "sampler",
)
"""Purposes of inputs, besides `result`."""
WRITERS = ("PreviewImage", "SaveImage")
"""Built-in nodes that write a picture which ComfyUI's `/view` returns."""
_MAX_BYTES = 4 * 1024 * 1024
_SAMPLER = {
    "model": ("Checkpoint", "ckpt_name"),
    "source": ("Source", "image"),
    "prompt": ("Prompt", "text"),
    "seed": ("Sampler", "seed"),
    "steps": ("Sampler", "steps"),
    "guidance": ("Sampler", "cfg"),
    "sampler": ("Sampler", "sampler_name"),
}


@dataclass(frozen=True, slots=True)
class Shipped:
    """A workflow of this package.

    Attributes:
        inputs: as `Inputs`.
        low, high: values of the input `strength` near strength 0 and at 1.
        side: working side in pixels.
    """

    inputs: Inputs
    low: float
    high: float
    side: int


SHIPPED: dict[str, Shipped] = {
    "denoise": Shipped({**_SAMPLER, "strength": ("Sampler", "denoise")}, 0.2, 0.85, 512),
    "unclip": Shipped(
        {
            **_SAMPLER,
            "strength": ("Picture", "noise_augmentation"),
            "width": ("Size", "width"),
            "height": ("Size", "height"),
        },
        0.0,
        0.7,
        768,
    ),
}
"""`denoise` needs any checkpoint, `unclip` one of Stable Diffusion 2.1 unCLIP."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow whose inputs were checked.

    Attributes:
        nodes: the workflow.
        inputs: id of the node and name of the input, by purpose.
        result: id of the node whose picture is the result.
    """

    nodes: Nodes = field(repr=False)
    inputs: dict[str, tuple[str, str]]
    result: str

    def filled(self, values: Mapping[str, object]) -> Nodes:
        """Return a copy with these values by purpose; purposes without an input are skipped."""
        nodes = copy.deepcopy(self.nodes)
        for purpose, value in values.items():
            if purpose in self.inputs:
                node, name = self.inputs[purpose]
                nodes[node]["inputs"][name] = value
        return nodes

    def problem(self, infos: Mapping[str, Any]) -> str | None:
        """Return why a server cannot run the workflow; None if it can.

        Args:
            infos: replies of `/object_info/CLASS` by class of node.
        """
        for node, content in self.nodes.items():
            known = input_kinds(infos.get(content["class_type"]))
            if known is None:
                return f"the server has no node {content['class_type']!r} (node {node})"
            for name in content["inputs"]:
                # Some nodes take inputs that they do not list, so only bound ones are required.
                if (node, name) in self.inputs.values() and name not in known:
                    return f"the node {content['class_type']!r} has no input {name!r} (node {node})"
        return None


def load_workflow(name: str, inputs: Inputs) -> Workflow:
    """Return a workflow of this package or of a file.

    Args:
        name: key of `SHIPPED`, or path of a file.
        inputs: replaces or completes the table of a shipped workflow.

    Raises:
        InvalidSettings: The file is not a workflow, or an input does not exist in it.
    """
    if name in SHIPPED:
        folder = resources.files("diabelli.engines.upstream") / "workflows"
        text = (folder / f"{name}.json").read_text("utf-8")
        inputs = {**SHIPPED[name].inputs, **inputs}
    else:
        text = _read(Path(name))
    nodes = _parse(text, name)
    unknown = set(inputs) - {*PURPOSES, "result"}
    if unknown or "source" not in inputs:
        raise InvalidSettings(
            f"`nodes` of the workflow {name} needs `source`, and may have "
            f"{', '.join(PURPOSES[1:])} and `result`; got {', '.join(sorted(inputs)) or 'none'}"
        )
    found = {
        purpose: _resolve(nodes, purpose, place, name)
        for purpose, place in inputs.items()
        if purpose != "result"
    }
    return Workflow(nodes, found, _result(nodes, inputs.get("result"), name))


def input_kinds(info: Any) -> dict[str, Any] | None:
    """Return the inputs of a node and their kinds, from its description; None if it has none."""
    listed = info.get("input") if isinstance(info, dict) else None
    if not isinstance(listed, dict):
        return None
    groups = [listed.get(group) for group in ("required", "optional")]
    return {
        name: kind for group in groups if isinstance(group, dict) for name, kind in group.items()
    }


def choices(kind: Any) -> list[str]:
    """Return the values that an input accepts, in the old and the new form; none if it is free."""
    if not isinstance(kind, list) or not kind:
        return []
    first = kind[0]
    if first == "COMBO" and len(kind) > 1 and isinstance(kind[1], dict):
        first = kind[1].get("options")
    return [value for value in first if isinstance(value, str)] if isinstance(first, list) else []


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InvalidSettings(f"the workflow {path} is larger than {_MAX_BYTES} bytes")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise InvalidSettings(
            f"the workflow {path} cannot be read: `workflow` is {', '.join(SHIPPED)}, or a file"
        ) from cause


def _parse(text: str, name: str) -> Nodes:
    try:
        nodes = json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise InvalidSettings(f"the workflow {name} is not JSON") from cause
    valid = isinstance(nodes, dict) and all(
        isinstance(node, dict)
        and isinstance(node.get("class_type"), str)
        and isinstance(node.get("inputs"), dict)
        for node in nodes.values()
    )
    if not valid or not nodes:
        raise InvalidSettings(f"the workflow {name} must be exported with `Export (API)`")
    return dict(nodes)


def _resolve(nodes: Nodes, purpose: str, place: tuple[str, ...], name: str) -> tuple[str, str]:
    """Return id and input of a place; raise `InvalidSettings` if it is not in the workflow."""
    node = _node(nodes, place[0], name)
    if len(place) != 2 or place[1] not in nodes[node]["inputs"]:
        listed = ", ".join(nodes[node]["inputs"])
        raise InvalidSettings(
            f"`nodes.{purpose}` of the workflow {name} names an input that is not in the node "
            f"{place[0]!r}: it has {listed}"
        )
    return node, place[1]


def _node(nodes: Nodes, named: str, name: str) -> str:
    """Return the id of the node with this id or this title."""
    if named in nodes:
        return named
    titled = [
        node
        for node, content in nodes.items()
        if isinstance(meta := content.get("_meta"), dict) and meta.get("title") == named
    ]
    if len(titled) != 1:
        raise InvalidSettings(
            f"the workflow {name} has {len(titled)} nodes with the id or title {named!r}"
        )
    return titled[0]


def _result(nodes: Nodes, place: tuple[str, ...] | None, name: str) -> str:
    """Return the id of the node whose picture is the result."""
    if place is not None:
        return _node(nodes, place[0], name)
    writers = [node for node, content in nodes.items() if content["class_type"] in WRITERS]
    if len(writers) != 1:
        raise InvalidSettings(
            f"the workflow {name} has {len(writers)} nodes of {', '.join(WRITERS)}: set `result` "
            "in `nodes`"
        )
    return writers[0]
