# SPDX-License-Identifier: Apache-2.0
"""The network's arithmetic, pruning, and the int8 network."""

import numpy as np
import pytest

import integers
import network
from network import LAYERS, Layer
from pruning import mask, parse

SMALL = (
    Layer("a", "conv", 4, 2, pool=True),
    Layer("b", "linear", 6, 16),
    Layer("c", "linear", 3, 6, relu=False),
)


def test_a_convolution_is_the_sum_over_its_window():
    random = np.random.default_rng(1)
    images, weight = random.standard_normal((2, 3, 4, 5)), random.standard_normal((6, 3, 3, 3))
    sums, columns = network.product(Layer("x", "conv", 6, 3), weight, images)
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    expected = np.zeros((2, 6, 4, 5))
    for p in range(4):
        for q in range(5):
            expected[:, :, p, q] = np.einsum("mcrs,bcrs->bm", weight, padded[:, :, p : p + 3, q : q + 3])
    np.testing.assert_allclose(sums, expected)
    # C is innermost in K, and the window's rows are outermost.
    np.testing.assert_array_equal(columns[0, -3:], padded[0, :, 2, 2])


def test_gradients_are_those_of_differences():
    random = np.random.default_rng(2)
    parameters = network.initialise(3, SMALL)
    images, labels = random.standard_normal((5, 2, 4, 4)), np.array([0, 1, 2, 1, 0])
    _, slopes = network.gradients(parameters, images, labels, SMALL)
    step = 1e-6
    for name, pair in parameters.items():
        for part, slope in zip(pair, slopes[name]):
            for index in random.permutation(part.size)[:8]:
                place = np.unravel_index(index, part.shape)
                kept = part[place]
                losses = []
                for shift in (step, -step):
                    part[place] = kept + shift
                    losses.append(network.gradients(parameters, images, labels, SMALL)[0])
                part[place] = kept
                assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(slope[place], abs=1e-6)


def test_training_lowers_the_loss_keeps_masked_weights_at_zero_and_repeats_itself():
    random = np.random.default_rng(4)
    images = random.standard_normal((60, 2, 4, 4))
    labels = images[:, 0, :3, :3].mean(axis=2).argmax(axis=1)  # the brightest of three rows
    start = network.initialise(5, SMALL)
    masks = {"b": mask(start["b"][0], "C0(2:4)")}
    start["b"] = (start["b"][0] * masks["b"], start["b"][1])
    trained, again = (
        network.train(start, images, labels, epochs=40, seed=6, rate=1e-2, masks=masks, layers=SMALL) for _ in range(2)
    )
    assert network.gradients(trained, images, labels, SMALL)[0] < network.gradients(start, images, labels, SMALL)[0] * 0.7
    assert np.all(trained["b"][0][masks["b"] == 0] == 0)
    for name in trained:
        np.testing.assert_array_equal(trained[name][0], again[name][0])


@pytest.mark.parametrize("shape", [(5, 64), (4, 64, 3, 3)])
@pytest.mark.parametrize("pattern", ["C0(2:4)", "C1(4:8)->C0(2:4)", "C1(2:4)->C0(2:2)", "C2(1:2)->C1(2:4)->C0(1:4)"])
def test_a_mask_keeps_exactly_what_the_pattern_allows(shape, pattern):
    weight = np.random.default_rng(7).standard_normal(shape)
    kept = np.moveaxis(mask(weight, pattern), 1, -1).reshape(-1, 64)
    density = 1.0
    for g, h in reversed(parse(pattern)):
        groups = kept.reshape(len(kept), -1, h)
        counts = (groups != 0).sum(axis=-1)
        # A group of a pruned block is empty, every other one is full.
        assert set(counts.ravel()) <= {0, g} and counts.max() == g
        density *= g / h
        kept = (groups != 0).any(axis=-1)
    assert mask(weight, pattern).mean() == pytest.approx(density)


def test_a_mask_keeps_the_largest_and_of_equals_the_first():
    weight = np.array([[1.0, -3.0, 2.0, 2.0, 0.0, 9.0, 0.0, 0.0]])
    np.testing.assert_array_equal(mask(weight, "C0(2:4)"), [[0, 1, 1, 0, 1, 1, 0, 0]])
    np.testing.assert_array_equal(mask(weight, "C1(1:2)->C0(2:4)"), [[0, 0, 0, 0, 1, 1, 0, 0]])


@pytest.mark.parametrize("pattern", ["2:4", "C0(4:2)", "", "C0(0:2)", "C0(2:3)"])
def test_what_is_no_pattern_or_does_not_fit_is_refused(pattern):
    with pytest.raises(ValueError):
        mask(np.ones((2, 64)), pattern)


def test_the_int8_network_multiplies_integers_and_is_near_the_real_one():
    random = np.random.default_rng(8)
    parameters = network.initialise(9)
    images = random.random((4, 1, 8, 8))
    scales = integers.input_scales(parameters, images)
    seen = []
    scores = integers.forward(parameters, scales, images, observe=lambda *operands: seen.append(operands))
    assert [layer.name for layer, _, _ in seen] == [layer.name for layer in LAYERS]
    assert all(a.values.dtype == b.values.dtype == np.int8 for _, a, b in seen)
    assert all(b.values.min() >= 0 for _, _, b in seen)  # behind ReLU
    exact = network.forward(parameters, images)
    assert np.abs(scores - exact).max() < 0.1 * np.abs(exact).max()
