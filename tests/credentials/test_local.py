"""`diabelli.vary` signs: the library's reader verifies every form of its variations."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import diabelli
from api.wire import picture
from diabelli import engines
from diabelli.credentials.certificate import make_chain
from diabelli.credentials.reader import State, read
from diabelli.pictures import Format


@dataclass(frozen=True)
class CertificateFiles:
    """PEM files of a certificate, and its root."""

    certificate: Path
    key: Path
    root: bytes


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    """A certificate that is valid now, as files."""
    chain = make_chain("Studio", datetime.now(UTC))
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "certificate.pem").write_bytes(chain.certificate)
    (folder / "key.pem").write_bytes(chain.key)
    return CertificateFiles(folder / "certificate.pem", folder / "key.pem", chain.root)


@pytest.fixture(autouse=True)
def _shift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the test engine."""
    monkeypatch.setitem(engines.ENGINES, "shift", "shift_engine:ShiftEngine")


def assert_signed(data: bytes, files: CertificateFiles, *sources: bytes) -> None:
    """Assert intact credentials of that certificate for seed 7, which name these sources."""
    found = read(data, roots=files.root)
    assert found is not None
    assert (found.state, found.recipe["seed"]) == (State.trusted, "7")
    assert found.sources == tuple(
        f"urn:sha256:{hashlib.sha256(one).hexdigest()}" for one in sources
    )


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_the_library_signs_what_it_encodes(
    files: CertificateFiles, tmp_path: Path, kind: Format
) -> None:
    """In memory, as a file and in a notebook."""
    signer = diabelli.CredentialSigner.from_files(files.certificate, files.key)
    (made,) = diabelli.vary(picture(), size=16, seed=7, engine="shift", credentials=signer)
    assert_signed(made.encode(kind), files)
    assert_signed(made.save(tmp_path / f"saved.{kind}").read_bytes(), files)
    assert_signed(made._repr_png_(), files)


def test_the_source_file_is_named_if_the_signer_records_it(
    files: CertificateFiles, tmp_path: Path
) -> None:
    """An array has no file, and none is named."""
    signer = diabelli.CredentialSigner.from_files(
        str(files.certificate), str(files.key), records_source=True
    )
    source = picture()
    (tmp_path / "source.png").write_bytes(source)
    pixels = np.zeros((16, 16, 3), np.uint8)
    for form, named in ((source, [source]), (tmp_path / "source.png", [source]), (pixels, [])):
        (made,) = diabelli.vary(form, size=16, seed=7, engine="shift", credentials=signer)
        assert_signed(made.encode(), files, *named)


def test_files_that_cannot_sign_are_refused(files: CertificateFiles) -> None:
    """Before a variation is made."""
    with pytest.raises(diabelli.InvalidSettings, match=r"none\.pem cannot be read: No such file"):
        diabelli.CredentialSigner.from_files(files.certificate, files.key.with_name("none.pem"))
    with pytest.raises(diabelli.InvalidSettings):
        diabelli.CredentialSigner.from_files(files.key, files.certificate)


PROGRAM = """
import sys
import numpy as np
import diabelli
from diabelli import engines
engines.ENGINES["shift"] = "shift_engine:ShiftEngine"
diabelli.vary(np.zeros((9, 9, 3), np.uint8), size=16, engine="shift")[0].encode()
print("c2pa" in sys.modules, "cryptography" in sys.modules)
"""


def test_unsigned_variations_load_no_library_of_credentials() -> None:
    """Off by default, they cost neither time nor memory."""
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path += {sys.path!r}\n{PROGRAM}"],
        capture_output=True,
        text=True,
    )
    assert ran.stdout == "False False\n", ran.stderr
