#!/usr/bin/env python3
"""The figures that the kernels are to reach, beside those in a results file: bench/figures.py [bench/results.csv]

The goals are percent of the multiply-add peak of one core (Winograd and the sparse backward counted by nominal
operations), percent of the bandwidth of the kernel's memory pattern, and ratios to other libraries.
"""
import csv
import pathlib
import sys

POOLED, FUSED, BARE, BEHIND = "relu pool", "relu", "bare", "pool"
PAIRS = {"32-64 3x3 on 13x13": 200, "64-128 3x3 on 16x16 padded": 250, "128-256 3x3 on 8x8 padded": 250}
LARGE = "512-512 3x3 on 4x4 padded"

# (kernel, shape, least percent of peak)
PEAK_GOALS = [("conv_forward", f"1-32 3x3 on 28x28 {POOLED}", 72), ("conv_forward", f"6-16 5x5 on 12x12 {POOLED}", 90)]
PEAK_GOALS += [("conv_forward", f"{shape} {form}", goal) for shape, goal in PAIRS.items() for form in (POOLED, FUSED)]
PEAK_GOALS += [(f"conv_backward_{by}", f"{shape} {form}", 180)
               for by in ("input", "weight") for shape in PAIRS for form in (BEHIND, BARE)]
PEAK_GOALS += [("conv_forward", f"{LARGE} {FUSED}", 110), ("conv_backward_input", f"{LARGE} {BARE}", 110),
               ("conv_backward_weight", f"{LARGE} {BARE}", 110)]
PEAK_GOALS += [(f"dense_{call}", f"{layer} batch {batch}", goal)
               for call, goal in (("forward", 85), ("backward_input", 75), ("backward_weight", 85))
               for layer in ("256-120", "1600-128") for batch in (64, 128)]

STREAMS = ["max_pool_forward", "max_pool_backward", "average_pool_forward", "average_pool_backward",
           "global_average_pool_forward", "global_average_pool_backward", "relu_forward", "relu_backward", "add", "add_scaled",
           "scale", "batch_norm_moments", "batch_norm_apply", "batch_norm_backward_sums", "batch_norm_backward_apply",
           "sgd_update", "adam_update", "adagrad_update", "rmsprop_update", "average_update", "squared_norm"]
STREAM_GOALS = {"memory": 80, "L2": 60}
# What the divider of Zen 4 allows in L2 on an idle machine, in percent: README.md has the arithmetic.
DIVIDER_BOUNDS = {"adam_update": 59, "adagrad_update": 42, "rmsprop_update": 59}
REPORTED = ["sigmoid_forward", "tanh_forward", "gelu_forward", "silu_forward", "softmax_forward", "log_softmax_forward", "cross_entropy"]
SQUARES = [64, 128, 256, 512, 1024, 2048]


def read(path):
    with open(path, newline="") as file:
        lines = list(file)
    head = [line[2:].strip() for line in lines if line.startswith("# ")]
    rows = {}
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        rows[row["kernel"], row["shape"], row["isa"], int(row["threads"])] = row
    return head, rows


def value(row, name):
    return float(row[name]) if row and row.get(name) else None


class Table:
    def __init__(self):
        self.met = self.missed = 0

    def line(self, what, goal, reached, unit="%", note=""):
        verdict = "not measured"
        if reached is not None:
            verdict = "yes" if reached >= goal else "**no**"
            self.met, self.missed = self.met + (reached >= goal), self.missed + (reached < goal)
        number = "" if reached is None else f"{reached:.2f}" if unit == "x" else f"{reached:.0f} {unit}"
        print(f"| {what} | {goal:g} {unit} | {number} | {verdict}{note} |")


def heading(title):
    print(f"\n### {title}\n\n| row | at least | reached | |\n| --- | --- | --- | --- |")


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("results.csv")
    head, rows = read(path)
    isas = sorted({key[2] for key in rows}, key=["ref", "base", "neon", "avx2", "avx512"].index)
    threads = sorted({key[3] for key in rows})
    if not rows:
        sys.exit(f"error: no rows in {path}")
    best, all_cores, table = isas[-1], threads[-1], Table()
    print("\n".join(line for line in head if not line.startswith("limit")))

    heading(f"Products and convolutions, {best}, one thread: percent of peak")
    for kernel, shape, goal in PEAK_GOALS:
        table.line(f"{kernel} {shape}", goal, value(rows.get((kernel, shape, best, 1)), "percent_of_peak"))

    heading("Square products: our rate over the better of OpenBLAS and oneDNN")
    for count in threads:
        for n in SQUARES:
            row = rows.get(("matmul", f"{n}x{n}x{n}", best, count))
            ratios = [r for r in (value(row, "over_openblas"), value(row, "over_onednn")) if r]
            table.line(f"{n}, {count} thread{'s' * (count > 1)}", 0.95, min(ratios) if ratios else None, "x")

    heading(f"Passes over memory, {best}, one thread: percent of bandwidth")
    for kernel in STREAMS:
        for key, row in rows.items():
            if key[0] == kernel and key[2:] == (best, 1):
                bound = DIVIDER_BOUNDS.get(kernel) if row["place"] == "L2" and best == "avx512" else None
                note = f"; root and division alone allow about {bound} % on Zen 4" if bound else ""
                table.line(f"{kernel} {key[1]}", STREAM_GOALS[row["place"]], value(row, "percent_of_bandwidth"), note=note)

    if all_cores > 1:
        heading(f"{all_cores} threads: rate over that of one, 0.95 per thread where the working set fits L2, else 0.85")
        for kernel, shape, _ in PEAK_GOALS:
            large = shape.startswith(LARGE) or "1600" in shape or "128-256" in shape
            table.line(f"{kernel} {shape}", (0.85 if large else 0.95) * all_cores, value(rows.get((kernel, shape, best, all_cores)), "scaling"), "x")

    for isa, goal in (("avx2", 0.6), ("base", 0.15)):
        if isa in isas and best == "avx512":
            heading(f"{isa}: rate over that of {best}, one thread")
            for kernel, shape, _ in PEAK_GOALS:
                pair = [value(rows.get((kernel, shape, i, 1)), "gflops") for i in (isa, best)]
                table.line(f"{kernel} {shape}", goal, pair[0] / pair[1] if all(pair) else None, "x")

    print(f"\n### Reported, {best}, one thread\n\n| row | percent of peak | GB/s |\n| --- | --- | --- |")
    for key, row in rows.items():
        if key[0] in REPORTED and key[2:] == (best, 1):
            print(f"| {key[0]} {key[1]} | {row['percent_of_peak']} | {row['gbytes']} |")
    print(f"\n{table.met} reached, {table.missed} missed")


main()
