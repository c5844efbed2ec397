"""The nodes of the fake ComfyUI: their inputs as `/object_info` lists them, and their work.

Inputs and errors follow `nodes.py` and `execution.py` of ComfyUI 0.3.64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PIL import Image as Pillow

Workflow = dict[str, dict[str, Any]]
Painter = Callable[[Pillow.Image, int, int, float, int], Pillow.Image]
OUTPUTS = {"SaveImage": "output", "PreviewImage": "temp", "SaveImageWebsocket": ""}
"""The output nodes and the type of the files they write."""
CHECKPOINTS = ["model.safetensors", "unclip.safetensors"]
_LINK = "*"
_INT, _FLOAT, _TEXT = "INT", "FLOAT", "STRING"
_SAMPLER = {
    "model": _LINK,
    "positive": _LINK,
    "negative": _LINK,
    "latent_image": _LINK,
    "seed": _INT,
    "steps": _INT,
    "cfg": _FLOAT,
    "sampler_name": ["euler", "dpmpp_2m", "ddim"],
    "scheduler": ["normal", "karras"],
    "denoise": _FLOAT,
}
NODES: dict[str, dict[str, Any]] = {
    "CheckpointLoaderSimple": {"ckpt_name": CHECKPOINTS},
    "unCLIPCheckpointLoader": {"ckpt_name": CHECKPOINTS},
    "LoadImage": {"image": ["example.png"]},
    "ImageScale": {"image": _LINK, "width": _INT, "height": _INT},
    "CLIPTextEncode": {"clip": _LINK, "text": _TEXT},
    "CLIPVisionEncode": {"clip_vision": _LINK, "image": _LINK, "crop": ["center", "none"]},
    "unCLIPConditioning": {
        "conditioning": _LINK,
        "clip_vision_output": _LINK,
        "strength": _FLOAT,
        "noise_augmentation": _FLOAT,
    },
    "EmptyLatentImage": {"width": _INT, "height": _INT, "batch_size": _INT},
    "VAEEncode": {"pixels": _LINK, "vae": _LINK},
    "VAEDecode": {"samples": _LINK, "vae": _LINK},
    "KSampler": _SAMPLER,
    "SaveImage": {"images": _LINK, "filename_prefix": _TEXT},
    "PreviewImage": {"images": _LINK},
    "SaveImageWebsocket": {"images": _LINK},
}


def object_info(name: str, *, as_combo: bool) -> dict[str, Any]:
    """Return the description of a node; newer versions write a choice as `COMBO`."""
    required = {}
    for field, kind in NODES[name].items():
        if not isinstance(kind, list):
            required[field] = ["MODEL" if kind == _LINK else kind]
        else:
            required[field] = ["COMBO", {"options": kind}] if as_combo else [kind]
    return {"input": {"required": required}, "name": name, "output_node": name in OUTPUTS}


def problem(workflow: Workflow) -> dict[str, Any] | None:
    """Return the error of a workflow that has no valid output; None if there is one."""
    for node, content in workflow.items():
        if content.get("class_type") not in NODES:
            message = f"Cannot execute because node {content.get('class_type')} does not exist."
            return {"type": "invalid_prompt", "message": message, "details": f"Node ID '#{node}'"}
    if not any(content["class_type"] in OUTPUTS for content in workflow.values()):
        return {"type": "prompt_no_outputs", "message": "Prompt has no outputs", "details": ""}
    return None


def node_errors(workflow: Workflow, files: set[str]) -> dict[str, Any]:
    """Return the invalid inputs of each node."""
    found = {}
    for node, content in workflow.items():
        errors = []
        for name, kind in NODES[content["class_type"]].items():
            if name not in content["inputs"]:
                errors.append({"type": "required_input_missing", "details": name})
            elif not _fits(content["class_type"], content["inputs"][name], kind, files, workflow):
                errors.append({"type": "value_not_in_list", "details": name})
        if errors:
            kind = content["class_type"]
            found[node] = {"errors": errors, "dependent_outputs": [], "class_type": kind}
    return found


def _fits(kind_of_node: str, value: Any, kind: Any, files: set[str], workflow: Workflow) -> bool:
    if kind_of_node == "LoadImage":
        return value in files
    if isinstance(kind, list):
        return value in kind
    if isinstance(value, list):
        return len(value) == 2 and value[0] in workflow
    if kind == _INT:
        return isinstance(value, int) and 0 <= value < 2**64
    if kind == _FLOAT:
        return isinstance(value, int | float) and -100 <= value <= 100
    return kind == _TEXT and isinstance(value, str)


class Run:
    """Evaluates one workflow; a conditioning is the picture and the noise of unCLIP, or None."""

    def __init__(
        self, workflow: Workflow, load: Callable[[str], Pillow.Image], painter: Painter
    ) -> None:
        self._workflow = workflow
        self._load = load
        self._painter = painter
        self._made: dict[str, Callable[[str], Any]] = {
            "LoadImage": self._load_image,
            "ImageScale": self._image_scale,
            "VAEEncode": lambda node: self.input(node, "pixels"),
            "VAEDecode": lambda node: self.input(node, "samples"),
            "CLIPVisionEncode": lambda node: self.input(node, "image"),
            "EmptyLatentImage": self._empty_latent,
            "unCLIPConditioning": self._unclip_conditioning,
            "KSampler": self._sample,
        }

    def input(self, node: str, name: str) -> Any:
        """Return the value of an input; follow its link."""
        value = self._workflow[node]["inputs"][name]
        return self.output(value[0]) if isinstance(value, list) else value

    def output(self, node: str) -> Any:
        """Return the output of a node."""
        made = self._made.get(self._workflow[node]["class_type"])
        return made(node) if made else None

    def _load_image(self, node: str) -> Any:
        return self._load(self.input(node, "image"))

    def _image_scale(self, node: str) -> Any:
        size = (self.input(node, "width"), self.input(node, "height"))
        return self.input(node, "image").resize(size)

    def _empty_latent(self, node: str) -> Any:
        return Pillow.new("RGB", (self.input(node, "width"), self.input(node, "height")))

    def _unclip_conditioning(self, node: str) -> Any:
        return self.input(node, "clip_vision_output"), self.input(node, "noise_augmentation")

    def _sample(self, node: str) -> Any:
        latent, strength = self.input(node, "latent_image"), self.input(node, "denoise")
        width, height = latent.size
        seen = self.input(node, "positive")
        if seen is not None:
            latent, strength = seen
        return self._painter(latent, width, height, strength, self.input(node, "seed"))
