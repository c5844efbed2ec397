"""The stages of a request: told when they are over, from wherever the work is done."""

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


def test_a_stage_tells_its_seconds():
    """They are those of the clock."""
    told = []
    with measure_stage("decode", lambda *stage: told.append(stage)):
        time.sleep(0.05)
    ((name, seconds),) = told
    assert name == "decode"
    assert 0.05 <= seconds < 1


def test_a_stage_that_fails_is_not_told():
    """How long it took until then says nothing of the stage."""
    told = []
    with (
        pytest.raises(ValueError, match="broken"),
        measure_stage("encode", lambda *s: told.append(s)),
    ):
        raise ValueError("broken")
    assert told == []


def test_a_request_tells_each_of_its_stages(tmp_path):
    """Once a request what is done once, once a variation what is done for each."""
    told: list[str] = []
    lock = threading.Lock()

    def timed(stage: str, seconds: float) -> None:
        assert seconds >= 0
        with lock:
            told.append(stage)

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
    assert {stage: told.count(stage) for stage in set(told)} == {
        **dict.fromkeys(once, 1),
        **dict.fromkeys(each, 3),
    }
