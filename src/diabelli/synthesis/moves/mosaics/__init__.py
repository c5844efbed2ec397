"""Moves: the picture laid in small tiles of stone and glass."""
