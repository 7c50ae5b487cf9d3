#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains a small ReLU network on the digits of scikit-learn, prunes it, and writes its layers as hssim layer traces.

Writes into --output: dense.yaml and pruned.yaml, each with its .safetensors of int8 weights and of the activations that
a batch of test images has at every layer, and the table of accuracies in README.md between its markers.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "minilm"))  # safetensors and quantisation are those of that tool

import integers  # noqa: E402
import network  # noqa: E402
import safetensors_io  # noqa: E402
from pruning import mask  # noqa: E402
from quantise import density  # noqa: E402

SEED = 0
TEST_SHARE = 5  # every fifth image, by class in the order of the data set
BATCH = 16
PATTERNS = ("C0(2:4)", "C1(4:8)->C0(2:4)", "C1(2:8)->C0(2:4)")
EXPORTED = "C1(4:8)->C0(2:4)"
DENSE_LAYERS = ("conv1",)  # one channel: no group of a pattern would be full
BEGIN, END = "<!-- accuracy: written by tools/digits/make_trace.py -->", "<!-- end of accuracy -->"


def load():
    """Images [n, 1, 8, 8] in 0 to 1 and labels, for training and for testing; the split is by place, not by chance."""
    from sklearn.datasets import load_digits

    data = load_digits()
    images, labels = data.images[:, None] / 16, data.target
    test = np.zeros(len(labels), bool)
    for digit in range(network.CLASSES):
        test[np.flatnonzero(labels == digit)[::TEST_SHARE]] = True
    return images[~test], labels[~test], images[test], labels[test]


def masks_of(parameters, pattern):
    """A mask for every layer that is pruned."""
    return {name: mask(pair[0], pattern) for name, pair in parameters.items() if name not in DENSE_LAYERS}


def pruned(parameters, masks):
    return {name: (weight * masks.get(name, 1), bias) for name, (weight, bias) in parameters.items()}


def export(folder, name, parameters, scales, images, labels, pattern, facts):
    """Writes a trace and its tensors; returns how dense each layer's operands are."""
    tensors, metadata, lines, densities = {}, {"origin": facts[0], "labels": " ".join(map(str, labels))}, [], {}

    def observe(layer, weight, inputs):
        declared = f', pattern: "{pattern}"' if pattern and layer.name not in DENSE_LAYERS else ""
        for role, operand in (("weight", weight), ("input", inputs)):
            tensor = f"{layer.name}.{role}"
            tensors[tensor] = operand.values
            metadata[f"{tensor}.scale"] = f"{operand.scale:.9g}"
        densities[layer.name] = (density(weight.values), density(inputs.values))
        lines.extend(
            [
                f"  - name: {layer.name}",
                f"    operation: {'conv2d' if layer.kind == 'conv' else 'linear'}",
                f"    # scale {weight.scale:.9g}, density {densities[layer.name][0]:.4f}",
                f"    weights: {{file: {name}.safetensors, tensor: {layer.name}.weight{declared}}}",
                f"    # scale {inputs.scale:.9g}, density {densities[layer.name][1]:.4f}",
                f"    activations: {{file: {name}.safetensors, tensor: {layer.name}.input}}",
            ]
        )
        if layer.kind == "conv":
            lines.append("    padding: 1")
        if layer.relu:
            lines.append("    output: {activation: relu}")

    integers.forward(parameters, scales, images, observe=observe)
    safetensors_io.write(folder / f"{name}.safetensors", tensors, metadata)
    head = [f"# {fact}" for fact in facts] + ["hssim_trace: 1", f"name: digits-{name}", "layers:"]
    (folder / f"{name}.yaml").write_text("\n".join(head + lines) + "\n", encoding="utf-8")
    return densities


def table(rows):
    """The accuracies as Markdown; the share of test images whose class is found."""
    lines = [
        "| weights | density | one-shot | fine-tuned | fine-tuned, int8 |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for label, share, oneshot, tuned, int8 in rows:
        cells = [f"{value:.2%}".replace("%", " %") if value is not None else "" for value in (oneshot, tuned, int8)]
        lines.append(f"| {label} | {share:.4f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def update_readme(folder, text):
    path = folder / "README.md"
    if not path.exists():
        path.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    readme = path.read_text(encoding="utf-8")
    before, marker, rest = readme.partition(BEGIN)
    _, closing, after = rest.partition(END)
    if not marker or not closing:
        raise ValueError(f"{path}: the markers of the table are missing")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def share_kept(parameters):
    """The share of weights that are not zero, over all layers."""
    weights = [pair[0] for pair in parameters.values()]
    return sum(np.count_nonzero(weight) for weight in weights) / sum(weight.size for weight in weights)


def run(folder, epochs, tuning_epochs, log=print):
    """Trains, prunes, fine-tunes and exports; returns the rows of the table."""
    images, labels, test_images, test_labels = load()

    def score(parameters):
        return network.accuracy(network.forward(parameters, test_images), test_labels)

    def score_int8(parameters):
        scales = integers.input_scales(parameters, images)
        return network.accuracy(integers.forward(parameters, scales, test_images), test_labels)

    started = time.monotonic()
    dense = network.train(network.initialise(SEED), images, labels, epochs=epochs, seed=SEED)
    log(f"trained in {time.monotonic() - started:.0f} s, accuracy {score(dense):.4f}")
    rows = [("dense", 1.0, None, score(dense), score_int8(dense))]
    chosen = {"dense": (dense, None)}
    for pattern in PATTERNS:
        masks = masks_of(dense, pattern)
        once = pruned(dense, masks)
        tuned = network.train(once, images, labels, epochs=tuning_epochs, seed=SEED + 1, rate=1e-3, masks=masks)
        rows.append((f"`{pattern}`", share_kept(tuned), score(once), score(tuned), score_int8(tuned)))
        log(f"{pattern}: one-shot {score(once):.4f}, fine-tuned {score(tuned):.4f}")
        if pattern == EXPORTED:
            chosen["pruned"] = (tuned, pattern)
    # A batch with every class, as evenly as can be.
    order = np.argsort(test_labels, kind="stable")
    batch = np.sort(order[np.linspace(0, len(order) - 1, BATCH).astype(int)])
    for name, (parameters, pattern) in chosen.items():
        facts = [
            f"A ReLU network on the digits of scikit-learn, {f'pruned to {pattern} and fine-tuned' if pattern else 'dense'}.",
            f"int8 weights, and the activations that {BATCH} test images have. Made by tools/digits/make_trace.py.",
        ]
        scales = integers.input_scales(parameters, images)
        densities = export(folder, name, parameters, scales, test_images[batch], test_labels[batch], pattern, facts)
        for layer, (a, b) in densities.items():
            log(f"{name} {layer}: weights {a:.4f}, activations {b:.4f}")
    update_readme(folder, table(rows))
    return rows


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=Path, required=True, help="the folder of the traces")
    parser.add_argument("--epochs", type=int, default=20, help="of training (default: 20)")
    parser.add_argument("--tuning-epochs", type=int, default=10, help="of fine-tuning each pattern (default: 10)")
    options = parser.parse_args(arguments)
    if min(options.epochs, options.tuning_epochs) < 1:
        parser.error("a training has at least one epoch")
    options.output.mkdir(parents=True, exist_ok=True)
    run(options.output, options.epochs, options.tuning_epochs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
