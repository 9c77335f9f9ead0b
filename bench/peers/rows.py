"""The rows of the comparison: what is measured, in which unit, and who takes turns with DigitKit."""
import sys
from dataclasses import dataclass

from networks import NETWORKS
from paths import CLASSIFY, DIGITCTL, PEERS
from sides import Bench, Program, SmallProgram, Worker

GROUPS = {
    "train": "training, images per second: gather of the batch, forward, backward and update",
    "infer": "prediction of 256 pictures a call, images per second",
    "one": "prediction of one picture a call on one thread, microseconds",
    "start": "from the start of a process to its first prediction, milliseconds",
    "memory": "the most memory that a process had, MiB",
    "threads": "training by DigitKit on all threads beside DigitKit on one, images per second",
}
PREDICTION_BATCH = 256
PREDICTING = ("lenet5", "keras-cnn", "conv3", "vgg16")
ONE_BY_ONE = ("lenet5", "keras-cnn", "vgg16")
FRAMEWORKS = {"torch": "PyTorch", "keras": "Keras", "jax": "JAX", "onnxruntime": "ONNX Runtime",
              "openvino": "OpenVINO"}
TRAINERS = [("torch", "eager"), ("torch", "channels_last"), ("torch", "compile"), ("torch", "bf16"),
            ("keras", "function"), ("jax", "jit")]
ENGINES = [("onnxruntime", "default"), ("openvino", "f32"), ("openvino", "default"), ("torch", "channels_last"),
           ("torch", "frozen")]

# What of a sample is shown, and whether more of it is better.
UNITS = {
    "images/s": (lambda sample: sample.rate, True),
    "µs": (lambda sample: 1e6 / sample.rate, False),
    "ms": (lambda sample: 1e3 / sample.rate, False),
    "MiB": (lambda sample: sample.peak, False),
}


@dataclass(frozen=True)
class Row:
    name: str
    unit: str
    threads: int
    ours: object
    peers: tuple
    # Of the trained network that all predict with.
    network: str | None = None

    @property
    def group(self):
        return self.name.split("-")[0]


def all_rows(threads, bfloat16):
    """Of this machine."""
    rows = [training_row(f"train-{name}", "images/s", name, threads, bfloat16) for name in NETWORKS]
    rows += [prediction_row(f"infer-{name}", "images/s", "prediction", name, threads, PREDICTION_BATCH)
             for name in PREDICTING]
    rows += [prediction_row(f"one-{name}", "µs", "one", name, 1, 1) for name in ONE_BY_ONE]
    rows += starting_rows("start", "ms", Program)
    rows += starting_rows("memory", "MiB", SmallProgram)
    rows.append(training_row("memory-train", "MiB", "keras-cnn", threads, bfloat16))
    if threads > 1:
        rows += [threads_row(name, threads) for name in NETWORKS]
    return rows


def training_row(name, unit, network, threads, bfloat16):
    batch = NETWORKS[network].training.batch
    peers = (Worker(peer, FRAMEWORKS[peer], "train", network, mode, threads, batch)
             for peer, mode in TRAINERS if mode != "bf16" or bfloat16)
    return Row(name, unit, threads, Bench(network, "training", threads, batch), tuple(peers))


def prediction_row(name, unit, measure, network, threads, batch):
    peers = (Worker(peer, FRAMEWORKS[peer], "predict", network, mode, threads, batch) for peer, mode in ENGINES)
    return Row(name, unit, threads, Bench(network, measure, threads), tuple(peers), network)


def threads_row(network, threads):
    batch = NETWORKS[network].training.batch
    alone = Bench(network, "training", 1, batch, label="DigitKit, one thread")
    return Row(f"threads-{network}", "images/s", threads, Bench(network, "training", threads, batch), (alone,))


def starting_rows(group, unit, program):
    """`digitctl`, and a program in C, beside programs in Python; all read one digit and end."""
    def lenet5(models):
        return models.weights("lenet5")

    def onnx(models):
        return models.onnx("lenet5")

    def python(engine, model):
        words = [sys.executable, PEERS / "first_prediction.py", engine]
        return program(f"Python, {FRAMEWORKS[engine]}", lambda models: [*words, model(models), models.digit()])

    def digitctl(models):
        return [DIGITCTL, "predict", models.digit_png(), "--as-is", "--model", lenet5(models)]

    def c(models):
        return [CLASSIFY, models.image("lenet5"), models.digit()]

    ours = (program("digitctl", digitctl), program("c", c))
    peers = (python("onnxruntime", onnx), python("openvino", onnx), python("torch", lenet5))
    return [Row(f"{group}-{each.label}", unit, 1, each, peers) for each in ours]


def chosen(rows, names):
    """The rows of these names or groups, all without; the name that is neither raises KeyError."""
    if not names:
        return rows
    result = []
    for name in names:
        found = [row for row in rows if name in (row.name, row.group)]
        if not found:
            raise KeyError(name)
        result += [row for row in found if row not in result]
    return result
