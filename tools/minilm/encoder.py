# SPDX-License-Identifier: Apache-2.0
"""The BERT encoder in numpy: embeddings, self-attention, feed-forward, LayerNorm after each (Devlin et al., 2019).

Everything is computed in float64 from the float32 weights. Not for accuracy: it keeps differences between BLAS
libraries and processors (some 1e-15) far below the spacing of int8, so that traces come out byte-identical anywhere.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# A block's linear layers: our name -> the checkpoint's, below encoder.layer.<block>.
LINEAR_LAYERS = {
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "ffn.up": "intermediate.dense",
    "ffn.down": "output.dense",
}


@dataclass(frozen=True)
class Configuration:
    """What a checkpoint's `config.json` says about its shape."""

    blocks: int
    heads: int
    hidden: int
    positions: int  # the longest sequence, in tokens
    epsilon: float  # added to the variance in LayerNorm

    @classmethod
    def from_file(cls, path):
        """Reads `config.json`; refuses what this encoder does not compute."""
        fields = json.loads(Path(path).read_text(encoding="utf-8"))
        needed = (
            "num_hidden_layers",
            "num_attention_heads",
            "hidden_size",
            "max_position_embeddings",
            "layer_norm_eps",
        )
        if missing := [key for key in needed if key not in fields]:
            raise ValueError(f"{path}: {', '.join(missing)} missing")
        for key, allowed in (("hidden_act", "gelu"), ("position_embedding_type", "absolute")):
            if fields.get(key, allowed) != allowed:
                raise ValueError(f"{path}: {key} is {fields[key]}, only {allowed} is supported")
        if fields["hidden_size"] % fields["num_attention_heads"]:
            raise ValueError(f"{path}: hidden_size is no multiple of num_attention_heads")
        return cls(
            blocks=fields["num_hidden_layers"],
            heads=fields["num_attention_heads"],
            hidden=fields["hidden_size"],
            positions=fields["max_position_embeddings"],
            epsilon=fields["layer_norm_eps"],
        )


def gelu(x):
    """x · Φ(x), the exact form with the error function, not its tanh approximation."""
    erf = np.fromiter(map(math.erf, (x / math.sqrt(2)).flat), np.float64, x.size).reshape(x.shape)
    return 0.5 * x * (1 + erf)


def softmax(x):
    """Softmax over the last axis."""
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def layer_norm(x, weight, bias, epsilon):
    """Normalises the last axis to mean 0 and variance 1, then scales and shifts."""
    deviation = x - x.mean(axis=-1, keepdims=True)
    variance = (deviation**2).mean(axis=-1, keepdims=True)
    return deviation / np.sqrt(variance + epsilon) * weight + bias


def sentence_embedding(hidden):
    """Mean over tokens, normalised to length 1: the model card's sentence embedding. hidden: [tokens, features]."""
    mean = hidden.mean(axis=0)
    return mean / np.linalg.norm(mean)


class Encoder:
    """A BERT encoder over a checkpoint's tensors (a mapping from name to array)."""

    def __init__(self, tensors, configuration):
        self.tensors = tensors
        self.configuration = configuration
        self._float64 = {}

    def weight(self, block, layer):
        """The weight of a linear layer, [out, in]; `layer` is a key of LINEAR_LAYERS."""
        return self._parameter(f"encoder.layer.{block}.{LINEAR_LAYERS[layer]}.weight")

    def forward(self, ids, observe=lambda block, layer, activations: None):
        """Runs one sentence. ids: token ids; returns the last hidden state, [tokens, features].

        `observe` is called with the block, the name and the input [tokens, in] of each linear layer before it runs.
        """
        if not 0 < len(ids) <= self.configuration.positions:
            raise ValueError(f"{len(ids)} tokens: a sentence has 1 to {self.configuration.positions}")
        hidden = self._embed(ids)
        for block in range(self.configuration.blocks):
            hidden = self._block(block, hidden, observe)
        return hidden

    def _embed(self, ids):
        # Every token is of the first segment (token type 0): sentences are never paired here.
        total = self.tensors["embeddings.word_embeddings.weight"][ids].astype(np.float64)
        total += self._parameter("embeddings.position_embeddings.weight")[: len(ids)]
        total += self._parameter("embeddings.token_type_embeddings.weight")[0]
        return self._norm("embeddings.LayerNorm", total)

    def _block(self, block, hidden, observe):
        def linear(layer, x):
            observe(block, layer, x)
            bias = self._parameter(f"encoder.layer.{block}.{LINEAR_LAYERS[layer]}.bias")
            return x @ self.weight(block, layer).T + bias

        query, key, value = (linear(f"attention.{name}", hidden) for name in ("query", "key", "value"))
        attended = linear("attention.output", self._attend(query, key, value))
        hidden = self._norm(f"encoder.layer.{block}.attention.output.LayerNorm", hidden + attended)
        expanded = linear("ffn.down", gelu(linear("ffn.up", hidden)))
        return self._norm(f"encoder.layer.{block}.output.LayerNorm", hidden + expanded)

    def _attend(self, query, key, value):
        """Scaled dot-product attention, all heads; arguments and result [tokens, features]."""
        tokens, features = query.shape
        width = features // self.configuration.heads

        def by_head(x):
            return x.reshape(tokens, self.configuration.heads, width).transpose(1, 0, 2)

        scores = by_head(query) @ by_head(key).transpose(0, 2, 1) / math.sqrt(width)
        return (softmax(scores) @ by_head(value)).transpose(1, 0, 2).reshape(tokens, features)

    def _norm(self, name, x):
        weight, bias = self._parameter(f"{name}.weight"), self._parameter(f"{name}.bias")
        return layer_norm(x, weight, bias, self.configuration.epsilon)

    def _parameter(self, name):
        if name not in self._float64:
            self._float64[name] = np.asarray(self.tensors[name], np.float64)
        return self._float64[name]
