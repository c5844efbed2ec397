"""A minimal hub of some repositories, for the official client."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_PATH = re.compile(r"/(?:api/models/)?([^/]+/[^/]+)/(revision|tree|resolve)/([^/]+)(?:/(.+))?")


@dataclass
class Hub:
    """Its address, the requested files, and its faults.

    Attributes:
        url: its address.
        fetched: names of the requested files.
        ranges: first bytes of the requests that continue a file.
        broken: names of the files whose next response ends in the middle.
        damaged: names of the files that are sent with one changed byte.
    """

    url: str = ""
    fetched: list[str] = field(default_factory=list)
    ranges: list[int] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)


@contextmanager
def serving(repositories: Mapping[str, Path]) -> Iterator[Hub]:
    """Serve the files of each directory as a repository, at every commit, and at main."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            found = _PATH.fullmatch(self.path.partition("?")[0])
            if found is None or found[1] not in repositories:
                self.send_error(404)
                return
            name, what, revision, path = found.groups()
            commit = revision if len(revision) == 40 else COMMIT
            folder = repositories[name]
            if what == "revision":
                self.answer(json.dumps({"id": name, "sha": commit, "siblings": []}).encode())
            elif what == "tree":
                files = [file for file in folder.rglob("*") if file.is_file()]
                self.answer(json.dumps([entry(folder, file) for file in files]).encode())
            elif (folder / path).is_file():
                self.send_file(folder / path, path, commit)
            else:
                self.send_error(404)

        def send_file(self, file: Path, path: str, commit: str) -> None:
            data = file.read_bytes()
            start = int((self.headers.get("range") or "bytes=0-")[6:].partition("-")[0])
            head = {"etag": f'"{hash_of(file)}"', "x-repo-commit": commit, "accept-ranges": "bytes"}
            if start:
                hub.ranges.append(start)
                head["content-range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            if self.command == "GET":
                hub.fetched.append(path)
                if path in hub.damaged:
                    data = data[:-1] + bytes([data[-1] ^ 1])
            cut = self.command == "GET" and path in hub.broken
            if cut:
                hub.broken.discard(path)
            self.answer(data[start:], head, status=206 if start else 200, cut=cut)

        def answer(
            self,
            data: bytes,
            head: Mapping[str, str] | None = None,
            *,
            status: int = 200,
            cut: bool = False,
        ) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(data)))
            self.send_header("content-type", "application/json")
            for name, value in (head or {}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data[: len(data) // 2] if cut else data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hash_of(file: Path) -> str:
    """Return the hash that the hub has for a file: SHA-256 of weights, else that of git."""
    data = file.read_bytes()
    if file.suffix == ".safetensors":
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def entry(folder: Path, file: Path) -> dict[str, object]:
    """Return one line of the repository's index."""
    size, digest = file.stat().st_size, hash_of(file)
    line = {"type": "file", "path": str(file.relative_to(folder)), "size": size, "oid": digest}
    if file.suffix == ".safetensors":
        line["lfs"] = {"oid": digest, "size": size, "pointerSize": 134}
    return line
