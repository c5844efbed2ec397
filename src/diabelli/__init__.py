"""Variations of a picture."""

__version__ = "0.1.0"
