"""Analyses a source once: kind, saliency, rigidity, background, subject, colours."""
