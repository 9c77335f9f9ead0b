"""The networks as PyTorch modules."""
import torch
from torch import nn

import weights
from networks import (NETWORKS, BatchNorm, Conv, Dense, Dropout, Flatten, GlobalAverage, MaxPool, ReLU, Residual,
                      shapes)


class ResidualBlock(nn.Module):
    def __init__(self, main, shortcut):
        super().__init__()
        self.main, self.shortcut = main, shortcut

    def forward(self, x):
        return self.main(x) + self.shortcut(x)


def module(layer, shape):
    match layer:
        case Conv():
            return nn.Conv2d(shape[0], layer.channels, layer.kernel, layer.stride, layer.padding, bias=layer.bias)
        case BatchNorm():
            return nn.BatchNorm2d(shape[0])
        case Dense():
            return nn.Linear(shape[0], layer.units)
        case Dropout():
            return nn.Dropout(layer.rate)
        case ReLU():
            return nn.ReLU(inplace=True)
        case MaxPool():
            return nn.MaxPool2d(2)
        case GlobalAverage():
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case Flatten():
            return nn.Flatten()
        case Residual():
            return ResidualBlock(sequence(layer.main, shape), sequence(layer.shortcut, shape))


def sequence(layers, shape):
    modules = nn.Sequential()
    for place, (layer, before, _) in enumerate(shapes(layers, shape)):
        modules.add_module(getattr(layer, "name", "") or f"layer{place}", module(layer, before))
    return modules


def build(name):
    """With PyTorch's own first values."""
    network = NETWORKS[name]
    return sequence(network.layers, (1, network.side, network.side))


def begin_as_digitkit_does(model):
    """Biases of zero; weights uniform, after He before a ReLU and after Glorot elsewhere."""
    layers = [module for module in model.modules() if next(module.children(), None) is None]
    for layer, following in zip(layers, [*layers[1:], None]):
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            if isinstance(following, nn.ReLU):
                nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
            else:
                nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def accuracy(model, pictures, labels):
    """The part that is read right."""
    model.eval()
    with torch.inference_mode():
        correct = sum((model(seen).argmax(1) == right).sum().item()
                      for seen, right in zip(pictures.split(1000), labels.split(1000)))
    return correct / len(pictures)


def trained(name, path):
    """With the weights of DigitKit's model file, ready to predict."""
    model = build(name)
    tensors = weights.read(path)
    model.load_state_dict({key: torch.from_numpy(value) for key, value in tensors.items()})
    return model.eval()


def optimiser(name, model):
    training = NETWORKS[name].training
    if training.optimiser == "adam":
        return torch.optim.Adam(model.parameters(), lr=training.rate, fused=True)
    return torch.optim.SGD(model.parameters(), lr=training.rate, momentum=training.momentum, fused=True)
