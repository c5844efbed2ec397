"""Memory: many of the largest sources at a time stay within what docs/operations.md states."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image as Pillow

from api.wire import PATH
from diabelli.pictures import OPENAI
from diabelli.service import MAX_WHOLE_SOURCES
from faults.serving import Process
from faults.test_decoding import decoders
from oracles.picture_files import saved

pytestmark = pytest.mark.slow

REQUESTS = 40
BASE_BYTES = 400e6
"""Of the interpreter with its libraries and the small engines of the tests."""
DECODING_BYTES_PER_PIXEL = 28
"""As docs/operations.md states."""
PROCESS_BYTES = 50e6
"""Of a decoder process besides its source, as docs/operations.md states."""


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_many_large_sources_are_bounded(tmp_path: Path, kind: str) -> None:
    """Forty sources of 25 megapixels take no more than the few that are decoded at a time."""
    side = int(OPENAI.max_pixels**0.5)
    flat = Pillow.fromarray(np.full((side, side, 3), 200, np.uint8))
    source = saved(flat, kind, **({"method": 0} if kind == "WEBP" else {}))
    assert len(source) < 300_000
    process = Process(tmp_path, DIABELLI_THREADS="8", DIABELLI_INPUTS="any")
    try:
        url = process.url + PATH

        def ask(_: int) -> int:
            data = {"model": "shift", "size": "256x256"}
            return httpx.post(url, data=data, files={"image": source}, timeout=100).status_code

        with ThreadPoolExecutor(REQUESTS) as threads:
            statuses = list(threads.map(ask, range(REQUESTS)))
        assert set(statuses) <= {200, 503}
        assert statuses.count(200) >= REQUESTS / 4
        decoding = DECODING_BYTES_PER_PIXEL * OPENAI.max_pixels
        processes = decoders(process.pid)
        assert len(processes) <= MAX_WHOLE_SOURCES
        assert bool(processes) is (kind == "WEBP")
        limit = BASE_BYTES + MAX_WHOLE_SOURCES * (PROCESS_BYTES + decoding)
        assert sum(map(peak_bytes, [process.pid, *processes])) < limit
        assert max(map(peak_bytes, processes), default=0) < PROCESS_BYTES + decoding
    finally:
        process.kill()


def peak_bytes(pid: int) -> int:
    """Return the peak resident memory of a process."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024
