"""`diabelli engines check` and `add`, and `vary` with an engine of the settings."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image as Pillow
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.engines import Shift
from api.wire import picture
from cli.conftest import Run
from engines.upstream.bridging import diabelli_server
from engines.upstream.fakes.comfyui import Comfy
from engines.upstream.fakes.edits import Edits
from engines.upstream.fakes.faults import Faulty
from engines.upstream.fakes.sdapi import Sdapi
from engines.upstream.fakes.serving import serving

KEY = "sk-proj-0123456789-secret"
WithServer = Callable[[Faulty], str]


def configured(tmp_path: Path, url: str, dialect: str, **values: Any) -> None:
    """Write an entry with the name `mine`."""
    given = {"kind": "upstream", "protocol": "openai-edits", "dialect": dialect, "base_url": url}
    lines = [f"{name} = {value!r}" for name, value in (given | values).items()]
    (tmp_path / "diabelli.toml").write_text("\n".join(["[engines.mine]", *lines, ""]))


def test_check_reports_effects_and_limits(run: Run, tmp_path: Path) -> None:
    """Two seeds and two strengths are compared."""
    fake = Edits(dialect="vllm-omni")
    with serving(fake.app()) as url:
        configured(tmp_path, url, "vllm-omni", model="served", side=256)
        ended = run("engines", "check", "mine")
    assert ended.code == 0
    assert len(fake.made) == 4
    for line in (
        "model served (used)",
        "The same seed and strength give the same bytes",
        "Another seed gives another picture",
        "Another strength gives another picture",
        "A prompt is sent",
    ):
        assert line in ended.out
    assert "not sent" not in ended.out


def test_check_finds_fields_without_effect(run: Run, tmp_path: Path) -> None:
    """A server may ignore fields that it accepts."""
    fake = Edits(dialect="vllm-omni", seed_ignored=True, strength_ignored=True)
    with serving(fake.app()) as url:
        configured(tmp_path, url, "vllm-omni", model="another")
        fake.dialect = "generic"
        ended = run("engines", "check", "mine")
    assert "Another seed gives the same picture" in ended.out
    assert "Another strength gives the same picture" in ended.out
    assert "The model another of the settings is not in the list" in ended.out


@pytest.mark.parametrize(("words", "made"), [((), 0), (("--yes",), 1)])
def test_check_asks_before_it_spends_money(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], made: int
) -> None:
    """And makes one picture only; the deadline that it needs is named."""
    fake = Edits(dialect="openai", models={"gpt-image-2": "2027-01-31"})
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    with serving(fake.app()) as url:
        configured(tmp_path, url, "openai", model="gpt-image-2")
        ended = run("engines", "check", "mine", *words)
        if not made:
            declined = json.loads(run("engines", "check", "mine", "--json").out)
            assert declined["code"] == "cancelled"
    assert len(fake.made) == made
    assert "model gpt-image-2 (used), ends on 2027-01-31" in ended.out
    assert (ended.code == 0) == bool(made)
    if made:
        assert "Strength is one of three wordings" in ended.out
        assert "Seeds are not sent" in ended.out
        assert "set it to 600 or more" in ended.out


def test_check_names_a_server_that_is_down(run: Run, tmp_path: Path) -> None:
    """In one sentence, with the exit code of the installation."""
    configured(tmp_path, "http://127.0.0.1:9", "generic")
    ended = run("engines", "check", "mine")
    assert ended.code == 3
    assert ended.err.strip() == ("diabelli: the upstream of the engine 'mine' cannot be reached")


def test_check_shows_the_message_of_the_server(tmp_path: Path) -> None:
    """On stderr, as the log has it; in another process, because pytest takes log records."""
    with serving(Edits(dialect="vllm-omni").app()) as url:
        configured(tmp_path, url, "vllm-omni", model="another")
        words = [sys.executable, "-m", "diabelli", "engines", "check", "mine"]
        ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "ERROR diabelli.upstream upstream.error engine=mine status=400" in ended.stderr
    assert "model mismatch" in ended.stderr


def test_check_knows_upstreams_only(run: Run, tmp_path: Path) -> None:
    """Other engines have nothing to reach."""
    configured(tmp_path, "http://127.0.0.1:9", "generic")
    ended = run("engines", "check", "patch")
    assert ended.code == 2
    assert "there are: mine" in ended.err


def test_engines_lists_upstreams(run: Run, tmp_path: Path) -> None:
    """Without a request, and with a missing key."""
    configured(tmp_path, "https://images.example", "generic")
    assert "image server at https://images.example" in run("engines").out
    configured(tmp_path, "https://images.example", "generic", auth={"key_env": "NO_SUCH_KEY"})
    text = (tmp_path / "diabelli.toml").read_text().replace(":", " =", 1)
    (tmp_path / "diabelli.toml").write_text(
        text.replace("https =", "https:").replace("{'key_env': 'NO", "{key_env = 'NO")
    )
    assert "set the environment variable NO_SUCH_KEY" in run("engines").out


def test_vary_uses_an_engine_of_the_settings(run: Run, tmp_path: Path) -> None:
    """It reads them only for an engine that needs them."""
    (tmp_path / "picture.png").write_bytes(picture())
    with serving(Edits(dialect="generic").app()) as url:
        configured(tmp_path, url, "generic", side=64)
        words = ("vary", "picture.png", "--size", "64", "--seed", "5", "--engine", "mine")
        ended = run(*words)
    assert (ended.code, ended.out.strip()) == (0, "picture-5.png")
    with Pillow.open(tmp_path / "picture-5.png") as shown:
        assert shown.size == (64, 64)


@pytest.mark.parametrize(("dialect", "model"), [("openai", "gpt-image-2"), ("generic", "any")])
def test_vary_says_what_costs_money(run: Run, tmp_path: Path, dialect: str, model: str) -> None:
    """On stderr, before the first picture."""
    (tmp_path / "picture.png").write_bytes(picture())
    with serving(Edits(dialect=dialect, models={model: None}).app()) as url:
        configured(tmp_path, url, dialect, model=model)
        ended = run("vary", "picture.png", "--size", "64", "--engine", "mine")
    assert ended.code == 0
    warning = "Each picture of the engine 'mine' costs money, also a cancelled one."
    assert (warning in ended.err) == (dialect == "openai")


def answering(paths: dict[str, object]) -> Faulty:
    """Return a server that answers these paths with JSON, and others with 404."""

    def route(path: str, content: object) -> Route:
        return Route(path, lambda request: JSONResponse(content))

    return Faulty(Starlette(routes=[route(*pair) for pair in paths.items()]))


def models(*names: str, owner: str = "x") -> dict[str, object]:
    """Return a list of models."""
    return {"data": [{"id": name, "owned_by": owner} for name in names]}


RECOGNISED = {
    "diabelli": (
        {"/v1/models": models("dall-e-2", owner="diabelli")},
        {"protocol": "openai-variations", "dialect": "diabelli"},
    ),
    "xinference": (
        {"/v1/models": models("sdxl", owner="xinference")},
        {"protocol": "openai-variations", "dialect": "xinference", "model": "sdxl"},
    ),
    "vllm-omni": (
        {"/v1/models": models("Qwen/Edit", owner="vllm")},
        {"protocol": "openai-edits", "dialect": "vllm-omni", "model": "Qwen/Edit"},
    ),
    "sd-server": (
        {"/v1/models": models("sd-cpp-local"), "/sdapi/v1/options": {"sd_model_checkpoint": "x"}},
        {"protocol": "openai-edits", "dialect": "sd-server"},
    ),
    "generic": (
        {"/v1/models": models("flux")},
        {"protocol": "openai-edits", "dialect": "generic", "model": "flux"},
    ),
    "ovms": (
        {"/v3/models": models("image")},
        {"protocol": "openai-edits", "dialect": "ovms", "model": "image"},
    ),
}


@pytest.mark.parametrize("kind", RECOGNISED)
def test_add_recognises_a_server(run: Run, tmp_path: Path, kind: str) -> None:
    """By harmless requests, and writes a valid entry."""
    paths, expected = RECOGNISED[kind]
    app = answering(paths)
    with serving(app) as url:
        ended = run("engines", "add", url, "--name", "mine")
    assert ended.code == 0, ended.err
    written = tomllib.loads((tmp_path / "diabelli.toml").read_text())
    assert written["engines"]["mine"] == {"kind": "upstream", "base_url": url, **expected}
    assert {seen.method for seen in app.seen} == {"GET"}


@pytest.mark.parametrize(
    ("fake", "expected"),
    [
        (Comfy(), {"protocol": "comfyui", "model": "model.safetensors"}),
        (Sdapi(), {"protocol": "sdapi"}),
        (Sdapi(flavour="koboldcpp"), {"protocol": "sdapi", "dialect": "koboldcpp"}),
        (Sdapi(flavour="draw-things"), {"protocol": "sdapi", "dialect": "draw-things"}),
    ],
    ids=["comfyui", "automatic1111", "koboldcpp", "draw-things"],
)
def test_added_servers_make_pictures(
    run: Run, tmp_path: Path, fake: Comfy | Sdapi, expected: dict[str, str]
) -> None:
    """An entry of `add` works as it is: the check finds effects of seed and strength."""
    with serving(fake.app()) as url:
        assert run("engines", "add", url, "--name", "mine").code == 0
        written = tomllib.loads((tmp_path / "diabelli.toml").read_text())
        assert written["engines"]["mine"] == {"kind": "upstream", "base_url": url, **expected}
        ended = run("engines", "check", "mine")
    assert ended.code == 0, ended.err
    assert "Another seed gives another picture" in ended.out
    assert "Another strength gives another picture" in ended.out


def test_add_keeps_the_file_and_refuses_a_second_entry(run: Run, tmp_path: Path) -> None:
    """Comments stay; `--show` writes nothing."""
    path = tmp_path / "diabelli.toml"
    path.write_text('# mine\nport = 9000\n[models]\nx = "patch"')
    with serving(answering({"/v1/models": models("flux")})) as url:
        shown = run("engines", "add", url, "--show")
        assert "[engines.upstream]" in shown.out
        assert tomllib.loads(shown.out)["engines"]["upstream"]["base_url"] == url
        assert path.read_text().endswith('x = "patch"')
        assert run("engines", "add", url, "--name", "my bridge", "--model", 'a "b"').code == 0
        again = run("engines", "add", url, "--name", "my bridge")
    assert again.code == 2
    assert "choose another --name" in again.err
    assert path.read_text().startswith("# mine\nport = 9000\n")
    written = tomllib.loads(path.read_text())
    assert written["models"] == {"x": "patch"}
    assert written["engines"]["my bridge"]["model"] == 'a "b"'


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ({}, "can be recognised"),
        ({"/v1/models": {"data": "text"}}, "can be recognised"),
        ({"/v1/models": [1, 2]}, "can be recognised"),
    ],
)
def test_add_refuses_other_servers(run: Run, paths: dict[str, object], message: str) -> None:
    """Any answer is possible."""
    with serving(answering(paths)) as url:
        ended = run("engines", "add", url)
    assert ended.code == 1
    assert message in ended.err


def test_add_says_that_a_key_is_missing_or_wrong(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Xinference asks for one unless it was started without accounts."""
    monkeypatch.setenv("UPSTREAM_KEY", "sk-another")
    with serving(Edits(dialect="xinference", key=KEY).app()) as url:
        ended = run("engines", "add", url)
        assert (ended.code, "--key-env" in ended.err) == (1, True)
        ended = run("engines", "add", url, "--key-env", "UPSTREAM_KEY")
        assert (ended.code, "does not accept the key" in ended.err) == (1, True)


def test_add_names_the_missing_part(run: Run) -> None:
    """A key without encryption, an address without a server."""
    ended = run("engines", "add", "http://images.example", "--key-env", "HOME")
    assert (ended.code, "without encryption" in ended.err) == (2, True)
    assert run("engines", "add", "http://127.0.0.1:9").code == 3
    assert run("engines", "add", "nonsense").code == 2


def test_add_sends_the_key_and_writes_its_name_only(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another Diabelli with a key: recognised, added, checked."""
    monkeypatch.setenv("UPSTREAM_KEY", KEY)
    with diabelli_server({"shift": Shift()}, tmp_path / "other", api_keys=(KEY,)) as server:
        assert httpx.get(server.url + "/v1/models").status_code == 401
        assert run("engines", "add", server.url, "--key-env", "UPSTREAM_KEY").code == 0
        text = (tmp_path / "diabelli.toml").read_text()
        assert KEY not in text
        assert 'auth = { key_env = "UPSTREAM_KEY" }' in text
        ended = run("engines", "check", "upstream")
    assert ended.code == 0, ended.err
    assert "Another seed gives another picture" in ended.out
