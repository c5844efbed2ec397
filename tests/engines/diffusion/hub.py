"""A minimal hub of one repository, for the official client."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    """Its address, and the requested files."""

    url: str = ""
    fetched: list[str] = field(default_factory=list)


@contextmanager
def serving(name: str, folder: Path) -> Iterator[Hub]:
    """Serve the files of the directory as repository `name`, at COMMIT and at main."""
    hub = Hub()
    files = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file()}

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].removeprefix("/")
            if path == f"api/models/{name}/revision/main":
                self.answer(json.dumps({"id": name, "sha": COMMIT, "siblings": []}).encode())
            elif path == f"api/models/{name}/tree/{COMMIT}":
                tree = [entry(path, file) for path, file in files.items()]
                self.answer(json.dumps(tree).encode())
            elif path.removeprefix(f"{name}/resolve/{COMMIT}/") in files:
                wanted = path.removeprefix(f"{name}/resolve/{COMMIT}/")
                if self.command == "GET":
                    hub.fetched.append(wanted)
                self.answer(files[wanted].read_bytes())
            else:
                self.send_error(404)

        def answer(self, data: bytes) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(data)))
            self.send_header("content-type", "application/json")
            self.send_header("etag", f'"{hashlib.sha1(data).hexdigest()}"')
            self.send_header("x-repo-commit", COMMIT)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(data)

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


def entry(path: str, file: Path) -> dict[str, object]:
    """Return one line of the repository's index."""
    data = file.read_bytes()
    return {"type": "file", "path": path, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}
