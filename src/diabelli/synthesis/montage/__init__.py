"""Graph-cut montage of shifted copies of the source."""
