"""Move: the picture as a mural on a wall of bricks in a street."""
