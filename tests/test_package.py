"""The files around the package: version, third-party material, workflow and pins."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

import diabelli

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VENDOR = ROOT / "src" / "diabelli" / "web" / "vendor"


def test_the_version_has_one_place() -> None:
    """The build reads it from the package, and no other file of the build repeats it."""
    assert PROJECT["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", diabelli.__version__)
    for name in ("pyproject.toml", "Makefile", "mkdocs.yml", ".ci/dist", "CHANGELOG.md"):
        text = (ROOT / name).read_text("utf-8")
        assert f'"{diabelli.__version__}"' not in text, name


def test_every_vendored_file_is_listed_with_its_version_and_licence() -> None:
    """THIRD_PARTY.md, the folder and its list of versions agree."""
    page = (ROOT / "THIRD_PARTY.md").read_text("utf-8")
    for path in VENDOR.iterdir():
        if path.name != "README.txt":
            assert f"src/diabelli/web/vendor/{path.name}" in page
    versions = re.findall(r"^(.+?) (\d+\.\d+\.\d+) \(", (VENDOR / "README.txt").read_text(), re.M)
    assert len(versions) == 2
    for name, version in versions:
        assert re.search(rf"^\| \[{name}\].*\| {re.escape(version)} \|", page, re.MULTILINE)


def test_foreign_weights_are_listed() -> None:
    """Every file of weights is named, or its model card is linked."""
    page = (ROOT / "THIRD_PARTY.md").read_text("utf-8")
    models = ROOT / "src" / "diabelli" / "synthesis" / "models"
    for path in models.glob("*.npz"):
        assert f"src/diabelli/synthesis/models/{path.stem}." in page


def test_every_requirement_is_pinned() -> None:
    """constraints.txt has an exact version of each dependency of a development environment."""
    pinned = {
        re.split("==", line)[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    extras = [each for extra in PROJECT["optional-dependencies"].values() for each in extra]
    for requirement in [*PROJECT["dependencies"], *extras]:
        name = re.match(r"[\w.-]+", requirement)
        assert name is not None
        found = name[0].lower().replace("_", "-")
        assert found == "diabelli" or found in pinned, requirement


def test_the_workflow_runs_the_same_checks_on_every_supported_python() -> None:
    """Its versions are those of the classifiers."""
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    job = yaml.safe_load(text)["jobs"]["checks"]
    assert {"run": ".ci/run", "env": job["steps"][-1]["env"]} == job["steps"][-1]
    prefix = "Programming Language :: Python :: 3."
    supported = [
        kind.rpartition(" ")[2] for kind in PROJECT["classifiers"] if kind.startswith(prefix)
    ]
    assert job["strategy"]["matrix"]["python"] == supported
    assert PROJECT["requires-python"] == f">={supported[0]}"
