"""Escaping of texts for terminals."""

from diabelli.cli.terminal import printable


def test_texts_do_not_control_the_terminal():
    """Control characters and markup are escaped."""
    assert printable("\x1b[31m[red]\udcff") == "\ufffd[31m\\[red]\ufffd"
