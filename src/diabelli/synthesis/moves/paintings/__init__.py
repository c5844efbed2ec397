"""Photographs as paintings: in a gallery."""
