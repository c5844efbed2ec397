"""Files of sources are read no further than the limit."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from diabelli.errors import InvalidPicture
from diabelli.pictures.source_file import read_source


class Endless(io.RawIOBase):
    """A device without an end; counts the bytes that are read."""

    count = 0

    def read(self, size: int = -1) -> bytes:
        """Return the bytes asked for, and fail if all are."""
        assert size >= 0
        self.count += size
        return bytes(size)


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    """By path and by file, in several parts."""
    content = bytes(range(256)) * 10_000
    file = tmp_path / "source"
    file.write_bytes(content)
    assert read_source(file) == read_source(str(file)) == content
    with file.open("rb") as opened:
        assert read_source(opened) == content
    assert read_source(file, max_bytes=len(content)) == content


def test_an_endless_source_is_read_one_byte_beyond_the_limit() -> None:
    """That byte lets the decoder refuse it by its size."""
    endless = Endless()
    assert len(read_source(endless, max_bytes=5 << 20)) == (5 << 20) + 1
    assert endless.count == (5 << 20) + 1
    assert len(read_source("/dev/zero", max_bytes=100)) == 101


@pytest.mark.parametrize("path", ["a\0b.png", "\ud800.png"])
def test_a_path_that_no_file_can_have_is_refused(path: str) -> None:
    """By an exception of this package, as other sources are."""
    with pytest.raises(InvalidPicture, match=r"the path .* is not accepted"):
        read_source(path)


def test_an_empty_path_is_named() -> None:
    """It is not the working directory."""
    with pytest.raises(FileNotFoundError, match="''"):
        read_source("")


def test_text_is_refused() -> None:
    """With the mode that is accepted."""
    with pytest.raises(InvalidPicture, match="mode 'rb'"):
        read_source(io.StringIO("text"))
