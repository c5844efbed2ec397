"""Readers: parse a source, bound the work of decoding it, and decode it to layers."""
