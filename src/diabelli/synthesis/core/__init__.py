"""Building blocks of the engine that are independent of picture content."""
