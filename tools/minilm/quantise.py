# SPDX-License-Identifier: Apache-2.0
"""Symmetric int8 quantisation with one scale per tensor."""

import numpy as np

LARGEST = 127  # -128 is left unused, so that the range is symmetric


def quantise(tensor):
    """Returns (int8 tensor, scale) with scale = max|x| / 127 and values rounded half to even.

    The scale is a float32 value and quantisation uses exactly that value, so that int8 x scale is what the
    recorded number says. A tensor of zeros gets scale 1. NaN and infinity are refused.
    """
    tensor = np.asarray(tensor, np.float64)
    if not np.all(np.isfinite(tensor)):
        raise ValueError("the tensor has values that are not finite")
    scale = float(np.float32(np.max(np.abs(tensor), initial=0.0) / LARGEST))
    if scale == 0:
        scale = 1.0
    # The float32 scale may be a hair below max|x| / 127; the quotient still rounds to 127 at most.
    return np.rint(tensor / scale).astype(np.int8), scale


def dequantise(quantised, scale):
    """The real values that int8 values stand for."""
    return quantised.astype(np.float64) * scale


def density(quantised):
    """The share of values that are not zero."""
    return np.count_nonzero(quantised) / quantised.size
