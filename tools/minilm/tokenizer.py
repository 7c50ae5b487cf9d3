# SPDX-License-Identifier: Apache-2.0
"""Uncased BERT tokenisation: basic splitting, then WordPiece (greedy, longest piece first).

Source of the rules: Devlin et al., "BERT", 2019, and its vocabulary file. Special tokens spelled out in the text
("[SEP]") are treated as ordinary text, so that a sentence cannot smuggle one in.
"""

import unicodedata
from pathlib import Path

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
CONTINUATION = "##"
LONGEST_WORD = 100  # characters; a longer word is unknown as a whole

DROPPED = ("Cc", "Cf", "Co", "Cs")  # control, format, private use, surrogate

# Code point ranges that BERT treats as one word per character (CJK ideographs).
IDEOGRAPHS = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F),
)  # fmt: skip


def normalise(text):
    """`text` without control characters and accents, in lower case, ideographs set apart by spaces."""
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if character in "\t\n\r" or category.startswith("Z"):
            kept.append(" ")
        elif character == "\ufffd" or category in DROPPED:
            continue
        elif any(first <= ord(character) <= last for first, last in IDEOGRAPHS):
            kept.append(f" {character} ")
        else:
            kept.append(character)
    decomposed = unicodedata.normalize("NFD", "".join(kept))
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn").lower()


def is_punctuation(character):
    """Whether `character` stands as a word of its own: Unicode punctuation, or any ASCII symbol such as `$`."""
    if character.isascii():
        return character.isprintable() and not character.isalnum() and character != " "
    return unicodedata.category(character).startswith("P")


def split_words(text):
    """Normalises `text` and splits it at white space and around every punctuation character."""
    spaced = "".join(f" {c} " if is_punctuation(c) else c for c in normalise(text))
    return spaced.split()


class Tokenizer:
    """WordPiece over a vocabulary: one piece per entry, its index being the token id."""

    def __init__(self, vocabulary):
        self.ids = {piece: index for index, piece in enumerate(vocabulary)}
        missing = [special for special in (UNKNOWN, START, END) if special not in self.ids]
        if missing:
            raise ValueError(f"the vocabulary lacks {', '.join(missing)}")

    @classmethod
    def from_file(cls, path):
        """Reads a `vocab.txt`, one piece per line."""
        return cls(Path(path).read_text(encoding="utf-8").rstrip("\n").split("\n"))

    def pieces(self, word):
        """The pieces of one word; all but the first carry `##`. A word that does not decompose is `[UNK]`."""
        if len(word) > LONGEST_WORD:
            return [UNKNOWN]
        pieces = []
        start = 0
        while start < len(word):
            prefix = CONTINUATION if start else ""
            for end in range(len(word), start, -1):
                if prefix + word[start:end] in self.ids:
                    break
            else:
                return [UNKNOWN]
            pieces.append(prefix + word[start:end])
            start = end
        return pieces

    def tokens(self, text):
        """The tokens of `text`, between `[CLS]` and `[SEP]`."""
        return [START, *(piece for word in split_words(text) for piece in self.pieces(word)), END]

    def encode(self, text):
        """The token ids of `text`, between those of `[CLS]` and `[SEP]`."""
        return [self.ids[token] for token in self.tokens(text)]
