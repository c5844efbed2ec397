"""`/metrics`: counters, histograms, access, and sums over processes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.conftest import Serve
from api.engines import Gate
from api.wire import PATH, Line, Server, form, part, picture
from diabelli.api.metrics import FAMILIES
from diabelli.api.variations import streaming
from diabelli.ledger.keys import IssuedKeys, Limits

FILES = {"image": picture()}


def read(server: Server, key: str = "") -> dict[tuple[str, ...], float]:
    """Return every sample by its name and its label values, ordered by label name."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    answer = httpx.get(server.url + "/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return samples(answer.text)


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Parse the samples from the text."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def counted(server: Server, *sample: str, to: float) -> bool:
    """Return whether the sample reaches that value, which may be just after the response."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if read(server).get(sample, 0) == to:
            return True
        time.sleep(0.01)
    return False


def ask(server: Server, **fields: str) -> int:
    """Return the status of a request with these fields."""
    texts = {name: (None, value) for name, value in fields.items()}
    return httpx.post(server.url + PATH, files={**texts, **FILES}).status_code


@pytest.mark.one_machine
def test_requests_by_route_and_status(serve: Serve) -> None:
    """All aliases of a path count as one route, unknown paths as `other`."""
    server = serve()
    for path in ("/v1/models", "/models/", "/v1/models/none", "/nowhere", "/made/up"):
        httpx.get(server.url + path)
    assert ask(server, n="11") == 400
    assert counted(server, "diabelli_requests_total", PATH, "400", to=1)
    found = {name: value for name, value in read(server).items() if name[0].endswith("s_total")}
    assert found["diabelli_requests_total", "/v1/models", "200"] == 2
    assert found["diabelli_requests_total", "/v1/models/{model}", "404"] == 1
    assert found["diabelli_requests_total", "other", "404"] == 2
    assert not any("made" in label for name in found for label in name)


@pytest.mark.one_machine
def test_images_by_engine_and_size(serve: Serve) -> None:
    """Pictures count only if they were made and returned."""
    server = serve()
    assert ask(server, n="3", size="256x256") == 200
    assert ask(server, n="2") == 200
    assert ask(server, n="2", model="broken") == 500
    assert counted(server, "diabelli_rejections_total", "engine_failed", to=1)
    found = read(server)
    assert found["diabelli_images_total", "shift", "256x256"] == 3
    assert found["diabelli_images_total", "shift", "1024x1024"] == 2
    assert not any(name[:2] == ("diabelli_images_total", "broken") for name in found)


@pytest.mark.one_machine
def test_seconds_by_stage(serve: Serve) -> None:
    """Each stage is timed once per request or once per variation."""
    server = serve()
    assert ask(server, n="3", size="256x256") == 200
    assert counted(server, "diabelli_stage_seconds_count", "total", to=1)
    found = read(server)
    times = {"queued": 1, "decode": 1, "prepare": 1, "engine": 3, "encode": 3, "store": 3}
    for stage, number in times.items():
        assert found["diabelli_stage_seconds_count", stage] == number
    total = found["diabelli_stage_seconds_sum", "total"]
    assert 0 < found["diabelli_stage_seconds_sum", "decode"] < total < 10


def test_rejections_by_reason(serve: Serve) -> None:
    """Unsuccessful requests count by their error code."""
    server = serve()
    ask(server, n="11")
    ask(server, model="none")
    httpx.post(server.url + PATH, files={"image": b"no picture"})
    for reason in ("outside_schema", "unknown_model", "not_an_openai_picture"):
        assert counted(server, "diabelli_rejections_total", reason, to=1)


@pytest.mark.direct
@pytest.mark.tiny_engine
def test_load(serve: Serve, gate: Gate) -> None:
    """The gauges show busy threads and waiting work, and zero afterwards."""
    server = serve()
    fields = (part("model", "gate"), part("n", "5"), part("size", "256x256"))
    with Line(server.port) as line:
        line.send(form(*fields, part("image", picture(), filename="a.png")))
        assert gate.entered.wait(5)
        assert counted(server, "diabelli_engine_busy", to=2)
        assert counted(server, "diabelli_queue_depth", to=3)
        assert counted(server, "diabelli_in_flight", to=5)
        assert counted(server, "diabelli_engine_threads", to=2)
        gate.opened.set()
        assert line.receive().status == 200
    for name in ("diabelli_engine_busy", "diabelli_queue_depth", "diabelli_in_flight"):
        assert counted(server, name, to=0)


@pytest.mark.one_machine
def test_store_bytes(serve: Serve, tmp_path: Path) -> None:
    """The gauge is the total size of the stored pictures."""
    server = serve()
    assert ask(server, n="2", size="256x256") == 200
    kept = sum(path.stat().st_size for path in (tmp_path / "pictures").glob("*/*"))
    assert read(server)["diabelli_store_bytes",] == kept > 0


@pytest.mark.one_machine
def test_a_missing_storage_has_no_size(serve: Serve, tmp_path: Path) -> None:
    """All other metrics have values."""
    server = serve()
    (tmp_path / "pictures").rmdir()
    shown_metrics = read(server)
    assert math.isnan(shown_metrics["diabelli_store_bytes",])
    assert shown_metrics["diabelli_engine_threads",] == 2


@pytest.mark.parametrize("stream", ["false", "true"])
def test_a_disconnected_request_is_counted(
    serve: Serve, gate: Gate, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    """A request whose client disconnects counts as well, also after the head of a stream."""
    monkeypatch.setattr(streaming, "KEEP_ALIVE_S", 0.1)
    server = serve()
    image = part("image", picture(), filename="a.png")
    with Line(server.port) as line:
        line.send(form(part("model", "gate"), part("stream", stream), image))
        assert gate.entered.wait(5)
        if stream == "true":
            assert line.socket.recv(12) == b"HTTP/1.1 200"
    assert counted(server, "diabelli_rejections_total", "cancelled", to=1)


def test_every_metric_is_described(serve: Serve) -> None:
    """Each metric has its type and the help text of the documentation."""
    server = serve()
    ask(server)
    ask(server, n="11")
    text = httpx.get(server.url + "/metrics").text
    shown_metrics = {family.name: family for family in text_string_to_metric_families(text)}
    for family in FAMILIES:
        shown = shown_metrics[family.name.removesuffix("_total")]
        assert (shown.type, shown.documentation) == (family.kind, family.help)
    ours = {name for name in shown_metrics if not name.endswith("_created")}
    assert ours == {family.name.removesuffix("_total") for family in FAMILIES}


def status(server: Server, key: str | None) -> int:
    """Return the status of a request with that key."""
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    return httpx.get(server.url + "/metrics", headers=headers).status_code


def test_only_an_admin_key_reads_metrics(serve: Serve) -> None:
    """If keys exist, the endpoint requires an admin key."""
    server = serve(api_keys=("key-of-a-client",))
    issued = IssuedKeys(server.database)
    plain = issued.create("web", Limits())
    admin = issued.create("prometheus", Limits(), admin=True)
    assert [status(server, key) for key in (None, "wrong", "key-of-a-client", plain, admin)] == [
        401,
        401,
        403,
        403,
        200,
    ]


def test_metrics_can_be_opened_or_disabled(serve: Serve) -> None:
    """The setting `metrics` opens or disables the endpoint."""
    assert status(serve(metrics="open", api_keys=("key-of-a-client",)), None) == 200
    assert status(serve(metrics="off"), None) == 404


def test_no_auth_does_not_open_metrics(serve: Serve) -> None:
    """A server without authentication does not publish its metrics."""
    assert status(serve(host="0.0.0.0", auth="no-auth"), None) == 403


COUNTING = """
import sys, time
from diabelli.api.context import MetricLabels
from diabelli.api.metrics import LoadSnapshot, Metrics
metrics = Metrics(lambda: LoadSnapshot(1, 2, 3, 4), lambda: 50)
labels = MetricLabels(error=None, engine="shift", size="256x256", images=2)
metrics.observe_request("/v1", 200, 0.5, labels)
metrics.observe_stage("decode", 0.25)
print("ready", flush=True)
sys.stdin.readline()
print(metrics.exposition().decode(), flush=True)
"""


@pytest.mark.slow
def test_processes_are_added_up(tmp_path: Path) -> None:
    """Each process exposes the sums over all processes, including counters of ended ones."""
    first, second, third = (counting(tmp_path) for _ in range(3))
    first.kill()
    first.communicate()
    found = samples(second.communicate("\n")[0])
    third.communicate("\n")
    assert found["diabelli_requests_total", "/v1", "200"] == 3
    assert found["diabelli_images_total", "shift", "256x256"] == 6
    assert found["diabelli_stage_seconds_sum", "decode"] == 0.75
    assert found["diabelli_stage_seconds_bucket", "+Inf", "decode"] == 3
    assert found["diabelli_engine_threads",] == 8
    assert found["diabelli_store_bytes",] == 50


def counting(folder: Path) -> subprocess.Popen[str]:
    """Start a process that records metrics and prints them after a line of input."""
    process = subprocess.Popen(
        [sys.executable, "-c", COUNTING],
        env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process
