"""Moves: changes that make another picture of a source; each is sure of some pictures only."""
