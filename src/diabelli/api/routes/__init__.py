"""Every other route."""
