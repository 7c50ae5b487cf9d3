# SPDX-License-Identifier: Apache-2.0
"""Hierarchical structured sparsity by magnitude, as `hssim prune` does it."""

import re

import numpy as np

RANK = re.compile(r"C\d*\((\d+):(\d+)\)")


def parse(pattern):
    """`C1(4:8)->C0(2:4)` -> [(4, 8), (2, 4)], from the highest rank to rank 0."""
    rules = [RANK.fullmatch(rank) for rank in pattern.split("->")]
    if not all(rule and 0 < int(rule[1]) <= int(rule[2]) for rule in rules):
        raise ValueError(f"{pattern!r} is no pattern such as C1(4:8)->C0(2:4)")
    return [(int(rule[1]), int(rule[2])) for rule in rules]


def mask(weight, pattern):
    """Which of a weight's values stay (0 or 1), along its dimension 1.

    Rank 0 keeps the G largest magnitudes of every H, each higher rank the G blocks with the largest sum of squares of
    what is left; of equals the first stay. The dimension must be a multiple of the pattern's period.
    """
    moved = np.moveaxis(np.asarray(weight, np.float64), 1, -1)
    energy = moved**2
    kept = np.ones(moved.shape)
    size = 1
    for g, h in reversed(parse(pattern)):
        if energy.shape[-1] % h:
            raise ValueError(f"{weight.shape[1]} is no multiple of the period of {pattern}")
        groups = energy.reshape(*energy.shape[:-1], -1, h)
        order = np.argsort(-groups, axis=-1, kind="stable")
        chosen = np.zeros(groups.shape)
        np.put_along_axis(chosen, order[..., :g], 1, axis=-1)
        kept = kept * np.repeat(chosen.reshape(energy.shape), size, axis=-1)
        energy = (groups * chosen).sum(axis=-1)
        size *= h
    return np.moveaxis(kept, -1, 1)
