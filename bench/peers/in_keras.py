"""The worker of Keras on TensorFlow. Its mode is function: gather, gradients and update of several steps in one
graph, which is faster than `model.fit` and than the same compiled by XLA."""
import keras
import tensorflow as tf

import digits
import serve
from networks import (NETWORKS, BatchNorm, Conv, Dense, Dropout, Flatten, GlobalAverage, MaxPool, ReLU, Residual)


def apply(layers, x):
    """The layers on a symbolic value."""
    for layer in layers:
        match layer:
            case Conv():
                # With a stride, "same" puts its zeros elsewhere than the others do; sizes and work are equal.
                padding = "same" if layer.padding else "valid"
                x = keras.layers.Conv2D(layer.channels, layer.kernel, layer.stride, padding, use_bias=layer.bias)(x)
            case BatchNorm():
                x = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
            case Dense():
                x = keras.layers.Dense(layer.units)(x)
            case Dropout():
                x = keras.layers.Dropout(layer.rate)(x)
            case ReLU():
                x = keras.layers.ReLU()(x)
            case MaxPool():
                x = keras.layers.MaxPool2D(2)(x)
            case GlobalAverage():
                x = keras.layers.GlobalAveragePooling2D()(x)
            case Flatten():
                x = keras.layers.Flatten()(x)
            case Residual():
                x = keras.layers.Add()([apply(layer.main, x), apply(layer.shortcut, x)])
    return x


def optimiser_of(training):
    if training.optimiser == "adam":
        return keras.optimizers.Adam(training.rate)
    return keras.optimizers.SGD(training.rate, training.momentum)


def train(asked):
    network = NETWORKS[asked.network]
    side, batch = network.side, asked.batch
    pictures, labels = digits.read(asked.data, "train", side)
    order = digits.Order(len(pictures), batch)
    pictures, labels = tf.constant(pictures.reshape(-1, side, side, 1)), tf.constant(labels)
    shape = keras.Input((side, side, 1))
    model = keras.Model(shape, apply(network.layers, shape))
    optimiser = optimiser_of(network.training)
    optimiser.build(model.trainable_variables)

    @tf.function(input_signature=[tf.TensorSpec((None, batch), tf.int64)])
    def learn(picks):
        for pick in picks:
            seen = tf.ensure_shape(tf.gather(pictures, pick), (batch, side, side, 1))
            with tf.GradientTape() as tape:
                logits = model(seen, training=True)
                right = tf.gather(labels, pick)
                loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(right, logits))
            optimiser.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    return serve.Work(lambda steps: learn(tf.constant(order.take(steps))), batch,
                      f"TensorFlow {tf.__version__}, Keras {keras.__version__}")


if __name__ == "__main__":
    serve.main(train=train)
