"""Engines by name: embedded, trained, and those of other packages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from diabelli.engines import available_engines, load
from diabelli.engines.diffusion.presets import PRESETS
from diabelli.errors import UnknownEngine, WeightsMissing
from engines.conftest import DOCS
from engines.making import made, square
from oracles.sources import face

HIDDEN = """
import sys
for name in ("torch", "diffusers", "transformers", "accelerate", "huggingface_hub"):
    sys.modules[name] = None
"""
HEAVY = "{'torch', 'diffusers', 'transformers', 'accelerate', 'huggingface_hub'} & set(sys.modules)"


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the code in a new process."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """An installed package with the engine of the documentation."""
    text = (DOCS / "engines.md").read_text().split("```python\n")[1].split("```")[0]
    (tmp_path / "diabelli_tint.py").write_text(text)
    described = tmp_path / "diabelli_tint-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: diabelli-tint\nVersion: 1.0\n"
    )
    (described / "entry_points.txt").write_text("[diabelli.engines]\ntint = diabelli_tint:Tint\n")
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_packages_add_engines(package):
    """An entry point is sufficient."""
    assert "tint" in available_engines()
    (variation,) = made(load("tint"), face(64), square(64))
    assert variation.engine.name == "tint"


def test_the_example_has_forty_lines():
    """As the documentation states, without blank lines."""
    text = (DOCS / "engines.md").read_text().split("```python\n")[1].split("```")[0]
    assert len([line for line in text.splitlines() if line.strip()]) <= 40


def test_presets_are_engines_by_name():
    """If the weights are missing, the message has the command that pulls them."""
    with pytest.raises(WeightsMissing, match=r"diabelli pull kandinsky-2\.2"):
        load("kandinsky-2.2")
    with pytest.raises(UnknownEngine, match=r"'kandinsky'.*kandinsky-2\.2"):
        load("kandinsky")


def test_a_missing_extra_is_reported():
    """Without torch, the error has the command to install it, and engines are listed."""
    ended = run(HIDDEN + "import diabelli; diabelli.vary(b'', engine='kandinsky-2.2')")
    assert "MissingExtra" in ended.stderr
    assert "pip install 'diabelli[diffusion]'" in ended.stderr
    listed = run(HIDDEN + "from diabelli.cli import app; app(['engines'])", COLUMNS="200")
    assert listed.returncode == 0, listed.stderr
    # The preset that fits this machine is named once more, and any of these may be wrapped.
    assert " ".join(listed.stdout.split()).count("pip install 'diabelli[diffusion]'") in (
        len(PRESETS),
        len(PRESETS) + 1,
    )
    assert "patch: Rearranges" in listed.stdout
    pulled = run(
        HIDDEN + "sys.argv = ['diabelli', 'pull', 'kandinsky-2.2']\n"
        "from diabelli.cli import main; main()"
    )
    assert pulled.returncode == 3
    assert "pip install 'diabelli[diffusion]'" in pulled.stderr


def test_torch_is_imported_only_when_a_pipeline_is_needed():
    """Not by the package, nor by a server of the embedded engine."""
    modules = ("diabelli", "diabelli.engines", "diabelli.api.app", "diabelli.bootstrap")
    checks = [f"import {module}\nassert not {HEAVY}, ('{module}', {HEAVY})" for module in modules]
    ended = run("\n".join(["import sys", *checks]))
    assert ended.returncode == 0, ended.stderr
