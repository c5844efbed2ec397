"""Pages of comics."""
