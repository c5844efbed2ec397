"""Conformance checks of `POST /v1/images/variations` for any server.

    wire      HTTP/1.1 requests with full control over bytes and timing
    form      multipart forms
    sources   PNG sources of every kind
    target    the server under test: address, key, cached replies
    check     one check, its basis and its result
    replies   assertions on replies and errors
    checks    the checks, one topic a file
    run       runs checks against a target
    report    counts, JSON and HTML of the results

A check has a requirement and returns the finding. No check depends on
how the server is built.
"""
