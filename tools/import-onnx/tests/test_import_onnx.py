# SPDX-License-Identifier: Apache-2.0
"""What the tool refuses, notes and writes."""

import numpy as np
import onnx
import pytest
import yaml
from conftest import save

from import_onnx import main

F32 = np.float32


@pytest.fixture
def linear(tmp_path):
    """A model of one MatMul, x [4, 8] · w [8, 6], and its sample."""
    random = np.random.default_rng(1)
    np.savez(tmp_path / "s.npz", x=random.standard_normal((4, 8)).astype(F32))
    return save(
        tmp_path / "t.onnx",
        [("MatMul", ["x", "w"], ["y"], "mm 1", {})],
        {"x": (F32, [4, 8])},
        {"y": (F32, [4, 6])},
        {"w": random.standard_normal((8, 6)).astype(F32)},
    )


def run(tmp_path, *words, model="t.onnx"):
    return main([str(tmp_path / model), "--output", str(tmp_path / "out.yaml"), *map(str, words)])


def test_without_a_sample_activations_are_drawn(tmp_path, linear, capsys):
    assert run(tmp_path, "--pattern", "C0(2:4)") == 0
    trace = yaml.safe_load((tmp_path / "out.yaml").read_text())
    assert trace["name"] == "out"
    assert trace["layers"] == [
        {
            "name": "mm_1",
            "operation": "linear",
            "shape": {"M": 6, "K": 8, "N": 4},
            "weights": {"file": "out.safetensors", "tensor": "w", "pattern": "C0(2:4)", "prune": "magnitude"},
            "activations": {"random": {"density": 1}},
        }
    ]
    note = "MatMul 'mm 1' becomes the layer 'mm_1'"
    assert note in capsys.readouterr().err
    assert f"# {note}\n" in (tmp_path / "out.yaml").read_text()


def test_weights_with_fewer_channels_than_a_group_stay_dense(tmp_path, linear, capsys):
    assert run(tmp_path, "--pattern", "C1(4:8)->C0(2:4)") == 0
    layer = yaml.safe_load((tmp_path / "out.yaml").read_text())["layers"][0]
    assert set(layer["weights"]) == {"file", "tensor"}
    assert "'mm_1' stays dense: it has 8 channels, a group of C1(4:8)->C0(2:4) has 32" in capsys.readouterr().err


def test_the_same_arguments_give_the_same_bytes_and_nothing_is_replaced_unasked(tmp_path, linear, capsys):
    assert run(tmp_path, "--sample", tmp_path / "s.npz") == 0
    first = [(tmp_path / name).read_bytes() for name in ("out.yaml", "out.safetensors")]
    assert run(tmp_path, "--sample", tmp_path / "s.npz") == 73
    assert "exists already" in capsys.readouterr().err
    assert run(tmp_path, "--sample", tmp_path / "s.npz", "--force") == 0
    assert first == [(tmp_path / name).read_bytes() for name in ("out.yaml", "out.safetensors")]


@pytest.mark.parametrize(
    "words, code, part",
    [
        (["--sample", "nowhere.npz"], 66, "nowhere.npz: no such file"),
        (["--skip", "other"], 64, "no node is called 'other'"),
        (["--skip", "mm 1"], 65, "no node is one of Conv"),
        (["--unknown"], 64, "--unknown"),
    ],
)
def test_a_mistake_is_named_and_leaves_no_file(tmp_path, linear, capsys, words, code, part):
    assert run(tmp_path, *words) == code
    assert part in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.glob("out*"))


def test_a_sample_of_other_inputs_is_refused(tmp_path, linear, capsys):
    np.savez(tmp_path / "s.npz", z=np.zeros(3, F32))
    assert run(tmp_path, "--sample", tmp_path / "s.npz") == 65
    assert "the sample has 'z', the model's inputs are 'x'" in capsys.readouterr().err
    np.savez(tmp_path / "s.npz", x=np.zeros((4, 9), F32))
    assert run(tmp_path, "--sample", tmp_path / "s.npz") == 65
    assert "does not run on the sample" in capsys.readouterr().err


def test_a_file_that_is_no_model_is_refused(tmp_path, linear, capsys):
    whole = linear.read_bytes()
    random = np.random.default_rng(3)
    for count in [*range(0, len(whole), 7), None]:
        damaged = bytearray(whole[:count])
        if count is None:
            damaged[10:40] = random.integers(0, 256, 30).astype(np.uint8).tobytes()
        (tmp_path / "bad.onnx").write_bytes(damaged)
        code = run(tmp_path, "--force", model="bad.onnx")
        assert code in (0, 65)
        assert code == 0 or "bad.onnx" in capsys.readouterr().err
    assert run(tmp_path, model="nowhere.onnx", *["--force"]) == 66


def test_values_that_are_not_finite_are_refused(tmp_path, capsys):
    weights = np.ones((8, 6), F32)
    weights[1, 2] = np.nan
    io = {"x": (F32, [4, 8])}, {"y": (F32, [4, 6])}
    save(tmp_path / "t.onnx", [("MatMul", ["x", "w"], ["y"], "m", {})], *io, {"w": weights})
    assert run(tmp_path) == 65
    assert "MatMul 'm': 'w': the tensor has values that are not finite" in capsys.readouterr().err



@pytest.mark.parametrize(
    "nodes, inputs, shape, constants, part",
    [
        ([("Conv", ["i", "f"], ["y"], "c", {"auto_pad": "SAME_UPPER"})], [1, 4, 6, 6], [1, 4, 6, 6], (4, 4, 3, 3),
         "Conv 'c': auto_pad SAME_UPPER"),
        ([("Conv", ["i", "f"], ["y"], "c", {"pads": [0, 0, 1, 1]})], [1, 4, 6, 6], [1, 4, 5, 5], (4, 4, 3, 3),
         "pads [0, 0, 1, 1] differ"),
        ([("Conv", ["i", "f"], ["y"], "c", {})], [1, 4, 6], [1, 4, 4], (4, 4, 3), "a convolution of 1 dimensions"),
        ([("ConvTranspose", ["i", "f"], ["y"], "t", {})], [1, 4, 6, 6], [1, 4, 8, 8], (4, 4, 3, 3),
         "ConvTranspose 't': a trace cannot say this operator"),
        ([("Gemm", ["i", "f"], ["y"], "g", {"transA": 1})], [8, 4], [4, 6], (8, 6), "transA"),
        ([("MatMul", ["i", "i"], ["y"], "m", {})], [2, 4, 4], [2, 4, 4], (1,), "of which no side is a known matrix"),
        ([("MatMul", ["i", "f"], ["y"], "m", {})], ["n", 8], ["n", 6], (8, 6), "depends on the input; --sample"),
        ([("Relu", ["i"], ["y"], "r", {})], [4, 8], [4, 8], (1,), "no node is one of Conv"),
    ],
)  # fmt: skip
def test_what_a_trace_cannot_say_is_refused_by_name(tmp_path, capsys, nodes, inputs, shape, constants, part):
    save(tmp_path / "t.onnx", nodes, {"i": (F32, inputs)}, {"y": (F32, shape)}, {"f": np.ones(constants, F32)})
    assert run(tmp_path) == 65
    assert part in capsys.readouterr().err
    assert not list(tmp_path.glob("out*"))


def test_a_relu_behind_a_product_is_the_layer_s_and_a_bias_is_noted(tmp_path, capsys):
    save(
        tmp_path / "t.onnx",
        [("Conv", ["i", "f", "b"], ["c"], "c", {"group": 2, "strides": [2, 2]}), ("Relu", ["c"], ["y"], "r", {})],
        {"i": (F32, [1, 4, 7, 7])},
        {"y": (F32, [1, 4, 3, 3])},
        {"f": np.ones((4, 2, 3, 3), F32), "b": np.ones(4, F32)},
    )
    assert run(tmp_path) == 0
    layer = yaml.safe_load((tmp_path / "out.yaml").read_text())["layers"][0]
    assert layer["output"] == {"activation": "relu"}
    assert (layer["groups"], layer["stride"]) == (2, [2, 2])
    assert "its bias is no part of the product" in capsys.readouterr().err


def test_the_test_models_are_valid(linear):
    onnx.checker.check_model(str(linear))
