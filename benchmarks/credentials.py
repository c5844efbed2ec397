"""Measures time and size of encoded variations without and with content credentials.

Run: python benchmarks/credentials.py

The picture is the sample at 1024x1024. Times are medians of the CPU time of one thread.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import diabelli
from diabelli.credentials.certificate import make_chain
from diabelli.credentials.reader import read
from diabelli.credentials.signer import CredentialSigner
from diabelli.engines import patch
from diabelli.pictures import LOCAL, Format, decode, fit
from diabelli.variation import Variation

SAMPLE = Path(diabelli.__file__).with_name("sample.png")
REPEATS = 15
FORMATS: tuple[Format, ...] = ("png", "webp", "jpeg")


def timed(work: Callable[[], bytes]) -> tuple[float, bytes]:
    """Return the median CPU time in milliseconds, and the last result."""
    durations = []
    for _ in range(REPEATS):
        started = time.thread_time()
        result = work()
        durations.append(1000 * (time.thread_time() - started))
    return statistics.median(durations), result


def main() -> None:
    """Print a row for each format."""
    image = fit(decode(SAMPLE.read_bytes(), LOCAL), 1024, 1024, "crop", max_side=2048)
    made = Variation(image=image, seed=7, strength=0.5, engine=patch.PatchEngine.info)
    chain = make_chain("Benchmark", datetime.now(UTC))
    signer = CredentialSigner(chain.certificate, chain.key, records_source=True)
    columns = ("format", "encode, ms", "sign, ms", "verify, ms", "bytes", "more bytes")
    print(f"| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")
    for kind in FORMATS:
        encoding, plain = timed(lambda kind=kind: made.encode(kind))
        signing, signed = timed(
            lambda kind=kind, plain=plain: signer.sign(plain, kind, made, "ab" * 32)
        )
        verifying, _ = timed(lambda signed=signed: bytes(str(read(signed)), "utf-8"))
        more = len(signed) - len(plain)
        print(
            f"| {kind} | {encoding:.1f} | {signing:.1f} | {verifying:.1f} | {len(plain)} | {more} |"
        )


if __name__ == "__main__":
    main()
