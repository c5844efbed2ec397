"""`diabelli pull` from a hub, and serving from the pulled files."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from PIL import Image as Pillow

from diabelli.engines.diffusion.presets import PRESETS
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
PULL = """
from huggingface_hub import constants
constants.DOWNLOAD_CHUNK_SIZE = 1000
from diabelli.engines.diffusion.download import missing_bytes, pull
from diabelli.settings.loading import load_settings
preset = load_settings({}).plan("mine").preset
assert missing_bytes(preset) > 0
pull(preset)
assert missing_bytes(preset) == 0
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
    with serving({"someone/tiny": folder}) as hub:
        pulled = run(DIABELLI, "pull", "mine", HF_ENDPOINT=hub.url)
        assert pulled.returncode == 0, pulled.stderr
        assert COMMIT in pulled.stdout
        assert "%" in pulled.stderr
        assert "unet/diffusion_pytorch_model.safetensors" in hub.fetched
        assert "v1.ckpt" not in hub.fetched
        count = len(hub.fetched)
        again = run(DIABELLI, "pull", "mine", "--json", HF_ENDPOINT=hub.url)
        assert json.loads(again.stdout) == pulled.stdout.splitlines()
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
    with serving({"someone/tiny": tmp_path / "repository"}) as hub:
        ended = run(DIABELLI, "pull", "mine", HF_ENDPOINT=hub.url)
    assert ended.returncode == 3
    assert "has no weights in the safetensors format" in ended.stderr
    assert hub.fetched == ["model_index.json"]


def test_a_broken_connection_is_resumed(tiny, run):
    """The rest of the file is requested."""
    file = "unet/diffusion_pytorch_model.safetensors"
    folder = Path(tiny("sd-image-variations").pipeline.source)
    with serving({"someone/tiny": folder}) as hub:
        hub.broken = {file}
        pulled = run(sys.executable, "-c", PULL, HF_ENDPOINT=hub.url)
    assert pulled.returncode == 0, pulled.stderr
    size = (folder / file).stat().st_size
    assert hub.ranges
    assert size // 2 - 1000 <= hub.ranges[0] <= size // 2


INTERRUPTED = """
import huggingface_hub.file_download as client
def interrupt(_):
    raise KeyboardInterrupt
client.time.sleep = interrupt
"""


def test_an_interrupted_pull_goes_on_after_the_part_that_is_there(tiny, run):
    """Its size is not counted again; the hash of the whole file is verified."""
    file = "unet/diffusion_pytorch_model.safetensors"
    folder = Path(tiny("sd-image-variations").pipeline.source)
    size = (folder / file).stat().st_size
    begin, _, after = PULL.partition("assert missing_bytes(preset) == 0")
    begin = f"import diabelli.engines.diffusion.download as d\nd._LARGE = {size}\n{begin}"
    count = begin.replace("pull(preset)\n", "print(missing_bytes(preset))\n")
    with serving({"someone/tiny": folder}) as hub:
        whole = int(run(sys.executable, "-c", count, HF_ENDPOINT=hub.url).stdout)
        hub.broken = {file}
        ended = run(sys.executable, "-c", INTERRUPTED + begin, HF_ENDPOINT=hub.url)
        assert "KeyboardInterrupt" in ended.stderr
        assert not hub.ranges
        rest = int(run(sys.executable, "-c", count, HF_ENDPOINT=hub.url).stdout)
        assert size // 2 - 1000 <= whole - rest <= size // 2
        pulled = run(sys.executable, "-c", begin + after, HF_ENDPOINT=hub.url)
    assert pulled.returncode == 0, pulled.stderr
    assert hub.ranges == [whole - rest]


def test_a_damaged_file_is_deleted_and_pulled_again(tiny, run):
    """Its hash differs from the hub's; the message has the command."""
    file = "unet/diffusion_pytorch_model.safetensors"
    with serving({"someone/tiny": Path(tiny("sd-image-variations").pipeline.source)}) as hub:
        hub.damaged = {file}
        ended = run(sys.executable, "-c", PULL, HF_ENDPOINT=hub.url)
        assert "InvalidWeights: 1 of the files of someone/tiny" in ended.stderr
        assert "run `diabelli pull mine` again" in ended.stderr
        hub.damaged, hub.fetched = set(), []
        assert run(sys.executable, "-c", PULL, HF_ENDPOINT=hub.url).returncode == 0
        assert hub.fetched == [file]


def test_a_download_needs_room_on_the_disk(run):
    """The message has both sizes."""
    ended = run(sys.executable, "-c", "import diabelli.engines.diffusion.download as d\n"
                "d.check_disk(10**6)\nd.check_disk(10**17)")  # fmt: skip
    assert "HubUnavailable: the download needs 100000000.0 GB, and" in ended.stderr


def test_without_a_name_the_best_engine_is_pulled_and_served(tiny, run, tmp_path):
    """Size, time and licence come first; the settings file names it, and a trial runs it."""
    preset = tiny("sd15-lcm")
    (tmp_path / "adapter" / "models").mkdir(parents=True)
    shutil.copy(
        Path(preset.adapter.weights.source) / "adapter.safetensors",
        tmp_path / "adapter" / "models" / "ip-adapter_sd15.safetensors",
    )
    (tmp_path / "lora").mkdir()
    shutil.copy(
        Path(preset.distillation.weights.source) / "lora.safetensors",
        tmp_path / "lora" / "pytorch_lora_weights.safetensors",
    )
    encoder = Path(preset.adapter.encoder_weights.source) / "encoder"
    shutil.copytree(encoder, tmp_path / "encoder" / "image_encoder")
    own = PRESETS["sd15-lcm"]
    sources = (preset.pipeline.source, "adapter", "encoder", "lora", preset.decoder.source)
    folders = {
        weights.source: tmp_path / source
        for weights, source in zip(own.weights, sources, strict=True)
    }
    with serving(folders) as hub:
        pulled = run(DIABELLI, "pull", HF_ENDPOINT=hub.url, DIABELLI_DEVICE="cpu")
    assert pulled.returncode == 0, pulled.stderr
    assert "sd15-lcm fits this machine best: its 6 steps" in pulled.stderr
    # Only the download has bars, not the request for its size.
    assert "dry-run" not in pulled.stderr
    time = r"GB to download, about \d+ s a picture on this machine's cpu while it is idle"
    assert re.search(time, pulled.stderr)
    assert "creativeml-openrail-m" in pulled.stderr
    settings = tomllib.loads((tmp_path / "diabelli.toml").read_text())
    assert settings["engine"] == "sd15-lcm"
    assert settings["load"] == "background"
    assert "mine" in settings["engines"]
    offline = {"HF_HUB_OFFLINE": "1", "DIABELLI_DEVICE": "cpu", "OMP_NUM_THREADS": "1"}
    # The tiny networks compress pictures by 2, not by 8: at full size one takes three minutes.
    with (tmp_path / "diabelli.toml").open("a") as file:
        file.write("\n[engines.sd15-lcm]\nside = 128\n")
    Pillow.new("RGB", (90, 60), "teal").save(tmp_path / "teal.png")
    tried = run(DIABELLI, "engines", "try", "sd15-lcm", "teal.png", "-n", "1", "--json", **offline)
    assert tried.returncode == 0, tried.stderr
    found = json.loads(tried.stdout)
    assert (found["pictures"], found["sheet"]) == ("1 of 128x128, seed 7", "sd15-lcm-try.jpg")
    assert re.fullmatch(r"\d+\.\d GB", found["peak memory"])
    assert re.search(r"diffusers \d+\.\d+", found["versions"])
    assert re.fullmatch(r"\d+\.\d on \d+ CPUs", found["load of the system"])
    with Pillow.open(tmp_path / "sd15-lcm-try.jpg") as sheet:
        assert sheet.size == (804, 408)


def test_a_machine_that_is_too_small_is_refused_before_the_download(run):
    """The hub is not asked."""
    small = {"DIABELLI_VRAM_BUDGET_GB": "1", "DIABELLI_DEVICE": "cpu"}
    ended = run(DIABELLI, "pull", HF_ENDPOINT="http://127.0.0.1:9", **small)
    assert ended.returncode == 3
    assert "too small for a trained engine: the smallest needs 5.5 GB, and 1.0 GB" in ended.stderr


def test_engines_without_weights_cannot_be_pulled(run):
    """The message lists the valid names."""
    ended = run(DIABELLI, "pull", "patch")
    assert ended.returncode == 2
    assert "kandinsky-2.2" in ended.stderr
    assert "mine" in ended.stderr
