"""Move: the picture as a sugar print on a cake."""
