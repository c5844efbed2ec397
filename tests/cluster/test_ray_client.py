"""Addresses of Ray Client, and the node that is started for them; Ray itself is in `test_ray`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc
import pytest

from diabelli.cluster import own_node
from diabelli.cluster.own_node import hold_node
from diabelli.cluster.ray_client import client_address, find_gcs_address
from diabelli.cluster.ray_cluster import RayCluster
from diabelli.cluster.reachability import _connector, check_gcs
from diabelli.errors import ClusterRefused, ClusterUnavailable, InvalidSettings
from diabelli.settings.loading import load_settings
from fake_head import fake_head

GCS = "127.0.0.2:6379"


@pytest.fixture
def closed() -> str:
    """Address on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.2", 0))
        return f"127.0.0.2:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("ray://head.example:10001", "head.example:10001"),
        ("ray://[::1]:10001", "[::1]:10001"),
        ("head.example:6379", None),
        ("auto", None),
    ],
)
def test_addresses_of_ray_client_begin_with_its_scheme(address, client):
    """Others name the Global Control Service, or this machine's node."""
    assert client_address(address) == client


@pytest.mark.parametrize(
    "address", ["ray://", "ray://head", "ray://:1", "ray://h:x", "ray://h:1/a", "ray://me@h:1"]
)
def test_an_incomplete_address_is_refused_in_words(address, tmp_path, monkeypatch):
    """By the setting and by the options of the commands; the message has the form."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSettings, match="expected ray://HOST:PORT"):
        RayCluster(address, version="1")
    with pytest.raises(InvalidSettings, match=r"engines_at.*expected ray://HOST:PORT"):
        load_settings({"engines_at": address})


def test_a_closed_port_of_the_cluster_is_refused_in_words(closed):
    """Ray Client alone is not enough; the message names the address that must be reachable."""
    import ray_with_token  # noqa: F401

    with pytest.raises(ClusterRefused, match=f"{closed}, cannot be reached from here: .*all ports"):
        check_gcs(closed)


def test_ports_are_tried_from_both_sides(closed):
    """The closed ones are returned."""
    host, port = closed.split(":")
    with socket.create_server(("127.0.0.2", 0)) as open_port:
        places = [open_port.getsockname(), (host, int(port))]
        assert _connector()(places) == places[1:]


def test_a_cluster_that_is_away_is_unavailable(closed):
    """A server starts nevertheless, and connects later."""
    import ray_with_token  # noqa: F401

    with pytest.raises(ClusterUnavailable, match="does not answer: UNAVAILABLE"):
        find_gcs_address(closed, threading.Event())


def test_a_server_that_stops_gives_the_question_up():
    """Ray Client may take a minute to answer; the process that asks is killed."""
    import ray_with_token  # noqa: F401

    closing = threading.Event()
    threading.Timer(0.5, closing.set).start()
    with (
        fake_head(grpc.StatusCode.OK, token=os.environ["RAY_AUTH_TOKEN"]) as address,
        pytest.raises(ClusterUnavailable, match="is closing"),
    ):
        find_gcs_address(address, closing)


RAY = """
import os, signal, sys, time
from pathlib import Path
def cli(args):
    if "127.0.0.2:6666" in args:
        raise RuntimeError("Version mismatch: the cluster has another one")
    node = Path(os.environ["NODES"], str(os.getpid()))
    def end(*_):
        time.sleep(1)
        node.unlink()
        sys.exit(1)
    signal.signal(signal.SIGTERM, end)
    node.write_text(" ".join(args))
    time.sleep(60)
"""


@pytest.fixture
def nodes(tmp_path, monkeypatch) -> Path:
    """Folder with a file for each node that runs; it is named after the node's process."""
    scripts = tmp_path / "ray" / "scripts"
    scripts.mkdir(parents=True)
    for module in (tmp_path / "ray" / "__init__.py", scripts / "__init__.py"):
        module.touch()
    (scripts / "scripts.py").write_text(RAY)
    nodes = tmp_path / "nodes"
    nodes.mkdir()
    package = str(Path(own_node.__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), package]))
    monkeypatch.setenv("NODES", str(nodes))
    monkeypatch.setattr(own_node.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(own_node, "has_node", lambda gcs_address: any(nodes.iterdir()))
    return nodes


def wait_until_none_runs(nodes: Path) -> None:
    deadline = time.monotonic() + 20
    while any(nodes.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


HOLDER = """
import os, sys, tempfile, threading
from pathlib import Path
from diabelli.cluster import own_node
tempfile.gettempdir = lambda: sys.argv[1]
own_node.has_node = lambda gcs_address: any(Path(os.environ["NODES"]).iterdir())
held = own_node.hold_node("127.0.0.2:6379", threading.Event())
print("holds", flush=True)
sys.stdin.read()
"""


def test_a_node_ends_with_the_last_process_that_holds_it(nodes, tmp_path):
    """Also if that process is killed. The node has neither CPUs nor GPUs."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:
        for holder in (first, second):
            assert holder.stdout.readline() == b"holds\n"
        (node,) = nodes.iterdir()
        assert node.read_text().endswith(f"--address {GCS} --num-cpus 0 --num-gpus 0")
        first.kill()
        first.wait()
        time.sleep(1.5)
        assert list(nodes.iterdir()) == [node]
        second.kill()
    wait_until_none_runs(nodes)


def test_a_node_that_was_started_by_hand_is_used(nodes, monkeypatch):
    """No other one is started, and it stays."""
    monkeypatch.setattr(own_node, "has_node", lambda gcs_address: True)
    hold_node(GCS, threading.Event()).close()
    assert not any(nodes.iterdir())


def test_the_node_of_a_stopped_server_is_not_used_by_the_next_one(nodes):
    """The next server waits until the node has ended, and starts another one."""
    held = hold_node(GCS, threading.Event())
    (first,) = nodes.iterdir()
    held.close()
    time.sleep(0.5)
    assert first.exists()
    with hold_node(GCS, threading.Event()):
        (second,) = nodes.iterdir()
        assert second != first
    wait_until_none_runs(nodes)


def test_a_node_that_does_not_start_is_refused_in_words(nodes):
    """The message has Ray's last line and the path of the log."""
    with pytest.raises(ClusterRefused, match=r"Version mismatch: .* \(see .*\.log\)"):
        hold_node("127.0.0.2:6666", threading.Event())


def test_a_server_that_stops_gives_the_wait_for_its_node_up(nodes, monkeypatch):
    """The node, which is still starting, ends as well."""
    monkeypatch.setattr(own_node, "has_node", lambda gcs_address: False)
    closing = threading.Event()
    threading.Timer(1, closing.set).start()
    with pytest.raises(ClusterUnavailable, match="is closing"):
        hold_node(GCS, closing)
    wait_until_none_runs(nodes)


def test_a_folder_of_another_user_is_not_used(nodes, monkeypatch):
    """Its owner could replace the log, or keep the node alive."""
    (nodes.parent / f"diabelli-ray-{os.getuid()}").symlink_to(nodes.parent)
    with pytest.raises(ClusterRefused, match="belongs to another user"):
        hold_node(GCS, threading.Event())
