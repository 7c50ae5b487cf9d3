# SPDX-License-Identifier: Apache-2.0
"""Makes the tool's modules importable, and builds a small random model for tests that need one."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

TOOL = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOL))

import safetensors_io  # noqa: E402  (the path comes first)
from encoder import LINEAR_LAYERS, Configuration, Encoder  # noqa: E402

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "sleep", "##s", "on", "a", "mat", ".", "c", "##at"]
HIDDEN, HEADS, BLOCKS, EXPANDED, POSITIONS = 24, 3, 2, 48, 16


def random_tensors(seed=0):
    """The tensors of a BERT checkpoint with two small blocks, float32."""
    random = np.random.default_rng(seed)
    tensors = {}

    def parameter(name, *shape):
        tensors[name] = random.normal(0, 0.3, shape).astype(np.float32)

    def norm(name):
        parameter(f"{name}.bias", HIDDEN)
        tensors[f"{name}.weight"] = random.uniform(0.5, 1.5, HIDDEN).astype(np.float32)

    parameter("embeddings.word_embeddings.weight", len(VOCABULARY), HIDDEN)
    parameter("embeddings.position_embeddings.weight", POSITIONS, HIDDEN)
    parameter("embeddings.token_type_embeddings.weight", 2, HIDDEN)
    norm("embeddings.LayerNorm")
    for block in range(BLOCKS):
        prefix = f"encoder.layer.{block}"
        for layer, name in LINEAR_LAYERS.items():
            out, into = {"ffn.up": (EXPANDED, HIDDEN), "ffn.down": (HIDDEN, EXPANDED)}.get(layer, (HIDDEN, HIDDEN))
            parameter(f"{prefix}.{name}.weight", out, into)
            parameter(f"{prefix}.{name}.bias", out)
        norm(f"{prefix}.attention.output.LayerNorm")
        norm(f"{prefix}.output.LayerNorm")
    return tensors


@pytest.fixture
def small_encoder():
    return Encoder(random_tensors(), Configuration(BLOCKS, HEADS, HIDDEN, POSITIONS, 1e-12))


@pytest.fixture
def small_model(tmp_path):
    """A folder that holds the small model in the files of a checkpoint."""
    folder = tmp_path / "small-model"
    folder.mkdir()
    safetensors_io.write(folder / "model.safetensors", random_tensors(), {"format": "test"})
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    config = {
        "hidden_act": "gelu",
        "num_hidden_layers": BLOCKS,
        "num_attention_heads": HEADS,
        "hidden_size": HIDDEN,
        "max_position_embeddings": POSITIONS,
        "layer_norm_eps": 1e-12,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder
