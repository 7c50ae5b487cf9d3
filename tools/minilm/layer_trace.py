# SPDX-License-Identifier: Apache-2.0
"""Layer traces of an encoder's linear layers: which are wanted, their tensors, and the YAML that names both."""

import re
from dataclasses import dataclass

import numpy as np

from encoder import LINEAR_LAYERS
from quantise import density, dequantise, quantise

# A rank with its G:H rule, such as C1(4:6); a pattern is one or more of them, highest rank first.
RANK = re.compile(r"C\d*\((\d+):(\d+)\)")


class RequestError(ValueError):
    """A layer or pattern that cannot be exported; the message names it and what is allowed."""


@dataclass(frozen=True)
class Request:
    """A layer of the trace to be: one linear layer of one block, dense or to be pruned onto a pattern."""

    block: int
    layer: str  # a key of LINEAR_LAYERS
    pattern: str | None = None  # None: dense

    @classmethod
    def parse(cls, text):
        """Reads `l<block>.<layer>` or `l<block>.<layer>=<pattern>`, such as `l0.ffn.up=C1(4:6)->C0(2:4)`."""
        place, _, pattern = text.partition("=")
        match = re.fullmatch(r"l(\d+)\.(.+)", place)
        if not match or match[2] not in LINEAR_LAYERS:
            allowed = ", ".join(LINEAR_LAYERS)
            raise RequestError(f"layer {place!r}: expected l<block>.<layer>, <layer> being one of {allowed}")
        if "=" in text:
            for rank in pattern.split("->"):
                rule = RANK.fullmatch(rank)
                if not rule or not 0 < int(rule[1]) <= int(rule[2]):
                    raise RequestError(
                        f"pattern {pattern!r} of layer {place}: {rank!r} is no rank with a G:H rule, 0 < G <= H; "
                        "expected one such as C1(4:6)->C0(2:4) or C0(2:4)"
                    )
        return cls(int(match[1]), match[2], pattern or None)

    @property
    def place(self):
        """Where the layer is in the network, such as `l0.ffn.up`."""
        return f"l{self.block}.{self.layer}"

    @property
    def name(self):
        """The layer's name in the trace: its place and, where pruned, the pattern: `l0.ffn.up.4of6-2of4`."""
        if self.pattern is None:
            return self.place
        return f"{self.place}.{'-'.join(f'{g}of{h}' for g, h in RANK.findall(self.pattern))}"

    @property
    def weight_tensor(self):
        """The name of the weight tensor, int8 [out, in]."""
        return f"{self.place}.weight"

    @property
    def input_tensor(self):
        """The name of the input tensor, int8 [tokens, in]; query, key and value share theirs."""
        if self.layer in ("attention.query", "attention.key", "attention.value"):
            return f"l{self.block}.attention.input"
        return f"{self.place}.input"


@dataclass(frozen=True)
class Quantised:
    """An int8 tensor and the scale that turns it back into real values."""

    values: np.ndarray
    scale: float

    @property
    def facts(self):
        """Scale, range and density, for a comment."""
        return (
            f"scale {self.scale:.9g}, values {self.values.min()} to {self.values.max()}, "
            f"density {density(self.values):.4f}"
        )


def capture(encoder, sentences, requests):
    """Runs the sentences (lists of token ids) and returns tensor name -> Quantised for what the requests need.

    Each sentence runs on its own, so there is no padding; the rows of an input tensor are the tokens of all
    sentences, in order. Also returns request place -> relative error of the layer's int8 product.
    """
    for request in requests:
        if request.block >= encoder.configuration.blocks:
            raise RequestError(f"layer {request.place}: the network has blocks 0 to {encoder.configuration.blocks - 1}")
    wanted = {(request.block, request.layer): request for request in requests}
    inputs = {place: [] for place in wanted}

    def observe(block, layer, activations):
        if (block, layer) in inputs:
            inputs[block, layer].append(activations)

    for ids in sentences:
        encoder.forward(ids, observe)

    tensors, errors = {}, {}
    for (block, layer), request in wanted.items():
        weight, activations = encoder.weight(block, layer), np.concatenate(inputs[block, layer])
        a = tensors[request.weight_tensor] = Quantised(*quantise(weight))
        b = tensors[request.input_tensor] = Quantised(*quantise(activations))
        exact = activations @ weight.T
        product = dequantise(b.values, b.scale) @ dequantise(a.values, a.scale).T
        errors[request.place] = np.linalg.norm(product - exact) / np.linalg.norm(exact)
    return tensors, errors


def yaml_text(name, tensor_file, origin, requests, tensors):
    """The trace as YAML text. origin: lines of comment for the head of the file."""
    lines = [f"# {line}" for line in origin]
    lines += ["hssim_trace: 1", f"name: {name}", "layers:"]
    for request in requests:
        weight, activations = tensors[request.weight_tensor], tensors[request.input_tensor]
        (m, k), (n, _) = weight.values.shape, activations.values.shape
        pruning = f', pattern: "{request.pattern}", prune: magnitude' if request.pattern else ""
        lines += [
            f"  - name: {request.name}  # M {m}, K {k}, N {n}",
            "    operation: linear",
            f"    # weights: {weight.facts}" + (" before pruning" if request.pattern else ""),
            f"    weights: {{file: {tensor_file}, tensor: {request.weight_tensor}{pruning}}}",
            f"    # activations: {activations.facts}",
            f"    activations: {{file: {tensor_file}, tensor: {request.input_tensor}}}",
        ]
    return "\n".join(lines) + "\n"
