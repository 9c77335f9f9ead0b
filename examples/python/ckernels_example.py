"""The C core from Python by ctypes: a matrix product on all cores, checked.

    CKERNELS_LIBRARY=/usr/local/lib/libckernels.so python3 ckernels_example.py

Works on NumPy arrays where NumPy is installed, otherwise on the standard library's `array`.
ctypes releases Python's lock during a call, so other threads keep running.
"""

import ctypes
import ctypes.util
import os
import sys
from array import array

try:
    import numpy
except ImportError:
    numpy = None


class MatrixProductShape(ctypes.Structure):
    """ck_matrix_product_shape of ckernels.h."""

    _fields_ = [
        ("rows", ctypes.c_int64),
        ("columns", ctypes.c_int64),
        ("inner", ctypes.c_int64),
        ("transpose_a", ctypes.c_int32),
        ("transpose_b", ctypes.c_int32),
        ("accumulate", ctypes.c_int32),
    ]


def load():
    """The library, with the types of the functions used here."""
    path = os.environ.get("CKERNELS_LIBRARY") or ctypes.util.find_library("ckernels")
    if not path:
        sys.exit("libckernels was not found: set CKERNELS_LIBRARY to its path")
    ck = ctypes.CDLL(path)
    floats, shape = ctypes.c_void_p, ctypes.POINTER(MatrixProductShape)
    ck.ck_version.restype = ctypes.c_char_p
    ck.ck_error_message.restype = ctypes.c_char_p
    ck.ck_kernels_get.restype = ctypes.c_void_p
    ck.ck_kernels_get.argtypes = [ctypes.c_char_p]
    ck.ck_kernels_isa.restype = ctypes.c_char_p
    ck.ck_kernels_isa.argtypes = [ctypes.c_void_p]
    ck.ck_matrix_product_parallel.argtypes = [floats, floats, floats, shape, ctypes.c_void_p, ctypes.c_int32]
    return ck


def address(values):
    """Where the floats of an array or a NumPy array begin."""
    return values.buffer_info()[0] if isinstance(values, array) else values.ctypes.data


def matrix_product(ck, a, b, rows, columns, inner):
    """C = A B, of `rows` x `inner` and `inner` x `columns`."""
    for name, values, count in (("a", a, rows * inner), ("b", b, inner * columns)):
        found = len(values) if isinstance(values, array) else values.size
        if found != count:
            raise ValueError(f"{name} must hold {count} values, not {found}")
    c = array("f", bytes(4 * max(rows * columns, 0)))
    shape = MatrixProductShape(rows, columns, inner)
    status = ck.ck_matrix_product_parallel(address(c), address(a), address(b), ctypes.byref(shape), None, 0)
    if status != 0:
        raise ValueError(ck.ck_error_message().decode())
    return c


def main():
    ck = load()
    isa = ck.ck_kernels_isa(ck.ck_kernels_get(None)).decode()
    print(f"ckernels {ck.ck_version().decode()}, instruction set {isa}")

    # Whole numbers this small have exact products, in any order of summing.
    rows, columns, inner = 37, 53, 41
    a = array("f", ((7 * i) % 11 - 5 for i in range(rows * inner)))
    b = array("f", ((5 * i) % 13 - 6 for i in range(inner * columns)))
    c = matrix_product(ck, a, b, rows, columns, inner)
    for i in range(rows):
        for j in range(columns):
            want = sum(a[i * inner + k] * b[k * columns + j] for k in range(inner))
            assert c[i * columns + j] == want, (i, j, c[i * columns + j], want)
    print(f"{rows} x {inner} times {inner} x {columns}: right")

    if numpy is not None:
        generator = numpy.random.default_rng(1)
        x = generator.standard_normal((300, 200), dtype=numpy.float32)
        y = generator.standard_normal((200, 100), dtype=numpy.float32)
        z = numpy.array(matrix_product(ck, x, y, 300, 100, 200)).reshape(300, 100)
        difference = abs(z - x.astype(float) @ y.astype(float)).max()
        # Sums of 200 products of size 1 or so, rounded to 24 bits each.
        assert difference < 5e-4, difference
        print(f"against NumPy in double: largest difference {difference:.1e}")

    try:
        matrix_product(ck, array("f"), array("f"), 0, 0, 0)
    except ValueError as error:
        print(f"an empty product: {error}")
    else:
        raise AssertionError("an empty product was accepted")


if __name__ == "__main__":
    main()
