"""Moves: changes that make another picture of a source; each suits some pictures only."""
