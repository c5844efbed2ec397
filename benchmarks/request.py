"""Time and memory of one request for ten 1024x1024 variations, in a process like the server's.

Run: python benchmarks/request.py [--threads 2]

It prints JSON: wall seconds, CPU seconds, and the peak resident memory in MiB. It needs Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import time

from diabelli import engines, pictures
from diabelli.service import Service
from diabelli.variation import VariationSpec
from diabelli.worker_pool import shorten_gil_switch_interval
from serving import memory_mib
from speed import picture_at

N, SIDE = 10, 1024


def request(threads: int) -> dict[str, float]:
    """Return wall_s, cpu_s and peak_mib of a request after warm-up."""
    shorten_gil_switch_interval()
    service = Service(engines={"patch": engines.load("patch")}, storage=None, threads=threads)
    service.warm_up()
    source = pictures.encode(picture_at("astronaut", SIDE), "png")
    spec = VariationSpec(n=N, height=SIDE, width=SIDE, seed=1)
    started, cpu = time.perf_counter(), time.process_time()
    service.create(source, spec, engine="patch", limits=pictures.OPENAI, store=False)
    wall_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    service.close()
    return {"wall_s": wall_s, "cpu_s": cpu_s, "peak_mib": memory_mib("VmHWM")}


def main() -> None:
    """Print the figures of one request."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="(%(default)s)")
    print(json.dumps(request(parser.parse_args().threads)))


if __name__ == "__main__":
    main()
