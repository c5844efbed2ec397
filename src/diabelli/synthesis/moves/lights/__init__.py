"""A photograph in another light."""
