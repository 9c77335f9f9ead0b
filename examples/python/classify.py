"""What a model image says of pictures, by ctypes. As examples/c/classify.c, with all pictures in one call.

    CKERNELS_LIBRARY=/usr/local/lib/libckernels.so python3 classify.py digits.ckm digits.ckm.bytes

NumPy arrays are handed over where they lie, without a copy; without NumPy, the standard library's arrays.
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


class About(ctypes.Structure):
    """ck_model_about of ck_model.h."""

    _fields_ = [
        ("height", ctypes.c_int32),
        ("width", ctypes.c_int32),
        ("channels", ctypes.c_int32),
        ("type", ctypes.c_int),
        ("scale", ctypes.c_float * 4),
        ("shift", ctypes.c_float * 4),
        ("results", ctypes.c_int32),
        ("batch", ctypes.c_int32),
        ("classes", ctypes.c_int32),
        ("parameter_count", ctypes.c_size_t),
        ("temperature", ctypes.c_float),
        ("name", ctypes.c_char_p),
        ("licence", ctypes.c_char_p),
        ("origin", ctypes.c_char_p),
    ]


def load():
    """The library, with the types of the functions used here."""
    path = os.environ.get("CKERNELS_LIBRARY") or ctypes.util.find_library("ckernels")
    if not path:
        sys.exit("libckernels was not found: set CKERNELS_LIBRARY to its path")
    ck = ctypes.CDLL(path)
    ck.ck_error_message.restype = ctypes.c_char_p
    ck.ck_model_open.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_char_p, ctypes.c_uint32]
    ck.ck_model_close.argtypes = [ctypes.c_void_p]
    ck.ck_model_describe.argtypes = [ctypes.c_void_p]
    ck.ck_model_describe.restype = ctypes.POINTER(About)
    ck.ck_model_class.argtypes = [ctypes.c_void_p, ctypes.c_int32]
    ck.ck_model_class.restype = ctypes.c_char_p
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    ck.ck_model_run.argtypes = [pointer, pointer, ctypes.c_int32, pointer, pointer, size, ctypes.c_int32]
    return ck


class Model:
    """An open model image; close it, or use it in a `with`."""

    def __init__(self, path):
        self.ck = load()
        self.handle = ctypes.c_void_p()
        self._check(self.ck.ck_model_open(ctypes.byref(self.handle), os.fsencode(path), 0))
        self.about = self.ck.ck_model_describe(self.handle).contents

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ck.ck_model_close(self.handle)
        self.handle = None

    def _check(self, status):
        if status:
            raise ValueError(self.ck.ck_error_message().decode())

    def class_name(self, i):
        name = self.ck.ck_model_class(self.handle, i)
        return name.decode() if name else "?"

    def run(self, pictures):
        """Rows of results for pictures (a NumPy array [images, height, width, channels] of uint8, or bytes)."""
        about = self.about
        pixels = about.height * about.width * about.channels
        if numpy is not None:
            pictures = numpy.ascontiguousarray(pictures, dtype=numpy.uint8 if about.type == 0 else numpy.float32)
            images, start = pictures.size // pixels, pictures.ctypes.data
            results = numpy.empty((images, about.results), dtype=numpy.float32)
            to = results.ctypes.data
        else:
            pictures = array("B", pictures)
            images, start = len(pictures) // pixels, pictures.buffer_info()[0]
            results = array("f", bytes(4 * images * about.results))
            to = results.buffer_info()[0]
        self._check(self.ck.ck_model_run(self.handle, start, images, to, None, 0, 0))
        if numpy is not None:
            return results
        return [results[i * about.results : (i + 1) * about.results] for i in range(images)]


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: classify.py <model> <pictures>")
    with Model(sys.argv[1]) as model:
        with open(sys.argv[2], "rb") as file:
            data = file.read()
        for row in model.run(numpy.frombuffer(data, dtype=numpy.uint8) if numpy is not None else data):
            best = max(range(len(row)), key=lambda i: row[i])
            print(f"{model.class_name(best)} {row[best]:.4f}")


if __name__ == "__main__":
    main()
