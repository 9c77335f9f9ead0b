#!/usr/bin/env python3
"""Writes training.json: rates, weights and averages as PyTorch computes them.

    python Tests/Golden/training.py          needs torch (made with 2.13, CPU)

The tests read the file alone; run this to make it anew.
"""
import json
import pathlib

import torch
from torch.optim import lr_scheduler as ls
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn

STEPS = 60
BASE = 0.1


def rates(make, steps=STEPS, momentum=False):
    """The rate of each step, from 0 on, as a factor of the optimiser's."""
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=BASE, momentum=0.9)
    scheduler = make(optimiser)
    factors, momenta = [], []
    for step in range(steps):
        factors.append(optimiser.param_groups[0]["lr"] / BASE)
        momenta.append(optimiser.param_groups[0]["momentum"])
        optimiser.step()
        if step + 1 < steps:
            scheduler.step()
    return momenta if momentum else factors


def warm_up(optimiser):
    first = ls.LinearLR(optimiser, start_factor=1 / 3, total_iters=7)
    return ls.SequentialLR(optimiser, [first, ls.CosineAnnealingLR(optimiser, T_max=53)], milestones=[7])


def one_cycle(optimiser, **more):
    return ls.OneCycleLR(optimiser, max_lr=BASE, total_steps=STEPS, **more)


def schedules():
    # Behind its end PyTorch's cosine goes up again; ours stays, so it is compared up to there.
    cosine = rates(lambda o: ls.CosineAnnealingLR(o, T_max=40, eta_min=0.01 * BASE), steps=41)
    return {
        "step": rates(lambda o: ls.StepLR(o, step_size=9, gamma=0.5)),
        "milestones": rates(lambda o: ls.MultiStepLR(o, milestones=[5, 20, 21], gamma=0.3)),
        "exponential": rates(lambda o: ls.ExponentialLR(o, gamma=0.93)),
        "cosine": cosine,
        "polynomial": rates(lambda o: ls.PolynomialLR(o, total_iters=50, power=2)),
        "polynomial-0.9": rates(lambda o: ls.PolynomialLR(o, total_iters=50, power=0.9)),
        "linear": rates(lambda o: ls.LinearLR(o, start_factor=0.25, end_factor=0.75, total_iters=30)),
        "warm-up": rates(warm_up),
        "one-cycle": rates(one_cycle),
        "one-cycle-momentum": rates(one_cycle, momentum=True),
        "one-cycle-linear": rates(lambda o: one_cycle(o, anneal_strategy="linear", pct_start=0.4)),
    }


def plateau():
    """Losses that fall, stall, become NaN and fall again; the rate's factor after each."""
    losses = [1.0, 0.8, 0.7, 0.7, 0.71, 0.69999, 0.72, 0.73, 0.6, 0.6, 0.6, 0.6, float("nan"), 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.5]
    # PyTorch ignores changes of a rate below eps; ours are of a factor, which knows no rate.
    cases = {}
    for name, options in {
        "plain": dict(factor=0.5, patience=2),
        "cooldown": dict(factor=0.5, patience=1, cooldown=3, min_lr=0.03),
        "higher": dict(factor=0.1, patience=0, mode="max"),
    }.items():
        parameter = torch.nn.Parameter(torch.zeros(1))
        optimiser = torch.optim.SGD([parameter], lr=BASE)
        scheduler = ls.ReduceLROnPlateau(optimiser, eps=0, **options)
        factors = []
        for loss in losses:
            scheduler.step(loss)
            factors.append(optimiser.param_groups[0]["lr"] / BASE)
        cases[name] = factors
    return {"losses": [x if x == x else None for x in losses], "factors": cases}


def gradient(step, count):
    """Numbers anyone can make: exact in float."""
    return torch.tensor([((i * 37 + step * 53) % 101 - 50) / 64 for i in range(count)])


def optimisers(steps=12, count=19):
    """Weights after so many steps from given gradients."""
    makers = {
        "sgd": lambda p: torch.optim.SGD(p),
        "sgd-decay": lambda p: torch.optim.SGD(p, lr=0.05, weight_decay=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
        "momentum-dampened": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.4),
        "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.01),
        "adam": lambda p: torch.optim.Adam(p),
        "adam-decay": lambda p: torch.optim.Adam(p, lr=0.02, weight_decay=0.1),
        "adamw": lambda p: torch.optim.AdamW(p, lr=0.02),
        "adagrad": lambda p: torch.optim.Adagrad(p),
        "adagrad-decay": lambda p: torch.optim.Adagrad(p, lr=0.05, lr_decay=0.1, weight_decay=0.01),
        "rmsprop": lambda p: torch.optim.RMSprop(p),
        "rmsprop-momentum": lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.9, momentum=0.7),
    }
    results = {}
    for name, make in makers.items():
        parameter = torch.nn.Parameter(gradient(99, count))
        optimiser = make([parameter])
        for step in range(steps):
            parameter.grad = gradient(step, count)
            optimiser.step()
        results[name] = parameter.detach().tolist()
    return {"steps": steps, "count": count, "weights": results}


def averages(updates=20):
    """The average of a weight that is 1, 4, 9, ... after each update."""
    results = {}
    for name, make in {
        "exponential": lambda m: AveragedModel(m, avg_fn=get_ema_avg_fn(0.9)),
        "stochastic": lambda m: AveragedModel(m),
    }.items():
        module = torch.nn.Linear(1, 1, bias=False, dtype=torch.float64)
        torch.nn.init.zeros_(module.weight)  # otherwise drawn at random: another file each time
        averaged = make(module)
        values = []
        for update in range(1, updates + 1):
            torch.nn.init.constant_(module.weight, update * update)
            # SWA: from update 5 on, every 3; until then the average is not looked at.
            if name == "exponential" or (update >= 5 and (update - 5) % 3 == 0):
                averaged.update_parameters(module)
            values.append(averaged.module.weight.item())
        results[name] = values
    return results




def main():
    torch.set_num_threads(1)
    golden = {
        "torch": torch.__version__.split("+")[0],
        "schedules": schedules(),
        "plateau": plateau(),
        "optimisers": optimisers(),
        "averages": averages(),
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(golden, separators=(",", ":")).replace('},"', '},\n"').replace('],"', '],\n"') + "\n")


main()
