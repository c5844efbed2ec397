"""The perceptual hash in a process whose memory is short."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import resource, threading
import numpy as np
from diabelli.pictures.pdq import pdq_dihedral

image = np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)
ready, limited = threading.Barrier(33), threading.Event()
hashes = set()

def work():
    ready.wait()
    limited.wait()
    for _ in range(10):
        try:
            hashes.add(pdq_dihedral(image))
        except MemoryError:
            pass

threads = [threading.Thread(target=work) for _ in range(32)]
for thread in threads:
    thread.start()
ready.wait()
with open("/proc/self/statm") as file:
    mapped = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (mapped + 30 * 2**20, -1))
limited.set()
for thread in threads:
    thread.join()
print(len(hashes))
"""


def test_many_threads_need_no_buffers_of_linear_algebra() -> None:
    """OpenBLAS would end the process, for which 30 MB are too few for a buffer of each thread."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=100
    )
    assert (run.returncode, run.stdout) == (0, "1\n"), run.stderr
