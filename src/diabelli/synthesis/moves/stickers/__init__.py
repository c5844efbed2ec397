"""Stickers: the subject cut out of a photograph, on another ground."""
