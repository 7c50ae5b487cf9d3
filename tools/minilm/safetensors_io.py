# SPDX-License-Identifier: Apache-2.0
"""Reads and writes safetensors files with numpy alone.

A file is an 8-byte little-endian header length, a JSON header (tensor name -> dtype, shape, byte range in the data
section; `__metadata__` -> a map of strings) and the tensors' bytes, row-major and little-endian.
Format: https://github.com/huggingface/safetensors#format
"""

import json
import math
import os
import struct
from pathlib import Path

import numpy as np

DTYPES = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U8": np.dtype("u1"),
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}

LENGTH_BYTES = 8
ALIGNMENT = 8  # the data section starts on a multiple of this, as the format's own writer has it


class FormatError(ValueError):
    """The file is no well-formed safetensors file; the message names file, tensor and what is wrong."""


class SafetensorsFile:
    """A safetensors file opened for reading. The whole header is validated; tensors are mapped when asked for."""

    def __init__(self, path):
        self.path = Path(path)
        size = os.path.getsize(self.path)
        with open(self.path, "rb") as file:
            prefix = file.read(LENGTH_BYTES)
            if len(prefix) < LENGTH_BYTES:
                raise FormatError(f"{self.path}: {size} bytes are too short for a safetensors header")
            (length,) = struct.unpack("<Q", prefix)
            if length > size - LENGTH_BYTES:
                raise FormatError(f"{self.path}: the header claims {length} bytes, the file has {size}")
            try:
                header = json.loads(file.read(length).decode("utf-8"))
            except ValueError as error:
                raise FormatError(f"{self.path}: the header is no JSON text: {error}") from error
        if not isinstance(header, dict):
            raise FormatError(f"{self.path}: the header is no JSON object")
        self.metadata = header.pop("__metadata__", {})
        self._start = LENGTH_BYTES + length
        self._entries = {name: self._entry(name, fields, size) for name, fields in header.items()}

    def _entry(self, name, fields, size):
        """Checks one header entry; returns (dtype, shape, offset in the file)."""
        try:
            dtype, shape = fields["dtype"], tuple(fields["shape"])
            begin, end = fields["data_offsets"]
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"{self.path}: tensor {name}: malformed header entry") from error
        if dtype not in DTYPES:
            raise FormatError(f"{self.path}: tensor {name}: dtype {dtype} is none of {', '.join(DTYPES)}")
        if not all(type(extent) is int and extent >= 0 for extent in (*shape, begin, end)):
            raise FormatError(f"{self.path}: tensor {name}: shape and offsets must be integers of at least 0")
        if self._start + end > size:
            raise FormatError(f"{self.path}: tensor {name} ends at byte {self._start + end}, the file at {size}")
        if end - begin != math.prod(shape) * DTYPES[dtype].itemsize:
            raise FormatError(f"{self.path}: tensor {name}: {end - begin} bytes do not hold {dtype} {list(shape)}")
        return DTYPES[dtype], shape, self._start + begin

    @property
    def names(self):
        """The names of all tensors, sorted."""
        return sorted(self._entries)

    def __contains__(self, name):
        return name in self._entries

    def __getitem__(self, name):
        """The tensor `name` as a read-only array over the mapped file."""
        if name not in self._entries:
            raise FormatError(f"{self.path}: there is no tensor {name}")
        dtype, shape, offset = self._entries[name]
        if math.prod(shape) == 0:
            return np.zeros(shape, dtype)
        return np.memmap(self.path, dtype=dtype, mode="r", offset=offset, shape=shape or (1,)).reshape(shape)


def write(path, tensors, metadata):
    """Writes `tensors` (name -> array) and `metadata` (string -> string) to `path`.

    The bytes depend on the arguments' content only, not on their order: tensors and keys are sorted.
    """
    header = {"__metadata__": metadata}
    chunks = []
    end = 0
    for name in sorted(tensors):
        array = np.asarray(tensors[name], order="C")
        dtype = array.dtype.newbyteorder("<")
        if dtype not in NAMES:
            raise FormatError(f"{path}: tensor {name}: dtype {array.dtype} is none of {', '.join(DTYPES)}")
        chunk = array.astype(dtype, copy=False).tobytes()
        header[name] = {"dtype": NAMES[dtype], "shape": list(array.shape), "data_offsets": [end, end + len(chunk)]}
        chunks.append(chunk)
        end += len(chunk)
    text = json.dumps(header, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    text += b" " * (-len(text) % ALIGNMENT)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for chunk in chunks:
            file.write(chunk)
