"""Engines of work without a server: with their entry of the settings file."""

import pytest

from diabelli.configured import open_configured_engine
from diabelli.engines.diffusion.engine_manager import EngineManager
from diabelli.errors import LicenceNotAccepted, WeightsMissing


@pytest.fixture
def settings_file(tmp_path, monkeypatch):
    """The settings file of the current folder, which is not there yet."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "diabelli.toml"


@pytest.mark.parametrize(
    ("is_accepted", "fault"), [("false", LicenceNotAccepted), ("true", WeightsMissing)]
)
def test_a_preset_has_its_entry_of_the_settings_file(settings_file, is_accepted, fault):
    """If its licence is accepted there, only the weights are missing."""
    settings_file.write_text(f'[engines."flux-redux"]\nlicence_accepted = {is_accepted}\n')
    with pytest.raises(fault), open_configured_engine("flux-redux", None):
        pass


def test_no_other_engine_makes_pictures_while_weights_are_loaded(settings_file, monkeypatch):
    """`diabelli pull` writes `load = "background"`, which is meant for a server."""
    settings_file.write_text('load = "background"\n')
    monkeypatch.setattr(EngineManager, "engine", lambda _, plan: plan.name)
    with open_configured_engine("sd15-lcm", None) as (engine, _):
        assert engine == "sd15-lcm"


def test_the_patch_engine_needs_no_settings(settings_file):
    """It is returned as its name, with the file and without it."""
    for text in ("", 'engine = "patch"\n'):
        if text:
            settings_file.write_text(text)
        with open_configured_engine("patch", None) as (engine, signer):
            assert (engine, signer) == ("patch", None)


def test_a_preset_has_the_settings_of_the_environment(settings_file, monkeypatch):
    """A variable of any setting counts, not only that of the certificate."""
    assert not settings_file.exists()
    monkeypatch.setenv("DIABELLI_DEVICE", "cpu")
    monkeypatch.setattr(EngineManager, "engine", lambda _, plan: plan.running.device)
    with open_configured_engine("sd15-lcm", None) as (engine, _):
        assert engine == "cpu"


def test_other_variables_are_those_of_engines(settings_file, monkeypatch):
    """They are no settings, so none are read."""
    assert not settings_file.exists()
    monkeypatch.setenv("DIABELLI_OF_AN_ENGINE", "1")
    with open_configured_engine("patch", None) as (engine, _):
        assert engine == "patch"
