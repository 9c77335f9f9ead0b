"""MNIST as the frameworks take it: numbers from 0 to 1 in memory, made once and not timed."""
import numpy

from idx import contents


def read(folder, part, side):
    """Pictures (count, side, side) as float32, 28x28 in the middle of the square, and labels; `part` is train or
    t10k."""
    raw = numpy.frombuffer(contents(folder, f"{part}-images-idx3-ubyte"), numpy.uint8, offset=16).reshape(-1, 28, 28)
    pictures = numpy.zeros((len(raw), side, side), numpy.float32)
    edge = (side - 28) // 2
    numpy.divide(raw, numpy.float32(255), out=pictures[:, edge:edge + 28, edge:edge + 28])
    labels = numpy.frombuffer(contents(folder, f"{part}-labels-idx1-ubyte"), numpy.uint8, offset=8)
    return pictures, labels.astype(numpy.int64)


class Order:
    """Which pictures the next batches take: all of them shuffled, then shuffled anew; the last, smaller batch is left
    out."""

    def __init__(self, count, batch, seed=1):
        self.count, self.batch = count, batch
        self.random = numpy.random.default_rng(seed)
        self.left = numpy.empty((0, batch), numpy.int64)

    def take(self, steps):
        """An array (steps, batch)."""
        taken = []
        while steps > 0:
            if len(self.left) == 0:
                full = self.count // self.batch * self.batch
                self.left = self.random.permutation(self.count)[:full].reshape(-1, self.batch)
            taken.append(self.left[:steps])
            self.left = self.left[steps:]
            steps -= len(taken[-1])
        return numpy.concatenate(taken)
