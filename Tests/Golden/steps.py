#!/usr/bin/env python3
"""Writes steps/*: five networks of PyTorch, and three training steps of each.

    python Tests/Golden/steps.py          needs torch and safetensors (made with 2.13, CPU, and 0.8)

`NAME.safetensors` is the module's state dictionary before the first step, as `safetensors.torch` saves it.
`NAME.steps.safetensors` has the gradients of each step (`1/conv1.weight`), the state dictionary behind the last
(`end/conv1.weight`), and as metadata the losses. The tests read the files alone; run this to make them anew.
"""
import collections
import json
import pathlib

import numpy
import torch
from safetensors.torch import save_file
from torch import nn

STEPS, BATCH = 3, 16


def pictures(count, side):
    """Bytes anyone can make: a hash of their number. As numbers from 0 to 1."""
    x = (numpy.arange(count * side * side, dtype=numpy.uint64) * 2654435761 + 12345) & 0xFFFFFFFF
    x ^= x >> 15
    x = (x * 2246822519) & 0xFFFFFFFF
    x ^= x >> 13
    return torch.from_numpy(((x >> 24).astype(numpy.float32) / 255).reshape(count, 1, side, side))


def labels(count):
    return torch.tensor([(i * 7 + 3) % 10 for i in range(count)])


def named(*layers):
    """A sequence whose modules with parameters have names; the others are numbered."""
    return nn.Sequential(collections.OrderedDict(
        layer if isinstance(layer, tuple) else (f"_{i}", layer) for i, layer in enumerate(layers)))


def lenet5():
    return named(
        ("conv1", nn.Conv2d(1, 6, 5)), nn.ReLU(), nn.MaxPool2d(2),
        ("conv2", nn.Conv2d(6, 16, 5)), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        ("dense1", nn.Linear(256, 120)), nn.ReLU(), ("dense2", nn.Linear(120, 84)), nn.ReLU(),
        ("dense3", nn.Linear(84, 10)))


def keras_cnn():
    """keras-cnn with a quarter of its channels."""
    return named(
        ("conv1", nn.Conv2d(1, 8, 3)), nn.ReLU(), nn.MaxPool2d(2),
        ("conv2", nn.Conv2d(8, 16, 3)), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        ("dense1", nn.Linear(400, 24)), nn.ReLU(), ("dense2", nn.Linear(24, 10)))


def batch_norm():
    return named(
        ("conv1", nn.Conv2d(1, 8, 3, padding=1, bias=False)), ("norm1", nn.BatchNorm2d(8)), nn.ReLU(),
        nn.MaxPool2d(2), ("conv2", nn.Conv2d(8, 16, 3, padding=1)), ("norm2", nn.BatchNorm2d(16)),
        nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), ("dense1", nn.Linear(144, 32, bias=False)),
        ("norm3", nn.BatchNorm1d(32)), nn.ReLU(), ("dense2", nn.Linear(32, 10)))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2, self.conv3 = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.conv4 = nn.Conv2d(8, 16, 3, stride=2, padding=1)
        self.conv5 = nn.Conv2d(16, 16, 3, padding=1)
        self.shortcut = nn.Conv2d(8, 16, 1, stride=2)
        self.dense1 = nn.Linear(16, 10)

    def forward(self, x):
        x = self.conv1(x).relu()
        x = (self.conv3(self.conv2(x).relu()) + x).relu()
        x = (self.conv5(self.conv4(x).relu()) + self.shortcut(x)).relu()
        return self.dense1(x.mean((2, 3)))


class Concatenating(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 1)
        self.conv2 = nn.Conv2d(1, 12, 3, padding=1)
        self.conv3 = nn.Conv2d(20, 16, 3)
        self.dense1 = nn.Linear(400, 10)

    def forward(self, x):
        x = torch.cat([torch.tanh(self.conv1(x)), nn.functional.gelu(self.conv2(x))], 1)
        x = nn.functional.silu(self.conv3(nn.functional.avg_pool2d(x, 2)))
        return self.dense1(x.flatten(1))


NETWORKS = {
    "lenet5": (lenet5, 28, lambda p: torch.optim.Adam(p, lr=1e-3), nn.CrossEntropyLoss()),
    "keras-cnn": (keras_cnn, 28, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True), nn.CrossEntropyLoss()),
    "batch-norm": (batch_norm, 14, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-3), nn.CrossEntropyLoss()),
    "residual": (Residual, 14, lambda p: torch.optim.AdamW(p, lr=2e-3), nn.CrossEntropyLoss()),
    "concatenating": (Concatenating, 14, lambda p: torch.optim.RMSprop(p, lr=1e-3), nn.CrossEntropyLoss(label_smoothing=0.1)),
}


def record(folder, name, make, side, optimiser, loss_of):
    torch.manual_seed(1)
    module = make().train()
    save_file(module.state_dict(), folder / f"{name}.safetensors")
    optimiser = optimiser(module.parameters())
    x, y = pictures(STEPS * BATCH, side), labels(STEPS * BATCH)
    tensors, losses = {}, []
    for step in range(STEPS):
        part = slice(step * BATCH, (step + 1) * BATCH)
        optimiser.zero_grad()
        loss = loss_of(module(x[part]), y[part])
        loss.backward()
        losses.append(loss.item())
        tensors.update({f"{step + 1}/{n}": p.grad.clone() for n, p in module.named_parameters()})
        optimiser.step()
    tensors.update({f"end/{n}": t for n, t in module.state_dict().items()})
    # One entry: several come out in another order each time.
    save_file(tensors, folder / f"{name}.steps.safetensors", metadata={"losses": json.dumps(losses)})
    for file in folder.glob(f"{name}.*"):
        file.chmod(0o644)


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).with_suffix("")
    folder.mkdir(exist_ok=True)
    for name, about in NETWORKS.items():
        record(folder, name, *about)


main()
