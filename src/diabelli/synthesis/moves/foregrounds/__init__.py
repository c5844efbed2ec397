"""Pictures taken through flowers or leaves near the lens."""
