"""Photographs as paintings: in a gallery, or without a frame."""
