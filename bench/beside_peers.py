#!/usr/bin/env python3
"""Whole plans beside another framework: the two run in turns, and the median of the paired ratios is what counts.

  bench/beside_peers.py --peers FOLDER --mnist FOLDER [--python PYTHON] [--rounds 7] [NAME ...]

FOLDER of --peers holds train_torch.py, train_keras.py and infer.py, which print a row of JSON with `img_s` or `median_us`;
PYTHON is an interpreter that has their packages; --mnist holds the four IDX files, packed or not. NAME is one of the rows
below; without one, all. scripts/bench must have built the benchmark.
"""
import argparse
import gzip
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

BENCH = pathlib.Path(__file__).resolve().parent.parent / "build" / "bench" / "bench" / "ckernels-bench"


def train(arch, batch, *peers):
    return {"filter": f"plan_train {arch} batch {batch} ", "threads": 2,
            "peers": [[f"{p}.py", "--arch", arch, "--batch", str(batch), "--threads", "2", "--mode", mode] for p, mode in peers]}


def infer(arch, batch, threads, *engines):
    return {"filter": f"plan_predict {arch} batch {batch} ", "threads": threads,
            "peers": [["infer.py", "--arch", arch, "--batch", str(batch), "--threads", str(threads), "--engine", e] for e in engines]}


TORCH, KERAS = ("train_torch", "channels_last"), ("train_keras", "function")
ROWS = {
    "train-lenet5": train("lenet5", 128, TORCH, KERAS),
    "train-keras-cnn": train("keras-cnn", 64, TORCH, KERAS),
    "train-vgg16": train("vgg16", 64, TORCH),
    "infer-lenet5": infer("lenet5", 256, 2, "onnxruntime", "openvino_f32"),
    "infer-keras-cnn": infer("keras-cnn", 256, 2, "onnxruntime", "openvino_f32"),
    "one-lenet5": infer("lenet5", 1, 1, "onnxruntime"),
    "one-keras-cnn": infer("keras-cnn", 1, 1, "onnxruntime"),
}


def unpacked(folder, to):
    """The training files as the benchmark reads them."""
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        plain, packed = pathlib.Path(folder) / name, pathlib.Path(folder) / (name + ".gz")
        (pathlib.Path(to) / name).write_bytes(plain.read_bytes() if plain.exists() else gzip.decompress(packed.read_bytes()))


def ours(row, mnist):
    out = subprocess.run([BENCH, "--quick", "--best", "--no-others", "--json", "--mnist", mnist, "--threads", str(row["threads"]),
                          "--filter", row["filter"].strip()], check=True, capture_output=True, text=True).stdout
    wanted = row["filter"].split(" ", 1)[1].strip()
    rates = [r for r in json.loads(out)["rows"] if r["shape"] == wanted and r["threads"] == row["threads"]]
    return rates[0]["images_per_second"]


def theirs(command, options):
    more = ["--windows", "3"] if command[0].startswith("train") or "--batch=1" not in command else []
    out = subprocess.run([options.python, command[0], *command[1:], *more, "--json", "--data", options.mnist], cwd=options.peers,
                         check=True, capture_output=True, text=True).stdout
    row = json.loads(out.strip().splitlines()[-1])
    return row["img_s"] if "img_s" in row else 1e6 / row["median_us"]


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
    with tempfile.TemporaryDirectory() as mnist:
        unpacked(options.mnist, mnist)
        for name in options.names or ROWS:
            row = ROWS[name]
            for command in row["peers"]:
                pairs = [(ours(row, mnist), theirs(command, options)) for _ in range(options.rounds)]
                ratios = sorted(a / b for a, b in pairs)
                print(f"{name:16} {command[0]:16} {command[-1]:14} ours {statistics.median(a for a, _ in pairs):10.0f}/s  "
                      f"theirs {statistics.median(b for _, b in pairs):10.0f}/s  ratio {statistics.median(ratios):.2f} "
                      f"({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)


main()
