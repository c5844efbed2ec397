"""Moves: the picture drawn and painted on paper."""
