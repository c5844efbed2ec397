"""Texts as terminals show them."""

from diabelli.cli.terminal import printable


def test_texts_do_not_steer_the_terminal():
    """Neither by control characters nor by markup."""
    assert printable("\x1b[31m[red]\udcff") == "\ufffd[31m\\[red]\ufffd"
