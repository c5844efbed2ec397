"""Engines that make variations through an image server that already runs.

The server is called the upstream. Each protocol that upstreams speak is one file.
"""
