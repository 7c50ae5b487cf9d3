# SPDX-License-Identifier: Apache-2.0
"""Pages of the documentation whose tables a tool makes: the text is kept, what stands between marks is replaced.

A mark is <!-- table: name --> above a table, and <!-- end --> below it.
"""
import re
import sys
from pathlib import Path


def markdown(head: list[str], rows: list[list[str]], left: int = 1) -> str:
    """A table; the first `left` columns are text, the others are numbers."""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return "".join("| " + " | ".join(row) + " |\n" for row in [head, rule, *rows])


def update(page: Path, tables: dict[str, str], check: bool) -> int:
    """Puts tables at their marks. With `check` nothing is written: 1 if the page would change, else 0."""
    old = page.read_text(encoding="utf-8")
    new = old
    for name, table in tables.items():
        mark = re.compile(rf"(<!-- table: {re.escape(name)} -->\n).*?(<!-- end -->)", re.S)
        if not mark.search(new):
            sys.exit(f"{page}: there is no mark <!-- table: {name} -->")
        new = mark.sub(lambda match, table=table: match[1] + table + match[2], new)
    if check:
        return int(new != old)
    page.write_text(new, encoding="utf-8")
    return 0
