"""JAX's worker. Its mode is jit: a step from the gather to the update as one compiled function, called step by step;
as a `lax.scan` over steps it is many times slower on processors."""
import os
import sys

# Nothing but the cores that it may run on limits JAX's threads, and it looks at them once.
if hasattr(os, "sched_setaffinity"):
    allowed = int(sys.argv[sys.argv.index("--threads") + 1])
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:allowed])

import jax
import numpy
from jax import numpy as jnp

import digits
import serve
from networks import (NETWORKS, BatchNorm, Conv, Dense, Dropout, Flatten, GlobalAverage, MaxPool, ReLU, Residual,
                      shapes)

LAYOUT = ("NHWC", "HWIO", "NHWC")


def first_values(layers, shape, random):
    """(weights, running statistics) by the names of layers."""
    weights, statistics = {}, {}
    for layer, before, _ in shapes(layers, shape):
        match layer:
            case Conv():
                fan_in = before[0] * layer.kernel ** 2
                kernel = random.normal(0, (2 / fan_in) ** 0.5, (layer.kernel, layer.kernel, before[0], layer.channels))
                weights[layer.name] = [kernel.astype(numpy.float32)]
                if layer.bias:
                    weights[layer.name].append(numpy.zeros(layer.channels, numpy.float32))
            case Dense():
                matrix = random.normal(0, (2 / before[0]) ** 0.5, (before[0], layer.units))
                weights[layer.name] = [matrix.astype(numpy.float32), numpy.zeros(layer.units, numpy.float32)]
            case BatchNorm():
                ones, zeros = numpy.ones(before[0], numpy.float32), numpy.zeros(before[0], numpy.float32)
                weights[layer.name] = [ones, zeros]
                statistics[layer.name] = [zeros, ones]
            case Residual():
                for part in (layer.main, layer.shortcut):
                    inner = first_values(part, before, random)
                    weights |= inner[0]
                    statistics |= inner[1]
    return weights, statistics


def apply(layers, weights, statistics, x, key):
    """What the layers make of `x` in training, and the running statistics behind it."""
    for place, layer in enumerate(layers):
        match layer:
            case Conv():
                edges = [(layer.padding, layer.padding)] * 2
                strides = (layer.stride, layer.stride)
                kernel, *bias = weights[layer.name]
                x = jax.lax.conv_general_dilated(x, kernel, strides, edges, dimension_numbers=LAYOUT)
                x = x + bias[0] if bias else x
            case BatchNorm():
                x, running = normalised(x, weights[layer.name], statistics[layer.name])
                statistics = statistics | {layer.name: running}
            case Dense():
                matrix, bias = weights[layer.name]
                x = x @ matrix + bias
            case Dropout():
                kept = jax.random.bernoulli(jax.random.fold_in(key, place), 1 - layer.rate, x.shape)
                x = jnp.where(kept, x / (1 - layer.rate), 0)
            case ReLU():
                x = jnp.maximum(x, 0)
            case MaxPool():
                x = jax.lax.reduce_window(x, -numpy.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
            case GlobalAverage():
                x = x.mean((1, 2))
            case Flatten():
                x = x.reshape(len(x), -1)
            case Residual():
                beside, statistics = apply(layer.shortcut, weights, statistics, x, key)
                x, statistics = apply(layer.main, weights, statistics, x, key)
                x = x + beside
    return x, statistics


def normalised(x, scale_and_shift, running):
    scale, shift = scale_and_shift
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    count = x.size / x.shape[-1]
    unbiased = variance * count / (count - 1)
    running = [0.9 * old + 0.1 * new for old, new in zip(running, (mean, unbiased))]
    return (x - mean) * jax.lax.rsqrt(variance + 1e-5) * scale + shift, running


def updated(training, weights, slots, gradients, step):
    """Weights and the optimiser's memory after an update."""
    tree = jax.tree_util.tree_map
    first, second = slots
    if training.optimiser == "sgd":
        first = tree(lambda m, g: training.momentum * m + g, first, gradients) if training.momentum else gradients
        return tree(lambda w, m: w - training.rate * m, weights, first), (first, second)
    first = tree(lambda m, g: 0.9 * m + 0.1 * g, first, gradients)
    second = tree(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradients)
    unbias = 1 - 0.9 ** step, 1 - 0.999 ** step

    def moved(w, m, v):
        return w - training.rate * (m / unbias[0]) / (jnp.sqrt(v / unbias[1]) + 1e-8)

    return tree(moved, weights, first, second), (first, second)


def train(asked):
    network = NETWORKS[asked.network]
    side = network.side
    pictures, labels = digits.read(asked.data, "train", side)
    order = digits.Order(len(pictures), asked.batch)
    pictures, labels = jnp.asarray(pictures.reshape(-1, side, side, 1)), jnp.asarray(labels)
    weights, statistics = first_values(network.layers, (1, side, side), numpy.random.default_rng(1))
    zeros = jax.tree_util.tree_map(numpy.zeros_like, weights)
    second = zeros if network.training.optimiser == "adam" else {}
    # Copies: memory that is handed over for good must be nobody else's.
    weights, zeros, second, statistics = jax.tree_util.tree_map(jnp.array, (weights, zeros, second, statistics))
    state = (weights, (zeros, second), statistics, jnp.int32(0), jax.random.key(1))

    def learn(state, pictures, labels, pick):
        weights, slots, statistics, step, key = state
        right = labels[pick]

        def loss(weights):
            logits, behind = apply(network.layers, weights, statistics, pictures[pick], jax.random.fold_in(key, step))
            chances = jnp.take_along_axis(jax.nn.log_softmax(logits), right[:, None], 1)
            return -chances.mean(), behind

        gradients, behind = jax.grad(loss, has_aux=True)(weights)
        weights, slots = updated(network.training, weights, slots, gradients, step + 1)
        return weights, slots, behind, step + 1, key

    learn = jax.jit(learn, donate_argnums=0)

    def run(steps):
        nonlocal state
        for pick in order.take(steps).astype(numpy.int32):
            state = learn(state, pictures, labels, pick)
        jax.block_until_ready(state)

    return serve.Work(run, asked.batch, f"JAX {jax.__version__}")


if __name__ == "__main__":
    serve.main(train=train)
