"""Energy minimisation of a binary Markov random field on a 4-connected grid.

Implements sequential tree-reweighted message passing (TRW-S, Kolmogorov 2006). Messages are passed
along rows and columns, forwards and backwards. The result is close to the minimum where pairwise
costs favour equal labels.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Floats

Pairs: TypeAlias = Floats
"""Pairwise costs (rows, columns, 4) float32 for labels (0, 0), (0, 1), (1, 0) and (1, 1)."""


@kernel
def minimise_binary_mrf(unary: Floats, right: Pairs, down: Pairs, sweeps: int) -> NDArray[np.bool_]:
    """Minimise the sum of unary and pairwise costs by TRW-S.

    Args:
        unary: (rows, columns, 2) float32, cost of each label.
        right: (rows, columns, 4) float32, costs of a cell and its right neighbour; the last column
            is ignored.
        down: (rows, columns, 4) float32, costs of a cell and the cell below; the last row is
            ignored.
        sweeps: iterations, each with a forward and a backward sweep.

    Returns:
        (rows, columns) bool, True for label 1.
    """
    rows, columns = unary.shape[:2]
    # messages, by where they come from: left, right, above, below
    messages = np.zeros((rows, columns, 4, 2), np.float32)
    for _ in range(sweeps):
        for y in range(rows):
            for x in range(columns):
                zero, one = _belief(unary, messages, y, x)
                if x + 1 < columns:
                    _send_message(
                        zero - messages[y, x, 1, 0], one - messages[y, x, 1, 1],
                        right[y, x, 0], right[y, x, 1], right[y, x, 2], right[y, x, 3],
                        messages[y, x + 1, 0],
                    )  # fmt: skip
                if y + 1 < rows:
                    _send_message(
                        zero - messages[y, x, 3, 0], one - messages[y, x, 3, 1],
                        down[y, x, 0], down[y, x, 1], down[y, x, 2], down[y, x, 3],
                        messages[y + 1, x, 2],
                    )  # fmt: skip
        for y in range(rows - 1, -1, -1):
            for x in range(columns - 1, -1, -1):
                zero, one = _belief(unary, messages, y, x)
                if x > 0:
                    pair = right[y, x - 1]
                    _send_message(
                        zero - messages[y, x, 0, 0], one - messages[y, x, 0, 1],
                        pair[0], pair[2], pair[1], pair[3], messages[y, x - 1, 1],
                    )  # fmt: skip
                if y > 0:
                    pair = down[y - 1, x]
                    _send_message(
                        zero - messages[y, x, 2, 0], one - messages[y, x, 2, 1],
                        pair[0], pair[2], pair[1], pair[3], messages[y - 1, x, 3],
                    )  # fmt: skip
    return _decode(unary, right, down, messages)


@kernel
def _belief(unary: Floats, messages: Floats, y: int, x: int) -> tuple[np.float32, np.float32]:
    """Half of the unary costs plus all incoming messages, for labels 0 and 1."""
    messages = messages[y, x]
    zero = unary[y, x, 0] + messages[0, 0] + messages[1, 0] + messages[2, 0] + messages[3, 0]
    one = unary[y, x, 1] + messages[0, 1] + messages[1, 1] + messages[2, 1] + messages[3, 1]
    return np.float32(0.5) * zero, np.float32(0.5) * one


@kernel
def _send_message(
    zero: np.float32,
    one: np.float32,
    both_zero: np.float32,
    zero_one: np.float32,
    one_zero: np.float32,
    both_one: np.float32,
    into: Floats,
) -> None:
    """Write the min-sum message to a neighbour into `into` (2,), normalised to a minimum of 0."""
    to_zero = min(zero + both_zero, one + one_zero)
    to_one = min(zero + zero_one, one + both_one)
    least = min(to_zero, to_one)
    into[0] = to_zero - least
    into[1] = to_one - least


@kernel
def _decode(unary: Floats, right: Pairs, down: Pairs, messages: Floats) -> NDArray[np.bool_]:
    """Fix the labels in reading order, given the labels fixed before and the messages."""
    rows, columns = unary.shape[:2]
    labels = np.zeros((rows, columns), np.bool_)
    for y in range(rows):
        for x in range(columns):
            zero = unary[y, x, 0] + messages[y, x, 1, 0] + messages[y, x, 3, 0]
            one = unary[y, x, 1] + messages[y, x, 1, 1] + messages[y, x, 3, 1]
            if x > 0:
                k = 2 if labels[y, x - 1] else 0
                zero += right[y, x - 1, k]
                one += right[y, x - 1, k + 1]
            if y > 0:
                k = 2 if labels[y - 1, x] else 0
                zero += down[y - 1, x, k]
                one += down[y - 1, x, k + 1]
            labels[y, x] = one < zero
    return labels
