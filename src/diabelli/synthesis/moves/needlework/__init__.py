"""Needlework: pictures that are stitched in thread."""
