"""A whole program that reads one digit, as one would write it: first_prediction.py ENGINE MODEL PICTURE

PICTURE is 784 bytes. Each engine imports what it needs and nothing else.
"""
import sys

import numpy


def by_onnxruntime(model, picture):
    import onnxruntime
    return onnxruntime.InferenceSession(model).run(None, {"pictures": picture})[0]


def by_openvino(model, picture):
    import openvino
    return openvino.Core().compile_model(model, "CPU")(picture)[0]


def by_torch(model, picture):
    import torch

    import torch_networks
    with torch.inference_mode():
        return torch_networks.trained("lenet5", model)(torch.from_numpy(picture)).numpy()


engine, model, path = sys.argv[1:]
picture = numpy.fromfile(path, numpy.uint8).astype(numpy.float32).reshape(1, 1, 28, 28) / 255
logits = {"onnxruntime": by_onnxruntime, "openvino": by_openvino, "torch": by_torch}[engine](model, picture)
print(logits.argmax(), flush=True)
