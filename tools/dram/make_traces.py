#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes deterministic memory traces for `hssim dram`, Ramulator and DRAMsim3.

    tools/dram/make_traces.py OUTPUT_DIRECTORY [--lines 20000] [--format cycle-address]

Each pattern becomes one file, a 64-byte line an access. Random numbers come from splitmix64 (Steele, Lea and Flood,
OOPSLA 2014) with the seed that the pattern names, so that a trace is the same everywhere.
"""
import argparse
import pathlib

MASK = (1 << 64) - 1
LINE = 64
REGION = 1 << 30  # bytes that the random patterns reach


def splitmix64(seed):
    """Yields the numbers of a splitmix64 generator."""
    state = seed
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & MASK
        yield mixed ^ mixed >> 31


def sequential(lines, is_write):
    return [(0, LINE * index, is_write) for index in range(lines)]


def strided(lines, stride):
    return [(0, index * stride % REGION, False) for index in range(lines)]


def random_lines(lines, seed, writes_in=0):
    """Uniform lines; with `writes_in` n, an access is a write where a second draw is a multiple of n."""
    numbers = splitmix64(seed)
    trace = []
    for _ in range(lines):
        address = next(numbers) % (REGION // LINE) * LINE
        trace.append((0, address, bool(writes_in) and next(numbers) % writes_in == 0))
    return trace


def tiles(lines, seed, tile_bytes=1024):
    """Reads of whole tiles at random aligned places, as a blocked tensor gives."""
    numbers = splitmix64(seed)
    trace = []
    while len(trace) < lines:
        base = next(numbers) % (REGION // tile_bytes) * tile_bytes
        trace += [(0, base + offset, False) for offset in range(0, tile_bytes, LINE)]
    return trace[:lines]


def paced(lines, seed, interval):
    """Single random reads, far enough apart to meet an idle memory."""
    return [(index * interval, address, False)
            for index, (_, address, _) in enumerate(random_lines(lines, seed))]


def same_line(lines, seed):
    """Reads and writes of few lines: forwarding, merging, and writes that wait for reads."""
    numbers = splitmix64(seed)
    return [(0, next(numbers) % 48 * LINE, next(numbers) % 2 == 0) for _ in range(lines)]


def patterns(lines):
    return {
        "sequential_read": sequential(lines, False),
        "sequential_write": sequential(lines, True),
        "stride_8k_read": strided(lines, 8192),
        "stride_256k_read": strided(lines, 256 * 1024),
        "random_read": random_lines(lines, 1),
        "random_mix": random_lines(lines, 2, writes_in=3),
        "random_half_writes": random_lines(lines, 7, writes_in=2),
        "tile_read": tiles(lines, 3),
        "paced_read": paced(min(lines, 2000), 4, 500),
        "same_line_mix": same_line(lines, 5),
    }


def text(access, form):
    clock, address, is_write = access
    if form == "load-store":
        return "%s 0x%x" % ("ST" if is_write else "LD", address)
    if form == "address-command":
        return "0x%x %s %d" % (address, "WRITE" if is_write else "READ", clock)
    return "%d 0x%x %s" % (clock, address, "W" if is_write else "R")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=pathlib.Path, help="directory, made if needed")
    parser.add_argument("--lines", type=int, default=20000, help="accesses of each trace")
    parser.add_argument("--format", default="cycle-address",
                        choices=["cycle-address", "load-store", "address-command"])
    options = parser.parse_args()
    if options.lines < 1:
        parser.error("--lines must be 1 or more")
    options.output.mkdir(parents=True, exist_ok=True)
    for name, trace in patterns(options.lines).items():
        path = options.output / (name + ".trace")
        path.write_text("".join(text(access, options.format) + "\n" for access in trace))


if __name__ == "__main__":
    main()
