"""Real proxies with the configurations of deploy/, in front of a test server."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
NAME = "variations.example.org"
# Debian installs it where not every user looks; tests/deploy/proxies.sh unpacks it into .venv.
FOUND_IN = ("/usr/sbin", f"{ROOT}/.venv/debian/usr/sbin", f"{ROOT}/.venv/debian/usr/bin")
PATH = os.pathsep.join([os.environ.get("PATH", ""), *FOUND_IN])

NGINX = """
daemon off;
pid {folder}/pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
}}
"""
SITE = """
server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/certificate.pem;
    ssl_certificate_key {folder}/key.pem;
    include {folder}/prefix.conf;
}}
"""


@dataclass(frozen=True)
class Proxied:
    """The address of a server behind a proxy."""

    base: str
    client: httpx.Client


Start = Callable[[ExitStack, Path, int, int], Proxied]
"""Starts a proxy: what ends it, a folder for it, its own port, and that of the server behind."""


def nginx(stack: ExitStack, folder: Path, port: int, behind: int) -> Proxied:
    """Start nginx with deploy/nginx.conf."""
    text = written(
        "nginx.conf",
        {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "listen 80": f"listen 127.0.0.1:{free_port()}",
            "127.0.0.1:8000": f"127.0.0.1:{behind}",
            f"/etc/letsencrypt/live/{NAME}/fullchain.pem": f"{folder}/certificate.pem",
            f"/etc/letsencrypt/live/{NAME}/privkey.pem": f"{folder}/key.pem",
        },
    )
    return _nginx(stack, folder, port, text, path="")


def nginx_prefix(stack: ExitStack, folder: Path, port: int, behind: int) -> Proxied:
    """Start nginx with deploy/nginx-prefix.conf in a separate site."""
    text = written("nginx-prefix.conf", {"127.0.0.1:8000": f"127.0.0.1:{behind}"})
    (folder / "prefix.conf").write_text(text)
    return _nginx(stack, folder, port, SITE.format(port=port, folder=folder), path="/variations")


def nginx_edges(stack: ExitStack, folder: Path, port: int, *behind: int) -> Proxied:
    """Start nginx with deploy/nginx-edges.conf, before two servers."""
    names = ("edge-1:8000", "edge-2:8000")
    changes = {name: f"127.0.0.1:{own}" for name, own in zip(names, behind, strict=True)}
    text = written("nginx-edges.conf", {"listen 8080": f"listen 127.0.0.1:{port}", **changes})
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, http=text))
    _run(stack, folder, port, "nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr")
    client = stack.enter_context(httpx.Client(timeout=30))
    return Proxied(f"http://127.0.0.1:{port}", client)


def caddy(stack: ExitStack, folder: Path, port: int, behind: int) -> Proxied:
    """Start Caddy with deploy/Caddyfile, without a certificate, which only a public host gets."""
    changes = {f"{NAME} {{": f"http://127.0.0.1:{port} {{", "127.0.0.1:8000": f"127.0.0.1:{behind}"}
    return _caddy(stack, folder, port, written("Caddyfile", changes), path="")


def caddy_prefix(stack: ExitStack, folder: Path, port: int, behind: int) -> Proxied:
    """Start Caddy with the last block of deploy/Caddyfile, for a path of another site."""
    changes = {
        "www.example.org {": f"http://127.0.0.1:{port} {{",
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
    }
    text = written("Caddyfile", changes)
    common, _, _ = text.partition("\n# (*)\n")
    _, _, block = text.partition("#\n# http://")
    site = "http://" + block.replace("\n# ", "\n")
    return _caddy(stack, folder, port, f"{common}\n{site}", path="/variations")


def written(name: str, changes: Mapping[str, str]) -> str:
    """Write a file of deploy/ with replacements; a replacement without a match fails."""
    text = (DEPLOY / name).read_text("utf-8")
    for old, new in changes.items():
        assert old in text, f"{name} has no {old!r}"
        text = text.replace(old, new)
    return text


def free_port() -> int:
    """Return an unused port."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def program(name: str) -> str:
    """Return its path; skip the test if it is missing."""
    found = shutil.which(name, path=PATH)
    if found is None:
        pytest.skip(f"no {name} here: install Debian's package")
    return found


def _nginx(stack: ExitStack, folder: Path, port: int, text: str, *, path: str) -> Proxied:
    trusted = _certify(folder)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, http=text))
    _run(stack, folder, port, "nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr")
    # Make buffering to files fail: requests and responses must be streamed.
    for name in ("body", "proxy"):
        (folder / name).chmod(0)
    client = stack.enter_context(httpx.Client(verify=trusted, timeout=30))
    return Proxied(f"https://127.0.0.1:{port}{path}", client)


def _caddy(stack: ExitStack, folder: Path, port: int, text: str, *, path: str) -> Proxied:
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + text)
    _run(stack, folder, port, "caddy", "run", "--config", str(folder / "Caddyfile"))
    client = stack.enter_context(httpx.Client(timeout=30))
    return Proxied(f"http://127.0.0.1:{port}{path}", client)


def _certify(folder: Path) -> ssl.SSLContext:
    """Return a certificate for this machine, and a context that trusts it."""
    certificate = folder / "certificate.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test"
    files = ("-keyout", str(folder / "key.pem"), "-out", str(certificate))
    subprocess.run(
        [program("openssl"), *words.split(), "-addext", "subjectAltName=IP:127.0.0.1", *files],
        check=True,
        capture_output=True,
    )
    return ssl.create_default_context(cafile=certificate)


def _run(stack: ExitStack, folder: Path, port: int, name: str, *words: str) -> None:
    """Run a program until the stack ends, and block until it listens."""
    log = stack.enter_context((folder / "log").open("w"))
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    process = subprocess.Popen(
        [program(name), *words], stdout=log, stderr=log, env=os.environ | home
    )
    stack.callback(process.wait, 10)
    stack.callback(process.terminate)
    end = time.monotonic() + 10
    while not _listens(port):
        said = (folder / "log").read_text()
        assert process.poll() is None, said
        assert time.monotonic() < end, said
        time.sleep(0.01)


def _listens(port: int) -> bool:
    with socket.socket() as knocking:
        return knocking.connect_ex(("127.0.0.1", port)) == 0
