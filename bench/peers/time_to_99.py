"""`bench/compare time-to-99`: how long from the start of a program until it has a network that reads MNIST's test
pictures to 99 %, by DigitKit with the recipe bench/fast.json and by PyTorch with the same.

Seconds are those of the whole program: it starts, reads the pictures and trains. Passes over the pictures are 1, 2
and so on, each a training of its own whose rate falls to nothing at its end. DigitKit and PyTorch take turns.
"""
import argparse
import datetime
import json
import pathlib
import statistics
import sys
import tempfile

import machine
import results
from asking import Parser, add_common, at_least_one, check_mnist, say
from curve import curve
from paths import BUILD, DIGITCTL, PEERS, ROOT
from sides import environment, finished

RECIPE = ROOT / "bench" / "fast.json"


def main(words):
    options = command_line().parse_args(words)
    check_mnist(options.mnist)
    sides = {"DigitKit": by_digitkit}
    if not options.alone:
        sides["PyTorch"] = by_torch
    runs = []
    for seed in range(1, options.seeds + 1):
        for passes in options.passes:
            for side, train in sides.items():
                seconds, own, accuracy = train(passes, seed, options)
                say(f"seed {seed}, passes {passes}, {side}: {accuracy:.2%} in {seconds:.2f} s")
                runs.append({"side": side, "passes": passes, "seed": seed, "seconds": seconds,
                             "seconds without imports": own, "accuracy": accuracy})
    found = {"about": about(options), "points": points(runs), "runs": runs}
    results.write_files(options.out, {
        "time-to-99.json": json.dumps(found, indent=1) + "\n", "time-to-99.txt": as_text(found),
        "time-to-99.svg": curve(found)})
    print(as_text(found), end="")
    say(f"{options.out} has it as text, JSON and SVG")
    return 0


def command_line():
    parser = Parser(prog="bench/compare time-to-99", description=__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    add_common(parser)
    parser.add_argument("--passes", type=at_least_one, nargs="+", default=[1, 2, 3], metavar="N",
                        help="over the pictures (default: 1 2 3)")
    parser.add_argument("--seeds", type=at_least_one, default=10, metavar="N", help="how often (default: 10)")
    parser.add_argument("--alone", action="store_true", help="without PyTorch")
    parser.add_argument("--out", type=pathlib.Path, default=BUILD / "results" / "time-to-99", metavar="FOLDER",
                        help="gets time-to-99.txt, .json and .svg (default: build/peers/results/time-to-99)")
    return parser


def by_digitkit(passes, seed, options):
    """Seconds from start to trained, the same again, accuracy."""
    with tempfile.TemporaryDirectory() as folder:
        run = f"{folder}/run"
        trained = finished([DIGITCTL, "train", "--config", RECIPE, "--data", options.mnist, "--epochs", str(passes),
                            "--seed", str(seed), "--threads", str(options.threads), "--out", run, "--quiet"])
        test = finished([DIGITCTL, "test", run, "--data", options.mnist, "--json", "--quiet"])
    return trained.until_output, trained.until_output, json.loads(test.out)["accuracy"]


def by_torch(passes, seed, options):
    """The same of torch_time_to_99.py, which says how long it took when it is trained, and then what it reads."""
    ended = finished([sys.executable, "-B", PEERS / "torch_time_to_99.py", RECIPE, options.mnist, str(passes), str(seed),
                      str(options.threads)], variables=environment(options.threads))
    own, accuracy = map(float, ended.out.split())
    return ended.until_output, own, accuracy


def about(options):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{machine.processor()}, {machine.cores()} cores",
        "way": f"{options.seeds} seeds, {options.threads} threads",
    }


def points(runs):
    """The mean of all seeds, for each side and number of passes."""
    groups = {}
    for run in runs:
        groups.setdefault((run["side"], run["passes"]), []).append(run)
    return [{"side": side, "passes": passes,
             "accuracy": statistics.mean(run["accuracy"] for run in group),
             "deviation": statistics.stdev(run["accuracy"] for run in group) if len(group) > 1 else 0.0,
             "seconds": statistics.median(run["seconds"] for run in group),
             "seconds without imports": statistics.median(run["seconds without imports"] for run in group)}
            for (side, passes), group in groups.items()]


def as_text(found):
    lines = [f"{key}: {value}" for key, value in found["about"].items()] + [""]
    lines.append(f"{'by':10} {'passes':>6} {'test accuracy, %':>18} {'seconds':>8} {'without imports':>16}")
    for point in found["points"]:
        accuracy = f"{100 * point['accuracy']:.3f} ± {100 * point['deviation']:.3f}"
        lines.append(f"{point['side']:10} {point['passes']:>6} {accuracy:>18} {point['seconds']:>8.2f} "
                     f"{point['seconds without imports']:>16.2f}")
    return "\n".join(lines) + "\n"
