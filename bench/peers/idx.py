"""MNIST's files."""
import gzip
import pathlib

PARTS = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def path_of(folder, name):
    """Of a file, packed or not; None if it is not there."""
    plain = pathlib.Path(folder) / name
    return next((path for path in (plain, plain.with_name(name + ".gz")) if path.exists()), None)


def contents(folder, name):
    path = path_of(folder, name)
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def missing(folder):
    """The name of a file that is not in the folder; None if all are."""
    return next((name for name in PARTS if path_of(folder, name) is None), None)
