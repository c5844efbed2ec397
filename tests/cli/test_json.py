"""`--json`: every command has it, and then prints nothing but JSON on stdout, errors too."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from commands import every_command
from typer.main import get_command

from api.wire import picture
from cli.conftest import Run
from diabelli import cli, pictures
from diabelli.bootstrap import open_ledger
from diabelli.settings import Settings
from engines.upstream.fakes.edits import Edits
from engines.upstream.fakes.serving import serving
from faults.serving import environment

COMMANDS = dict(every_command(get_command(cli.app), ""))
TESTS = Path(__file__).parents[1]
ELSEWHERE = {
    "batch": "cli/test_batch.py::test_a_folder_is_varied_once",
    "cluster config": "cluster/test_serve_config.py::test_the_command_prints_the_file",
    "cluster deploy": "cluster/test_ray.py::deploying",
    "cluster down": "cluster/test_ray.py::test_down_removes_the_engines",
    "cluster status": "cluster/test_ray.py::test_down_removes_the_engines",
    "serve": "cli/test_json.py::test_serve_prints_one_line",
    "engines add": "cli/test_json.py::test_an_upstream_is_added_and_checked",
    "engines check": "cli/test_json.py::test_an_upstream_is_added_and_checked",
    "engines try": "engines/diffusion/test_pull.py::"
    "test_without_a_name_the_best_engine_is_pulled_and_served",
    "pull": "engines/diffusion/test_pull.py::"
    "test_weights_are_pulled_once_and_served_without_a_network",
    "conformance": "cli/test_conformance.py::test_json_has_every_check",
    "storage check": "cli/test_storage.py::test_a_rule_that_is_needed_and_missing",
}
"""Commands that need another program, with the function that tests their output."""
Expected = Callable[[Any], bool]
RUNS: dict[str, tuple[tuple[str, ...], Expected]] = {
    "vary": (
        ("a.png", "--engine", "shift", "--size", "16", "--seed", "7"),
        lambda out: out["files"][0]["path"] == "a-7.png",
    ),
    "engines": ((), lambda out: out["default"] == "patch"),
    "usage": ((), lambda out: out == []),
    "inspect": (("a.png",), lambda out: out["mark"] == {}),
    "credentials init": ((), lambda out: out["key"] == "credentials-key.pem"),
    "keys create": (("--name", "b"), lambda out: out["key"].startswith("sk-dbl-")),
    "keys list": ((), lambda out: out[0]["name"] == "web"),
    "keys revoke": (("web",), lambda out: out == {"name": "web", "revoked": True}),
    "keys rotate": (("web",), lambda out: out["name"] == "web"),
    "block user": (
        ("u-1", "--key", "web"),
        lambda out: out == {"user": "u-1", "key": "web", "blocked": True},
    ),
    "block picture": (("a.png",), lambda out: (out[0]["file"], out[0]["error"]) == ("a.png", None)),
    "block list": ((), lambda out: out["users"][0]["user"] == "u-0"),
    "unblock user": (
        ("u-0",),
        lambda out: out == {"user": "u-0", "key": None, "blocked": False},
    ),
    "unblock picture": (("blocked.png",), lambda out: out["blocked"] is False),
}


@pytest.fixture
def _ledger(run: Run, tmp_path: Path) -> None:
    """A ledger with a key and blocks, and a picture."""
    open_ledger(Settings(data_dir=tmp_path / "data")).close()
    (tmp_path / "a.png").write_bytes(picture())
    noise = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    (tmp_path / "blocked.png").write_bytes(pictures.encode(noise, "png"))
    assert run("keys", "create", "--name", "web").code == 0
    assert run("block", "user", "u-0").code == 0
    assert run("block", "picture", "blocked.png").code == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_option(name: str) -> None:
    """A new command needs a row here, or a test that is named here."""
    options = [option for parameter in COMMANDS[name].params for option in parameter.opts]
    assert "--json" in options
    assert (name.strip() in RUNS) != (name.strip() in ELSEWHERE)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_output_is_tested_elsewhere(name: str) -> None:
    """The named function calls the command with the option, and reads its output as JSON."""
    file, _, function = ELSEWHERE[name].partition("::")
    code = ast.parse((TESTS / file).read_text("utf-8"))
    found = [one for one in code.body if isinstance(one, ast.FunctionDef) and one.name == function]
    assert found, f"{file} has no {function}"
    calls = [
        {part.value for part in ast.iter_child_nodes(each) if isinstance(part, ast.Constant)}
        for each in ast.walk(found[0])
        if isinstance(each, ast.Call | ast.List | ast.Tuple)
    ]
    assert any({*name.split(), "--json"} <= words for words in calls)
    assert "json.loads" in (TESTS / file).read_text("utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_words_that_are_no_command_are_an_error_in_json(run: Run, name: str) -> None:
    """The usage is on stderr."""
    ended = run(*name.split(), "--json", "--no-such-option")
    assert ended.code == 2
    assert json.loads(ended.out)["code"] == "invalid_parameter"
    assert "--no-such-option" in json.loads(ended.out)["error"]
    assert "Usage: diabelli" in ended.err


@pytest.mark.parametrize("name", COMMANDS)
def test_a_failure_is_an_error_in_json(run: Run, tmp_path: Path, name: str) -> None:
    """Settings that cannot be read, or a file of other content; the message is on stderr too."""
    for file in ("broken.toml", "credentials-key.pem"):
        (tmp_path / file).write_text("x = = 1")
    words = []
    for parameter in COMMANDS[name].params:
        option = parameter.opts[0]
        named = [option] if option.startswith("-") else []
        words += [*named, "broken.toml"] if parameter.required else []
        words += ["--config", "broken.toml"] if option == "--config" else []
    ended = run(*name.split(), *words, "--json")
    assert ended.code in (1, 2)
    found = json.loads(ended.out)
    assert set(found) == {"error", "code"}
    assert found["error"] in ended.err
    assert "Traceback" not in ended.err


def test_a_group_of_commands_has_no_result(run: Run) -> None:
    """`--json` without a command is an error in JSON; after `--` it is another word."""
    for words in (["--json"], ["keys", "--json"], ["nothing", "--json"]):
        assert set(json.loads(run(*words).out)) == {"error", "code"}
    assert run("inspect", "--", "--json").out == ""


def test_a_folder_in_place_of_a_file_is_an_error_in_json(run: Run, tmp_path: Path) -> None:
    """So is any other file that cannot be read or written."""
    (tmp_path / "page").mkdir()
    with serving(Edits(dialect="vllm-omni").app()) as url:
        words = ("--only", "models.list", "--html", "page", "--json")
        ended = run("conformance", f"{url}/v1", *words)
    assert ended.code == 1
    assert json.loads(ended.out)["error"] == "page: Is a directory"


def test_the_checks_are_listed_as_json(run: Run) -> None:
    """Without a request to the server."""
    listed = json.loads(run("conformance", "http://127.0.0.1:1/v1", "--list", "--json").out)
    assert {"id", "basis", "says"} == set(listed[0])


@pytest.mark.usefixtures("_ledger")
@pytest.mark.parametrize("name", RUNS)
def test_stdout_is_json(run: Run, name: str) -> None:
    """Messages for people stay on stderr."""
    words, holds = RUNS[name]
    ended = run(*name.split(), *words, "--json")
    assert ended.code == 0, ended.err
    assert holds(json.loads(ended.out)), ended.out


@pytest.mark.parametrize(
    "words",
    [
        ("vary", "--engine", "shift", "--size", "16", "--seed", "7", "--json"),
        ("block", "picture", "--json"),
    ],
)
@pytest.mark.usefixtures("_ledger")
def test_names_that_are_not_text_are_valid_json(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Lone surrogates, which strict parsers refuse, become U+FFFD; other text is unchanged."""
    name = b"\xc3\xa9\xff \xf0\x9f\x98\x80.png"
    (tmp_path / "a.png").rename(tmp_path / os.fsdecode(name))
    command = [sys.executable, "-m", "faults.program", *words, name]
    ended = subprocess.run(command, env=environment(tmp_path), cwd=tmp_path, capture_output=True)
    assert ended.returncode == 0, ended.stderr
    assert json.dumps("\xe9\ufffd \U0001f600").strip('"').encode() in ended.stdout
    out = json.loads(ended.stdout)
    json.dumps(out, ensure_ascii=False).encode("utf-8")


@pytest.mark.usefixtures("_ledger")
def test_a_picture_that_cannot_be_blocked_is_in_the_list(run: Run, tmp_path: Path) -> None:
    """With its error; the others are blocked, and the exit code is 1."""
    (tmp_path / "text.png").write_text("no picture")
    ended = run("block", "picture", "a.png", "text.png", "--json")
    assert ended.code == 1
    good, bad = json.loads(ended.out)
    assert (good["blocked"], good["error"], len(good["sha256"])) == (True, None, 64)
    assert (bad["blocked"], bad["sha256"], bool(bad["error"])) == (False, None, True)


def test_an_upstream_is_added_and_checked(run: Run, tmp_path: Path) -> None:
    """The entry as it is written, then the measurements."""
    with serving(Edits(dialect="vllm-omni").app()) as url:
        words = ("engines", "add", url, "--name", "mine", "--json")
        shown = json.loads(run(*words, "--show").out)
        assert (shown["file"], (tmp_path / "diabelli.toml").exists()) == (None, False)
        added = json.loads(run(*words).out)
        ended = run("engines", "check", "mine", "--json")
    assert added == shown | {"file": "diabelli.toml"}
    assert (added["name"], added["entry"]["base_url"]) == ("mine", url)
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert (found["url"], found["models"][0]["id"]) == (url, found["model"])
    assert (found["seed_matters"], found["strength_matters"]) == (True, True)
    assert any("prompt is sent" in limit for limit in found["limits"])


@pytest.mark.timeout(180)
@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_serve_prints_one_line(tmp_path: Path, workers: int) -> None:
    """Once it answers, at the address of the line."""
    words = ["serve", "--json", "--workers", str(workers)]
    with subprocess.Popen(
        [sys.executable, "-m", "faults.program", *words],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            found = json.loads(process.stdout.readline())
            assert httpx.get(found["url"] + "/health/ready").status_code == 200
        finally:
            process.terminate()
        assert process.stdout.read() == ""
    assert found["engine"] == "shift"
    assert found["data_dir"] == str(tmp_path / "data")
    assert found["needs_key"] is False
