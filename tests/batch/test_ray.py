"""Batches on a real Ray cluster: one node on a loopback address, which requires a token."""

import shutil

import pytest

import deadly_engine
import ray_with_token  # noqa: F401
import shift_engine
from batch_jobs import files, install_engines, job, plan, run, write_picture
from deadly_engine import ALWAYS, ONCE, UNLICENSED
from diabelli.batch.job import Job
from diabelli.batch.ray_runner import RayRunner
from diabelli.errors import LicenceNotAccepted
from ray_head import running_head

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore"),  # Ray's own modules raise many
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the engines' package, which the processes of the cluster find as well."""
    return tmp_path_factory.mktemp("ray_site")


@pytest.fixture(scope="module")
def head(site, tmp_path_factory):
    """The address of the cluster."""
    with pytest.MonkeyPatch.context() as changed:
        install_engines(site, changed)
        for module in (shift_engine, deadly_engine):
            shutil.copy(module.__file__, site)
        with running_head(tmp_path_factory.mktemp("ray"), site) as address:
            yield address


@pytest.fixture
def engines():
    """Installed by `site`; the cluster's processes inherit its variables."""


def runner(of: Job, head: str) -> RayRunner:
    return RayRunner(plan(of), head, cpus=1, gpus=0, resources={})


def test_the_cluster_makes_the_same_bytes_and_survives_dead_actors(head, tmp_path):
    """A picture that ends every process fails alone; what the operator must correct ends a run."""
    source = tmp_path / "in"
    for number in range(8):
        write_picture(source / f"{number}.png", seed=number)
    one = run(job(source, tmp_path / "loop", engine="deadly"))
    write_picture(source / "always.png", width=ALWAYS)
    write_picture(source / "once.png", width=ONCE)
    rows = []
    other = job(source, tmp_path / "ray", engine="deadly")
    run(other, runner(other, head), rows.append)
    (failed,) = [row for (row, *_) in rows if row.status == "failed"]
    assert (failed.key, failed.error_code) == ("always.png", "worker_died")
    assert (other.counts.made, other.counts.failed) == (9, 1)
    made = files(tmp_path / "ray" / other.folder / "pictures")
    assert files(tmp_path / "loop" / one.folder / "pictures").items() <= made.items()

    (source / "always.png").unlink()
    write_picture(source / "unlicensed.png", width=UNLICENSED)
    third = job(source, tmp_path / "ray", engine="deadly")
    with pytest.raises(LicenceNotAccepted, match="accept the licence"):
        run(third, runner(third, head))
    assert third.counts.skipped == 9
