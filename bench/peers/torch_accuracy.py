"""Trains a network by PyTorch and prints its accuracy: torch_accuracy.py NETWORK MNIST EPOCHS SEED THREADS"""
import sys

import torch
from torch.nn import functional

import digits
import torch_networks
from networks import NETWORKS


def learn(model, optimiser, pictures, labels, batch):
    """One epoch, the last, smaller batch included."""
    model.train()
    for pick in torch.randperm(len(pictures)).split(batch):
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(model(pictures[pick]), labels[pick]).backward()
        optimiser.step()


name, folder, epochs, seed, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
torch.set_num_threads(threads)
torch.manual_seed(seed)
network = NETWORKS[name]
train, test = ([torch.from_numpy(array) for array in digits.read(folder, part, network.side)]
               for part in ("train", "t10k"))
model = torch_networks.build(name)
torch_networks.begin_as_digitkit_does(model)
optimiser = torch_networks.optimiser(name, model)
for _ in range(epochs):
    learn(model, optimiser, train[0].unsqueeze(1), train[1], network.training.batch)
print(torch_networks.accuracy(model, test[0].unsqueeze(1), test[1]))
