# SPDX-License-Identifier: Apache-2.0
"""The traces under traces/minilm: YAML and tensors agree with each other, with no model at hand."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from layer_trace import Request
from make_trace import DEFAULT_LAYERS
from safetensors_io import SafetensorsFile

FOLDER = Path(__file__).resolve().parents[3] / "traces" / "minilm"
TRACES = ["minilm", "one-layer"]
BUDGET_BYTES = 4_000_000
SHAPES = {"ffn.up": (1536, 384), "ffn.down": (384, 1536)}  # [M, K]; the attention's are all 384 x 384


@pytest.fixture(params=TRACES)
def trace(request):
    return yaml.safe_load((FOLDER / f"{request.param}.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def tensors(trace):
    return SafetensorsFile(FOLDER / f"{trace['name']}.safetensors")


def test_the_folder_holds_these_traces_within_the_budget():
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == TRACES
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < BUDGET_BYTES


def test_the_keys_are_those_of_the_schema(trace):
    assert set(trace) == {"hssim_trace", "name", "layers"} and trace["hssim_trace"] == 1
    for layer in trace["layers"]:
        assert set(layer) == {"name", "operation", "weights", "activations"}
        assert layer["operation"] == "linear"
        assert set(layer["weights"]) in ({"file", "tensor"}, {"file", "tensor", "pattern", "prune"})
        assert layer["weights"].get("prune", "magnitude") == "magnitude"
        assert set(layer["activations"]) == {"file", "tensor"}
    names = [layer["name"] for layer in trace["layers"]]
    assert len(set(names)) == len(names) > 0


def test_shapes_and_types_agree_with_the_tensors(trace, tensors):
    referenced = set()
    for layer in trace["layers"]:
        weights, activations = layer["weights"], layer["activations"]
        assert weights["file"] == activations["file"] == tensors.path.name
        a, b = tensors[weights["tensor"]], tensors[activations["tensor"]]
        place = weights["tensor"].removesuffix(".weight")
        assert layer["name"].startswith(place)
        assert a.shape == SHAPES.get(place.split(".", 1)[1], (384, 384))
        assert b.shape[1] == a.shape[1]
        assert a.dtype == b.dtype == np.int8
        referenced |= {weights["tensor"], activations["tensor"]}
    assert referenced == set(tensors.names)


def test_every_tensor_uses_the_symmetric_range_and_has_its_scale(trace, tensors):
    text = (FOLDER / f"{trace['name']}.yaml").read_text(encoding="utf-8")
    for name in tensors.names:
        magnitude = np.abs(tensors[name].astype(int))
        assert magnitude.max() == 127
        scale = tensors.metadata[f"{name}.scale"]
        assert float(scale) > 0 and f"scale {scale}, " in text


def test_all_inputs_have_a_row_per_token(tensors):
    assert len({tensors[name].shape[0] for name in tensors.names if name.endswith(".input")}) == 1


def test_the_comments_state_shapes_and_densities(trace, tensors):
    lines = (FOLDER / f"{trace['name']}.yaml").read_text(encoding="utf-8").splitlines()
    for layer in trace["layers"]:
        at = next(i for i, line in enumerate(lines) if line.startswith(f"  - name: {layer['name']}  #"))
        a, b = tensors[layer["weights"]["tensor"]], tensors[layer["activations"]["tensor"]]
        assert lines[at].endswith(f"# M {a.shape[0]}, K {a.shape[1]}, N {b.shape[0]}")
        for tensor, line in ((a, lines[at + 2]), (b, lines[at + 4])):
            stated = re.search(r"values (-?\d+) to (-?\d+), density ([\d.]+)", line)
            assert (int(stated[1]), int(stated[2])) == (tensor.min(), tensor.max())
            assert float(stated[3]) == pytest.approx(np.count_nonzero(tensor) / tensor.size, abs=5e-5)


def test_the_main_trace_is_the_tool_s_default_and_varied():
    trace = yaml.safe_load((FOLDER / "minilm.yaml").read_text(encoding="utf-8"))
    requests = [Request.parse(text) for text in DEFAULT_LAYERS]
    assert [layer["name"] for layer in trace["layers"]] == [request.name for request in requests]
    assert [layer["weights"].get("pattern") for layer in trace["layers"]] == [request.pattern for request in requests]
    assert len({request.place for request in requests}) >= 8 and len({request.block for request in requests}) == 2
    assert len({request.pattern for request in requests}) >= 6
