"""curl with the published example, verbatim."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from api.wire import Server, opened, picture

PUBLISHED = """curl $BASE/v1/images/variations -H 'Content-Type: multipart/form-data'
-H "Authorization: Bearer $KEY" -F 'image=@/path/to/image' -F n=1 -F response_format=url
-F size=1024x1024 -F user=user-1234"""

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def curl(server: Server, source: Path, *more: str) -> str:
    """Return the output of the published example."""
    line = PUBLISHED.replace("$BASE", server.url).replace("$KEY", "sk-any")
    command = shlex.split(line.replace("/path/to/image", str(source)))
    done = subprocess.run(
        [*command, "--silent", "--show-error", *more],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("side", [64, 1000])
def test_published_example(server: Server, tmp_path: Path, side: int) -> None:
    """The example prints the URL of a picture; above 1 MB curl sends Expect first."""
    source = tmp_path / "image.png"
    source.write_bytes(picture(side))
    reply = json.loads(curl(server, source))
    assert opened(httpx.get(reply["data"][0]["url"]).content).size == (1024, 1024)


@pytest.mark.direct
def test_forty_megabytes(server: Server, tmp_path: Path) -> None:
    """curl gets the 413 and its message without sending the body."""
    source = tmp_path / "image.png"
    source.write_bytes(bytes(40_000_000))
    printed = curl(server, source, "--write-out", "\n%{http_code} %{size_upload}")
    body, _, written = printed.rpartition("\n")
    status, sent = written.split()
    assert json.loads(body)["error"]["message"].startswith("Maximum content size limit (26214400)")
    assert (status, int(sent)) == ("413", 0)


def test_a_grey_16_bit_png(server: Server, tmp_path: Path) -> None:
    """A grey 16-bit PNG file is varied like any other."""
    source = tmp_path / "grey.png"
    Image.fromarray(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)).save(source)
    assert "url" in json.loads(curl(server, source))["data"][0]
