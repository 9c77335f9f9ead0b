"""What every framework's worker does: get ready, say so, and measure a window for each line that it is sent.

A worker is a program `in_<framework>.py train|predict --network NAME --mode MODE ...`. It answers in lines of JSON:
first `{"ready": versions, ...}`, then for each line `SECONDS` on standard input `{"rate": images/s, "peak": MiB}`. In
between it waits for a line, and computes nothing.
"""
import argparse
import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from typing import Callable

import digits
from networks import NETWORKS

# A call of several steps is at least so long: what starting it takes is then a small part.
LEAST_CALL = 0.05
WARM_UP = 1.0

# Whatever a framework prints must not come between the answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


@dataclass
class Work:
    """What is measured: `run(steps)` does so many steps of `images` pictures each."""
    run: Callable[[int], None]
    images: int
    framework: str
    about: str = ""
    correct: int | None = None


def main(**makers):
    """`makers` are the worker's kinds of work: functions that take the arguments and give a Work."""
    asked = arguments(makers)
    work = makers[asked.work](asked)
    steps = steps_of_a_call(work.run)
    started = time.perf_counter()
    while time.perf_counter() - started < WARM_UP:
        work.run(steps)
    answer(ready=work.framework, about=work.about, correct=work.correct)
    for line in sys.stdin:
        answer(rate=rate(work, steps, float(line)), peak=peak())


def arguments(works):
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=works)
    parser.add_argument("--network", choices=NETWORKS, required=True)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights", help="DigitKit's model file, for predictions")
    parser.add_argument("--onnx", help="the same as ONNX")
    return parser.parse_args()


def steps_of_a_call(run):
    run(1)  # compiles, and makes whatever is made once
    steps = 1
    while True:
        started = time.perf_counter()
        run(steps)
        if time.perf_counter() - started >= LEAST_CALL:
            return steps
        steps *= 2


def rate(work, steps, seconds):
    """Images per second of a window."""
    started = time.perf_counter()
    calls = 0
    while True:
        work.run(steps)
        calls += 1
        passed = time.perf_counter() - started
        if passed >= seconds:
            return calls * steps * work.images / passed


def peak():
    """MiB of memory that the process had at its largest."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2 ** 20


def answer(**values):
    print(json.dumps(values), file=answers, flush=True)


def predicting(asked, framework, predict, about=""):
    """The Work of an engine whose `predict` gives logits (n, 10) for pictures (n, 1, side, side)."""
    side, batch = NETWORKS[asked.network].side, asked.batch
    pictures, labels = digits.read(asked.data, "t10k", side)
    pictures = pictures.reshape(-1, 1, side, side)
    calls = [pictures[at:at + batch] for at in range(0, len(pictures) - batch + 1, batch)]
    turn = 0

    def run(steps):
        nonlocal turn
        for _ in range(steps):
            predict(calls[turn])
            turn = (turn + 1) % len(calls)

    # One by one it would take long, and says nothing that batches of the same engine do not.
    correct = correct_answers(predict, pictures, labels, batch) if batch > 1 else None
    return Work(run, batch, framework, about, correct)


def correct_answers(predict, pictures, labels, batch):
    """Of all pictures; the last call is filled up with pictures from the beginning."""
    correct = 0
    for at in range(0, len(pictures), batch):
        places = [(at + i) % len(pictures) for i in range(batch)]
        fresh = min(batch, len(pictures) - at)
        read = predict(pictures[places]).argmax(1)
        correct += int((read == labels[places])[:fresh].sum())
    return correct
