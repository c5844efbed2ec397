"""Settings of upstream engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from diabelli.engines.upstream.credentials import load_credentials
from diabelli.engines.upstream.options import AuthOptions, UpstreamOptions
from diabelli.errors import InvalidSettings
from diabelli.settings import Settings
from diabelli.settings.loading import load_settings

LOCAL = {"kind": "upstream", "protocol": "openai-edits", "base_url": "http://127.0.0.1:1234"}
KEY = {"key_env": "UPSTREAM_KEY"}


def options(**values: Any) -> UpstreamOptions:
    return UpstreamOptions.model_validate(LOCAL | values)


def test_an_entry_of_the_kind_upstream_is_an_engine() -> None:
    """Beside trained ones."""
    settings = Settings.model_validate(
        {"engines": {"mine": LOCAL, "flux-redux": {"licence_accepted": True}}}
    )
    assert settings.upstream("mine") == options()
    assert settings.plan("mine") is None
    assert settings.upstream("flux-redux") is None
    assert settings.plan("flux-redux").accepted


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com"),
        ("https://api.openai.com/v1/", "https://api.openai.com"),
        ("http://localhost:9292/upstream/flux/", "http://localhost:9292/upstream/flux"),
        ("http://[::1]:8000/v3", "http://[::1]:8000"),
    ],
)
def test_the_version_may_be_part_of_the_base_url(url: str, base: str) -> None:
    """As people know it from OpenAI's clients."""
    assert options(base_url=url).base_url == base


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://host", "http://", "http://host:99999", "http://user:pass@host"),
        *("http://host/?key=1", "file:///etc/passwd", "http://ho st"),
    ],
)
def test_other_base_urls_are_refused(url: str) -> None:
    """A key in the URL would be in logs."""
    with pytest.raises(ValidationError):
        options(base_url=url)


@pytest.mark.parametrize("host", ["10.0.0.5", "images.example", "127.0.0.1.example"])
def test_a_key_needs_encryption_beyond_this_machine(host: str) -> None:
    """Unless the host is allowed by its name."""
    plain = f"http://{host}:8080"
    assert options(base_url=plain).auth is None
    with pytest.raises(ValidationError, match="without encryption"):
        options(base_url=plain, auth=KEY)
    assert options(base_url=plain, auth=KEY, plain_http_hosts=[host]).auth
    assert options(base_url=f"https://{host}", auth=KEY).auth
    assert options(auth=KEY).auth


def test_dialects_belong_to_protocols() -> None:
    """The message names those that do."""
    with pytest.raises(ValidationError, match=r"openai-variations.*one of diabelli"):
        options(protocol="openai-variations", dialect="sd-server")
    assert options().effective_dialect == "openai"
    assert options(protocol="openai-variations").effective_dialect == "diabelli"


def test_openai_is_paid_by_default() -> None:
    """Others are not; the option decides."""
    assert options().is_paid
    assert not options(dialect="generic").is_paid
    assert options(dialect="generic", paid=True).is_paid
    assert not options(paid=False).is_paid


@pytest.mark.parametrize(
    ("name", "entry", "message"),
    [
        ("patch", LOCAL, "embedded engine's name"),
        ("flux-redux", LOCAL, "name of a preset"),
        ("mine", LOCAL | {"side": 1}, r"engines.mine.side: .*greater than or equal to 64"),
        ("mine", LOCAL | {"recipe": "image"}, r"engines.mine.recipe: Extra inputs"),
        ("mine", LOCAL | {"auth": {}}, r"set `key_env` or `key_file`"),
        ("mine", {"kind": "upstream"}, r"engines.mine.protocol: Field required"),
    ],
)
def test_faults_name_the_setting(name: str, entry: dict[str, Any], message: str) -> None:
    """As those of trained engines."""
    with pytest.raises(InvalidSettings, match=message):
        load_settings({"engines": {name: entry}})


def test_keys_are_read_from_the_environment_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """For each scheme; blanks around them are removed."""
    monkeypatch.setenv("UPSTREAM_KEY", " a-long-key \n")
    (tmp_path / "key").write_text("a-long-key\n")
    for source in (KEY, {"key_file": str(tmp_path / "key")}):
        auth = AuthOptions.model_validate(source)
        assert load_credentials(auth, "x").headers == {"authorization": "Bearer a-long-key"}
    basic = load_credentials(AuthOptions(scheme="basic", user="me", key_env="UPSTREAM_KEY"), "x")
    assert basic.headers == {"authorization": "Basic bWU6YS1sb25nLWtleQ=="}
    plain = load_credentials(AuthOptions(scheme="x-api-key", key_env="UPSTREAM_KEY"), "x")
    assert plain.headers == {"x-api-key": "a-long-key"}
    for each in (basic, plain):
        assert "a-long-key" not in repr(each)
        assert each.masked("it is a-long-key\x07") == "it is **** "


@pytest.mark.parametrize("key", ["", "two\nlines", "schlüssel"])
def test_unusable_keys_stop_the_start(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """As does a missing variable or file; the message has no key."""
    monkeypatch.setenv("UPSTREAM_KEY", key)
    with pytest.raises(InvalidSettings, match="one line of ASCII"):
        load_credentials(AuthOptions(key_env="UPSTREAM_KEY"), "x")
    with pytest.raises(InvalidSettings, match="set the environment variable NO_SUCH_KEY"):
        load_credentials(AuthOptions(key_env="NO_SUCH_KEY"), "x")
    with pytest.raises(InvalidSettings, match="cannot be read from /no/such/file"):
        load_credentials(AuthOptions(key_file="/no/such/file"), "x")


def test_the_dial_is_linear_and_words_have_three_levels() -> None:
    """Their limits are halfway between the named strengths."""
    assert options(dialect="vllm-omni", dial_low=1.0, dial_high=0.3).dial(0.5) == 0.65
    assert options(prompt="one").prompt_at(1.0, "x") == "one"
    words = [options().prompt_at(s, ("a", "b", "c")) for s in (0.1, 0.39, 0.41, 0.64, 0.66, 1.0)]
    assert words == ["a", "a", "b", "b", "c", "c"]


@pytest.mark.parametrize(
    "entry",
    [
        {"partial_images": 1, "dialect": "generic"},
        {"quality": "low", "dialect": "lemonade"},
        {"quality": "low", "protocol": "sdapi"},
        {"steps": 4, "dialect": "sglang"},
        {"guidance": 0.0, "protocol": "openai-variations"},
        {"steps": 4, "protocol": "openai-variations", "dialect": "lemonade"},
        {"sampler": "euler", "dialect": "vllm-omni"},
        {"dial_high": 1.0, "dialect": "openai"},
        {"prompt": "a hill", "protocol": "openai-variations"},
        {"caption": True, "protocol": "comfyui"},
        {"fields": {"eta": 1}, "dialect": "sd-server"},
        {"workflow": "unclip", "protocol": "sdapi"},
        {"nodes": {"source": ["1", "image"]}, "protocol": "sdapi"},
        {"sole_client": True, "protocol": "comfyui"},
    ],
)
def test_an_option_without_effect_is_refused(entry: dict[str, Any]) -> None:
    """With its name, and where it was set."""
    with pytest.raises(ValidationError, match=f"`{next(iter(entry))}` has no effect with the prot"):
        options(**entry)
    # An entry that names each option with its default is complete, not wrong.
    assert options(**options().model_dump()) == options()
