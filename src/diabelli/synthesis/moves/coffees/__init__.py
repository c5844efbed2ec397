"""Pictures in the foam of a coffee."""
