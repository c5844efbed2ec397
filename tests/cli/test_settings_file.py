"""Changes of the settings file by commands."""

import tomllib

from diabelli.cli.settings_file import add_settings

NEW = {"engine": "sd15-lcm", "load": "background"}


def test_a_missing_file_is_made(tmp_path):
    """With these settings only."""
    path = tmp_path / "diabelli.toml"
    assert add_settings(path, NEW)
    assert tomllib.loads(path.read_text()) == NEW


def test_other_settings_stay(tmp_path):
    """Tables and comments too; a setting that exists keeps its value."""
    path = tmp_path / "diabelli.toml"
    path.write_text('# mine\nport = 9000\nload = "start"\n\n[models]\nquick = "patch"\n')
    assert add_settings(path, NEW)
    assert "# mine" in path.read_text()
    assert tomllib.loads(path.read_text()) == {
        "engine": "sd15-lcm",
        "port": 9000,
        "load": "start",
        "models": {"quick": "patch"},
    }


def test_a_file_that_names_an_engine_is_not_changed(tmp_path):
    """The operator has chosen."""
    path = tmp_path / "diabelli.toml"
    path.write_text('engine = "patch"\n')
    assert not add_settings(path, NEW)
    assert path.read_text() == 'engine = "patch"\n'
