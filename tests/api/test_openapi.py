"""The OpenAPI document agrees with the code, and docs/api.md with the document."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import diabelli
from api.wire import Server, check_schema, picture
from diabelli.api import contract, openapi
from diabelli.api.errors.responses import TABLE
from diabelli.api.variations.sse import NAMES
from diabelli.variation import MAX_N, MAX_SEED, STRENGTHS

FIELDS = openapi.document()["components"]["schemas"]["VariationForm"]["properties"]
STATUSES = {
    status
    for operations in openapi.document()["paths"].values()
    for operation in operations.values()
    for status in operation["responses"]
}
TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The code in that language."""
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def test_the_version_is_the_packages() -> None:
    """The document has the version of the installation."""
    assert openapi.document()["info"]["version"] == diabelli.__version__


def test_fields_agree_with_the_parser() -> None:
    """Names, limits and accepted values are those of the code that reads the form."""
    assert set(FIELDS) == {"image", *contract.PUBLISHED, *contract.EXTENSIONS}
    assert FIELDS["n"]["maximum"] == MAX_N
    assert FIELDS["seed"]["maximum"] == MAX_SEED
    assert FIELDS["model"]["default"] == contract.DEFAULT_MODEL
    assert FIELDS["size"]["enum"] == [*contract.SIZES, None]
    assert FIELDS["response_format"]["enum"] == [*contract.RESPONSE_FORMATS, None]
    assert FIELDS["strength"]["anyOf"][1]["enum"] == list(STRENGTHS)
    (key,) = openapi.document()["paths"]["/v1/images/variations"]["post"]["parameters"]
    assert key["schema"]["maxLength"] == contract.MAX_KEY


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_has_its_line(name: str) -> None:
    """Each field of the form has a line in one of the tables of docs/api.md."""
    assert f"\n| `{name}` |" in TEXT


@pytest.mark.parametrize("status", sorted(STATUSES - {"200"}))
def test_every_error_has_its_line(status: str) -> None:
    """Each error status is explained in docs/api.md."""
    assert re.search(rf"\n\|[ 0-9,]*\b{status}\b[ 0-9,]*\|", TEXT)


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of the document."""
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from nodes(child)


def test_references_and_tags_exist() -> None:
    """Every reference has its target, every tag its description; 3.1 has no `itemSchema`."""
    document = openapi.document()
    assert document["openapi"].startswith("3.1")
    tags = {tag["name"] for tag in document["tags"]}
    for node in nodes(document):
        assert "itemSchema" not in node
        if isinstance(node.get("$ref"), str):
            target = document
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
    for operations in document["paths"].values():
        for operation in operations.values():
            assert set(operation["tags"]) <= tags


def test_examples_have_their_schema() -> None:
    """Every JSON example of a response, and every event of the stream's example."""
    document = openapi.document()
    for node in nodes(document):
        media = node.get("application/json")
        if media is None or "schema" not in media:
            continue
        name = media["schema"]["$ref"].rpartition("/")[2]
        examples = [one["value"] for one in media.get("examples", {}).values()]
        for example in [*examples, *([media["example"]] if "example" in media else [])]:
            check_schema(name, json.dumps(example).encode())
    reply = document["paths"]["/v1/images/variations"]["post"]["responses"]["200"]
    data = re.findall(r"^data: (.*)$", reply["content"]["text/event-stream"]["example"], re.M)
    for event in data:
        check_schema("StreamEvent", event.encode())
    assert {json.loads(event)["type"] for event in data} <= set(NAMES)


def test_every_error_code_has_an_example() -> None:
    """The codes of the table of errors, in the responses of the document."""
    codes = {spec.code for spec in TABLE.values() if spec.code}
    shown = json.dumps(openapi.document()["components"]["responses"])
    assert {code for code in codes if f'"code": "{code}"' not in shown} == set()


def test_every_event_has_its_schema(server: Server) -> None:
    """The events of a real stream."""
    data = {"stream": "true", "size": "256x256", "model": "climber"}
    url = server.url + "/v1/images/variations"
    stream = httpx.post(url, files={"image": picture()}, data=data, timeout=60).text
    events = re.findall(r"^data: (.*)$", stream, re.M)
    assert len(events) >= 3
    for event in events:
        check_schema("StreamEvent", event.encode())


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_probes_have_their_schema(server: Server, path: str) -> None:
    """Probes answer as the document describes."""
    check_schema("Health", httpx.get(server.url + path).content)


@pytest.mark.parametrize("command", blocks("sh"))
def test_commands_run(server: Server, tmp_path: Path, command: str) -> None:
    """Each command prints a reply."""
    (tmp_path / "picture.png").write_bytes(picture())
    done = subprocess.run(
        ["bash", "-c", command.replace("http://127.0.0.1:8000", server.url)],
        cwd=tmp_path,
        env={**os.environ, "OPENAI_API_KEY": "any"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert '"url"' in done.stdout


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_python_runs(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The Python examples print URLs, a seed and the streamed events."""
    monkeypatch.chdir(tmp_path)
    Path("picture.png").write_bytes(picture())
    exec("".join(blocks("python")).replace("http://127.0.0.1:8000", server.url), {})
    first, second, seed, *streamed = capsys.readouterr().out.split()
    assert first.startswith(server.url)
    assert second.startswith(server.url)
    assert seed == "7"
    assert sorted(streamed[::3]) == ["0", "1"]
    assert all(url.startswith(server.url) for url in streamed[2::3])
