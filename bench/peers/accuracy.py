"""`bench/compare accuracy`: the same training by DigitKit and by PyTorch, and how well both then read MNIST's test
pictures.

First values, optimiser, rate, batches and number of epochs are the same; only chance differs, hence several seeds.
"""
import argparse
import json
import statistics
import sys
import tempfile

from asking import Parser, add_common, at_least_one, check_mnist, say
from networks import NETWORKS
from paths import DIGITCTL, PEERS
from sides import environment, finished, optimiser_flags

USUAL = ("lenet5", "keras-cnn")


def main(words):
    parser = command_line()
    options = parser.parse_args(words)
    if unknown := [name for name in options.networks if name not in NETWORKS]:
        parser.error(f"there is no network {unknown[0]}; there are {', '.join(NETWORKS)}")
    check_mnist(options.mnist)
    print(f"{'network':12} {'by':10} {'test accuracy, %':24} each of {options.seeds} seeds, {options.epochs} epochs")
    for name in options.networks or USUAL:
        for trainer, train in (("DigitKit", by_digitkit), ("PyTorch", by_torch)):
            reached = []
            for seed in range(1, options.seeds + 1):
                say(f"{name} by {trainer}, seed {seed}")
                reached.append(100 * train(name, seed, options))
            spread = statistics.stdev(reached) if len(reached) > 1 else 0
            print(f"{name:12} {trainer:10} {f'{statistics.mean(reached):.2f} ± {spread:.2f}':24} "
                  + ", ".join(f"{accuracy:.2f}" for accuracy in reached), flush=True)
    return 0


def command_line():
    parser = Parser(prog="bench/compare accuracy", description=__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", metavar="NETWORK",
                        help=f"of {', '.join(NETWORKS)} (default: {' and '.join(USUAL)})")
    add_common(parser)
    parser.add_argument("--epochs", type=at_least_one, default=5, metavar="N", help="(default: 5)")
    parser.add_argument("--seeds", type=at_least_one, default=3, metavar="N", help="how often (default: 3)")
    return parser


def by_digitkit(name, seed, options):
    training = NETWORKS[name].training
    with tempfile.TemporaryDirectory() as folder:
        run = f"{folder}/run"
        finished([DIGITCTL, "train", "--model", name, "--data", options.mnist, "--val", "none", "--quiet", "--out", run,
                  "--epochs", str(options.epochs), "--batch", str(training.batch), *optimiser_flags(training),
                  "--schedule", "constant", "--seed", str(seed), "--threads", str(options.threads)])
        test = finished([DIGITCTL, "test", f"{run}/last.safetensors", "--data", options.mnist, "--json", "--quiet"])
    return json.loads(test.out)["accuracy"]


def by_torch(name, seed, options):
    ended = finished([sys.executable, "-B", PEERS / "torch_accuracy.py", name, options.mnist, str(options.epochs),
                      str(seed), str(options.threads)], variables=environment(options.threads))
    return float(ended.out)
