"""Trained networks that all sides predict with: made by DigitKit where they are not there yet, and handed to the
others."""
import json
import os
import struct
import sys
import zlib

import idx
from networks import NETWORKS
from paths import DIGITCTL, PEERS
from sides import finished, optimiser_flags

# Speed depends on no weight; some training makes the answers mean something. Large networks take longer for an epoch.
EPOCHS, SECONDS = 1, 30


class Models:
    def __init__(self, folder, mnist):
        self.folder, self.mnist = folder, mnist
        folder.mkdir(parents=True, exist_ok=True)

    def run_folder(self, name):
        run = self.folder / name
        if not (run / "last.safetensors").exists():
            training = NETWORKS[name].training
            finished([DIGITCTL, "train", "--model", name, "--data", self.mnist, "--val", "none",
                      "--out", run, "--force", "--epochs", str(EPOCHS), "--time-limit", f"{SECONDS}s", "--quiet",
                      "--batch", str(training.batch), *optimiser_flags(training)])
        return run

    def weights(self, name):
        return self.run_folder(name) / "last.safetensors"

    def onnx(self, name):
        path = self.folder / f"{name}.onnx"
        if not path.exists():
            finished([sys.executable, "-B", PEERS / "export_onnx.py", name, self.weights(name), path])
        return path

    def image(self, name):
        """For the C library."""
        path = self.folder / f"{name}.ckm"
        if not path.exists():
            finished([DIGITCTL, "model", "export", self.run_folder(name), path])
        return path

    def correct(self, name):
        """How many of MNIST's test pictures DigitKit reads right."""
        ended = finished([DIGITCTL, "test", self.weights(name), "--data", self.mnist, "--json", "--quiet"])
        return json.loads(ended.out)["correct"]

    def digit(self):
        """One test picture as 784 bytes."""
        path = self.folder / "digit.bytes"
        if not path.exists():
            replace(path, idx.contents(self.mnist, "t10k-images-idx3-ubyte")[16:16 + 784])
        return path

    def digit_png(self):
        path = self.folder / "digit.png"
        if not path.exists():
            replace(path, png(self.digit().read_bytes(), 28))
        return path


def replace(path, contents):
    new = path.with_name(path.name + ".new")
    new.write_bytes(contents)
    os.replace(new, path)


def png(pixels, side):
    """Grey pixels as a PNG file."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + pixels[at:at + side] for at in range(0, side * side, side))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
