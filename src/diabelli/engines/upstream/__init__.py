"""Engines that make variations through an image server that already runs.

The server is called the upstream. Each protocol is one file.
"""
