#!/usr/bin/env python3
"""Whole plans, and the Trainer of DigitKit, beside another framework: the two run in turns, and the median of the paired
ratios is what counts.

  bench/beside_peers.py --peers FOLDER --mnist FOLDER [--python PYTHON] [--rounds 7] [NAME ...]

FOLDER of --peers holds train_torch.py, train_keras.py and infer.py, which print a row of JSON with `img_s` or `median_us`;
PYTHON is an interpreter that has their packages; --mnist holds the four IDX files, packed or not. NAME is one of the rows
below; without one, all. Rows `trainer-...` train through the public Swift API and are compared with the plan run from C as
well. scripts/bench must have built the benchmark, and scripts/results (`scripts/results speed lenet5`) the trainer.
"""
import argparse
import gzip
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "build" / "bench" / "bench" / "ckernels-bench"
RESULTS = ROOT / ".build" / "release" / "results"


# What runs is a tuple: ("plan", filter, threads) by the C core alone, ("trainer", network) by DigitKit's Trainer on two
# threads, or ("peer", script, arguments...).
def plan(kind, arch, batch, threads):
    return ("plan", f"plan_{kind} {arch} batch {batch}", threads)


def framework(script, arch, batch, *more, threads=2):
    return ("peer", f"{script}.py", "--arch", arch, "--batch", str(batch), "--threads", str(threads), *more)


def trains(arch, batch, keras=True):
    """The frameworks that train a network, in the form in which each is fastest here."""
    peers = [framework("train_torch", arch, batch, "--mode", "channels_last")]
    return peers + ([framework("train_keras", arch, batch, "--mode", "function")] if keras else [])


def infers(arch, batch, threads, *engines):
    return [framework("infer", arch, batch, "--engine", e, threads=threads) for e in engines]


TRAINING = {"lenet5": (128, True), "keras-cnn": (64, True), "conv3": (64, True), "vgg16": (64, False)}
BOTH = ("onnxruntime", "openvino_f32")
ROWS = {
    **{f"train-{a}": (plan("train", a, b, 2), trains(a, b, keras)) for a, (b, keras) in TRAINING.items()},
    **{f"trainer-{a}": (("trainer", a), [plan("train", a, b, 2), *trains(a, b, keras)])
       for a, (b, keras) in TRAINING.items()},
    **{f"infer-{a}": (plan("predict", a, 256, 2), infers(a, 256, 2, *BOTH)) for a in ("lenet5", "keras-cnn")},
    **{f"one-{a}": (plan("predict", a, 1, 1), infers(a, 1, 1, "onnxruntime")) for a in ("lenet5", "keras-cnn")},
}


def unpacked(folder, to):
    """The training files as the benchmark reads them."""
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        plain, packed = pathlib.Path(folder) / name, pathlib.Path(folder) / (name + ".gz")
        (pathlib.Path(to) / name).write_bytes(plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes()))


def by_plan(options, filter, threads):
    out = subprocess.run([BENCH, "--quick", "--best", "--no-others", "--json", "--mnist", options.unpacked, "--threads", str(threads),
                          "--filter", filter], check=True, capture_output=True, text=True).stdout
    wanted = filter.split(" ", 1)[1]
    rates = [r for r in json.loads(out)["rows"] if r["shape"] == wanted and r["threads"] == threads]
    return rates[0]["images_per_second"]


def by_trainer(options, arch):
    out = subprocess.run([RESULTS, "speed", arch, "--threads", "2", "--windows", "3", "--data", options.mnist], check=True,
                         capture_output=True, text=True).stdout
    return float(re.search(r"([0-9]+) images/s by the median second", out)[1])


def by_peer(options, script, *arguments):
    more = ["--windows", "3"] if script.startswith("train") else []
    out = subprocess.run([options.python, script, *arguments, *more, "--json", "--data", options.mnist], cwd=options.peers,
                         check=True, capture_output=True, text=True).stdout
    row = json.loads(out.strip().splitlines()[-1])
    return row["img_s"] if "img_s" in row else 1e6 / row["median_us"]


def rate(options, runs):
    """Images per second."""
    return {"plan": by_plan, "trainer": by_trainer, "peer": by_peer}[runs[0]](options, *runs[1:])


def name_of(runs):
    return f"{runs[1]:16} {runs[-1]:14}" if runs[0] == "peer" else f"{'the plan from C':31}"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--peers", required=True)
    p.add_argument("--mnist", required=True)
    p.add_argument("--python", default=sys.executable)
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ROWS))
    options = p.parse_args()
    unknown = [n for n in options.names if n not in ROWS]
    if unknown:
        p.error(f"unknown row {unknown[0]}: expected one of {', '.join(ROWS)}")
    options.mnist = str(pathlib.Path(options.mnist).resolve())
    with tempfile.TemporaryDirectory() as folder:
        unpacked(options.mnist, folder)
        options.unpacked = folder
        for name in options.names or ROWS:
            mine, others = ROWS[name]
            for other in others:
                pairs = [(rate(options, mine), rate(options, other)) for _ in range(options.rounds)]
                ratios = sorted(a / b for a, b in pairs)
                print(f"{name:18} {name_of(other)} ours {statistics.median(a for a, _ in pairs):10.0f}/s  "
                      f"theirs {statistics.median(b for _, b in pairs):10.0f}/s  ratio {statistics.median(ratios):.2f} "
                      f"({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)


main()
