"""`diabelli pull` from a hub, and serving from the pulled files."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engines.diffusion.hub import COMMIT, serving

pytestmark = pytest.mark.slow

DIABELLI = str(Path(sys.executable).with_name("diabelli"))
MAKE = """
import numpy as np, torch
from pathlib import Path
torch.set_num_threads(1)
from diabelli.engines import run_sequentially, wait_for_pieces
from diabelli.engines.diffusion.engine_manager import EngineManager
from diabelli.observer import Observer
from diabelli.settings.loading import load_settings
from diabelli.variation import VariationSpec
engine = EngineManager().engine(load_settings({}).plan("mine"))
grey = np.full((32, 32, 3), 99, np.uint8)
spec = VariationSpec(height=32, width=32, seed=1)
(piece,) = wait_for_pieces(engine.prepare(grey, spec, Observer().on_progress, run_sequentially))
print(piece().image.shape)
"""
SETTINGS = """
[engines.mine]
pipeline = "someone/tiny"
recipe = "image"
side = 32
steps = 2
"""


@pytest.fixture
def run(tmp_path):
    """Runs a command beside the settings, with a separate cache."""
    (tmp_path / "diabelli.toml").write_text(SETTINGS)

    def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {"HF_HOME": str(tmp_path / "cache"), "COLUMNS": "200", "HF_HUB_DISABLE_XET": "1"}
        return subprocess.run(
            words,
            cwd=tmp_path,
            env={**os.environ, **own, **environment},
            capture_output=True,
            text=True,
        )

    return command


def test_weights_are_pulled_once_and_served_without_a_network(tiny, run, tmp_path):
    """Files of the patterns are pulled, pinned to their commit, and not requested again."""
    folder = tmp_path / "repository"
    shutil.copytree(tiny("sd-image-variations").pipeline.source, folder)
    (folder / "v1.ckpt").write_bytes(b"a copy in another format")
    before = run(DIABELLI, "engines")
    assert "(someone/tiny) are not on this machine: run `diabelli pull mine`" in before.stdout
    with serving("someone/tiny", folder) as hub:
        pulled = run(DIABELLI, "pull", "mine", HF_ENDPOINT=hub.url)
        assert pulled.returncode == 0, pulled.stderr
        assert COMMIT in pulled.stdout
        assert "%" in pulled.stderr
        assert "unet/diffusion_pytorch_model.safetensors" in hub.fetched
        assert "v1.ckpt" not in hub.fetched
        count = len(hub.fetched)
        assert run(DIABELLI, "pull", "mine", HF_ENDPOINT=hub.url).returncode == 0
        assert len(hub.fetched) == count
    offline = {"HF_ENDPOINT": hub.url, "HF_HUB_OFFLINE": "1"}
    assert "mine: The pipeline in someone/tiny." in run(DIABELLI, "engines", **offline).stdout
    made = run(sys.executable, "-c", MAKE, **offline)
    assert made.stdout == "(32, 32, 3)\n", made.stderr
    for blob in (tmp_path / "cache").rglob("*.safetensors"):
        blob.resolve().write_bytes(b"x" * 100)
    assert "cannot be loaded" in (damaged := run(sys.executable, "-c", MAKE, **offline).stderr)
    assert "run `diabelli pull mine`" in damaged


def test_a_hub_that_cannot_be_reached_is_a_clear_error(run):
    """The message has the URL and the alternatives; it is an installation fault."""
    ended = run(DIABELLI, "pull", "mine", HF_ENDPOINT="http://127.0.0.1:9")
    assert ended.returncode == 3
    assert "someone/tiny cannot be fetched from http://127.0.0.1:9" in ended.stderr
    assert "copy the cache (HF_HOME)" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_weights_in_other_formats_alone_are_refused(run, tmp_path):
    """A repository with only pickles is refused at the pull."""
    (tmp_path / "repository" / "unet").mkdir(parents=True)
    (tmp_path / "repository" / "model_index.json").write_text("{}")
    (tmp_path / "repository" / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"x")
    with serving("someone/tiny", tmp_path / "repository") as hub:
        ended = run(DIABELLI, "pull", "mine", HF_ENDPOINT=hub.url)
    assert ended.returncode == 3
    assert "has no weights in the safetensors format" in ended.stderr
    assert hub.fetched == ["model_index.json"]


def test_engines_without_weights_cannot_be_pulled(run):
    """The message lists the valid names."""
    ended = run(DIABELLI, "pull", "patch")
    assert ended.returncode == 2
    assert "kandinsky-2.2" in ended.stderr
    assert "mine" in ended.stderr
