# SPDX-License-Identifier: Apache-2.0
"""What hssim computes for an imported model is what onnxruntime computes, bit by bit."""

import numpy as np
import onnxruntime
import pytest
from conftest import save
from safetensors_io import SafetensorsFile

from import_onnx import main

I8, U8, F32, I32 = np.int8, np.uint8, np.float32, np.int32


def integers(random, shape, kind=I8, low=-127, high=127):
    return random.integers(low, high + 1, shape).astype(kind)


def onnxruntime_results(model, sample):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    wanted = [output.name for output in session.get_outputs()]
    return dict(zip(wanted, session.run(wanted, sample)))


def is_exact(tmp_path):
    """Whether onnxruntime adds pairs of int8 products without saturating them to 16 bits: some processors' kernels do."""
    model = save(
        tmp_path / "probe.onnx",
        [("MatMulInteger", ["x", "w"], ["y"], "m", {})],
        {"x": (I8, [1, 32])},
        {"y": (I32, [1, 16])},
        {"w": np.full((32, 16), 127, I8)},
    )
    result = onnxruntime_results(model, {"x": np.full((1, 32), 127, I8)})["y"]
    return bool((result == 32 * 127 * 127).all())


def simulate(hssim, tmp_path, *words):
    answer = hssim("simulate", "t.yaml", "--output", "t.sqlite", "--record", "summary", "--result", "z.npz", *words)
    assert answer.returncode == 0, answer.stderr
    with np.load(tmp_path / "z.npz") as results:
        return {name: results[name] for name in results.files}


def as_z(result):
    """onnxruntime's result as Z [M, N]: filters or features in rows, images and places or tokens in columns."""
    if result.ndim == 4:
        return result.transpose(1, 0, 2, 3).reshape(result.shape[1], -1)
    return result.reshape(-1, result.shape[-1]).T


@pytest.mark.parametrize("largest", [63, 127])
def test_integer_products_are_those_of_onnxruntime(tmp_path, hssim, largest):
    if largest > 63 and not is_exact(tmp_path):
        pytest.skip("onnxruntime saturates products of large weights on this processor")
    random = np.random.default_rng(7)
    nodes = [
        ("MatMulInteger", ["x", "w"], ["y"], "linear", {}),
        ("MatMulInteger", ["v", "b"], ["u"], "left", {}),
        ("ConvInteger", ["i", "f"], ["c"], "conv", {"strides": [2, 1], "pads": [1, 0, 1, 0], "dilations": [1, 2]}),
        ("ConvInteger", ["i", "d"], ["e"], "depthwise", {"group": 4}),
    ]
    model = save(
        tmp_path / "t.onnx",
        nodes,
        {"x": (I8, [2, 5, 16]), "b": (I8, [24, 3]), "i": (I8, ["n", 4, 9, 11])},
        {"y": (I32, [2, 5, 8]), "u": (I32, [6, 3]), "c": (I32, ["n", 6, 5, 7]), "e": (I32, ["n", 4, 8, 10])},
        {
            "w": integers(random, (16, 8), I8, -largest, largest),
            "v": integers(random, (6, 24), I8, -largest, largest),
            "f": integers(random, (6, 4, 3, 3), I8, -largest, largest),
            "d": integers(random, (4, 1, 2, 2), I8, -largest, largest),
        },
    )
    sample = {
        "x": integers(random, (2, 5, 16)),
        "b": integers(random, (24, 3)),
        "i": integers(random, (2, 4, 9, 11)),
    }
    np.savez(tmp_path / "s.npz", **sample)
    arguments = [str(model), "--sample", str(tmp_path / "s.npz"), "--output", str(tmp_path / "t.yaml")]
    assert main(arguments) == 0
    results, expected = simulate(hssim, tmp_path), onnxruntime_results(model, sample)
    np.testing.assert_array_equal(results["linear"], as_z(expected["y"]))
    np.testing.assert_array_equal(results["left"], expected["u"])
    np.testing.assert_array_equal(results["conv"], as_z(expected["c"]))
    depthwise = np.concatenate([results[f"depthwise.group{group}"] for group in range(4)])
    np.testing.assert_array_equal(depthwise, as_z(expected["e"]))


def test_quantised_operands_of_a_real_model_multiply_as_onnxruntime_has_it(tmp_path, hssim):
    """conv -> ReLU -> linear: the second layer's activations are what onnxruntime made of the first, zeros and all."""
    random = np.random.default_rng(8)
    save(
        tmp_path / "t.onnx",
        [
            ("Conv", ["i", "f", "bias"], ["c"], "conv", {"pads": [1, 1, 1, 1]}),
            ("Relu", ["c"], ["r"], "relu", {}),
            ("Flatten", ["r"], ["flat"], "flatten", {}),
            ("Gemm", ["flat", "g", "gb"], ["y"], "fc", {"transB": 1}),
        ],
        {"i": (F32, ["n", 3, 4, 4])},
        {"y": (F32, ["n", 10])},
        {
            "f": random.standard_normal((8, 3, 3, 3)).astype(F32),
            "bias": random.standard_normal(8).astype(F32),
            "g": random.standard_normal((10, 128)).astype(F32),
            "gb": np.zeros(10, F32),
        },
    )
    np.savez(tmp_path / "s.npz", i=random.standard_normal((2, 3, 4, 4)).astype(F32))
    arguments = [str(tmp_path / "t.onnx"), "--sample", str(tmp_path / "s.npz"), "--output", str(tmp_path / "t.yaml")]
    assert main(arguments) == 0
    tensors = SafetensorsFile(tmp_path / "t.safetensors")
    assert (tensors["flat"] == 0).mean() > 0.2 and tensors["flat"].max() == 127
    results = simulate(hssim, tmp_path)
    model = save(
        tmp_path / "check.onnx",
        [("MatMulInteger", ["x", "w"], ["y"], "m", {}), ("ConvInteger", ["i", "f"], ["c"], "c", {"pads": [1] * 4})],
        {"x": (I8, [2, 128]), "w": (I8, [128, 10]), "i": (I8, [2, 3, 4, 4]), "f": (I8, [8, 3, 3, 3])},
        {"y": (I32, [2, 10]), "c": (I32, [2, 8, 4, 4])},
        {},
    )
    names = {"x": tensors["flat"], "w": tensors["g"].T.copy(), "i": tensors["i"], "f": tensors["f"]}
    expected = onnxruntime_results(model, {name: np.array(values) for name, values in names.items()})
    np.testing.assert_array_equal(results["fc"], as_z(expected["y"]))
    np.testing.assert_array_equal(results["conv"], as_z(expected["c"]))


@pytest.mark.parametrize("kind", ["MatMulInteger", "QLinearMatMul"])
def test_zero_points_are_taken_off_the_operands(tmp_path, kind):
    random = np.random.default_rng(9)
    x, w = integers(random, (5, 16), U8, 0, 255), integers(random, (16, 8), I8, -60, 60)
    constants = {"w": w, "xz": np.array(131, U8), "wz": integers(random, 8, I8, -3, 3)}
    if kind == "MatMulInteger":
        nodes = [(kind, ["x", "w", "xz", "wz"], ["y"], "m", {})]
        output = (I32, [5, 8])
    else:
        scales = {"xs": np.array(0.5, F32), "ws": np.ones(8, F32), "ys": np.array(64, F32), "yz": np.array(3, U8)}
        constants |= scales
        nodes = [(kind, ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz"], ["y"], "m", {})]
        output = (U8, [5, 8])
    model = save(tmp_path / "t.onnx", nodes, {"x": (U8, [5, 16])}, {"y": output}, constants)
    np.savez(tmp_path / "s.npz", x=x)
    assert main([str(model), "--sample", str(tmp_path / "s.npz"), "--output", str(tmp_path / "t.yaml")]) == 0
    tensors = SafetensorsFile(tmp_path / "t.safetensors")
    a, b = np.array(tensors["w"], np.int64), np.array(tensors["x"], np.int64)
    assert tensors["x"].dtype == np.int16
    np.testing.assert_array_equal(b, x.astype(int) - 131)
    np.testing.assert_array_equal(a, (w.astype(int) - constants["wz"].astype(int)).T)
    if kind == "MatMulInteger":
        np.testing.assert_array_equal(b @ a.T, onnxruntime_results(model, {"x": x})["y"])


def test_hssim_import_is_this_tool(tmp_path, hssim):
    random = np.random.default_rng(10)
    save(
        tmp_path / "m.onnx",
        [("MatMul", ["x", "w"], ["y"], "a b", {}), ("Einsum", ["y"], ["z"], "e", {"equation": "ij->ji"})],
        {"x": (F32, [4, 32])},
        {"z": (F32, [6, 4])},
        {"w": random.standard_normal((32, 6)).astype(F32)},
    )
    np.savez(tmp_path / "s.npz", x=random.standard_normal((4, 32)).astype(F32))
    words = ["import", "m.onnx", "--sample", "s.npz", "--pattern", "2:4", "--output", "t.yaml"]
    refused = hssim(*words)
    assert (refused.returncode, refused.stdout) == (65, "")
    assert refused.stderr.startswith("hssim: m.onnx: Einsum 'e': a trace cannot say this operator")
    assert not (tmp_path / "t.yaml").exists()
    answer = hssim(*words, "--skip", "e")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "t: 1 layer, in t.yaml\n"
    assert "hssim: m.onnx: Einsum 'e' is left out, as asked\n" in answer.stderr
    assert "pattern: \"C0(2:4)\", prune: magnitude" in (tmp_path / "t.yaml").read_text()
    assert hssim(*words, "--skip", "e").returncode == 73
    results = simulate(hssim, tmp_path)
    assert results["a_b"].shape == (6, 4)
