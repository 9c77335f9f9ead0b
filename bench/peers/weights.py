"""DigitKit's model files (safetensors) without a package for them."""
import json
import struct

import numpy


def read(path):
    """Tensors by name."""
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        body = file.read()
    types = {"F32": numpy.float32, "I64": numpy.int64}
    tensors = {}
    for name, tensor in header.items():
        if name != "__metadata__":
            begin, end = tensor["data_offsets"]
            values = numpy.frombuffer(body[begin:end], types[tensor["dtype"]])
            tensors[name] = values.reshape(tensor["shape"]).copy()
    return tensors
