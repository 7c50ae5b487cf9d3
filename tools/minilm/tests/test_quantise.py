# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from quantise import density, dequantise, quantise


def test_the_largest_magnitude_becomes_127():
    values, scale = quantise([[-2.0, 1.0], [0.5, 0.0]])
    assert scale == np.float32(2 / 127)
    assert values.dtype == np.int8
    assert values.tolist() == [[-127, 64], [32, 0]]  # 63.5 rounds to 64


def test_halves_round_to_even():
    values, scale = quantise([127.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5])
    assert scale == 1
    assert values.tolist() == [127, 0, 2, 2, 0, -2, -2]


@pytest.mark.parametrize("magnitude", [1e-30, 1e-3, 0.1, 1.0, 3.3, 1e6, 1e30])
def test_the_error_is_half_a_step_and_minus_128_never_occurs(magnitude):
    tensor = np.random.default_rng(7).normal(0, magnitude, (64, 65))
    values, scale = quantise(tensor)
    assert np.abs(values.astype(int)).max() == 127
    assert np.abs(dequantise(values, scale) - tensor).max() <= scale * (0.5 + 1e-5)
    assert scale == np.float32(scale)


def test_negating_a_tensor_negates_the_result():
    tensor = np.random.default_rng(8).normal(size=1000)
    assert np.array_equal(quantise(-tensor)[0], -quantise(tensor)[0])


def test_zeros_have_scale_one():
    values, scale = quantise(np.zeros((3, 4)))
    assert scale == 1 and not values.any()
    assert density(values) == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match="not finite"):
        quantise([1.0, value])


def test_density_counts_what_is_not_zero():
    assert density(np.array([[0, 1], [-1, 0]], np.int8)) == 0.5
