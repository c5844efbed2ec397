"""Weights of convolutions in a TensorFlow Lite model, read without TensorFlow.

A model is a FlatBuffer: tables refer to vectors and other tables by relative offsets. The numbers
of fields and operators are those of TensorFlow Lite's schema.fbs, version 3.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

IDENTIFIER = b"TFL3"
"""Bytes 4 to 7 of a file of version 3 of the schema."""
CONVOLUTION, DEPTHWISE, DEQUANTIZE, CUSTOM = 3, 4, 6, 32
"""Codes of operators. The only custom one here is MediaPipe's transposed convolution."""
HALF = 1
"""Code of the tensor type float16."""


class Convolution(NamedTuple):
    """Weights of a convolution, as the file stores them.

    Attributes:
        operator: CONVOLUTION, DEPTHWISE or CUSTOM.
        weights: (output, rows, columns, input) float16; (1, rows, columns, channels) if depthwise.
        bias: (output,) float16.
    """

    operator: int
    weights: NDArray[np.float16]
    bias: NDArray[np.float16]


@dataclass(frozen=True)
class _Table:
    """A table of a FlatBuffer.

    Attributes:
        data: the file.
        place: offset of the table in bytes.
    """

    data: bytes
    place: int

    def field(self, number: int) -> int | None:
        """Return the offset of a field's value in bytes, or None if the file omits the field."""
        fields = self.place - self._unpack("<i", self.place)
        entry = 4 + 2 * number
        if entry >= self._unpack("<H", fields):
            return None
        offset = self._unpack("<H", fields + entry)
        return self.place + offset if offset else None

    def number(self, number: int, kind: str) -> int:
        """Return a number of the struct format `kind`, 0 if the file omits it."""
        place = self.field(number)
        return 0 if place is None else self._unpack(f"<{kind}", place)

    def vector(self, number: int, kind: str) -> NDArray[np.generic]:
        """Return a vector of numbers of the dtype `kind`, empty if the file omits it."""
        place = self.field(number)
        if place is None:
            return np.empty(0, kind)
        start = place + self._unpack("<I", place)
        return np.frombuffer(self.data, kind, self._unpack("<I", start), start + 4)

    def tables(self, number: int) -> list[_Table]:
        """Return a vector of tables."""
        place = self.field(number)
        if place is None:
            return []
        start = place + self._unpack("<I", place)
        entries = range(start + 4, start + 4 + 4 * self._unpack("<I", start), 4)
        return [_Table(self.data, entry + self._unpack("<I", entry)) for entry in entries]

    def _unpack(self, kind: str, place: int) -> int:
        return int(struct.unpack_from(kind, self.data, place)[0])


def read_convolutions(data: bytes) -> list[Convolution]:
    """Read the convolutions of a model in the order of their execution.

    Args:
        data: a .tflite file with weights in float16, converted by DEQUANTIZE operators.

    Raises:
        ValueError: It is no such file.
    """
    if data[4:8] != IDENTIFIER:
        raise ValueError(
            f"not a TensorFlow Lite model of schema version 3: bytes 4 to 7 are {data[4:8]!r}, "
            f"not {IDENTIFIER!r}"
        )
    model = _Table(data, struct.unpack_from("<I", data)[0])
    codes = [code.number(0, "b") for code in model.tables(1)]
    graph = model.tables(2)[0]
    tensors, buffers = graph.tables(0), model.tables(4)
    sources: dict[int, int] = {}
    found = []
    for step in graph.tables(3):
        operator = codes[step.number(0, "I")]
        inputs = [int(tensor) for tensor in step.vector(1, "<i4")]
        if operator == DEQUANTIZE:
            sources[int(step.vector(2, "<i4")[0])] = inputs[0]
        elif operator in (CONVOLUTION, DEPTHWISE, CUSTOM):
            weights, bias = (_halves(tensors[sources[k]], buffers) for k in inputs[1:])
            found.append(Convolution(operator, weights, bias))
    return found


def _halves(tensor: _Table, buffers: list[_Table]) -> NDArray[np.float16]:
    """Return the constant values of a float16 tensor."""
    if tensor.number(1, "b") != HALF:
        raise ValueError(f"a weight has the type {tensor.number(1, 'b')}, not {HALF} (float16)")
    values = buffers[tensor.number(2, "I")].vector(0, "u1").view("<f2")
    return values.reshape(tensor.vector(0, "<i4"))
