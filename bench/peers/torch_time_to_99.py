"""The recipe bench/fast.json in PyTorch: torch_time_to_99.py RECIPE MNIST PASSES SEED THREADS

Prints the seconds from the end of its imports until it is trained, and then the accuracy on the test pictures.
"""
import json
import pathlib
import sys
import time

import torch
from torch import nn
from torch.nn import functional

import digits
import torch_networks

started = time.perf_counter()
recipe = json.loads(pathlib.Path(sys.argv[1]).read_text())
folder, passes, seed, threads = sys.argv[2], *map(int, sys.argv[3:])
torch.set_num_threads(threads)
torch.manual_seed(seed)

# The network `fast` (Sources/DigitKit/Layers/Zoo/Own.swift), in the layout of memory that is fastest here.
model = nn.Sequential(
    nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.Linear(512, 64, bias=False), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10),
).to(memory_format=torch.channels_last)


class Average:
    """The moving average of all that the model holds, statistics as well."""

    def __init__(self, decay):
        self.decay, self.updates = decay, 0
        self.now = [tensor for tensor in model.state_dict().values() if tensor.is_floating_point()]
        self.kept = [tensor.clone() for tensor in self.now]

    def follow(self):
        # The first updates count for more.
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates)) if self.updates else 0.0
        torch._foreach_lerp_(self.kept, self.now, 1 - decay)
        self.updates += 1

    def use(self):
        with torch.no_grad():
            for now, kept in zip(self.now, self.kept):
                now.copy_(kept)


def pictures(part):
    seen, labels = digits.read(folder, part, 28)
    return torch.from_numpy(seen).unsqueeze(1), torch.from_numpy(labels)


torch_networks.begin_as_digitkit_does(model)
x, y = pictures("train")
optimiser = torch.optim.Adam(model.parameters(), lr=recipe["lr"], fused=True)
average = Average(recipe["ema"])
steps = passes * -(-len(x) // recipe["batch"])
schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
model.train()
for _ in range(passes):
    for pick in torch.randperm(len(x)).split(recipe["batch"]):
        optimiser.zero_grad(set_to_none=True)
        batch = x[pick].contiguous(memory_format=torch.channels_last)
        functional.cross_entropy(model(batch), y[pick]).backward()
        optimiser.step()
        schedule.step()
        with torch.no_grad():
            average.follow()
average.use()
print(time.perf_counter() - started, flush=True)

print(torch_networks.accuracy(model, *pictures("t10k")))
