"""Between ONNX's arrays and the kernels' stored rows: channels last, padded with zeros."""

import numpy

from ckernels import make, stored_channels


class NotApplicable(Exception):
    """A case that DigitKit has no kernel for; the text says why."""


class PaddingNotZero(Exception):
    """A kernel wrote something else than zero into padded channels."""


def need_floats(*arrays):
    for a in arrays:
        if a is not None and a.dtype != numpy.float32:
            raise NotApplicable(f"{a.dtype} numbers: kernels work on float32")


def store(rows, stored=None):
    """[..., channels] to padded rows."""
    channels = rows.shape[-1]
    y = numpy.zeros(rows.shape[:-1] + (stored or stored_channels(channels),), rows.dtype)
    y[..., :channels] = rows
    return y


def outputs_like(*shape, dtype=numpy.float32):
    """Room for an output: filled with what no kernel may leave there."""
    y = numpy.empty(shape, dtype)
    y.fill(numpy.nan if dtype == numpy.float32 else 0x55)
    return y


def unstore(y, channels):
    if numpy.any(y[..., channels:] != 0):
        raise PaddingNotZero()
    return numpy.ascontiguousarray(y[..., :channels])


def rows_of(stored, channels):
    return make("ck_rows", rows=stored.size // stored.shape[-1], channels=channels, stored=stored.shape[-1])


def channels_last(x):
    """[N, C, ...] to [N, ..., C]."""
    return numpy.ascontiguousarray(numpy.moveaxis(x, 1, -1))


def channels_first(x):
    return numpy.ascontiguousarray(numpy.moveaxis(x, -1, 1))


def as_pictures(x, attributes):
    """A picture with one side becomes one of height 1, and so do the attributes of its windows."""
    sides = x.ndim - 2
    if sides == 2:
        return x, attributes
    if sides != 1:
        raise NotApplicable(f"pictures with {sides} sides: kernels have height and width")
    wide = dict(attributes)
    for name, before in (("kernel_shape", 1), ("strides", 1), ("dilations", 1)):
        if name in wide:
            wide[name] = [before] + list(wide[name])
    if "pads" in wide:
        wide["pads"] = [0, wide["pads"][0], 0, wide["pads"][1]]
    return x[:, :, None, :], wide


def window(size, kernel, attributes, may_round_up=False):
    """Steps, padding and output size of a sliding window, as ONNX defines them."""
    strides, dilations = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
    pads = list(attributes.get("pads", [0, 0, 0, 0]))
    auto = attributes.get("auto_pad", b"NOTSET").decode()
    out = [0, 0]
    for i in range(2):
        reach = dilations[i] * (kernel[i] - 1) + 1
        if auto in ("SAME_UPPER", "SAME_LOWER"):
            out[i] = -(-size[i] // strides[i])
            total = max(0, (out[i] - 1) * strides[i] + reach - size[i])
            smaller, larger = total // 2, total - total // 2
            pads[i], pads[i + 2] = (smaller, larger) if auto == "SAME_UPPER" else (larger, smaller)
            continue
        if auto == "VALID":
            pads[i] = pads[i + 2] = 0
        free = size[i] + pads[i] + pads[i + 2] - reach
        out[i] = free // strides[i] + 1
        if may_round_up and attributes.get("ceil_mode", 0) and free % strides[i]:
            # A last window that would begin in the padding behind the picture is left out.
            if out[i] * strides[i] < size[i] + pads[i]:
                out[i] += 1
    return strides, dilations, pads, out
