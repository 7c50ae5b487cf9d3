# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

TOOL = Path(__file__).resolve().parent.parent
ROOT = TOOL.parent.parent
sys.path[:0] = [str(TOOL), str(TOOL.parent / "minilm")]


def save(path, nodes, inputs, outputs, constants):
    """Writes a model; inputs and outputs map names to (type, shape)."""
    types = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int8): 3, np.dtype(np.int32): 6}

    def infos(tensors):
        return [
            helper.make_tensor_value_info(name, types[np.dtype(kind)], shape)
            for name, (kind, shape) in tensors.items()
        ]

    graph = helper.make_graph(
        [helper.make_node(kind, given, made, name, **attributes) for kind, given, made, name, attributes in nodes],
        "test",
        infos(inputs),
        infos(outputs),
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


@pytest.fixture
def hssim(tmp_path):
    """Runs the program that was built last; tools/test builds it before these tests."""
    built = [ROOT / folder / "release/hssim" for folder in (".build/testing", ".build")]
    built = sorted((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime)
    if not built:
        pytest.skip("hssim is not built; tools/test builds it")

    def run(*words):
        # `hssim import` takes the python3 that runs these tests, unless tools/test has made it one.
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        command = [built[-1], *map(str, words)]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
        )

    return run
