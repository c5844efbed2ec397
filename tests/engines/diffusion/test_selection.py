"""The choice of the preset that fits a machine."""

import sys
from dataclasses import replace

import pytest

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion.presets import PRESETS
from diabelli.engines.diffusion.runtime import DEFAULTS, EnginePlan
from diabelli.engines.diffusion.selection import select
from diabelli.errors import OutOfMemory

PLANS = [EnginePlan(preset) for preset in PRESETS.values()]


@pytest.fixture
def machine(monkeypatch):
    """Sets the device and its memory in GB."""

    def make(device: str, memory_gb: float | None) -> None:
        budget = None if memory_gb is None else int(memory_gb * devices.GB)
        monkeypatch.setattr(devices, "expected_device", lambda _: device)
        monkeypatch.setattr(devices, "memory_budget", lambda _: budget)

    return make


@pytest.mark.parametrize(
    ("device", "memory_gb", "best"),
    [
        ("cpu", 64, "sd15-lcm"),
        ("cpu", 6, "sd15-lcm"),
        ("cuda", 72, "kandinsky-2.2"),
        ("cuda", 7, "stable-unclip-2.1"),
        ("cuda", 4.5, "sd-image-variations"),
        ("cuda", None, "kandinsky-2.2"),
    ],
)
def test_the_first_preset_that_fits_is_selected(machine, device, memory_gb, best):
    """On a CPU only one that takes less than minutes; never one with a restricted licence."""
    machine(device, memory_gb)
    selection = select(PLANS, None)
    assert selection.plan.name == best
    assert selection.reason.startswith(f"{best} fits this machine best: ")
    assert device in selection.reason


@pytest.mark.parametrize(("device", "smallest"), [("cpu", "5.5 GB"), ("cuda", "4.0 GB")])
def test_a_machine_that_is_too_small_is_an_error(machine, device, smallest):
    """The message has the needed memory, that of the machine, and the way to the CPU."""
    machine(device, 3)
    with pytest.raises(OutOfMemory, match=rf"needs {smallest}, and 3\.0 GB") as raised:
        select(PLANS, None)
    assert ('set `device = "cpu"`' in str(raised.value)) == (device != "cpu")


def test_a_gpu_without_use_is_mentioned(machine, monkeypatch):
    """Otherwise a torch without CUDA would look like a machine without a GPU."""
    machine("cpu", 64)
    monkeypatch.setattr(devices, "unused_gpu", lambda *_: "Another torch finds it.")
    assert select(PLANS, None).reason.endswith(" on cpu. Another torch finds it.")


def test_the_memory_of_the_settings_overrides_that_of_the_machine(machine):
    """As for serving."""
    machine("cuda", 3)
    assert select(PLANS, 9).plan.name == "kandinsky-2.2"


def test_an_accepted_licence_does_not_make_a_preset_the_best(machine):
    """It may be served, but is not proposed."""
    machine("cuda", 99)
    redux = [replace(plan, accepted=True) for plan in PLANS if plan.preset.restricted]
    assert redux
    assert not select([*redux, *PLANS], None).plan.preset.restricted


def test_the_memory_of_this_machine_is_known():
    """And the limit of a container counts."""
    assert devices.memory_budget("cpu") > 100_000_000


def test_the_limit_of_a_container_counts(monkeypatch, tmp_path):
    """`max` means none."""
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(devices, "_CGROUP_LIMIT", limit)
    limit.write_text("max\n")
    whole = devices.memory_budget("cpu")
    limit.write_text("50000000\n")
    assert devices.memory_budget("cpu") == 45_000_000 < whole


@pytest.mark.parametrize(
    ("printed", "device", "best"),
    [("4096\n8192", "cuda", None), ("10240", "cuda", "kandinsky-2.2"), ("", "cpu", "sd15-lcm")],
)
def test_before_torch_is_installed_the_driver_has_the_memory(
    monkeypatch, tmp_path, printed, device, best
):
    """A driver without a GPU counts as none; the first GPU is the one that torch takes."""
    driver = tmp_path / "nvidia-smi"
    driver.write_text(f'#!/bin/sh\n[ -n "{printed}" ] && echo "{printed}"\n')
    driver.chmod(0o755)
    monkeypatch.setattr(devices.shutil, "which", lambda _: str(driver))
    monkeypatch.setattr(devices, "find_spec", lambda _: None)
    # An import of torch fails, as before its installation.
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.setattr(devices, "_machine_memory", lambda: 16 * devices.GB)
    assert devices.expected_device(DEFAULTS) == device
    if best is None:
        with pytest.raises(OutOfMemory, match=r"needs 4\.0 GB, and 3\.9 GB"):
            select(PLANS, None)
    else:
        assert select(PLANS, None).plan.name == best


def test_a_gpu_that_the_driver_does_not_list_has_an_unknown_memory(monkeypatch, tmp_path):
    """Torch may find it later."""
    driver = tmp_path / "nvidia-smi"
    driver.write_text("#!/bin/sh\necho 4096\n")
    driver.chmod(0o755)
    monkeypatch.setattr(devices.shutil, "which", lambda _: str(driver))
    monkeypatch.setattr(devices, "find_spec", lambda _: None)
    assert devices.memory_budget("cuda:0") == int(4096 * 2**20 * 0.9)
    assert devices.memory_budget("cuda:1") is None
    assert devices.memory_budget("mps") is None


def test_a_report_names_the_model_of_the_processor(monkeypatch, tmp_path):
    """Its architecture, "x86_64", would say nothing about times."""
    found = tmp_path / "cpuinfo"
    found.write_text("processor\t: 0\nmodel name\t: Some CPU 9000\n\nmodel name\t: Some CPU 9000\n")
    assert devices._model_name(found) == "Some CPU 9000"
    assert devices._model_name(tmp_path / "absent") == ""
