# SPDX-License-Identifier: Apache-2.0
"""The network in int8: symmetric scales, integer products, and what every layer's operands were."""

from dataclasses import dataclass

import numpy as np

from network import LAYERS, add_bias, behind, product, shaped_for
from quantise import LARGEST, quantise


@dataclass(frozen=True)
class Quantised:
    """An int8 tensor; the real value is the integer times the scale."""

    values: np.ndarray
    scale: float


def input_scales(parameters, images, layers=LAYERS):
    """The scale of every layer's input over calibration images: max|x| / 127."""
    scales, values = {}, images
    for layer in layers:
        inputs = shaped_for(layer, values)
        scales[layer.name] = float(np.float32(np.abs(inputs).max() / LARGEST))
        sums, _ = product(layer, parameters[layer.name][0], inputs)
        values = behind(layer, add_bias(sums, parameters[layer.name][1]))
    return scales


def forward(parameters, scales, images, layers=LAYERS, observe=None):
    """Class scores of the int8 network; `observe(layer, weight, inputs)` is shown both operands of every layer.

    Products are exact: operands are int8 and sums are kept in int64. Biases, activation and pooling are real.
    """
    values = images
    for layer in layers:
        weight, bias = parameters[layer.name]
        a = Quantised(*quantise(weight))
        scale = scales[layer.name]
        integers = np.clip(np.rint(shaped_for(layer, values) / scale), -LARGEST, LARGEST).astype(np.int8)
        if observe:
            observe(layer, a, Quantised(integers, scale))
        sums, _ = product(layer, a.values.astype(np.int64), integers.astype(np.int64))
        values = behind(layer, add_bias(sums * (a.scale * scale), bias))
    return values
