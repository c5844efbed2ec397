"""Parts of TensorFlow Lite models."""

import struct


def ending_at(tensor, dropped, model):
    """Return a .tflite file without its last operators.

    Args:
        tensor: number of the tensor that becomes the model's output.
        dropped: number of operators to drop.
        model: the file, with one graph and one output.
    """
    data = bytearray(model)

    def follow(place):
        return place + struct.unpack_from("<I", data, place)[0]

    def field(table, number):
        fields = table - struct.unpack_from("<i", data, table)[0]
        return table + struct.unpack_from("<H", data, fields + 4 + 2 * number)[0]

    graph = follow(follow(field(follow(0), 2)) + 4)
    operators, outputs = follow(field(graph, 3)), follow(field(graph, 2))
    count = struct.unpack_from("<I", data, operators)[0]
    struct.pack_into("<I", data, operators, count - dropped)
    struct.pack_into("<i", data, outputs + 4, tensor)
    return bytes(data)
