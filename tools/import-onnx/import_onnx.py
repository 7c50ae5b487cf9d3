#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the products of an ONNX model as an hssim layer trace: shapes, weights and, with a sample, real activations.

Real operands are quantised to int8, symmetrically per tensor; integers are kept, less their zero points. `hssim import
model.onnx` runs this. Exit codes are hssim's: 64 usage, 65 content, 66 missing, 73 the output cannot be made.
"""

import argparse
import math
import os
import re
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "minilm"))  # safetensors and quantisation are those of that tool

import safetensors_io  # noqa: E402
from model import CONTENT, MISSING, ImportFailure, Model  # noqa: E402
from products import Reader  # noqa: E402

USAGE, CANNOT_CREATE = 64, 73


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise ImportFailure(message, USAGE)


def read_sample(path):
    """The arrays of an .npz file."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError as error:
        raise ImportFailure(f"{path}: no such file", MISSING) from error
    except Exception as error:
        raise ImportFailure(f"{path}: is no .npz file of arrays: {error}", CONTENT) from error


def acceptable(name):
    """A layer's name as a trace takes it."""
    name = re.sub(r"[^A-Za-z0-9._/-]", "_", name)[:180].lstrip("._/-") or "layer"
    return name


def quoted(text):
    """A text in YAML's double quotes."""
    return '"' + re.sub(r'["\\]|[^ -~]', lambda m: m[0] if " " <= m[0] <= "~" and m[0] not in '"\\' else
                        ("\\" + m[0] if m[0] in '"\\' else f"\\U{ord(m[0]):08x}"), text) + '"'  # fmt: skip


def store(tensors, operand, suffix):
    """Keeps an operand's values under its name, or another where that is taken by other values; returns the name."""
    wanted = operand.tensor
    for name in (wanted, wanted + suffix, *(f"{wanted}{suffix}-{count}" for count in range(2, 1 << 20))):
        known = tensors.get(name)
        if known is None or (known.dtype == operand.values.dtype and np.array_equal(known, operand.values)):
            tensors[name] = operand.values
            return name
    raise ImportFailure(f"the tensor '{wanted}' has too many forms")


def shape_of(product):
    """The extents of a layer with a drawn operand, as the key `shape` has them."""
    a, b = product.weights.shape, product.activations.shape
    if product.operation == "conv2d":
        return {"M": a[0], "C": b[1], "H": b[2], "W": b[3], "R": a[2], "S": a[3], "batch": b[0]}
    columns = b[1] if product.operation == "matmul" else int(np.prod(b[:-1]))
    return {"M": a[0], "K": a[1], "N": columns}


def trace_text(products, name, tensor_file, pattern, origin, notes):
    """The YAML of the trace, and its tensors with their scales."""
    tensors, metadata, used = {}, {}, set()
    lines = ["hssim_trace: 1", f"name: {quoted(name)}", "layers:"]
    for product in products:
        layer = stem = acceptable(product.name)
        count = 1
        while layer in used:
            count += 1
            layer = f"{stem}-{count}"
        used.add(layer)
        if layer != product.name:
            notes.append(f"{product.node} becomes the layer '{layer}'")
        lines += [f"  - name: {layer}", f"    operation: {product.operation}"]
        drawn = product.activations.values is None
        if drawn:
            extents = ", ".join(f"{key}: {value}" for key, value in shape_of(product).items())
            lines.append(f"    shape: {{{extents}}}")
        for role, operand in (("weights", product.weights), ("activations", product.activations)):
            if operand.values is None:
                lines.append(f"    {role}: {{random: {{density: 1}}}}")
                continue
            tensor = store(tensors, operand, f".{role}")
            if operand.scale is not None:
                metadata[f"{tensor}.scale"] = f"{operand.scale:.9g}"
                lines.append(f"    # scale {operand.scale:.9g}")
            pruned = ""
            if pattern and role == "weights":
                # As everywhere: weights with fewer channels than a group of the pattern stay dense.
                period = math.prod(int(h) for h in re.findall(r":(\d+)", pattern))
                if operand.values.shape[1] >= period:
                    pruned = f', pattern: "{pattern}", prune: magnitude'
                else:
                    notes.append(
                        f"'{layer}' stays dense: it has {operand.values.shape[1]} channels, a group of {pattern} has {period}"
                    )
            lines.append(f"    {role}: {{file: {quoted(tensor_file)}, tensor: {quoted(tensor)}{pruned}}}")
        lines += [f"    {key}: {value}" for key, value in product.options.items()]
    head = [re.sub(r"[\x00-\x1f\x7f]", " ", f"# {line}") for line in (*origin, *notes)]
    return "\n".join(head + lines) + "\n", tensors, metadata


def place(path, force):
    """Finds out whether a file can be made."""
    if path.exists() and not (force and path.is_file()):
        raise ImportFailure(f"{path}: exists already; allowed: a new file, or --force to replace it", CANNOT_CREATE)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ImportFailure(f"{path}: cannot be created: no such folder that can be written", CANNOT_CREATE)


def write(path, make):
    """Makes a file that appears whole or not at all."""
    temporary = path.with_name(f"{path.name}.partial-{os.getpid()}")
    try:
        make(temporary)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ImportFailure(f"{path}: cannot be written: {error}", 74) from error


def run(options):
    output = Path(options.output)
    if output.suffix not in (".yaml", ".yml"):
        raise ImportFailure(f"--output {output}: allowed: a path that ends in .yaml", USAGE)
    tensor_path = output.with_suffix(".safetensors")
    for path in (output, tensor_path):
        place(path, options.force)
    sample = None if options.sample is None else read_sample(options.sample)
    reader = Reader(Model(options.model, sample))
    products = reader.products(options.skip)
    name = re.sub(r"[^A-Za-z0-9._-]", "-", output.stem)[:180].lstrip("._-") or "trace"
    origin = [f"Imported from {Path(options.model).name} by tools/import-onnx."]
    if sample is not None:
        origin.append(f"Activations are those of the sample {Path(options.sample).name}.")
    text, tensors, metadata = trace_text(products, name, tensor_path.name, options.pattern, origin, reader.notes)
    write(tensor_path, lambda path: safetensors_io.write(path, tensors, metadata))
    write(output, lambda path: path.write_text(text, encoding="utf-8"))
    for note in reader.notes:
        print(f"{options.model}: {note}", file=sys.stderr)
    count = "1 layer" if len(products) == 1 else f"{len(products)} layers"
    print(f"{name}: {count}, in {output}")


def main(arguments=None):
    parser = Parser(description=__doc__.split("\n")[0])
    parser.add_argument("model", help="the .onnx file")
    parser.add_argument("--output", required=True, help="the layer trace to make (.yaml)")
    parser.add_argument("--sample", help="an .npz file with the model's inputs by name, for real activations")
    parser.add_argument("--pattern", help="what weights are pruned onto when the trace is read")
    parser.add_argument("--skip", action="append", default=[], metavar="NODE", help="a node that is left out")
    parser.add_argument("--force", action="store_true", help="replace the output")
    try:
        run(parser.parse_args(arguments))
    except ImportFailure as failure:
        print(failure, file=sys.stderr)
        return failure.code
    return 0


if __name__ == "__main__":
    sys.exit(main())
