"""Trains a network by PyTorch and prints its accuracy: torch_accuracy.py NETWORK MNIST EPOCHS SEED THREADS"""
import sys

import torch
from torch import nn
from torch.nn import functional

import digits
import torch_networks
from networks import NETWORKS, Conv, Dense, ReLU


def begin_as_digitkit_does(model, layers):
    """Biases of zero; weights uniform, after He before a ReLU and after Glorot elsewhere."""
    for place, layer in enumerate(layers):
        if isinstance(layer, (Conv, Dense)):
            found = model.get_submodule(layer.name)
            if place + 1 < len(layers) and isinstance(layers[place + 1], ReLU):
                nn.init.kaiming_uniform_(found.weight, nonlinearity="relu")
            else:
                nn.init.xavier_uniform_(found.weight)
            nn.init.zeros_(found.bias)


def learn(model, optimiser, pictures, labels, batch):
    """One epoch, the last, smaller batch included."""
    model.train()
    for pick in torch.randperm(len(pictures)).split(batch):
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(model(pictures[pick]), labels[pick]).backward()
        optimiser.step()


def accuracy(model, pictures, labels):
    model.eval()
    with torch.inference_mode():
        correct = sum((model(seen).argmax(1) == right).sum().item()
                      for seen, right in zip(pictures.split(1000), labels.split(1000)))
    return correct / len(pictures)


name, folder, epochs, seed, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
torch.set_num_threads(threads)
torch.manual_seed(seed)
network = NETWORKS[name]
train, test = ([torch.from_numpy(array) for array in digits.read(folder, part, network.side)]
               for part in ("train", "t10k"))
model = torch_networks.build(name)
begin_as_digitkit_does(model, network.layers)
optimiser = torch_networks.optimiser(name, model)
for _ in range(epochs):
    learn(model, optimiser, train[0].unsqueeze(1), train[1], network.training.batch)
print(accuracy(model, test[0].unsqueeze(1), test[1]))
