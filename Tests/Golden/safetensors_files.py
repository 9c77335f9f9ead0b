#!/usr/bin/env python3
"""Writes safetensors/*.safetensors with the reference implementation, and verdicts.txt: damaged files in
hexadecimal, and whether the reference takes them.

    python Tests/Golden/safetensors_files.py            needs safetensors and numpy (made with 0.8)
    python Tests/Golden/safetensors_files.py FILE       prints what the reference reads in FILE

The tests read the files alone; run this to make them anew.
"""
import pathlib
import random
import sys

import numpy
from safetensors import safe_open
from safetensors.numpy import load, save, save_file


def floats(*shape):
    """Numbers anyone can make: exact in half precision."""
    count = int(numpy.prod(shape))
    return (((numpy.arange(count) * 37) % 101 - 50) / 64).astype(numpy.float32).reshape(shape)


def write():
    folder = pathlib.Path(__file__).parent / "safetensors"
    folder.mkdir(exist_ok=True)
    save_file(
        {
            "conv1.weight": floats(3, 2, 2, 2),
            "conv1.bias": floats(3),
            "bn.num_batches_tracked": numpy.array(7, dtype=numpy.int64),
            "bn.running_mean": floats(3),
            "empty": floats(0, 4),
        },
        folder / "model.safetensors",
        metadata={"digitkit.architecture": '{"layers": ["conv"]}', "names": "zéro \"one\"\n\u0001 \U0001d7d9"},
    )
    save_file(
        {
            "f64": floats(5).astype(numpy.float64), "f32": floats(5), "f16": floats(5).astype(numpy.float16),
            "half-extremes": numpy.array([6e-8, -6.1e-5, 65504, numpy.inf, -0.0], dtype=numpy.float16),
            "i64": numpy.array([-(2**63), 2**63 - 1]), "i32": numpy.array([-5, 6], dtype=numpy.int32),
            "i16": numpy.array([-5, 6], dtype=numpy.int16), "i8": numpy.array([-5], dtype=numpy.int8),
            "u64": numpy.array([2**64 - 1], dtype=numpy.uint64), "u32": numpy.array([6], dtype=numpy.uint32),
            "u16": numpy.array([6], dtype=numpy.uint16), "u8": numpy.array([6, 255, 0], dtype=numpy.uint8),
            "bool": numpy.array([True, False, True]),
        },
        folder / "types.safetensors",
    )
    verdicts(folder / "verdicts.txt")


def damaged(good, rng):
    """The file with one to three bytes or words changed, or its length with them."""
    words = [b"0", b"1", b"4", b"8", b"-", b"[", b"]", b"{", b"}", b",", b":", b'"', b" ", b"\\", b"F32", b"F16", b"e", b"."]
    data = bytearray(good)
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(8, len(data) - 8)
        choice, word = rng.randrange(4), rng.choice(words)
        if choice == 0:
            data[place:place + len(word)] = word
        elif choice == 1:
            data[place:place] = word
        elif choice == 2:
            del data[place]
        else:
            digits = [i for i in range(8, len(data) - 8) if chr(data[i]).isdigit()]
            if digits:
                data[rng.choice(digits)] = ord(rng.choice("0123456789"))
    # Half of them stay consistent with their length: those reach the JSON's rules.
    length = len(data) - len(good) + int.from_bytes(good[:8], "little")
    if rng.random() < 0.8:
        data[:8] = length.to_bytes(8, "little")
    return bytes(data)


def verdicts(path, count=240):
    """As many taken as refused, so far as there are any."""
    good = save({"a": floats(2), "b": floats(1, 2)}, metadata={"k": "v"})
    rng = random.Random(1)
    lines = {True: [], False: []}
    for _ in range(200 * count):
        data = damaged(good, rng)
        try:
            load(data)
            taken = True
        except Exception:
            taken = False
        line = f"{data.hex()} {'taken' if taken else 'refused'}"
        if line not in lines[taken] and len(lines[taken]) < count // 2:
            lines[taken].append(line)
    path.write_text("\n".join(lines[True] + lines[False]) + "\n")


def read(path):
    with safe_open(path, framework="numpy") as file:
        print(sorted((file.metadata() or {}).items()))
        for name in sorted(file.keys()):
            tensor = file.get_tensor(name)
            print(name, tensor.dtype, tensor.shape, tensor.ravel().tolist())


if len(sys.argv) > 1:
    read(sys.argv[1])
else:
    write()
