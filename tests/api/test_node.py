"""The official `openai` package of npm, run by Node: its newest major and version 4."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.conftest import start
from api.engines import Gate
from api.wire import Server, opened, picture

SCRIPT = Path(__file__).parent / "node" / "clients.cjs"
VERSIONS = ["7.57.0", "4.104.0"]


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that requires a key."""
    with ExitStack() as stack:
        yield start(stack, tmp_path_factory.mktemp("keyed"), {"api_keys": ("right",)}, Gate())


@pytest.fixture(scope="module", params=VERSIONS)
def outcomes(
    request: pytest.FixtureRequest,
    server: Server,
    keyed: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Any]:
    """Return the outcome of each request of the script, under one version of the package."""
    folder = installed(request.config.cache.mkdir(f"npm-openai-{request.param}"), request.param)
    source = tmp_path_factory.mktemp("source") / "a.png"
    source.write_bytes(picture())
    command = ["node", SCRIPT, folder, server.base_url, keyed.base_url, source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    results: dict[str, Any] = json.loads(done.stdout)
    return results


def installed(folder: Path, version: str) -> Path:
    """Return a cached directory with that version of the package."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are needed to run OpenAI's package for node")
    if not (folder / "node_modules" / "openai" / "package.json").exists():
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder]
        command.append(f"openai@{version}")
        done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install openai@{version}: {done.stderr.strip()[-200:]}")
    return folder


@pytest.mark.parametrize("case", ["stream", "toFile", "nulls", "extensions"])
def test_pictures(outcomes: dict[str, Any], case: str) -> None:
    """Streams, buffers in files, nulls and extension fields work."""
    reply = outcomes[case]["reply"]
    assert isinstance(reply["created"], int)
    assert len(reply["data"]) == (2 if case == "stream" else 1)
    for item in reply["data"]:
        assert opened(base64.b64decode(item["b64_json"])).size == (256, 256)
    assert reply["data"][0].get("seed") == (7 if case == "extensions" else None)


def test_url(outcomes: dict[str, Any]) -> None:
    """The default reply is a URL of a 1024x1024 picture."""
    (item,) = outcomes["url"]["reply"]["data"]
    assert opened(httpx.get(item["url"]).content).size == (1024, 1024)


def test_events(outcomes: dict[str, Any]) -> None:
    """The package's own stream reader returns every event of `stream=true`."""
    types = outcomes["events"]["reply"]["types"]
    assert types.count("image_variation.completed") == 2
    assert types[-1] == "image_variation.done"


REFUSED = {
    "rawBuffer": (400, None, None, "'image' is a required property"),
    "tooMany": (400, None, None, "11 is greater than the maximum of 10 - 'n'"),
    "unknownModel": (400, "invalid_value", "model", "The model 'dall-e-9' does not exist."),
    "wrongSize": (400, None, None, "is not one of ['256x256', '512x512', '1024x1024'] - 'size'"),
    "wrongKey": (401, "invalid_api_key", None, "Incorrect API key provided: sk-proj-****9900."),
    "unknownModelPage": (404, "model_not_found", None, "'dall-e-9' does not exist or you do not"),
    "fault": (500, None, None, "The server had an error while processing your request."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_errors(outcomes: dict[str, Any], case: str) -> None:
    """Every error has its status, code, param, message and request id."""
    error = outcomes[case]
    status, code, param, message = REFUSED[case]
    assert (error["status"], error["code"], error["param"]) == (status, code, param)
    assert message in error["message"]
    assert error["requestId"].startswith("req_")
    # Version 4 would hang here for its whole time-out if it were let to retry.
    assert error["ms"] < 10_000


def test_models(outcomes: dict[str, Any]) -> None:
    """The list of models can be read."""
    assert "dall-e-2" in outcomes["models"]["reply"]["ids"]
