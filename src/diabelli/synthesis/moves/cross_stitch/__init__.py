"""Cross-stitch: a subject stitched on linen in a hoop."""
