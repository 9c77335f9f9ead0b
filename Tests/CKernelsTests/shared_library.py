"""The shared library as another language sees it: every declared function is there, results, messages, threads.

    python3 shared_library.py <libckernels.so> <folder of ckernels.h>

Needs the standard library alone. If PyTorch is installed, also that the two (each with an OpenMP of its own) work in
one process.
"""

import ctypes
import os
import re
import sys
import threading
from array import array


class Convolution(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_int32)
        for name in (
            "images in_height in_width in_channels out_channels kernel_height kernel_width stride_height stride_width "
            "pad_top pad_left pad_bottom pad_right dilation_height dilation_width groups activation"
        ).split()
    ] + [("slope", ctypes.c_float)]


class Dense(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int32) for name in "batch in out activation".split()] + [("slope", ctypes.c_float)]


failures = []


def expect(true, what):
    if not true:
        failures.append(what)
        print(f"FAILED: {what}")


def declared(folder):
    """The names of all functions that the public headers declare."""
    names = set()
    for header in ("ckernels.h", "ck_kernels.h"):
        with open(os.path.join(folder, header), encoding="utf-8") as file:
            names |= set(re.findall(r"^CK_API [^;(]*?\b(ck_\w+)\(", file.read(), re.MULTILINE))
    return sorted(names)


def floats(count, step=0):
    """Small whole numbers: all sums of their products are exact, in any order."""
    return array("f", ((step * i + 3) % 7 - 3 for i in range(count)))


def call(function, arrays, shape, *rest):
    pointers = [None if a is None else ctypes.c_void_p(a.buffer_info()[0]) for a in arrays]
    return function(*pointers, ctypes.byref(shape), *rest)


def check_convolution(ck):
    shape = Convolution(2, 5, 4, 3, 2, 3, 2, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0)
    height, width = ctypes.c_int32(), ctypes.c_int32()
    expect(ck.ck_convolution_output(ctypes.byref(height), ctypes.byref(width), ctypes.byref(shape)) == 0, "output size")
    expect((height.value, width.value) == (5, 4), f"output {height.value} x {width.value}")
    x, w, bias, y = floats(2 * 5 * 4 * 3, 5), floats(3 * 2 * 3 * 2, 2), floats(2, 1), floats(2 * 5 * 4 * 2)

    def at(n, r, q, i):
        return x[((n * 5 + r) * 4 + q) * 3 + i] if 0 <= r < 5 and 0 <= q < 4 else 0

    def pixel(n, r, q, o):
        taps = ((ky, kx, i) for ky in range(3) for kx in range(2) for i in range(3))
        return bias[o] + sum(at(n, r - 1 + ky, q + kx, i) * w[((ky * 2 + kx) * 3 + i) * 2 + o] for ky, kx, i in taps)

    want = [max(0, pixel(n, r, q, o)) for n in range(2) for r in range(5) for q in range(4) for o in range(2)]
    for isa in (None, b"ref", b"base"):
        kernels = ctypes.c_void_p(ck.ck_kernels_get(isa))
        expect(call(ck.ck_convolution_forward, (y, x, w, bias), shape, kernels) == 0, "ck_convolution_forward")
        expect(list(y) == want, f"convolution on {ck.ck_kernels_isa(kernels)}")
        y = floats(len(y))
        expect(call(ck.ck_convolution_forward_parallel, (y, x, w, bias), shape, kernels, 2) == 0, "the same on 2 threads")
        expect(list(y) == want, "convolution on 2 threads")


def check_dense(ck, threads):
    """Large enough to be shared out."""
    batch, inner, out = 64, 256, 256
    x, w = floats(batch * inner, 5), floats(inner * out, 3)
    y, again = floats(batch * out), floats(batch * out)
    shape = Dense(batch, inner, out, 0, 0)
    expect(call(ck.ck_dense_forward, (y, x, w, None), shape, None) == 0, "ck_dense_forward")
    expect(call(ck.ck_dense_forward_parallel, (again, x, w, None), shape, None, threads) == 0, "ck_dense_forward_parallel")
    expect(y == again, f"the same numbers on {threads} threads")
    want = sum(x[3 * inner + i] * w[i * out + 5] for i in range(inner))
    expect(y[3 * out + 5] == want, f"dense: {y[3 * out + 5]}, not {want}")


def check_messages(ck):
    expect(call(ck.ck_dense_forward, (None, None, None, None), Dense(1, 1, 1), None) == 1, "NULL is not refused")
    mine = ck.ck_error_message()
    expect(b"ck_dense_forward" in mine and b"NULL" in mine, f"message {mine}")
    theirs = []

    def other():
        theirs.append(ck.ck_error_message())
        call(ck.ck_dense_forward, (floats(1),) * 4, Dense(-4, 1, 1), None)
        theirs.append(ck.ck_error_message())

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    expect(theirs[0] == b"" and b"-4" in theirs[1], f"messages of another thread {theirs}")
    expect(ck.ck_error_message() == mine, "a message reached another thread")
    expect(ck.ck_kernels_get(b"abacus") is None and b"abacus" in ck.ck_error_message(), "an unknown instruction set")


def check_torch(ck):
    try:
        import torch
    except ImportError:
        print("not run: in one process with PyTorch, which is not installed")
        return
    expect(torch.ones(64, 64).mm(torch.ones(64, 64))[0, 0].item() == 64, "PyTorch beside ckernels")
    check_dense(ck, 2)


def main():
    path, folder = sys.argv[1:]
    names = declared(folder)
    ck = ctypes.CDLL(path)
    expect(len(names) > 20, f"only {len(names)} declarations were found")
    for name in names:
        expect(hasattr(ck, name), f"{name} is declared and not exported")
    for name in ("ck_version", "ck_error_message", "ck_kernels_isa"):
        getattr(ck, name).restype = ctypes.c_char_p
    ck.ck_kernels_isa.argtypes = [ctypes.c_void_p]
    ck.ck_kernels_get.restype, ck.ck_kernels_get.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    check_convolution(ck)
    for threads in (1, 2, 3, 0):
        check_dense(ck, threads)
    check_messages(ck)
    check_torch(ck)
    print(f"ckernels {ck.ck_version().decode()}: {len(names)} functions, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
