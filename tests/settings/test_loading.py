"""Settings: precedence, all faults at once, and no open server by accident."""

import os

import pytest
from pydantic import ValidationError

from diabelli.errors import InvalidSettings
from diabelli.net import is_loopback
from diabelli.settings import Settings
from diabelli.settings.loading import load_settings


@pytest.fixture(autouse=True)
def _isolate_settings(monkeypatch, tmp_path):
    """Settings of the host do not reach the tests."""
    for name in [name for name in os.environ if name.startswith("DIABELLI_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_run_on_a_laptop():
    """Loopback, the patch engine, the published model name, no key."""
    settings = load_settings({})
    assert settings == Settings()
    assert (settings.host, settings.port, settings.engine) == ("127.0.0.1", 8000, "patch")
    assert settings.models == {"dall-e-2": "patch"}


def test_flags_override_the_environment_and_the_file(monkeypatch, tmp_path):
    """Each source is used only for settings without a value in a prior source."""
    (tmp_path / "diabelli.toml").write_text('port = 1\nqueue = 1\nthreads = 1\ninputs = "any"\n')
    monkeypatch.setenv("DIABELLI_QUEUE", "2")
    monkeypatch.setenv("DIABELLI_THREADS", "2")
    settings = load_settings({"threads": 3})
    assert (settings.port, settings.queue, settings.threads) == (1, 2, 3)
    assert settings.inputs == "any"


def test_another_file_can_be_named(tmp_path):
    """The file in the working directory is then ignored."""
    (tmp_path / "diabelli.toml").write_text("port = 1\n")
    (tmp_path / "other.toml").write_text("queue = 7\n")
    settings = load_settings({}, tmp_path / "other.toml")
    assert (settings.port, settings.queue) == (8000, 7)


@pytest.mark.parametrize("text", ["port = ", "port = 1\nport = 2\n", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path, text):
    """For a broken or missing file, the message has its name."""
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InvalidSettings, match=r"mine\.toml cannot be read"):
        load_settings({}, path)


def test_all_faults_are_reported_at_once(monkeypatch):
    """Invalid values and unknown names, with their sources, in one message."""
    monkeypatch.setenv("DIABELLI_PROT", "1")
    with pytest.raises(InvalidSettings) as caught:
        load_settings({"port": 99_999, "inputs": "all"})
    assert "port: Input should be less than or equal to 65535 (got 99999)" in str(caught.value)
    assert "inputs: Input should be 'openai' or 'any' (got 'all')" in str(caught.value)
    assert "prot: there is no such setting; is port meant?" in str(caught.value)


@pytest.mark.parametrize(
    "text", ['["sk-one", "sk-two"]', ' [ "sk-one","sk-two" ] ', "sk-one,sk-two"]
)
def test_keys_may_be_a_json_list(monkeypatch, text):
    """Both forms of the environment give the same keys."""
    monkeypatch.setenv("DIABELLI_API_KEYS", text)
    assert [key.get_secret_value() for key in load_settings({}).api_keys] == ["sk-one", "sk-two"]


@pytest.mark.parametrize("text", ['["sk-one"', "[1, 2]", "[sk-one, sk-two]", '["sk-one", null]'])
def test_a_broken_json_list_of_keys_is_refused_without_showing_it(monkeypatch, text):
    """Its parts are never used as keys; the error has the accepted form and hides the value."""
    monkeypatch.setenv("DIABELLI_API_KEYS", text)
    with pytest.raises(
        InvalidSettings, match="api_keys: expected keys separated by commas"
    ) as caught:
        load_settings({})
    assert 'sk-one"' not in str(caught.value).replace('such as ["sk-one"]', "")


def test_keys_come_separated_by_commas_and_stay_secret(monkeypatch):
    """Neither the representation of the settings nor an error contains a key."""
    monkeypatch.setenv("DIABELLI_API_KEYS", "sk-one, sk-two,")
    settings = load_settings({"host": "0.0.0.0"})
    assert [key.get_secret_value() for key in settings.api_keys] == ["sk-one", "sk-two"]
    assert "sk-" not in repr(settings)
    with pytest.raises(InvalidSettings) as caught:
        load_settings({"auth": "no-auth"})
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("example.org", False),
    ],
)
def test_loopback_is_recognised(host, loopback):
    """Names that need a resolver count as public."""
    assert is_loopback(host) is loopback


def test_models_are_given_as_json_in_the_environment(monkeypatch):
    """Further names are added to the published one."""
    monkeypatch.setenv("DIABELLI_MODELS", '{"mine": "patch"}')
    assert load_settings({}).models == {"dall-e-2": "patch", "mine": "patch"}
    monkeypatch.setenv("DIABELLI_MODELS", "mine=patch")
    with pytest.raises(InvalidSettings, match="JSON"):
        load_settings({})


def test_settings_are_frozen_and_take_only_arguments(monkeypatch):
    """They are immutable, and the constructor ignores the environment."""
    monkeypatch.setenv("DIABELLI_PORT", "1")
    settings = Settings()
    assert settings.port == 8000
    with pytest.raises(ValidationError):
        settings.port = 2


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://example.org",
        "http://",
        "https://a b",
        "http://[::1",
        "http://a:99999",
        "http://:80",
    ],
)
def test_the_public_url_is_valid(url):
    """It must be a URL that browsers open."""
    with pytest.raises(InvalidSettings, match="public_url"):
        load_settings({"public_url": url})


@pytest.mark.parametrize(
    "origin",
    ["studio.example", "http://[::1", "http://a:x", "ftp://a", "http://a/b", "http://", ""],
)
def test_an_allowed_origin_is_valid(origin):
    """It has a scheme and a host, as browsers send it."""
    with pytest.raises(InvalidSettings, match="allowed_origins"):
        load_settings({"allowed_origins": ("http://a.example:8000/", origin)})


def test_a_malformed_bucket_is_refused():
    """The brackets of a host must match."""
    with pytest.raises(InvalidSettings, match="storage"):
        load_settings({"storage": "s3://[bucket"})


def test_the_password_of_a_ledger_stays_secret():
    """Neither the representation of the settings nor an error contains it."""
    settings = load_settings({"ledger": "postgresql://me:private@host/name"})
    assert settings.ledger.get_secret_value() == "postgresql://me:private@host/name"
    assert "private" not in repr(settings)
    with pytest.raises(InvalidSettings, match="starts with sqlite:/// or postgresql://") as caught:
        load_settings({"ledger": "mysql://me:private@host/name"})
    assert "private" not in str(caught.value)


def test_every_setting_has_one_sentence():
    """That sentence is the help text and the documentation."""
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"public_url": "https://pictures.example"}, False),
        ({"inputs": "openai"}, False),
        ({"host": "0.0.0.0", "inputs": "any"}, True),
    ],
)
def test_any_input_is_the_default_on_loopback(given, accepted):
    """A server that other machines can reach accepts OpenAI's sources unless it is set."""
    assert load_settings(given).accepts_any_input is accepted


@pytest.mark.parametrize("key", ["", " sk-space", "sk-\u00fc"])
def test_a_key_that_no_request_can_have_is_refused(tmp_path, key):
    """A server with such a key alone would count as one with keys."""
    file = tmp_path / "diabelli.toml"
    file.write_text(f'api_keys = ["sk-good", "{key}"]\n', "utf-8")
    with pytest.raises(InvalidSettings, match="api_keys: key 2 cannot be sent") as refused:
        load_settings({}, file)
    assert "sk-" not in str(refused.value)


def test_the_data_folder_may_be_in_the_home_folder(monkeypatch, tmp_path):
    """A folder named `~` would be a trap."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings({"data_dir": "~/pictures"}).data_dir == tmp_path / "pictures"
    with pytest.raises(
        InvalidSettings, match="data_dir: ~no-such-user/x begins with a home folder"
    ):
        load_settings({"data_dir": "~no-such-user/x"})
