"""Final colour changes: relighting and hue rotation."""
