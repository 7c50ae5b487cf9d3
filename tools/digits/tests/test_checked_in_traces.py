# SPDX-License-Identifier: Apache-2.0
"""traces/digits against the tool, the data set and its README."""

import re

import numpy as np
import pytest
import yaml
from conftest import ROOT

import make_trace
import network
from network import LAYERS
from pruning import mask
from safetensors_io import SafetensorsFile

FOLDER = ROOT / "traces" / "digits"
NAMES = ("dense", "pruned")


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def tensors(name):
    return SafetensorsFile(FOLDER / f"{name}.safetensors")


def test_layers_shapes_and_types_are_those_of_the_network(name, tensors):
    trace = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    assert [layer["name"] for layer in trace["layers"]] == [layer.name for layer in LAYERS]
    for entry, layer in zip(trace["layers"], LAYERS):
        weight, inputs = tensors[entry["weights"]["tensor"]], tensors[entry["activations"]["tensor"]]
        assert weight.shape == layer.weight_shape and weight.dtype == inputs.dtype == np.int8
        assert inputs.shape[:2] == (make_trace.BATCH, layer.inputs)
        pruned = name == "pruned" and layer.name not in make_trace.DENSE_LAYERS
        assert entry["weights"].get("pattern") == (make_trace.EXPORTED if pruned else None)
        assert "prune" not in entry["weights"]
        if pruned:
            # Conforming, without the trace having to prune: a mask of the values loses none of them.
            assert np.all(mask(weight, make_trace.EXPORTED)[weight != 0] == 1)


def test_the_first_activations_are_the_data_set_s_images_and_the_batch_has_every_class(tensors):
    _, _, images, labels = make_trace.load()
    scale = float(tensors.metadata["conv1.input.scale"])
    exported = tensors["conv1.input"] * scale
    known = {tuple(image.ravel()): label for image, label in zip(np.rint(images * 16).astype(int), labels)}
    found = [known[tuple(np.rint(image * 16).astype(int).ravel())] for image in exported]
    assert found == [int(label) for label in tensors.metadata["labels"].split()]
    assert set(found) == set(range(network.CLASSES))


def test_activations_have_the_zeros_of_relu(tensors):
    shares = {layer.name: (tensors[f"{layer.name}.input"] == 0).mean() for layer in LAYERS}
    assert all(tensors[f"{layer.name}.input"].min() == 0 for layer in LAYERS)
    assert shares["conv2"] > 0.3 and shares["fc2"] > 0.3


def test_the_last_layer_s_integers_find_the_classes(tensors):
    """The exported operands of the last layer, multiplied: almost every image of the batch gets its class."""
    scores = tensors["fc2.input"].astype(int) @ tensors["fc2.weight"].astype(int).T
    labels = np.array([int(label) for label in tensors.metadata["labels"].split()])
    # Its bias is no part of the product.
    assert (scores.argmax(axis=1) == labels).mean() >= 0.9


def test_the_readme_s_table_is_the_tool_s():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    table = readme.split(make_trace.BEGIN)[1].split(make_trace.END)[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][2:]
    labels = [row.split("|")[1].strip().strip("`") for row in rows]
    assert labels == ["dense", *make_trace.PATTERNS]
    percents = [[float(cell) for cell in re.findall(r"([\d.]+) %", row)] for row in rows]
    dense = percents[0][0]
    for oneshot, tuned, int8 in percents[1:]:
        assert oneshot < tuned <= 100 and abs(tuned - int8) < 2
    # Half and a quarter of the weights cost little once they are fine-tuned.
    assert percents[1][1] > dense - 1 and percents[2][1] > dense - 2


def test_the_table_is_put_between_its_markers(tmp_path):
    (tmp_path / "README.md").write_text(f"head\n{make_trace.BEGIN}\nold\n{make_trace.END}\ntail\n", encoding="utf-8")
    make_trace.update_readme(tmp_path, make_trace.table([("dense", 1.0, None, 0.5, 0.25)]))
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith("head\n") and text.endswith("tail\n") and "old" not in text
    assert "| dense | 1.0000 |  | 50.00 % | 25.00 % |" in text
    (tmp_path / "README.md").write_text("none", encoding="utf-8")
    with pytest.raises(ValueError, match="markers"):
        make_trace.update_readme(tmp_path, "")
