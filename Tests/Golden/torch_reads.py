#!/usr/bin/env python3
"""Loads model files of DigitKit into PyTorch, strictly, and compares logits.

    python Tests/Golden/torch_reads.py FILE.safetensors ...     needs torch and safetensors (2.13, CPU, and 0.8)
    python Tests/Golden/torch_reads.py --record FILE.safetensors

Beside each file lies FILE.logits.json: how many pictures (made by `pictures` below), and the logits. Without --record
these are DigitKit's, and PyTorch's must agree to 1e-5 of the largest; with it, PyTorch's are written there. The module is built from the file's own architecture, by a reader that shares nothing with
DigitKit.
"""
import json
import pathlib
import sys

import numpy
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

TOLERANCE = 1e-5


def pictures(count, height, width):
    """Bytes anyone can make: a hash of their number."""
    x = (numpy.arange(count * height * width, dtype=numpy.uint64) * 2654435761 + 12345) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    return torch.from_numpy((x >> 24).astype(numpy.float32).reshape(count, 1, height, width))


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


def margins(layer, x, window):
    """(left, right, top, bottom), as F.pad takes them."""
    padding = layer.get("padding", 0)
    if padding != "same":
        rows, columns = (0, 0) if padding == "valid" else pair(padding)
        return columns, columns, rows, rows
    result = []
    for side, size, stride in reversed(list(zip(x.shape[2:], window, pair(layer.get("stride", 1))))):
        total = max(0, (-(-side // stride) - 1) * stride + size - side)
        result += [total // 2, total - total // 2]
    return tuple(result)


ACTIVATIONS = {
    "relu": F.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh, "gelu": F.gelu, "silu": F.silu,
    "softmax": lambda x: F.softmax(x, 1),
}
FUNCTIONS = {"ReLU": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "GELU": "gelu", "SiLU": "silu", "Softmax": "softmax"}


class ChannelNorm(nn.LayerNorm):
    """Over the channels of each pixel."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def parameters_of(layer, x):
    """The module that holds a layer's tensors, or None."""
    kind = layer["type"]
    if kind == "Conv2D":
        kernel, groups = pair(layer["kernel"]), layer.get("groups", 1)
        return nn.Conv2d(x.shape[1], layer["channels"], kernel, pair(layer.get("stride", 1)), 0,
                         pair(layer.get("dilation", 1)), groups, layer.get("bias", True))
    if kind == "Dense":
        return nn.Linear(x.shape[1], layer["units"], layer.get("bias", True))
    if kind == "BatchNorm":
        norm = nn.BatchNorm2d if x.dim() == 4 else nn.BatchNorm1d
        return norm(x.shape[1], layer.get("epsilon", 1e-5), layer.get("momentum", 0.1))
    if kind == "LayerNorm":
        return ChannelNorm(x.shape[1], layer.get("epsilon", 1e-5))
    return None


def pooled(layer, x):
    size = pair(layer.get("size", 2))
    stride = pair(layer["stride"]) if "stride" in layer else size
    left, right, top, bottom = margins({**layer, "stride": list(stride)}, x, size)
    if layer["type"] == "MaxPool2D":
        return F.max_pool2d(F.pad(x, (left, right, top, bottom), value=-torch.inf), size, stride)
    ones = F.pad(torch.ones_like(x), (left, right, top, bottom))
    return F.avg_pool2d(F.pad(x, (left, right, top, bottom)), size, stride) / F.avg_pool2d(ones, size, stride)


class Network(nn.Module):
    """A module whose children have the names of the file's layers."""

    def __init__(self, architecture):
        super().__init__()
        self.layers, self.head = architecture["layers"], architecture["heads"][0]
        self.modules_by_name = {}
        side = self.layers[0]
        with torch.no_grad():  # one picture through it makes every module, its sizes known
            self.forward(torch.zeros(2, side.get("channels", 1), side["height"], side["width"]))

    def held(self, layer, x):
        name = layer["name"]
        if name not in self.modules_by_name:
            module = parameters_of(layer, x)
            self.modules_by_name[name] = [module]  # in a list: known by its place alone
            if module is not None:
                *above, last = name.split(".")
                parent = self
                for part in above:
                    if not hasattr(parent, part):
                        parent.add_module(part, nn.Module())
                    parent = getattr(parent, part)
                parent.add_module(last, module)
        return self.modules_by_name[name][0]

    def applied(self, layer, inputs):
        kind, x = layer["type"], inputs[0]
        if kind in FUNCTIONS:
            return ACTIVATIONS[FUNCTIONS[kind]](x)
        if kind == "LeakyReLU":
            return F.leaky_relu(x, layer.get("slope", 0.01))
        if kind in ("MaxPool2D", "AveragePool2D"):
            return pooled(layer, x)
        if kind == "GlobalAveragePool2D":
            return x.mean((2, 3))
        if kind == "Flatten":
            return x.flatten(1)
        if kind == "Add":
            return sum(inputs)
        if kind == "Concatenate":
            return torch.cat(inputs, 1)
        if kind in ("Dropout", "ChannelDropout", "DropBlock"):
            return x
        module = self.held(layer, x)
        if module is None:
            raise SystemExit(f"layer {layer['name']}: {kind} is not known here")
        if kind == "Conv2D":
            window = [(k - 1) * d + 1 for k, d in zip(module.kernel_size, module.dilation)]
            x = F.pad(x, margins(layer, x, window))
        return module(x)

    def forward(self, x):
        values, last = {}, None
        for layer in self.layers:
            if layer["type"] == "Input":
                last = x
            else:
                last = self.applied(layer, [values[i] for i in layer["inputs"]] if "inputs" in layer else [last])
                name = layer.get("activation")
                if name:
                    last = F.leaky_relu(last, layer.get("slope", 0.01)) if name == "leaky_relu" else ACTIVATIONS[name](last)
            values[layer["name"]] = last
        return values[self.head["input"]]


def logits(path, count):
    with safe_open(path, framework="pt") as file:
        about = file.metadata()
    network = Network(json.loads(about["digitkit.architecture"]))
    network.load_state_dict(load_file(path), strict=True)
    network.eval()
    given, = json.loads(about["digitkit.preprocessing"])
    x = pictures(count, given["height"], given["width"]) * given["scale"][0] + given["shift"][0]
    # The network's own zeros around the picture are black pixels: standardised as well.
    rows, columns = given["networkHeight"] - given["height"], given["networkWidth"] - given["width"]
    x = F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2), value=given["shift"][0])
    with torch.no_grad():
        return network(x)


def main():
    torch.set_num_threads(1)
    record = "--record" in sys.argv
    failed = 0
    for path in (a for a in sys.argv[1:] if a != "--record"):
        beside = pathlib.Path(path).with_suffix(".logits.json")
        if record:
            found = logits(path, 5)
            beside.write_text(json.dumps({"pictures": 5, "logits": found.ravel().tolist()}) + "\n")
            continue
        wanted = json.loads(beside.read_text())
        found = logits(path, wanted["pictures"])
        theirs = torch.tensor(wanted["logits"]).reshape(found.shape)
        error = ((found - theirs).abs().max() / theirs.abs().max()).item()
        failed += not error <= TOLERANCE
        print(f"{pathlib.Path(path).stem}: {error:.1e} of the largest logit")
    sys.exit(1 if failed else 0)


main()
