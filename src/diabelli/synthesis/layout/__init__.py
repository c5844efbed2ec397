"""Random smooth layouts: framing, displacement, tilt."""
