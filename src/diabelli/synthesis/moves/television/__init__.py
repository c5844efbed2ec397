"""Move: the picture on an old television set."""
