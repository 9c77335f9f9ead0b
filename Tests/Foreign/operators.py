"""ONNX operators by the kernels: each function takes the kernels, the inputs (None where left out), the attributes
and the opset's version, and returns the outputs."""

import ctypes
import math

import numpy

from ckernels import aligned, make, stored_channels
from layout import (NotApplicable, as_pictures, channels_first, channels_last, need_floats, outputs_like, rows_of, store,
                    unstore, window)

f32 = numpy.float32

# --------------------------------------------------------------- convolution


def conv_structure(x, w, attributes):
    """The ck_conv of an [N, C, H, W] input."""
    groups = attributes.get("group", 1)
    strides, dilations, pads, out = window(x.shape[2:], w.shape[2:], attributes)
    return make("ck_conv", in_height=x.shape[2], in_width=x.shape[3], in_channels=x.shape[1],
                in_stored=stored_channels(x.shape[1]), out_height=out[0], out_width=out[1], out_channels=w.shape[0],
                out_stored=stored_channels(w.shape[0]), kernel_height=w.shape[2], kernel_width=w.shape[3],
                stride_height=strides[0], stride_width=strides[1], pad_top=pads[0], pad_left=pads[1],
                dilation_height=dilations[0], dilation_width=dilations[1], groups=groups)


def conv(k, inputs, attributes, opset):
    x, w, bias = inputs[0], inputs[1], inputs[2] if len(inputs) > 2 else None
    need_floats(x, w, bias)
    flat = x.ndim == 3
    x, attributes = as_pictures(x, attributes)
    if flat:
        w = w[:, :, None, :]
    s = conv_structure(x, w, attributes)
    weights = store(w.transpose(2, 3, 1, 0))
    if s.groups == 1:
        padded = numpy.zeros(weights.shape[:2] + (s.in_stored, s.out_stored), f32)
        padded[:, :, :s.in_channels] = weights
        weights = padded
    choice = make("ck_conv_choice")
    k.helper("ck_conv_choose", s, choice)
    prepared = aligned(choice.forward_prepared)
    k.conv_forward_prepare(prepared, numpy.ascontiguousarray(weights), s)
    y = outputs_like(x.shape[0], s.out_height, s.out_width, s.out_stored)
    k.conv_forward(y, None, store(channels_last(x)), prepared, None if bias is None else store(bias), x.shape[0], s,
                   aligned(choice.workspace))
    y = channels_first(unstore(y, s.out_channels))
    return [y[:, :, 0] if flat else y]


# ------------------------------------------------------------------- pooling


def pool_structure(x, attributes):
    kernel = attributes["kernel_shape"]
    if kernel[0] * kernel[1] > 255:
        raise NotApplicable("a window of more than 255 elements: the winner's place is one byte")
    strides, dilations, pads, out = window(x.shape[2:], kernel, attributes, may_round_up=True)
    return make("ck_pool", in_height=x.shape[2], in_width=x.shape[3], out_height=out[0], out_width=out[1], channels=x.shape[1],
                stored=stored_channels(x.shape[1]), kernel_height=kernel[0], kernel_width=kernel[1], stride_height=strides[0],
                stride_width=strides[1], pad_top=pads[0], pad_left=pads[1], dilation_height=dilations[0],
                dilation_width=dilations[1], pad_bottom=pads[2], pad_right=pads[3],
                count_padding=attributes.get("count_include_pad", 0))


def max_pool(k, inputs, attributes, opset, outputs=1):
    x = inputs[0]
    kind, flat = x.dtype, x.ndim == 3
    if kind not in (numpy.float32, numpy.uint8, numpy.int8):
        raise NotApplicable(f"{kind} numbers: kernels work on float32")
    x, attributes = as_pictures(x.astype(f32), attributes)
    s = pool_structure(x, attributes)
    n, c = x.shape[:2]
    y = outputs_like(n, s.out_height, s.out_width, s.stored)
    index = outputs_like(n, s.out_height, s.out_width, s.stored, dtype=numpy.uint8)
    k.max_pool_forward(y, index, store(channels_last(x)), n, s)
    y = channels_first(unstore(y, c)).astype(kind)
    results = [y[:, :, 0] if flat else y]
    if outputs > 1:
        # The place in the window becomes ONNX's place in the whole tensor.
        place = channels_first(index[..., :c]).astype(numpy.int64)
        row = numpy.arange(s.out_height)[:, None] * s.stride_height - s.pad_top + place // s.kernel_width * s.dilation_height
        column = numpy.arange(s.out_width) * s.stride_width - s.pad_left + place % s.kernel_width * s.dilation_width
        plane = numpy.arange(n * c).reshape(n, c, 1, 1) * s.in_height * s.in_width
        by_columns = attributes.get("storage_order", 0)
        results.append(plane + (column * s.in_height + row if by_columns else row * s.in_width + column))
    return results


def average_pool(k, inputs, attributes, opset):
    x = inputs[0]
    need_floats(x)
    flat = x.ndim == 3
    x, attributes = as_pictures(x, attributes)
    s = pool_structure(x, attributes)
    y = outputs_like(x.shape[0], s.out_height, s.out_width, s.stored)
    k.average_pool_forward(y, store(channels_last(x)), x.shape[0], s)
    y = channels_first(unstore(y, x.shape[1]))
    return [y[:, :, 0] if flat else y]


def global_average_pool(k, inputs, attributes, opset):
    x, _ = as_pictures(inputs[0], {})
    s = pool_structure(x, {"kernel_shape": [1, 1]})
    y = outputs_like(x.shape[0], s.stored)
    k.global_average_pool_forward(y, store(channels_last(x)), x.shape[0], s)
    return [unstore(y, x.shape[1])[:, :, None, None]]


def global_max_pool(k, inputs, attributes, opset):
    return max_pool(k, inputs, {"kernel_shape": inputs[0].shape[2:]}, opset)


# ------------------------------------------------------------------ products


def product(k, a, b, transpose_a=0, transpose_b=0):
    a, b = numpy.ascontiguousarray(a), numpy.ascontiguousarray(b)
    m, n = a.shape[1 if transpose_a else 0], b.shape[0 if transpose_b else 1]
    s = make("ck_matmul", m=m, n=n, k=a.shape[0 if transpose_a else 1], lda=a.shape[1], ldb=b.shape[1], ldc=n,
             transpose_a=transpose_a, transpose_b=transpose_b, accumulate=0)
    c = outputs_like(m, n)
    k.matmul(c, a, b, s, aligned(k.helper("ck_matmul_workspace", s)))
    return c


def dense(k, x, w, bias):
    """x [batch][in], w [in][out]."""
    s = make("ck_dense", **{"in": w.shape[0]}, in_stored=stored_channels(w.shape[0]), out=w.shape[1],
             out_stored=stored_channels(w.shape[1]))
    choice = make("ck_dense_choice")
    k.helper("ck_dense_choose", s, x.shape[0], choice)
    weights = numpy.zeros((s.in_stored, s.out_stored), f32)
    weights[:w.shape[0], :w.shape[1]] = w
    prepared = aligned(choice.forward_prepared)
    k.dense_forward_prepare(prepared, weights, s)
    y = outputs_like(x.shape[0], s.out_stored)
    k.dense_forward(y, store(x), prepared, None if bias is None else store(bias), x.shape[0], s)
    return unstore(y, w.shape[1])


def gemm(k, inputs, attributes, opset):
    a, b, c = inputs[0], inputs[1], inputs[2] if len(inputs) > 2 else None
    need_floats(a, b, c)
    alpha, beta = attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
    transpose_a, transpose_b = attributes.get("transA", 0), attributes.get("transB", 0)
    y = product(k, a, b, transpose_a, transpose_b)
    if alpha != 1:
        k.scale(y, y, alpha, y.size)
    if c is not None:
        k.add_scaled(y, numpy.ascontiguousarray(numpy.broadcast_to(c, y.shape)), beta, y.size)
    if not transpose_a and alpha == beta == 1 and (c is None or c.shape == (y.shape[1],)):
        again = dense(k, a, b.T if transpose_b else b, c)  # the same as a dense layer
        numpy.testing.assert_allclose(again, y, rtol=1e-5, atol=1e-6, err_msg="dense layer against product")
    return [y]


def matmul(k, inputs, attributes, opset):
    a, b = inputs
    need_floats(a, b)
    wide_a, wide_b = a if a.ndim > 1 else a[None, :], b if b.ndim > 1 else b[:, None]
    batch = numpy.broadcast_shapes(wide_a.shape[:-2], wide_b.shape[:-2])
    left = numpy.broadcast_to(wide_a, batch + wide_a.shape[-2:]).reshape((-1,) + wide_a.shape[-2:])
    right = numpy.broadcast_to(wide_b, batch + wide_b.shape[-2:]).reshape((-1,) + wide_b.shape[-2:])
    y = numpy.stack([product(k, p, q) for p, q in zip(left, right)]).reshape(batch + (wide_a.shape[-2], wide_b.shape[-1]))
    if a.ndim == 1:
        y = y[..., 0, :]
    if b.ndim == 1:
        y = y[..., 0]
    return [y]


# ------------------------------------------------------------- normalisation


def batch_norm(k, inputs, attributes, opset):
    x, gamma, beta, mean, variance = inputs
    need_floats(*inputs)
    channels, epsilon = x.shape[1], attributes.get("epsilon", 1e-5)
    rows = store(channels_last(x)) if x.ndim > 1 else x
    s = rows_of(rows, channels)
    gamma, beta, mean, variance = (store(a) for a in (gamma, beta, mean, variance))
    results = []
    if attributes.get("training_mode", 0):
        moments, deviation = numpy.zeros(s.stored), numpy.zeros(s.stored)
        k.batch_norm_moments(moments, deviation, rows, s)
        old_mean, old_variance = mean, variance
        mean, variance = numpy.zeros(s.stored, f32), numpy.zeros(s.stored, f32)
        k.helper("ck_batch_norm_statistics", mean, variance, None, None, moments, deviation, ctypes.c_int64(s.rows), ctypes.c_float(0), channels, s.stored)
        # ONNX moves its running variance towards the one divided by n, PyTorch (and the library) towards n - 1.
        decay = attributes.get("momentum", 0.9)
        k.average_update(old_mean, mean, decay, s.stored)
        k.average_update(old_variance, variance, decay, s.stored)
        results = [unstore(old_mean, channels), unstore(old_variance, channels)]
    scale, shift = outputs_like(s.stored), outputs_like(s.stored)
    k.helper("ck_batch_norm_affine", scale, shift, mean, variance, gamma, beta, ctypes.c_float(epsilon), channels, s.stored)
    y = outputs_like(*rows.shape)
    k.batch_norm_apply(y, rows, scale, shift, 0, s)
    return [channels_first(unstore(y, channels))] + results


def instance_norm(k, inputs, attributes, opset):
    """Batch normalisation of one image at a time."""
    x, gamma, beta = inputs
    zero = numpy.zeros_like(gamma)
    return [numpy.concatenate([batch_norm(k, [one[None], gamma, beta, zero.copy(), zero.copy()],
                                          {"training_mode": 1, "epsilon": attributes.get("epsilon", 1e-5)}, opset)[0] for one in x])]


def layer_norm(k, inputs, attributes, opset):
    x, gamma, beta = inputs[0], inputs[1], inputs[2] if len(inputs) > 2 else None
    need_floats(x, gamma, beta)
    axis = attributes.get("axis", -1) % x.ndim
    channels = math.prod(x.shape[axis:])
    rows = store(x.reshape(-1, channels))
    s = rows_of(rows, channels)
    y, mean, inverse = outputs_like(*rows.shape), outputs_like(s.rows), outputs_like(s.rows)
    beta = numpy.zeros_like(gamma) if beta is None else beta
    k.layer_norm_forward(y, mean, inverse, rows, store(gamma.reshape(-1)), store(beta.reshape(-1)), attributes.get("epsilon", 1e-5), s)
    kept = x.shape[:axis] + (1,) * (x.ndim - axis)
    return [unstore(y, channels).reshape(x.shape), mean.reshape(kept), inverse.reshape(kept)]


# --------------------------------------------------------------- elementwise


def activation(name, *options):
    def run(k, inputs, attributes, opset):
        x = inputs[0]
        need_floats(x)
        rows = store(x.reshape(-1, x.shape[-1]) if x.ndim else x.reshape(1, 1))
        s = rows_of(rows, rows_channels(x))
        y = outputs_like(*rows.shape)
        getattr(k, name)(y, rows, *[attributes.get(option, default) for option, default in options], s)
        return [unstore(y, s.channels).reshape(x.shape)]

    return run


def rows_channels(x):
    return x.shape[-1] if x.ndim else 1


def gelu(k, inputs, attributes, opset):
    if attributes.get("approximate", b"none") != b"none":
        raise NotApplicable("GELU by tanh: the kernel is the exact one, by erf")
    return activation("gelu_forward")(k, inputs, attributes, opset)


def swish(k, inputs, attributes, opset):
    """x * sigmoid(alpha x) = silu(alpha x) / alpha"""
    alpha = attributes.get("alpha", 1.0)
    x = inputs[0] * f32(1)
    k.scale(x, x, alpha, x.size)
    y = activation("silu_forward")(k, [x], {}, opset)[0]
    k.scale(y, y, 1 / alpha, y.size)
    return [y]


def add(k, inputs, attributes, opset):
    a, b = inputs
    need_floats(a, b)
    if b.ndim == 1 and a.ndim > 1 and a.shape[-1] == b.shape[0]:
        rows = store(a)
        y = outputs_like(*rows.shape)
        k.bias_forward(y, rows, store(b), rows_of(rows, a.shape[-1]))
        return [unstore(y, a.shape[-1])]
    if a.shape != b.shape:
        raise NotApplicable("this form of broadcasting")
    y = outputs_like(*a.shape)
    k.add(y, numpy.ascontiguousarray(a), numpy.ascontiguousarray(b), y.size)
    return [y]


def concat(k, inputs, attributes, opset):
    need_floats(*inputs)
    axis = attributes["axis"] % inputs[0].ndim
    parts = [x.reshape(math.prod(x.shape[:axis]), -1) for x in inputs]
    total, offset = sum(p.shape[1] for p in parts), 0
    y = outputs_like(parts[0].shape[0], stored_channels(total))
    for p in parts:
        rows = store(p)
        s = make("ck_concatenate", rows=rows.shape[0], channels=p.shape[1], stored=rows.shape[1], offset=offset, total=total,
                 total_stored=y.shape[1])
        k.concatenate_forward(y, rows, s)
        back = outputs_like(*rows.shape)
        k.concatenate_backward(back, y, s)
        numpy.testing.assert_array_equal(unstore(back, p.shape[1]), p, err_msg="taken apart again")
        offset += p.shape[1]
    shape = list(inputs[0].shape)
    shape[axis] = sum(x.shape[axis] for x in inputs)
    return [unstore(y, total).reshape(shape)]


def dropout(k, inputs, attributes, opset, outputs=1):
    x = inputs[0]
    rate = float(inputs[1]) if len(inputs) > 1 and inputs[1] is not None else attributes.get("ratio", 0.5)
    training = bool(inputs[2]) if len(inputs) > 2 and inputs[2] is not None else False
    if not training:
        raise NotApplicable("dropout at inference is the identity: no kernel runs")
    if rate != 0:
        raise NotApplicable("the expected mask comes from NumPy's generator, ours from Philox")
    need_floats(x)
    rows = store(x)
    y = outputs_like(*rows.shape)
    key = make("ck_random", seed=1, step=1, stream=2 << 24, item=0)
    k.dropout(y, rows, rate, rows_of(rows, x.shape[-1]), key)
    return [unstore(y, x.shape[-1]), numpy.ones(x.shape, bool)][:outputs]


# -------------------------------------------------------- softmax and losses


def softmax_by(name):
    def run(k, inputs, attributes, opset):
        x = inputs[0]
        need_floats(x)
        if opset < 13:  # everything from the axis on is one row
            axis = attributes.get("axis", 1) % x.ndim
            moved = x.reshape(math.prod(x.shape[:axis]), -1)
        else:
            axis = attributes.get("axis", -1) % x.ndim
            moved = numpy.ascontiguousarray(numpy.moveaxis(x, axis, -1))
        rows = store(moved)
        y = outputs_like(*rows.shape)
        getattr(k, name)(y, rows, rows_of(rows, moved.shape[-1]))
        y = unstore(y, moved.shape[-1])
        return [y.reshape(x.shape) if opset < 13 else numpy.ascontiguousarray(numpy.moveaxis(y, -1, axis))]

    return run


def cross_entropy_of_rows(k, x, labels, weights, ignore, first, count):
    """The kernel's sum and weight for some rows."""
    s = make("ck_cross_entropy", rows=make("ck_rows", rows=count, channels=x.shape[-1], stored=stored_channels(x.shape[-1])),
             smoothing=0, gradient_scale=1, ignore_index=ignore)
    loss = make("ck_loss", sum=0, weight=0)
    k.cross_entropy(loss, None, store(x[first:first + count]), numpy.ascontiguousarray(labels[first:first + count]), None,
                    None if weights is None else store(weights), s)
    return loss.sum, loss.weight


def loss_of_logits(k, x, labels, weights, attributes, correction=None):
    """x [rows][classes]. `correction` is added per row, times the label's weight."""
    ignore = attributes.get("ignore_index", -(2**31) + 1)
    labels = labels.reshape(-1)
    if numpy.any((labels != ignore) & ((labels < 0) | (labels >= x.shape[-1]))):
        raise NotApplicable("labels outside the classes")
    labels = labels.astype(numpy.int32)
    reduction = attributes.get("reduction", b"mean").decode()
    used = numpy.where(labels == ignore, 0, 1 if weights is None else weights[numpy.where(labels == ignore, 0, labels)])
    more = numpy.zeros(len(labels)) if correction is None else used * correction
    if reduction == "none":
        return numpy.array([cross_entropy_of_rows(k, x, labels, weights, ignore, r, 1)[0] for r in range(len(labels))] + more, f32)
    total, weight = cross_entropy_of_rows(k, x, labels, weights, ignore, 0, len(labels))
    numpy.testing.assert_allclose(weight, used.sum(), rtol=1e-6, err_msg="the loss's weight")
    total += more.sum()
    return numpy.array(total / weight if reduction == "mean" else total, f32)


def soft_cross_entropy_loss(k, inputs, attributes, opset, outputs=1):
    x, labels, weights = inputs[0], inputs[1], inputs[2] if len(inputs) > 2 else None
    need_floats(x, weights)
    moved = channels_last(x)
    rows = moved.reshape(-1, x.shape[1])
    loss = loss_of_logits(k, rows, labels, weights, attributes)
    results = [loss.reshape(labels.shape) if loss.ndim else loss]
    if outputs > 1:
        y = outputs_like(len(rows), stored_channels(x.shape[1]))
        k.log_softmax_forward(y, store(rows), rows_of(y, x.shape[1]))
        results.append(channels_first(unstore(y, x.shape[1]).reshape(moved.shape)))
    return results


def negative_log_likelihood(k, inputs, attributes, opset):
    """The kernel takes logits: cross-entropy(x) = nll(x) + log of the row's sum of exp(x), and that logarithm is
    x - log_softmax(x) in any class. So the expected numbers check both kernels together."""
    x, labels, weights = inputs[0], inputs[1], inputs[2] if len(inputs) > 2 else None
    need_floats(x, weights)
    rows = channels_last(x).reshape(-1, x.shape[1])
    y = outputs_like(len(rows), stored_channels(x.shape[1]))
    k.log_softmax_forward(y, store(rows), rows_of(y, x.shape[1]))
    loss = loss_of_logits(k, rows, labels, weights, attributes, correction=(y[:, 0] - rows[:, 0]).astype(float))
    return [loss.reshape(labels.shape) if loss.ndim else loss]


# ---------------------------------------------------------------- optimisers


def update(rate, attributes, **fields):
    return make("ck_update", rate=rate, weight_decay=attributes.get("norm_coefficient", 0.0), correction1=1, correction2=1,
                gradient_scale=1, **fields)


def grouped(inputs, states):
    """The inputs after rate and step: all parameters, all gradients, then each kind of state."""
    arrays = [numpy.array(a, f32) for a in inputs[2:]]
    count = len(arrays) // (2 + states)
    return [[arrays[kind * count + i] for kind in range(2 + states)] for i in range(count)]


def by_kind(groups, states):
    return [g[kind] for kind in [0] + list(range(2, 2 + states)) for g in groups]


def adam(k, inputs, attributes, opset):
    if attributes.get("norm_coefficient_post", 0.0):
        raise NotApplicable("weight decay behind the step: AdamW's comes before it")
    rate, step, beta1, beta2 = float(inputs[0]), int(inputs[1]), attributes.get("alpha", 0.9), attributes.get("beta", 0.999)
    if step > 0:
        rate *= math.sqrt(1 - beta2**step) / (1 - beta1**step)
    groups = grouped(inputs, 2)
    u = update(rate, attributes, beta1=beta1, beta2=beta2, epsilon=attributes.get("epsilon", 0.0))
    for w, g, m, v in groups:
        k.adam_update(w, m, v, g, w.size, u)
    return by_kind(groups, 2)


def adagrad(k, inputs, attributes, opset):
    rate = float(inputs[0]) / (1 + int(inputs[1]) * attributes.get("decay_factor", 0.0))
    groups = grouped(inputs, 1)
    u = update(rate, attributes, epsilon=attributes.get("epsilon", 0.0))
    for w, g, v in groups:
        k.adagrad_update(w, v, g, w.size, u)
    return by_kind(groups, 1)


def momentum(k, inputs, attributes, opset):
    dampening = 1 - attributes["beta"] if int(inputs[1]) > 0 else 0
    groups = grouped(inputs, 1)
    u = update(float(inputs[0]), attributes, momentum=attributes["alpha"], dampening=dampening,
               nesterov=int(attributes["mode"] == b"nesterov"))
    for w, g, v in groups:
        k.sgd_update(w, v, g, w.size, u)
    return by_kind(groups, 1)


# ------------------------------------------------------------------- integer


def quantise_linear(k, inputs, attributes, opset):
    """The kernel has no zero point: it rounds, the harness adds the zero point and keeps the range."""
    x, scale, zero = inputs[0], inputs[1], inputs[2] if len(inputs) > 2 else numpy.array(0, numpy.uint8)
    need_floats(x, scale)
    if zero.dtype not in (numpy.uint8, numpy.int8, numpy.uint16, numpy.int16):
        raise NotApplicable(f"numbers of type {zero.dtype}: kernels quantise to 8 and 16 bits")
    if attributes.get("block_size", 0):
        raise NotApplicable("one scale per block")
    axis = attributes.get("axis", 1)
    parts = [(slice(None), scale.reshape(-1)[0])] if scale.size == 1 else \
        [((slice(None),) * axis + (i,), value) for i, value in enumerate(scale)]
    y, limits = numpy.empty(x.shape, numpy.int64), numpy.iinfo(zero.dtype)
    for part, value in parts:
        piece = numpy.ascontiguousarray(x[part])
        q = outputs_like(*piece.shape, dtype=numpy.int16)
        if numpy.abs(piece / value).max() >= 32767:
            raise NotApplicable("quotients beyond 16 bits, which a zero point brings back: integers here have none")
        k.quantise_s16(q, piece, float(value), 32767, q.size)
        y[part] = q
    shape = [-1 if zero.size > 1 and i == axis else 1 for i in range(x.ndim)]
    return [numpy.clip(y + zero.astype(numpy.int64).reshape(shape if zero.size > 1 else -1), limits.min, limits.max)
            .reshape(x.shape).astype(zero.dtype)]


def dequantise_linear(k, inputs, attributes, opset):
    """(x - zero) * scale is what gathering bytes does: x * scale + shift, per channel."""
    x, scale, zero = inputs[0], inputs[1], inputs[2] if len(inputs) > 2 else None
    zero = numpy.zeros_like(x, shape=scale.shape) if zero is None else zero
    if x.dtype != numpy.uint8:
        raise NotApplicable(f"numbers of type {x.dtype}: only bytes are read, as input")
    if scale.size > 4 or attributes.get("block_size", 0):
        raise NotApplicable("one scale per block")
    axis = attributes.get("axis", 1)
    moved = numpy.ascontiguousarray(numpy.moveaxis(x, axis, -1)) if scale.size > 1 else x.reshape(-1, 1)
    s = make("ck_gather", values=moved.size, channels=max(1, scale.size))
    for i in range(scale.size):
        s.scale[i] = scale.reshape(-1)[i]
        s.shift[i] = -float(scale.reshape(-1)[i]) * float(zero.reshape(-1)[i])
    y = outputs_like(*moved.shape)
    k.gather_bytes(y, moved, None, 1, s)
    return [numpy.moveaxis(y, -1, axis) if scale.size > 1 else y.reshape(x.shape)]


def centred(values, zero, smallest, largest, kind, what):
    """values - zero, if that fits."""
    y = values.astype(numpy.int64) - (0 if zero is None else zero.astype(numpy.int64))
    if y.min() < smallest or y.max() > largest:
        raise NotApplicable(f"{what} less their zero point do not fit {kind}: ours are symmetric, without a zero point")
    return y


def integer_product(k, a, b):
    """a [m][k] of 16 bits, b [k][n] of 8 bits; the sums, exactly."""
    a, s_in = store(a.astype(numpy.int16)), stored_channels(a.shape[1])
    s = make("ck_dense", **{"in": b.shape[0]}, in_stored=s_in, out=b.shape[1], out_stored=stored_channels(b.shape[1]))
    q = numpy.zeros((s.out_stored, s_in), numpy.int8)
    q[:b.shape[1], :b.shape[0]] = b.T
    y = outputs_like(a.shape[0], s.out_stored)
    k.dense_forward_s16(y, a, 1.0, q, numpy.ones(s.out_stored, f32), None, a.shape[0], s)
    return unstore(y, b.shape[1])


def matmul_integer(k, inputs, attributes, opset):
    a, b = inputs[:2]
    zero_a, zero_b = (list(inputs[2:]) + [None, None])[:2]
    if a.ndim != 2 or b.ndim != 2:
        raise NotApplicable("integer products of more than two dimensions")
    return [integer_product(k, centred(a, zero_a, -32767, 32767, "16 bits", "activations"),
                            centred(b, zero_b, -127, 127, "8 bits", "weights")).astype(numpy.int32)]


def qlinear_matmul(k, inputs, attributes, opset):
    a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero = inputs
    need_floats(a_scale)
    if a.ndim != 2:
        raise NotApplicable("integer products of more than two dimensions")
    sums = integer_product(k, centred(a, a_zero, -32767, 32767, "16 bits", "activations"),
                           centred(b, b_zero, -127, 127, "8 bits", "weights"))
    real_y = numpy.ascontiguousarray(sums * (a_scale * b_scale).astype(f32))
    return quantise_linear(k, [real_y, y_scale, y_zero], {}, opset)


def conv_integer(k, inputs, attributes, opset):
    x, w = inputs[:2]
    zero_x, zero_w = (list(inputs[2:]) + [None, None])[:2]
    x = centred(x, zero_x, -32767, 32767, "16 bits", "activations")
    zero_w = zero_w.reshape(-1, 1, 1, 1) if zero_w is not None else None  # one, or one per output channel
    w = centred(w, zero_w, -127, 127, "8 bits", "weights")
    s = conv_structure(x, w, attributes)
    q = numpy.zeros((s.out_stored, s.kernel_height, s.kernel_width, s.in_stored), numpy.int8)
    q[:w.shape[0], :, :, :w.shape[1]] = w.transpose(0, 2, 3, 1)
    y = outputs_like(x.shape[0], s.out_height, s.out_width, s.out_stored)
    k.conv_forward_s16(y, store(channels_last(x).astype(numpy.int16)), 1.0, q, numpy.ones(s.out_stored, f32), None, x.shape[0], s)
    return [channels_first(unstore(y, s.out_channels)).astype(numpy.int32)]


def qlinear_conv(k, inputs, attributes, opset):
    x, x_scale, x_zero, w, w_scale, w_zero, y_scale, y_zero = inputs[:8]
    sums = conv_integer(k, [x, w, x_zero, w_zero], attributes, opset)[0]
    scale = (x_scale * w_scale).astype(f32)
    return quantise_linear(k, [numpy.ascontiguousarray(sums * scale.reshape(-1, 1, 1)).astype(f32), y_scale, y_zero], {}, opset)


# --------------------------------------------------------------------- table


def none(reason):
    def run(*_, **__):
        raise NotApplicable(reason)

    return run


LAYOUT = none("moves or renames elements only: layout is decided before kernels run")
NO_ACTIVATION = none("an activation that DigitKit has no kernel for")

# operator: (group, function)
OPERATORS = {
    "Conv": ("convolution", conv), "ConvInteger": ("integer", conv_integer),
    "ConvTranspose": ("convolution", none("transposed convolution: digit networks have none")),
    "MaxPool": ("max pool", max_pool), "AveragePool": ("average pool", average_pool),
    "GlobalAveragePool": ("global pools", global_average_pool), "GlobalMaxPool": ("global pools", global_max_pool),
    "Gemm": ("products", gemm), "MatMul": ("products", matmul),
    "BatchNormalization": ("normalisation", batch_norm), "InstanceNormalization": ("normalisation", instance_norm),
    "LayerNormalization": ("normalisation", layer_norm), "LRN": ("normalisation", none("local response normalisation: no kernel")),
    "Dropout": ("dropout", dropout),
    "Flatten": ("shape", LAYOUT), "Reshape": ("shape", LAYOUT),
    "Pad": ("shape", none("padding is part of convolution and pooling, not a kernel")),
    "Concat": ("add, concat", concat), "Add": ("add, concat", add),
    "Clip": ("activations", none("clipping is part of the optimisers, not a kernel")),
    "Relu": ("activations", activation("relu_forward")), "Sigmoid": ("activations", activation("sigmoid_forward")),
    "Tanh": ("activations", activation("tanh_forward")),
    "LeakyRelu": ("activations", activation("leaky_relu_forward", ("alpha", 0.01))), "Gelu": ("activations", gelu),
    "Swish": ("activations", swish),
    **{name: ("activations", NO_ACTIVATION) for name in
       ("Elu", "Selu", "PRelu", "Celu", "Mish", "HardSwish", "HardSigmoid", "Softplus", "Softsign", "ThresholdedRelu")},
    "Softmax": ("softmax", softmax_by("softmax_forward")), "LogSoftmax": ("softmax", softmax_by("log_softmax_forward")),
    "SoftmaxCrossEntropyLoss": ("losses", soft_cross_entropy_loss), "NegativeLogLikelihoodLoss": ("losses", negative_log_likelihood),
    "Adam": ("optimisers", adam), "Adagrad": ("optimisers", adagrad), "Momentum": ("optimisers", momentum),
    "QuantizeLinear": ("integer", quantise_linear), "DequantizeLinear": ("integer", dequantise_linear),
    "QLinearConv": ("integer", qlinear_conv), "QLinearMatMul": ("integer", qlinear_matmul), "MatMulInteger": ("integer", matmul_integer),
}

SEVERAL_OUTPUTS = {max_pool, dropout, soft_cross_entropy_loss}

# Operators that only rearrange, between the kernels of the few cases with more than one node.
REARRANGE = {
    "Transpose": lambda inputs, a: inputs[0].transpose(a["perm"]),
    "Unsqueeze": lambda inputs, a: numpy.expand_dims(inputs[0], tuple(a["axes"])),
    "Squeeze": lambda inputs, a: numpy.squeeze(inputs[0], tuple(a["axes"])),
    "Neg": lambda inputs, a: -inputs[0],
    "Constant": lambda inputs, a: a["value"],
}
