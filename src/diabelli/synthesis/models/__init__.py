"""Weights of the small networks that the patch engine runs, each with its model card."""
