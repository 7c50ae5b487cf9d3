# SPDX-License-Identifier: Apache-2.0
"""The products of an ONNX model as layers of a trace: which operands a node multiplies, in the layout of a trace."""

from dataclasses import dataclass, field

import numpy as np

from model import ImportFailure
from quantise import quantise

# Nodes that multiply matrices, and that no layer of a trace can say.
REFUSED = {
    "Attention", "BiasGelu", "ConvTranspose", "DeformConv", "Einsum", "FusedConv", "FusedGemm", "FusedMatMul", "GRU",
    "GroupQueryAttention", "If", "LSTM", "Loop", "MultiHeadAttention", "QAttention", "QGemm", "RNN", "Scan",
}  # fmt: skip
READ = ("Conv", "ConvInteger", "Gemm", "MatMul", "MatMulInteger", "QLinearConv", "QLinearMatMul")


@dataclass
class Operand:
    """Values in the layout of a trace (None: to be drawn), their type, and the scale they were quantised with."""

    tensor: str
    shape: list
    values: np.ndarray | None = None
    scale: float | None = None


@dataclass
class Product:
    """A layer of the trace to be."""

    name: str
    node: str  # the operator and its name, for messages
    operation: str
    weights: Operand
    activations: Operand
    options: dict = field(default_factory=dict)  # further keys of the layer


class Reader:
    """Makes layers of nodes; `notes` says what a layer has not."""

    def __init__(self, model):
        self.model = model
        self.notes = []

    def products(self, skipped=()):
        """The layers of all nodes that multiply; what cannot be a layer is refused by name, unless it is in `skipped`."""
        result, others, unknown = [], {}, set(skipped)
        for index, node in enumerate(self.model.graph.node):
            name = node.name or f"{node.op_type}_{index}"
            if name in unknown:
                unknown.discard(name)
                self.notes.append(f"{node.op_type} '{name}' is left out, as asked")
            elif node.op_type in REFUSED:
                raise self.failure(node, name, "a trace cannot say this operator")
            elif node.op_type in READ:
                result.append(self.product(node, name))
            else:
                others[node.op_type] = others.get(node.op_type, 0) + 1
        if unknown:
            raise ImportFailure(f"{self.model.path}: no node is called {', '.join(map(repr, sorted(unknown)))}", 64)
        if others:
            counts = ", ".join(f"{count} {kind}" for kind, count in sorted(others.items()))
            self.notes.append(f"no products, and left out: {counts}")
        if not result:
            raise ImportFailure(f"{self.model.path}: no node is one of {', '.join(READ)}")
        return result

    def failure(self, node, name, problem):
        hint = "" if node.op_type in READ else f"; allowed: {', '.join(READ)}, or --skip {name}"
        return ImportFailure(f"{self.model.path}: {node.op_type} '{name}': {problem}{hint}")

    def product(self, node, name):
        attributes = {attribute.name: attribute for attribute in node.attribute}
        kind = node.op_type
        if kind in ("Conv", "ConvInteger", "QLinearConv"):
            product = self.convolution(node, name, attributes)
        else:
            product = self.matrices(node, name, attributes)
        # The only thing behind a product that a layer of a trace has is ReLU; a bias may stand between.
        bias = {"Conv": 2, "Gemm": 2, "QLinearConv": 8}.get(kind)
        if bias is not None and len(node.input) > bias and node.input[bias]:
            self.notes.append(f"{kind} '{name}': its bias is no part of the product, and left out")
        if kind == "Gemm" and "alpha" in attributes and attributes["alpha"].f != 1:
            self.notes.append(f"{kind} '{name}': its alpha scales the product, and is left out")
        readers = self.model.consumers(node.output[0])
        if len(readers) == 1 and readers[0].op_type == "Relu":
            product.options["output"] = "{activation: relu}"
        return product

    def operands(self, node, name):
        """Names of activations and weights, and of their zero points (None: zero); weights are the constant operand."""
        kind, inputs = node.op_type, list(node.input) + [""] * 9
        if kind.startswith("QLinear"):
            pairs = [(inputs[0], inputs[2]), (inputs[3], inputs[5])]
        elif kind.endswith("Integer"):
            pairs = [(inputs[0], inputs[2]), (inputs[1], inputs[3])]
        else:
            pairs = [(inputs[0], ""), (inputs[1], "")]
        return [(tensor, zero or None) for tensor, zero in pairs]

    def values(self, node, name, tensor, zero, axis=None):
        """A tensor's values, less its zero point; None if they are not known. `axis` is that of a zero point each."""
        value = self.model.value(tensor)
        if value is None:
            return None
        if value.dtype.kind not in "fiu":
            raise self.failure(node, name, f"'{tensor}' is of type {value.dtype}")
        if zero is None:
            return value
        point = self.model.value(zero)
        if point is None:
            raise self.failure(node, name, f"the zero point '{zero}' is computed, and there is no sample")
        if point.size > 1:
            if axis is None:
                raise self.failure(node, name, f"'{tensor}' has {point.size} zero points")
            point = point.reshape([-1 if index == axis else 1 for index in range(value.ndim)])
        return value.astype(np.int32) - point.astype(np.int32)

    def operand(self, node, name, tensor, values, shape):
        """An operand of int8, or of int16 where integers need it; real values are quantised."""
        if values is None:
            return Operand(tensor, shape)
        if values.dtype.kind == "f":
            try:
                integers, scale = quantise(values)
            except ValueError as error:
                raise self.failure(node, name, f"'{tensor}': {error}") from error
            return Operand(tensor, list(values.shape), integers, scale)
        for kind in (np.int8, np.int16):
            if values.min(initial=0) >= np.iinfo(kind).min and values.max(initial=0) <= np.iinfo(kind).max:
                return Operand(tensor, list(values.shape), values.astype(kind))
        raise self.failure(node, name, f"'{tensor}' has values that 16 bits do not hold")

    def known_shape(self, node, name, tensor):
        shape = self.model.shape(tensor)
        if shape is None:
            raise self.failure(node, name, f"the shape of '{tensor}' depends on the input; --sample gives one")
        return shape

    def convolution(self, node, name, attributes):
        (tensor, zero), (weight, weight_zero) = self.operands(node, name)
        filters = self.values(node, name, weight, weight_zero, axis=0)
        if filters is None:
            raise self.failure(node, name, f"the weights '{weight}' are computed, and there is no sample")
        if filters.ndim != 4:
            raise self.failure(node, name, f"a convolution of {filters.ndim - 2} dimensions; allowed: 2")
        automatic = attributes["auto_pad"].s.decode() if "auto_pad" in attributes else "NOTSET"
        if automatic not in ("NOTSET", "VALID"):
            raise self.failure(node, name, f"auto_pad {automatic}; allowed: pads that are written out")

        def integers(key, usual):
            return list(attributes[key].ints) if key in attributes else usual

        pads = integers("pads", [0, 0, 0, 0]) if automatic == "NOTSET" else [0, 0, 0, 0]
        if pads[:2] != pads[2:]:
            raise self.failure(node, name, f"pads {pads} differ at the two ends; allowed: the same on both sides")
        product = Product(
            name,
            f"{node.op_type} '{name}'",
            "conv2d",
            self.operand(node, name, weight, filters, None),
            self.operand(
                node, name, tensor, self.values(node, name, tensor, zero), self.known_shape(node, name, tensor)
            ),
        )
        groups = attributes["group"].i if "group" in attributes else 1
        for key, pair, usual in (
            ("stride", integers("strides", [1, 1]), [1, 1]),
            ("padding", pads[:2], [0, 0]),
            ("dilation", integers("dilations", [1, 1]), [1, 1]),
        ):
            if pair != usual:
                product.options[key] = str(pair)
        if groups > 1:
            product.options["groups"] = str(groups)
        return product

    def matrices(self, node, name, attributes):
        """x · W with constant W is a linear layer; W · x is a matmul; of two computed matrices, with a sample, too."""

        def flag(key):
            return key in attributes and attributes[key].i != 0

        left, right = self.operands(node, name)
        left_constant, right_constant = (self.model.constant(pair[0]) is not None for pair in (left, right))
        a = self.values(node, name, *left, axis=0)
        b = self.values(node, name, *right, axis=1)
        if flag("transA"):
            raise self.failure(node, name, "transA; allowed: activations with their features last")
        if b is not None and b.ndim == 2 and (right_constant or not left_constant):
            weights = b.T if not flag("transB") else b
            shape = self.known_shape(node, name, left[0])
            return Product(
                name,
                f"{node.op_type} '{name}'",
                "linear",
                self.operand(node, name, right[0], np.ascontiguousarray(weights), None),
                self.operand(node, name, left[0], a, shape),
            )
        shape = self.known_shape(node, name, right[0])
        if left_constant and a.ndim == 2 and len(shape) == 2 and not flag("transB"):
            return Product(
                name,
                f"{node.op_type} '{name}'",
                "matmul",
                self.operand(node, name, left[0], a, None),
                self.operand(node, name, right[0], b, shape),
            )
        raise self.failure(
            node, name, f"a product of {self.known_shape(node, name, left[0])} and {shape} of which no side is a known "
            f"matrix; allowed: a constant matrix (--skip {name} leaves the node out)",
        )
