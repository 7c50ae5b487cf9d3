# SPDX-License-Identifier: Apache-2.0
"""The encoder against hand-computed values and against a plain loop over heads and tokens."""

import json
import math

import numpy as np
import pytest
from conftest import BLOCKS, EXPANDED, HEADS, HIDDEN, POSITIONS, random_tensors

from encoder import LINEAR_LAYERS, Configuration, gelu, layer_norm, sentence_embedding, softmax

IDS = [2, 4, 5, 6, 7, 3]


def test_gelu_at_known_points():
    # Φ(1) = 0.8413447460685429
    expected = [0, 0.8413447460685429, -0.15865525393145707, 10]
    assert gelu(np.array([0.0, 1.0, -1.0, 10.0])) == pytest.approx(expected, abs=1e-12)


def test_softmax_sums_to_one_and_survives_large_scores():
    result = softmax(np.array([[1000.0, 1000.0 + math.log(3)], [-5.0, -5.0]]))
    assert result == pytest.approx(np.array([[0.25, 0.75], [0.5, 0.5]]))


def test_layer_norm_scales_and_shifts_the_normalised_values():
    result = layer_norm(np.array([[1.0, 3.0]]), np.array([2.0, 5.0]), np.array([0.5, -1.0]), 0.0)
    assert result == pytest.approx(np.array([[-1.5, 4.0]]))


def naive_forward(tensors, ids):
    """A second writing of the encoder, token by token and head by head, for the small model only."""

    def norm(name, x):
        centred = x - x.mean()
        return centred / math.sqrt(centred.var() + 1e-12) * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    def linear(name, x):
        return tensors[f"{name}.weight"].astype(float) @ x + tensors[f"{name}.bias"]

    states = []
    for position, token in enumerate(ids):
        parts = (("word", token), ("position", position), ("token_type", 0))
        total = sum(tensors[f"embeddings.{kind}_embeddings.weight"][row].astype(float) for kind, row in parts)
        states.append(norm("embeddings.LayerNorm", total))
    width = HIDDEN // HEADS
    for block in range(BLOCKS):
        prefix = f"encoder.layer.{block}"
        q, k, v = ([linear(f"{prefix}.attention.self.{n}", x) for x in states] for n in ("query", "key", "value"))
        following = []
        for token, state in enumerate(states):
            context = np.zeros(HIDDEN)
            for head in range(HEADS):
                part = slice(head * width, (head + 1) * width)
                scores = [math.exp(q[token][part] @ key[part] / math.sqrt(width)) for key in k]
                context[part] = sum(s * value[part] for s, value in zip(scores, v, strict=True)) / sum(scores)
            state = norm(f"{prefix}.attention.output.LayerNorm",
                         state + linear(f"{prefix}.attention.output.dense", context))  # fmt: skip
            up = linear(f"{prefix}.intermediate.dense", state)
            up = np.array([0.5 * x * (1 + math.erf(x / math.sqrt(2))) for x in up])
            following.append(norm(f"{prefix}.output.LayerNorm", state + linear(f"{prefix}.output.dense", up)))
        states = following
    return np.array(states)


def test_the_encoder_agrees_with_a_plain_loop(small_encoder):
    expected = naive_forward(random_tensors(), IDS)
    assert small_encoder.forward(IDS) == pytest.approx(expected, abs=1e-9)


def test_every_linear_layer_is_observed_with_its_input(small_encoder):
    seen = []
    small_encoder.forward(IDS, lambda block, layer, x: seen.append((block, layer, x.shape)))
    width = {"ffn.down": EXPANDED}
    assert seen == [(b, n, (len(IDS), width.get(n, HIDDEN))) for b in range(BLOCKS) for n in LINEAR_LAYERS]


@pytest.mark.parametrize("length", [0, POSITIONS + 1])
def test_a_sentence_of_impossible_length_is_refused(small_encoder, length):
    with pytest.raises(ValueError, match=f"{length} tokens: a sentence has 1 to {POSITIONS}"):
        small_encoder.forward([4] * length)


def test_an_embedding_has_length_one():
    assert sentence_embedding(np.array([[3.0, 0.0], [3.0, 8.0]])) == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize(
    "change", [{"hidden_act": "relu"}, {"position_embedding_type": "relative_key"}, {"hidden_size": 25}]
)
def test_a_configuration_beyond_this_encoder_is_refused(small_model, change):
    path = small_model / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ValueError, match=next(iter(change))):
        Configuration.from_file(path)
