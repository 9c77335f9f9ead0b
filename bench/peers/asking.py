"""What both commands ask for, and how they complain."""
import argparse
import os
import sys

import idx
import machine


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message):
        fail(message, 2)


def add_common(parser):
    """Flags of both commands."""
    data = os.environ.get("DIGITKIT_DATA")
    parser.add_argument("--mnist", default=data and os.path.join(data, "mnist"), metavar="FOLDER",
                        help="MNIST's four files, packed or not (default: mnist in the folder DIGITKIT_DATA)")
    parser.add_argument("--threads", type=at_least_one, default=machine.cores(), metavar="N",
                        help="of training and prediction (default: as many as there are)")


def at_least_one(word):
    number = int(word)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{word} is less than 1")
    return number


def positive(word):
    number = float(word)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{word} is not above 0")
    return number


def check_mnist(folder):
    if folder is None:
        fail("where MNIST is, is not known: --mnist FOLDER or DIGITKIT_DATA says it, "
             "digitctl data get mnist fetches it", 2)
    if name := idx.missing(folder):
        fail(f"{folder}: {name} is not there, nor {name}.gz; digitctl data get mnist fetches MNIST", 3)


def say(words):
    print(words, file=sys.stderr, flush=True)


def fail(words, code=1):
    say(f"error: {words}")
    sys.exit(code)
