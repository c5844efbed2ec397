"""Pictures of one subject before calm ground, which a drawing can simplify."""

from __future__ import annotations

from diabelli.synthesis.moves.scene import Scene

MAX_ROUGHNESS = 10.0
"""Roughness in grey levels above which a picture is of heaps or leaves."""
SUBJECT, SHARES = 0.5, (0.2, 0.7)
"""Value of the subject map from which a place is of the subject, and bounds of its share of the
picture: small things are lost, and what fills the frame has no outline."""


def has_calm_subject(scene: Scene) -> bool:
    """Return whether one subject of middle size stands before calm ground.

    Of 40 judged drawings that meet this two were broken, of 29 others ten.
    """
    least, most = SHARES
    share = float((scene.subject > SUBJECT).mean())
    return least < share < most and scene.roughness < MAX_ROUGHNESS
