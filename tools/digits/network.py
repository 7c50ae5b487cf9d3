# SPDX-License-Identifier: Apache-2.0
"""A small ReLU network for 8x8 images in numpy: forward, backward, Adam. All arithmetic is float64.

Layers are applied in the order of `LAYERS`. Convolutions are 3x3 with padding 1, and have C innermost in K when
lowered, as hssim has it. Max pooling is 2x2.
"""

from dataclasses import dataclass

import numpy as np

CLASSES = 10
IMAGE = 8


@dataclass(frozen=True)
class Layer:
    """A layer with weights: `conv` [M, C, 3, 3] or `linear` [M, K]."""

    name: str
    kind: str
    outputs: int
    inputs: int
    pool: bool = False  # a 2x2 max pooling behind the ReLU
    relu: bool = True

    @property
    def weight_shape(self):
        return (self.outputs, self.inputs, 3, 3) if self.kind == "conv" else (self.outputs, self.inputs)


# Channels are multiples of 32, so that a group of C1(4:8)->C0(2:4) is 32 channels at one place of the filter.
LAYERS = (
    Layer("conv1", "conv", 32, 1),
    Layer("conv2", "conv", 32, 32, pool=True),
    Layer("conv3", "conv", 64, 32, pool=True),
    Layer("fc1", "linear", 64, 256),
    Layer("fc2", "linear", CLASSES, 64, relu=False),
)


def initialise(seed, layers=LAYERS):
    """He initialisation (2015): name -> (weight, bias)."""
    random = np.random.default_rng(seed)
    parameters = {}
    for layer in layers:
        fan_in = int(np.prod(layer.weight_shape[1:]))
        weight = random.standard_normal(layer.weight_shape) * np.sqrt(2 / fan_in)
        parameters[layer.name] = (weight, np.zeros(layer.outputs))
    return parameters


def patches(images):
    """[batch, C, H, W] -> [batch·H·W, 9·C], C innermost: the columns of a 3x3 convolution with padding 1."""
    batch, channels, height, width = images.shape
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    views = [padded[:, :, r : r + height, s : s + width] for r in range(3) for s in range(3)]
    return np.stack(views, axis=-1).transpose(0, 2, 3, 4, 1).reshape(batch * height * width, 9 * channels)


def unpatches(columns, shape):
    """The transpose of `patches`: sums each column's values back into the image."""
    batch, channels, height, width = shape
    columns = columns.reshape(batch, height, width, 9, channels).transpose(0, 4, 1, 2, 3)
    padded = np.zeros((batch, channels, height + 2, width + 2))
    for index in range(9):
        r, s = divmod(index, 3)
        padded[:, :, r : r + height, s : s + width] += columns[..., index]
    return padded[:, :, 1:-1, 1:-1]


def as_matrix(weight):
    """Weights as A: [M, K], for a convolution with C innermost in K."""
    return weight if weight.ndim == 2 else weight.transpose(0, 2, 3, 1).reshape(weight.shape[0], -1)


def as_weight(matrix, shape):
    """The inverse of `as_matrix`."""
    if len(shape) == 2:
        return matrix
    outputs, inputs = shape[:2]
    return matrix.reshape(outputs, 3, 3, inputs).transpose(0, 3, 1, 2)


def product(layer, weight, inputs):
    """The layer's sums without bias, [batch, M, H, W] or [batch, M], and the matrix B transposed that they came from."""
    if layer.kind == "linear":
        return inputs @ weight.T, inputs
    batch, _, height, width = inputs.shape
    columns = patches(inputs)
    sums = columns @ as_matrix(weight).T
    return sums.reshape(batch, height, width, -1).transpose(0, 3, 1, 2), columns


def add_bias(sums, bias):
    return sums + (bias if sums.ndim == 2 else bias[:, None, None])


def pooled(values):
    """2x2 max pooling, and which of the four was taken."""
    batch, channels, height, width = values.shape
    blocks = values.reshape(batch, channels, height // 2, 2, width // 2, 2).transpose(0, 1, 2, 4, 3, 5)
    blocks = blocks.reshape(batch, channels, height // 2, width // 2, 4)
    return blocks.max(axis=-1), blocks.argmax(axis=-1)


def unpooled(gradient, taken):
    batch, channels, height, width = gradient.shape
    blocks = np.zeros((*gradient.shape, 4))
    np.put_along_axis(blocks, taken[..., None], gradient[..., None], axis=-1)
    blocks = blocks.reshape(batch, channels, height, width, 2, 2).transpose(0, 1, 2, 4, 3, 5)
    return blocks.reshape(batch, channels, 2 * height, 2 * width)


def behind(layer, values):
    """What a layer's activation, pooling and the next layer's shape make of its biased sums."""
    if layer.relu:
        values = np.maximum(values, 0)
    return pooled(values)[0] if layer.pool else values


def shaped_for(layer, values):
    """A linear layer takes all of an image in one row."""
    return values.reshape(len(values), -1) if layer.kind == "linear" else values


def forward(parameters, images, layers=LAYERS):
    """Class scores [batch, 10]."""
    values = images
    for layer in layers:
        weight, bias = parameters[layer.name]
        sums, _ = product(layer, weight, shaped_for(layer, values))
        values = behind(layer, add_bias(sums, bias))
    return values


def gradients(parameters, images, labels, layers=LAYERS):
    """Mean cross-entropy loss, and its gradient for every weight and bias."""
    values, tape = images, []
    for layer in layers:
        weight, bias = parameters[layer.name]
        inputs = shaped_for(layer, values)
        sums, columns = product(layer, weight, inputs)
        biased = add_bias(sums, bias)
        active = np.maximum(biased, 0) if layer.relu else biased
        values, taken = pooled(active) if layer.pool else (active, None)
        tape.append((layer, weight, columns, inputs.shape, biased, taken))
    shifted = values - values.max(axis=1, keepdims=True)
    likelihood = np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)
    rows = np.arange(len(labels))
    loss = -np.log(likelihood[rows, labels]).mean()
    gradient = likelihood
    gradient[rows, labels] -= 1
    gradient /= len(labels)
    result = {}
    for layer, weight, columns, shape, biased, taken in reversed(tape):
        gradient = gradient.reshape(taken.shape if layer.pool else biased.shape)
        if layer.pool:
            gradient = unpooled(gradient, taken)
        if layer.relu:
            gradient = gradient * (biased > 0)
        flat = gradient if gradient.ndim == 2 else gradient.transpose(0, 2, 3, 1).reshape(-1, layer.outputs)
        result[layer.name] = (as_weight(flat.T @ columns, layer.weight_shape), flat.sum(axis=0))
        back = flat @ as_matrix(weight)
        gradient = back if layer.kind == "linear" else unpatches(back, shape)
    return loss, result


def train(parameters, images, labels, *, epochs, seed, rate=2e-3, batch=64, masks=None, layers=LAYERS):
    """Adam (Kingma and Ba, 2015) with a rate that falls linearly to zero; weights outside `masks` stay zero."""
    random = np.random.default_rng(seed)
    parameters = {name: tuple(np.array(part) for part in pair) for name, pair in parameters.items()}
    moments = {name: [[np.zeros_like(part), np.zeros_like(part)] for part in pair] for name, pair in parameters.items()}
    steps = epochs * -(-len(images) // batch)
    step = 0
    for _ in range(epochs):
        order = random.permutation(len(images))
        for start in range(0, len(images), batch):
            chosen = order[start : start + batch]
            _, slopes = gradients(parameters, images[chosen], labels[chosen], layers)
            step += 1
            for name, pair in parameters.items():
                for part, slope, moment in zip(pair, slopes[name], moments[name]):
                    moment[0] = 0.9 * moment[0] + 0.1 * slope
                    moment[1] = 0.999 * moment[1] + 0.001 * slope**2
                    mean, square = moment[0] / (1 - 0.9**step), moment[1] / (1 - 0.999**step)
                    part -= rate * (1 - (step - 1) / steps) * mean / (np.sqrt(square) + 1e-8)
                if masks and name in masks:
                    pair[0][...] *= masks[name]
    return parameters


def accuracy(scores, labels):
    """The share of images whose largest score is their class's."""
    return float((scores.argmax(axis=1) == labels).mean())
