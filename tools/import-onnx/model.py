# SPDX-License-Identifier: Apache-2.0
"""An ONNX model with the shape of every tensor, the values of constants and, with a sample, of all the others."""

import numpy as np
import onnx
from onnx import numpy_helper

MISSING, CONTENT = 66, 65


class ImportFailure(Exception):
    """What keeps a model from being imported: the exit code, and a message that names the place."""

    def __init__(self, message, code=CONTENT):
        super().__init__(message)
        self.code = code


class Model:
    """A checked model; `sample` maps the names of its inputs to arrays, or is None."""

    def __init__(self, path, sample=None):
        self.path = path
        try:
            model = onnx.load(path)
        except FileNotFoundError as error:
            raise ImportFailure(f"{path}: no such file", MISSING) from error
        except Exception as error:  # protobuf has an exception of its own, which is no part of its interface
            raise ImportFailure(f"{path}: is no ONNX model: {first_line(error)}") from error
        try:
            onnx.checker.check_model(model, full_check=True)
            model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        except Exception as error:
            raise ImportFailure(f"{path}: is no valid ONNX model: {first_line(error)}") from error
        self.model = model
        self.graph = model.graph
        self.constants = {tensor.name: tensor for tensor in self.graph.initializer}
        for node in self.graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = node.attribute[0].t
        self.values = {} if sample is None else self._run(sample)
        self.has_sample = sample is not None
        known = (*self.graph.input, *self.graph.output, *self.graph.value_info)
        self.shapes = {info.name: info.type.tensor_type.shape for info in known if info.type.HasField("tensor_type")}

    def _run(self, sample):
        """The values of all tensors that nodes make, for a sample of the inputs."""
        import onnxruntime

        inputs = [info.name for info in self.graph.input if info.name not in self.constants]
        if sorted(sample) != sorted(inputs):
            raise ImportFailure(
                f"{self.path}: the sample has {names(sample)}, the model's inputs are {names(inputs)}"
            )
        watched = onnx.ModelProto()
        watched.CopyFrom(self.model)
        outputs = {info.name for info in watched.graph.output}
        for name in (name for node in self.graph.node for name in node.output if name and name not in outputs):
            watched.graph.output.append(onnx.ValueInfoProto(name=name))
        options = onnxruntime.SessionOptions()
        # Nothing is fused away: every node's own result is wanted.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(
                watched.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
            wanted = [output.name for output in session.get_outputs()]
            return dict(sample) | dict(zip(wanted, session.run(wanted, dict(sample))))
        except Exception as error:
            raise ImportFailure(f"{self.path}: does not run on the sample: {first_line(error)}") from error

    def constant(self, name):
        """The value of a tensor that no input changes; None if it is none, or is only known after running."""
        if name in self.constants:
            return numpy_helper.to_array(self.constants[name])
        return None

    def value(self, name):
        """The value of a tensor: a constant's, or with a sample that of any; None if it is not known."""
        constant = self.constant(name)
        return self.values.get(name) if constant is None else constant

    def shape(self, name):
        """The extents of a tensor; None where they are not known, or are symbols."""
        value = self.value(name)
        if value is not None:
            return list(value.shape)
        dimensions = self.shapes.get(name)
        if dimensions is None or not all(d.HasField("dim_value") and d.dim_value > 0 for d in dimensions.dim):
            return None
        return [d.dim_value for d in dimensions.dim]

    def consumers(self, name):
        """The nodes that read a tensor."""
        return [node for node in self.graph.node if name in node.input]


def names(items):
    return ", ".join(repr(str(item)) for item in sorted(items)) or "nothing"


def first_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
