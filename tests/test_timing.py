"""The stages of a request are reported after their end, from any thread."""

from __future__ import annotations

import io
import threading
import time

import numpy as np
import pytest
from PIL import Image

from diabelli.observer import Observer
from diabelli.pictures import ANY
from diabelli.service import Service
from diabelli.storage import LocalStorage
from diabelli.timing import measure_stage
from diabelli.variation import VariationSpec
from shift_engine import ShiftEngine


def test_a_stage_reports_its_seconds():
    """The duration is that of the clock."""
    stages = []
    with measure_stage("decode", lambda *stage: stages.append(stage)):
        time.sleep(0.05)
    ((name, seconds),) = stages
    assert name == "decode"
    assert 0.05 <= seconds < 1


def test_a_failed_stage_is_not_reported():
    """Its duration would distort the metrics."""
    stages = []
    with (
        pytest.raises(ValueError, match="broken"),
        measure_stage("encode", lambda *s: stages.append(s)),
    ):
        raise ValueError("broken")
    assert stages == []


def test_a_request_reports_each_of_its_stages(tmp_path):
    """Common stages are reported once per request, others once per variation."""
    stages: list[str] = []
    lock = threading.Lock()

    def timed(stage: str, seconds: float) -> None:
        assert seconds >= 0
        with lock:
            stages.append(stage)

    file = io.BytesIO()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(file, "PNG")
    storage = LocalStorage(tmp_path / "pictures", b"s" * 32)
    service = Service(engines={"shift": ShiftEngine()}, storage=storage, threads=2)
    spec = VariationSpec(n=3, height=16, width=16)
    observer = Observer()
    observer.on_stage = timed
    service.create(file.getvalue(), spec, engine="shift", limits=ANY, store=True, observer=observer)
    service.close()
    once, each = ("queued", "decode", "prepare"), ("engine", "encode", "store")
    assert {stage: stages.count(stage) for stage in set(stages)} == {
        **dict.fromkeys(once, 1),
        **dict.fromkeys(each, 3),
    }
