"""Move: the picture on the screen of a small cinema."""
