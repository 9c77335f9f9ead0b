"""DigitKit beside PyTorch, Keras, JAX, ONNX Runtime and OpenVINO: the same networks, pictures, batches and
optimisers, in turns.

Each framework runs in a process of its own in the form in which it is fastest here; DigitKit runs as `digitctl
bench`. Every window of a peer has a window of DigitKit just before it. Figures are the median of the paired ratios,
their least and most.
"""
import argparse
import datetime
import os
import pathlib
import platform
import sys

import machine
import results
import turns
from asking import Parser, add_common, at_least_one, check_mnist, fail, positive, say
from models import Models
from paths import BUILD, DIGITCTL
from rows import GROUPS, all_rows, chosen
from sides import Setting, SideError, finished


def main(words):
    match words[:1]:
        case ["accuracy"]:
            import accuracy
            return accuracy.main(words[1:])
        case ["time-to-99"]:
            import time_to_99
            return time_to_99.main(words[1:])
    parser = command_line()
    options = parser.parse_args(words)
    rows = all_rows(options.threads, machine.multiplies_bfloat16())
    if options.list:
        print("\n".join(row.name for row in rows))
        return 0
    try:
        wanted = chosen(rows, options.rows)
    except KeyError as name:
        parser.error(f"there is no row {name}; --list shows all")
    check_mnist(options.mnist)
    if (options.out / "results.json").exists() and not options.force:
        fail(f"{options.out} has results already; --force writes over them, --out FOLDER writes elsewhere")
    compare(wanted, options)
    return 0


def command_line():
    groups = "\n".join(f"  {name:9} {words}" for name, words in GROUPS.items())
    parser = Parser(
        prog="bench/compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"rows begin with the name of their group, which stands for all of it:\n{groups}\n\n"
               "bench/compare accuracy --help tells of the comparison of accuracies,\n"
               "bench/compare time-to-99 --help of the time until MNIST is read to 99 %.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help="a row or a group of rows; without one, all")
    add_common(parser)
    parser.add_argument("--rounds", type=at_least_one, default=7, metavar="N", help="windows of each (default: 7)")
    parser.add_argument("--seconds", type=positive, default=1.0, metavar="X", help="of a window (default: 1)")
    stamp = datetime.datetime.now().strftime("%Y-%m-%d-%H%M")
    parser.add_argument("--out", type=pathlib.Path, default=BUILD / "results" / stamp, metavar="FOLDER",
                        help="gets results.txt, .json, .csv and .svg (default: build/peers/results/<date>)")
    parser.add_argument("--force", action="store_true", help="write over the results in FOLDER")
    parser.add_argument("--patience", type=positive, default=300.0, metavar="X",
                        help="seconds after which a peer that does not answer is left out (default: 300)")
    parser.add_argument("--list", action="store_true", help="show the rows and end")
    return parser


def compare(rows, options):
    """Measures the rows and writes what came of them, after each."""
    setting = Setting(os.path.abspath(options.mnist), options.seconds, options.patience,
                      Models(BUILD / "models", os.path.abspath(options.mnist)))
    found = {"about": about(options), "rows": []}
    frameworks = set()
    for number, row in enumerate(rows, 1):
        say(f"{row.name} ({number} of {len(rows)})")
        pairs = turns.measure_row(row, setting, options.rounds, tell=lambda words: say(f"  {words}"))
        correct = setting.models.correct(row.network) if row.group == "infer" else None
        found["rows"].append(turns.as_values(row, pairs, correct))
        frameworks |= versions(row)
        if frameworks:
            found["about"]["frameworks"] = ", ".join(sorted(frameworks))
        results.write(options.out, found)
    print(results.as_text(found), end="")
    say(f"{options.out} has it as text, JSON, CSV and SVG")


def versions(row):
    """What the frameworks of a row call themselves, those that were ready."""
    words = (word for peer in row.peers for word in getattr(peer, "framework", "").split(", "))
    return {word for word in words if any(character.isdigit() for character in word)}


def about(options):
    version = finished([DIGITCTL, "version"]).out
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{machine.processor()}, {machine.cores()} cores, {platform.system()} {platform.release()}",
        "DigitKit": version.strip(),
        "way": f"{options.rounds} rounds of {options.seconds:g} s, {options.threads} threads where a row is not of one",
        "Python": platform.python_version(),
    }


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SideError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("interrupted; rows that were done are kept", 130)
