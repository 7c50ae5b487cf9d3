# SPDX-License-Identifier: Apache-2.0
"""The whole tool, run on a small random model; no package and no network needed."""

import json
import re

import numpy as np
import pytest
import yaml
from conftest import EXPANDED, HIDDEN

from layer_trace import Request, RequestError
from make_trace import main
from safetensors_io import SafetensorsFile

SENTENCES = "# a comment\nThe cat sleeps on a mat.\n\nA cat.\n"
TOKENS = 9 + 1 + 5  # [CLS] the cat sleep ##s on a mat . [SEP]; [CLS] a cat . [SEP]
LAYERS = ["l1.ffn.up=C1(4:6)->C0(2:4)", "l0.attention.key", "l0.attention.query", "l1.ffn.up", "l0.ffn.down=C0(1:2)"]


@pytest.fixture
def run(small_model, tmp_path):
    (tmp_path / "sentences.txt").write_text(SENTENCES, encoding="utf-8")

    def run(output, *more):
        output.parent.mkdir(exist_ok=True)
        common = ["--model", small_model, "--sentences", tmp_path / "sentences.txt", "--output", output]
        return main([str(argument) for argument in (*common, *(more or ("--layers", *LAYERS)))])

    return run


def test_a_trace_names_the_layers_in_order_and_their_tensors(run, tmp_path):
    assert run(tmp_path / "toy.yaml") == 0
    trace = yaml.safe_load((tmp_path / "toy.yaml").read_text())
    assert trace["hssim_trace"] == 1 and trace["name"] == "toy"
    assert trace["layers"][0] == {
        "name": "l1.ffn.up.4of6-2of4",
        "operation": "linear",
        "weights": {
            "file": "toy.safetensors",
            "tensor": "l1.ffn.up.weight",
            "pattern": "C1(4:6)->C0(2:4)",
            "prune": "magnitude",
        },
        "activations": {"file": "toy.safetensors", "tensor": "l1.ffn.up.input"},
    }
    assert [layer["name"] for layer in trace["layers"][1:]] == [
        "l0.attention.key", "l0.attention.query", "l1.ffn.up", "l0.ffn.down.1of2",
    ]  # fmt: skip
    assert trace["layers"][1]["weights"] == {"file": "toy.safetensors", "tensor": "l0.attention.key.weight"}


def test_tensors_are_stored_once_as_frameworks_store_them(run, tmp_path):
    run(tmp_path / "toy.yaml")
    file = SafetensorsFile(tmp_path / "toy.safetensors")
    assert {name: file[name].shape for name in file.names} == {
        "l0.attention.input": (TOKENS, HIDDEN),
        "l0.attention.key.weight": (HIDDEN, HIDDEN),
        "l0.attention.query.weight": (HIDDEN, HIDDEN),
        "l0.ffn.down.input": (TOKENS, EXPANDED),
        "l0.ffn.down.weight": (HIDDEN, EXPANDED),
        "l1.ffn.up.input": (TOKENS, HIDDEN),
        "l1.ffn.up.weight": (EXPANDED, HIDDEN),
    }
    assert all(file[name].dtype == np.int8 for name in file.names)


def test_int8_times_scale_is_the_network_s_weight(run, tmp_path, small_model):
    run(tmp_path / "toy.yaml")
    file, source = SafetensorsFile(tmp_path / "toy.safetensors"), SafetensorsFile(small_model / "model.safetensors")
    scale = float(file.metadata["l0.attention.key.weight.scale"])
    exact = source["encoder.layer.0.attention.self.key.weight"]
    assert np.abs(file["l0.attention.key.weight"] * scale - exact).max() <= 0.50001 * scale
    assert json.loads(file.metadata["sentences"]) == ["The cat sleeps on a mat.", "A cat."]


def test_the_same_arguments_give_the_same_bytes(run, tmp_path):
    assert run(tmp_path / "first" / "toy.yaml") == run(tmp_path / "second" / "toy.yaml") == 0
    for name in ("toy.yaml", "toy.safetensors"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("l0.ffn.sideways", "ffn.sideways.*one of attention.query"),
        ("ffn.up", "expected l<block>"),
        ("l0.ffn.up=", "no rank"),
        ("l0.ffn.up=2:4", "no rank"),
        ("l0.ffn.up=C0(4:2)", "0 < G <= H"),
        ("l0.ffn.up=C0(0:2)", "0 < G <= H"),
        ("l0.ffn.up=C1(4:6)->", "no rank"),
        ('l0.ffn.up=C0(2:4)", x: "', "no rank"),
    ],
)
def test_a_request_that_is_none_is_refused(text, complaint):
    with pytest.raises(RequestError, match=complaint):
        Request.parse(text)


@pytest.mark.parametrize(
    "more, complaint",
    [
        (("--layers", "l2.ffn.up"), "layer l2.ffn.up: the network has blocks 0 to 1"),
        (("--layers", "l0.ffn.up", "l0.ffn.up"), "l0.ffn.up given more than once"),
        (("--sentences", "/nowhere/to/be/found"), "No such file"),
        (("--model", "/nowhere/to/be/found"), "No such file"),
    ],
)
def test_a_mistake_is_named_and_leaves_no_file(run, tmp_path, capsys, more, complaint):
    assert run(tmp_path / "toy.yaml", *more) == 1
    assert re.search(complaint, capsys.readouterr().err)
    assert not list(tmp_path.glob("toy.*"))


def test_a_checkpoint_without_a_needed_tensor_or_key_is_named(run, tmp_path, small_model, capsys):
    path = small_model / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"num_hidden_layers": 3}))
    assert run(tmp_path / "toy.yaml") == 1
    assert "no tensor encoder.layer.2.attention.self.query.bias" in capsys.readouterr().err
    del config["hidden_size"]
    path.write_text(json.dumps(config))
    assert run(tmp_path / "toy.yaml") == 1
    assert "config.json: hidden_size missing" in capsys.readouterr().err
    assert not list(tmp_path.glob("toy.*"))


def test_sentences_that_are_no_text_are_refused(run, tmp_path, capsys):
    (tmp_path / "sentences.txt").write_bytes(b"caf\xe9")
    assert run(tmp_path / "toy.yaml") == 1
    assert "sentences.txt: no UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["toy.txt", "to y.yaml", "0.yaml"])
def test_a_name_that_is_no_trace_s_is_refused(run, tmp_path, name):
    with pytest.raises(SystemExit) as exit:
        run(tmp_path / name)
    assert exit.value.code == 2
