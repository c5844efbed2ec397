"""`diabelli serve`: start, readiness message and stop."""

import re
import shlex
import signal
import socket
import subprocess
import sys
from statistics import median

import httpx
import pytest

from diabelli.cli.serve import _preparation
from diabelli.settings import Settings
from faults.serving import environment

TINY = "faults.program"
"""The command with tiny engines, which need no kernels."""
PATCH = {"DIABELLI_ENGINE": "patch", "DIABELLI_MODELS": "{}"}


@pytest.fixture
def start(tmp_path):
    """Starts the command in an empty folder and ends it after the test."""
    started: list[subprocess.Popen[str]] = []

    def command(*words: str, module: str = TINY, **settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "serve", "--port", "0", *words],
            cwd=tmp_path,
            env={**environment(tmp_path), **(PATCH if module == "diabelli" else {}), **settings},
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield command
    for process in started:
        process.kill()
        process.communicate()


def curl_of(process: subprocess.Popen[str]) -> list[str]:
    """Return the printed curl command, once the server has printed it."""
    for line in process.stderr:
        if line.strip().startswith("curl"):
            return shlex.split(line)
    pytest.fail("the server ended without a line to paste")


@pytest.mark.timeout(300)
def test_the_printed_line_works_as_it_stands(start, tmp_path):
    """The printed command returns a picture of the published size."""
    process = start(module="diabelli")
    _, url, option, form = curl_of(process)
    assert option == "-F"
    with open(form.removeprefix("image=@"), "rb") as sample:
        reply = httpx.post(url, files={"image": sample}, timeout=60)
    picture = httpx.get(reply.json()["data"][0]["url"])
    assert picture.headers["content-type"] == "image/png"
    assert picture.content[16:24] == bytes([0, 0, 4, 0, 0, 0, 4, 0])
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("number", "module"), [(signal.SIGINT, TINY), (signal.SIGTERM, "diabelli")]
)
def test_a_signal_is_a_successful_end(start, number, module):
    """Both signals end it with exit code 0 and without a traceback."""
    process = start(module=module)
    curl_of(process)
    process.send_signal(number)
    assert process.wait(20) == 0
    assert "Traceback" not in process.stderr.read()


@pytest.mark.timeout(300)
def test_a_short_response_is_sent_at_once(start):
    """The body does not wait 40 ms for the acknowledgement of the head."""
    base = curl_of(start())[1].partition("/v1/")[0]
    with httpx.Client(base_url=base) as client:
        taken = [client.get("/v1/models").elapsed.total_seconds() for _ in range(20)]
    assert median(taken) < 0.03


@pytest.mark.timeout(300)
def test_the_printed_line_mentions_a_required_key(start):
    """If keys exist, the printed command has a placeholder, and never a key."""
    process = start(DIABELLI_API_KEYS="sk-secret")
    words = curl_of(process)
    assert "Authorization: Bearer $OPENAI_API_KEY" in words
    assert httpx.post(words[1]).status_code == 401


UPSTREAM = """
[engines.far]
kind = "upstream"
protocol = "sdapi"
base_url = "http://127.0.0.1:9"
"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("beside", [False, True])
def test_the_server_says_whose_pictures_it_gives(start, tmp_path, beside):
    """Those of an upstream are not described as the built-in engine's."""
    (tmp_path / "diabelli.toml").write_text(UPSTREAM)
    models = '{"dall-e-2": "far", "own": "patch"}' if beside else "{}"
    process = start(module="diabelli", DIABELLI_ENGINE="far", DIABELLI_MODELS=models)
    curl_of(process)
    process.terminate()
    said = process.stderr.read()
    assert "Engine far: pictures of the server at http://127.0.0.1:9." in said
    assert ("The built-in engine" in said) == beside


@pytest.mark.parametrize(("load", "compiles"), [("background", True), ("start", False)])
def test_the_compilation_for_a_loading_engine_is_announced(monkeypatch, load, compiles):
    """The built-in engine answers until a trained one is loaded in the background."""
    module = sys.modules["diabelli.cli.serve"]
    monkeypatch.setattr(module, "compilation_notice", lambda: "Compiling the engine.")
    settings = Settings(engine="sd15-lcm", load=load)
    assert ("Compiling" in _preparation(settings)) is compiles


def test_a_used_port_is_reported_at_once(start):
    """Before anything is compiled, with the exit code of an installation fault."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("--port", str(taken.getsockname()[1]))
        assert process.wait(20) == 3
    assert re.search(r"cannot listen on 127\.0\.0\.1:\d+: Address", process.stderr.read())


def test_a_host_that_is_no_text_is_reported(start):
    """With the exit code of an installation fault, and without a traceback."""
    process = start("--host", "a\udcff")
    assert process.wait(20) == 3
    assert "it is no address and no host name" in process.stderr.read()


def test_an_open_server_needs_no_auth(start):
    """Without keys and without --no-auth, a public address is refused."""
    process = start("--host", "0.0.0.0")
    assert process.wait(20) == 2
    assert "`no-auth`" in process.stderr.read()


@pytest.mark.parametrize("words", [["--config", "none.toml"], ["--port", "99999"], ["--prot", "1"]])
def test_invalid_settings_are_a_usage_error(start, words):
    """Invalid settings have exit code 2."""
    assert start(*words).wait(20) == 2
