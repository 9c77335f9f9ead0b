"""The kernel table of libckernels by ctypes. Structures and signatures are read from the headers themselves,
so that nothing has to be kept equal by hand."""

import ctypes
import os
import re
from pathlib import Path

import numpy

INCLUDE = Path(__file__).resolve().parents[2] / "Sources" / "ckernels" / "include"
SCALARS = {
    "int32_t": ctypes.c_int32, "int64_t": ctypes.c_int64, "uint32_t": ctypes.c_uint32, "uint64_t": ctypes.c_uint64,
    "float": ctypes.c_float, "double": ctypes.c_double, "size_t": ctypes.c_size_t, "int": ctypes.c_int,
    "ck_conv_algorithm": ctypes.c_int,
}


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def read_structures(text):
    """Every `typedef struct name { ... } name;` as a ctypes.Structure."""
    found = dict(SCALARS)
    for name, body in re.findall(r"typedef struct (\w+) \{(.*?)\} \1;", text, flags=re.S):
        fields = []
        for declaration in body.split(";"):
            words = declaration.split(None, 1)
            if not words:
                continue
            for field in words[1].split(","):
                field, _, length = field.strip().partition("[")
                kind = found[words[0]]
                fields.append((field, kind * int(length[:-1]) if length else kind))
        found[name] = type(name, (ctypes.Structure,), {"_fields_": fields})
    return found


TYPES = read_structures(without_comments((INCLUDE / "ck_kernels.h").read_text()))


def read_kernels():
    """(name, types of the parameters) of every entry of kernels.def, in its order."""
    text = without_comments((INCLUDE / "kernels.def").read_text())
    kernels = []
    for name, parameters in re.findall(r"CK_KERNEL\(\w+, (\w+), \((.*?)\)\)", text, flags=re.S):
        types = []
        for parameter in parameters.split(","):
            kind = parameter.replace("const ", "").strip().rsplit(None, 1)[0]
            types.append(ctypes.c_void_p if "*" in parameter else TYPES[kind])
        kernels.append((name, types))
    return kernels


class Library:
    """libckernels: what stands beside the table."""

    def __init__(self, path):
        self.c = ctypes.CDLL(path)
        self.c.ck_version.restype = ctypes.c_char_p
        self.c.ck_error_message.restype = ctypes.c_char_p
        self.c.ck_isa_name.restype = ctypes.c_char_p
        self.c.ck_kernels_get.restype = ctypes.c_void_p
        self.c.ck_matmul_workspace.restype = ctypes.c_size_t
        self.version = self.c.ck_version().decode()

    def instruction_sets(self):
        """The names of this build's sets, and whether this processor runs each."""
        names, i = [], 0
        while self.c.ck_isa_name(i) is not None:
            name = self.c.ck_isa_name(i)
            names.append((name.decode(), self.c.ck_isa_available(name) == 1))
            i += 1
        return names


class Kernels:
    """The kernels of one instruction set as methods. Arguments are NumPy arrays, structures, numbers or None."""

    def __init__(self, library, isa):
        table = library.c.ck_kernels_get(isa.encode())
        if not table:
            raise RuntimeError(library.c.ck_error_message().decode())
        entries = read_kernels()
        kind = type("ck_kernels", (ctypes.Structure,), {"_fields_": [("size", ctypes.c_size_t), ("isa", ctypes.c_char_p)]
                                                        + [(name, ctypes.c_void_p) for name, _ in entries]})
        content = kind.from_address(table)
        if content.size != ctypes.sizeof(kind) or content.isa != isa.encode():
            raise RuntimeError(f"the table of {isa} has {content.size} bytes, kernels.def describes {ctypes.sizeof(kind)}")
        self.isa, self.library, self.used = isa, library, set()
        self.functions = {name: ctypes.CFUNCTYPE(None, *types)(getattr(content, name)) for name, types in entries}

    def __getattr__(self, name):
        if name not in self.functions:
            raise AttributeError(name)

        def call(*arguments):
            self.used.add(name)
            self.functions[name](*map(argument, arguments))

        return call

    def helper(self, name, *arguments):
        """A function of the library that is not in the table."""
        return getattr(self.library.c, name)(*[a if isinstance(a, ctypes._SimpleCData) else argument(a) for a in arguments])


def argument(value):
    if isinstance(value, numpy.ndarray):
        if not value.flags.c_contiguous:
            raise ValueError("an array with gaps cannot be passed to a kernel")
        return ctypes.c_void_p(value.ctypes.data)
    if isinstance(value, ctypes.Structure):
        return ctypes.byref(value)
    return value


def aligned(size):
    """Memory that begins at a multiple of 64, for `prepared`, `sums` and `workspace`."""
    memory = numpy.empty(size + 64, numpy.uint8)
    start = -memory.ctypes.data % 64
    return memory[start:start + size]


def make(name, **fields):
    return TYPES[name](**fields)


def stored_channels(channels):
    return 8 if channels <= 8 else (channels + 15) // 16 * 16


def default_library():
    return os.environ.get("CK_LIBRARY") or "libckernels.so"
