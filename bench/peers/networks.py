"""The networks that are compared, layer by layer as DigitKit has them (Sources/DigitKit/Layers/Zoo), and how they
train.

Layers are data, so that each framework builds them in its own way. Names of layers with weights are those of
DigitKit's model files (`conv1`, `norm2`, `dense3`), which therefore fit any of the builders.
"""
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Conv:
    channels: int
    kernel: int
    padding: int = 0
    stride: int = 1
    bias: bool = True
    name: str = ""


@dataclass(frozen=True)
class BatchNorm:
    name: str = ""


@dataclass(frozen=True)
class Dense:
    units: int
    name: str = ""


@dataclass(frozen=True)
class Dropout:
    rate: float


@dataclass(frozen=True)
class ReLU:
    pass


@dataclass(frozen=True)
class MaxPool:
    """Of 2x2 pixels."""


@dataclass(frozen=True)
class GlobalAverage:
    pass


@dataclass(frozen=True)
class Flatten:
    pass


@dataclass(frozen=True)
class Residual:
    """What `main` makes of the input, plus what `shortcut` does (nothing: the input itself)."""
    main: tuple
    shortcut: tuple = ()


@dataclass(frozen=True)
class Training:
    optimiser: str
    rate: float
    batch: int
    momentum: float = 0.0  # Keras takes no integer


@dataclass(frozen=True)
class Network:
    layers: tuple
    training: Training
    side: int = 28


PREFIXES = {Conv: "conv", BatchNorm: "norm", Dense: "dense"}


def named(layers, counts=None):
    """The layers, those with weights numbered by kind in the order in which they come."""
    counts = {} if counts is None else counts
    result = []
    for layer in layers:
        if isinstance(layer, Residual):
            layer = Residual(named(layer.main, counts), named(layer.shortcut, counts))
        elif prefix := PREFIXES.get(type(layer)):
            counts[prefix] = counts.get(prefix, 0) + 1
            layer = replace(layer, name=f"{prefix}{counts[prefix]}")
        result.append(layer)
    return tuple(result)


def shapes(layers, shape):
    """(layer, shape before it, shape behind it), shapes being (channels, height, width) or (values,)."""
    for layer in layers:
        before, shape = shape, shape_behind(layer, shape)
        yield layer, before, shape


def shape_behind(layer, shape):
    match layer:
        case Conv():
            sides = ((side + 2 * layer.padding - layer.kernel) // layer.stride + 1 for side in shape[1:])
            return (layer.channels, *sides)
        case MaxPool():
            return (shape[0], shape[1] // 2, shape[2] // 2)
        case Flatten():
            return (shape[0] * shape[1] * shape[2],)
        case GlobalAverage():
            return (shape[0],)
        case Dense():
            return (layer.units,)
        case Residual():
            for inner in layer.main:
                shape = shape_behind(inner, shape)
    return shape


def parameter_count(layers, shape):
    """As DigitKit counts them: what training changes."""
    count = 0
    for layer, before, _ in shapes(layers, shape):
        match layer:
            case Conv():
                count += layer.channels * (before[0] * layer.kernel ** 2 + layer.bias)
            case Dense():
                count += layer.units * (before[0] + 1)
            case BatchNorm():
                count += 2 * before[0]
            case Residual():
                count += parameter_count(layer.main, before) + parameter_count(layer.shortcut, before)
    return count


def count_of(name):
    """Parameters of a network by name."""
    network = NETWORKS[name]
    return parameter_count(network.layers, (1, network.side, network.side))


def conv_relu_pool(channels, kernel, padding=0):
    return Conv(channels, kernel, padding), ReLU(), MaxPool()


def conv_norm_relu(channels):
    return Conv(channels, 3, 1), BatchNorm(), ReLU()


def two_convs(padding):
    return (*conv_relu_pool(32, 3, padding), *conv_relu_pool(64, 3, padding), Flatten(), Dense(128), ReLU(), Dense(10))


def residual_block(channels, stride, changes):
    def conv(kernel, stride):
        return Conv(channels, kernel, kernel // 2, stride, bias=False)

    main = (conv(3, stride), BatchNorm(), ReLU(), conv(3, 1), BatchNorm())
    return Residual(main, (conv(1, stride), BatchNorm()) if changes else ()), ReLU()


def vgg16_layers():
    for channels, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            yield from conv_norm_relu(channels)
        yield MaxPool()
    yield from (Flatten(), Dense(512), ReLU(), Dropout(0.5), Dense(10))


def resnet18_layers():
    yield from (Conv(64, 3, 1, bias=False), BatchNorm(), ReLU())
    for stage, channels in enumerate((64, 128, 256, 512)):
        for block in range(2):
            changes = stage > 0 and block == 0
            yield from residual_block(channels, 2 if changes else 1, changes)
    yield from (GlobalAverage(), Dense(10))


LENET5 = (*conv_relu_pool(6, 5), *conv_relu_pool(16, 5), Flatten(), Dense(120), ReLU(), Dense(84), ReLU(), Dense(10))
CONV3 = (*conv_relu_pool(64, 5, 2), *conv_relu_pool(64, 5, 2), *conv_relu_pool(128, 5, 2),
         Flatten(), Dense(512), ReLU(), Dense(10))

NETWORKS = {
    "lenet5": Network(named(LENET5), Training("adam", 1e-3, 128)),
    "keras-cnn": Network(named(two_convs(padding=0)), Training("adam", 1e-3, 64)),
    "pytorch-cnn": Network(named(two_convs(padding=1)), Training("adam", 1e-3, 64)),
    "conv3": Network(named(CONV3), Training("sgd", 1e-3, 64)),
    "vgg16": Network(named(vgg16_layers()), Training("sgd", 1e-2, 64, momentum=0.9), side=32),
    "resnet18": Network(named(resnet18_layers()), Training("sgd", 1e-2, 64, momentum=0.9)),
}
