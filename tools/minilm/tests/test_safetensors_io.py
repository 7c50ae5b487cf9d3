# SPDX-License-Identifier: Apache-2.0
import json
import struct

import numpy as np
import pytest

from safetensors_io import DTYPES, FormatError, SafetensorsFile, write


def file_of(path, header, data=b""):
    """Writes a file from a header (object or raw bytes) and data bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=DTYPES)
@pytest.mark.parametrize("shape", [(), (1,), (3, 5), (2, 0, 4), (2, 3, 4)])
def test_what_is_written_is_read(tmp_path, dtype, shape):
    random = np.random.default_rng(1)
    tensor = random.integers(0, 100, shape).astype(dtype)
    write(tmp_path / "t.safetensors", {"x": tensor, "a": np.arange(3, dtype=np.int8)}, {"key": "välue"})
    file = SafetensorsFile(tmp_path / "t.safetensors")
    assert file.names == ["a", "x"] and "x" in file and "y" not in file
    assert file.metadata == {"key": "välue"}
    assert file["x"].dtype == dtype and file["x"].shape == shape
    assert np.array_equal(file["x"], tensor)
    assert file["a"].tolist() == [0, 1, 2]


def test_the_bytes_are_those_of_the_format(tmp_path):
    path = tmp_path / "t.safetensors"
    write(path, {"w": np.array([[1, -2]], np.int8)}, {"k": "v"})
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    assert length % 8 == 0 and content[8:9] == b"{"
    assert json.loads(content[8 : 8 + length]) == {
        "__metadata__": {"k": "v"},
        "w": {"dtype": "I8", "shape": [1, 2], "data_offsets": [0, 2]},
    }
    assert content[8 + length :] == b"\x01\xfe"


def test_order_and_memory_layout_of_the_arguments_do_not_show(tmp_path):
    a, b = np.arange(6, dtype=np.int8).reshape(2, 3), np.ones(2, np.float32)
    write(tmp_path / "1", {"a": a, "b": b}, {"x": "1", "y": "2"})
    write(tmp_path / "2", {"b": b.astype(">f4"), "a": np.asfortranarray(a)}, {"y": "2", "x": "1"})
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_a_type_without_a_name_is_refused(tmp_path):
    with pytest.raises(FormatError, match="tensor z: dtype complex128"):
        write(tmp_path / "t", {"z": np.zeros(1, complex)}, {})
    assert not (tmp_path / "t").exists()


GOOD = {"dtype": "I8", "shape": [2, 2], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "entry, complaint",
    [
        (GOOD | {"dtype": "X8"}, "dtype X8"),
        (GOOD | {"shape": [2, 3]}, "4 bytes do not hold"),
        (GOOD | {"shape": [-2, -2]}, "at least 0"),
        (GOOD | {"shape": [2.0, 2]}, "at least 0"),
        (GOOD | {"shape": 4}, "malformed"),
        (GOOD | {"data_offsets": [1, 5]}, "ends at byte"),
        (GOOD | {"data_offsets": [4, 0]}, "do not hold"),
        (GOOD | {"data_offsets": [0]}, "malformed"),
        ({"dtype": "I8"}, "malformed"),
        (3, "malformed"),
    ],
)
def test_a_malformed_entry_is_refused_by_name(tmp_path, entry, complaint):
    with pytest.raises(FormatError, match=f"tensor t.*{complaint}"):
        SafetensorsFile(file_of(tmp_path / "bad", {"t": entry}, b"1234"))


@pytest.mark.parametrize(
    "content, complaint",
    [
        (b"1234567", "too short"),
        (struct.pack("<Q", 100) + b"{}", "claims 100 bytes"),
        (struct.pack("<Q", 2) + b"{]", "no JSON text"),
        (struct.pack("<Q", 2) + b"\xff\xff", "no JSON text"),
        (struct.pack("<Q", 2) + b"[]", "no JSON object"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path, content, complaint):
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(FormatError, match=complaint):
        SafetensorsFile(tmp_path / "bad")


def test_a_missing_tensor_is_named(tmp_path):
    file = SafetensorsFile(file_of(tmp_path / "f", {"t": GOOD}, b"1234"))
    with pytest.raises(FormatError, match="no tensor u"):
        file["u"]
