"""Content credentials: C2PA manifests in pictures, signed by the operator and verified.

The only package that imports c2pa and cryptography, from the extra `c2pa`, and only inside the
calls that need them. https://c2pa.org/specifications/ is the specification.
"""
