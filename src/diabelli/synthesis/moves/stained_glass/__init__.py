"""A photograph as a window of stained glass."""
