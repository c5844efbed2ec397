"""Pictures of one subject before calm ground."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.sketches.calm_subject import has_calm_subject
from oracles.sources import landscape


@pytest.mark.parametrize(
    ("share", "roughness", "is_calm"),
    [(0.5, 5.0, True), (0.1, 5.0, False), (0.9, 5.0, False), (0.5, 11.0, False)],
)
def test_one_subject_of_middle_size_is_before_calm_ground(share, roughness, is_calm):
    """Small things are lost, and a subject that fills the frame has no outline."""
    found = survey(landscape(200))
    subject = np.zeros_like(found.subject)
    subject[: int(share * len(subject))] = 1
    assert has_calm_subject(replace(found, subject=subject, roughness=roughness)) == is_calm
