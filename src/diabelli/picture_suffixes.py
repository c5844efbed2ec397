"""File names that are taken for pictures in a folder or a bucket."""

from __future__ import annotations

SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".jfif", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff")
)
"""Suffixes in lower case."""
