"""Sources of weights: paths and repositories."""

import pytest

from diabelli.engines.diffusion import weights
from diabelli.engines.diffusion.presets import Weights
from diabelli.errors import WeightsMissing


@pytest.fixture
def _shadow(tmp_path, monkeypatch):
    """A working directory with a folder that is named as a repository."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "someone" / "tiny").mkdir(parents=True)


@pytest.mark.usefixtures("_shadow")
def test_a_folder_does_not_replace_a_repository():
    """A folder is used only if it is written as a path; the error says so."""
    assert not weights.is_folder(Weights(source="someone/tiny"))
    with pytest.raises(WeightsMissing, match=r"pull mine`; for the folder, write \./someone/tiny"):
        weights.locate("mine", Weights(source="someone/tiny", revision="none"))


@pytest.mark.usefixtures("_shadow")
@pytest.mark.parametrize("source", ["./someone/tiny", "../{}/someone/tiny", "{}/someone/tiny"])
def test_a_path_is_a_folder(tmp_path, source):
    """Relative or absolute."""
    given = source.format(tmp_path.name if source.startswith("..") else tmp_path)
    found = weights.locate("mine", Weights(source=given))
    assert found.resolve() == tmp_path / "someone" / "tiny"
