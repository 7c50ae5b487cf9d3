# SPDX-License-Identifier: Apache-2.0
import pytest

from tokenizer import LONGEST_WORD, Tokenizer, normalise, split_words

PIECES = "[PAD] [UNK] [CLS] [SEP] un ##aff ##able ##a runn ##ing cafe , 中 $ 5".split()


@pytest.fixture
def tokenizer():
    return Tokenizer(PIECES)


@pytest.mark.parametrize(
    "text, words",
    [
        ("Hello,  World!", ["hello", ",", "world", "!"]),
        ("don't", ["don", "'", "t"]),
        ("a\tb\nc\u00a0d", ["a", "b", "c", "d"]),
        ("Zürich ÉCOLE", ["zurich", "ecole"]),  # accents go
        ("ß ø", ["ß", "ø"]),  # letters of their own stay
        ("x中文y", ["x", "中", "文", "y"]),
        ("a\u200bb\x00c\ufffdd", ["abcd"]),  # format and control characters vanish
        ("$5+~`", ["$", "5", "+", "~", "`"]),  # ASCII symbols count as punctuation …
        ("5€", ["5€"]),  # … other symbols do not
        ("—¿", ["—", "¿"]),
        ("", []),
    ],
)
def test_text_is_normalised_and_split(text, words):
    assert split_words(text) == words


def test_normalising_twice_changes_nothing():
    text = "Ünïcode — 中 Déjà\u0301 vu"
    assert normalise(normalise(text)).split() == normalise(text).split()


@pytest.mark.parametrize(
    "word, pieces",
    [
        ("unaffable", ["un", "##aff", "##able"]),
        ("unaable", ["un", "##a", "##able"]),
        ("running", ["runn", "##ing"]),
        ("runner", ["[UNK]"]),  # a rest without a piece makes the whole word unknown
        ("aff", ["[UNK]"]),  # ##aff continues a word, it does not begin one
        ("中", ["中"]),
    ],
)
def test_words_decompose_longest_piece_first(tokenizer, word, pieces):
    assert tokenizer.pieces(word) == pieces


def test_a_word_beyond_the_limit_is_unknown():
    tokenizer = Tokenizer(["[UNK]", "[CLS]", "[SEP]", "x", "##x"])
    assert tokenizer.pieces("x" * LONGEST_WORD) == ["x"] + ["##x"] * (LONGEST_WORD - 1)
    assert tokenizer.pieces("x" * (LONGEST_WORD + 1)) == ["[UNK]"]


def test_a_sentence_is_framed_by_start_and_end(tokenizer):
    assert tokenizer.tokens("Unaffable café, $5") == ["[CLS]", "un", "##aff", "##able", "cafe", ",", "$", "5", "[SEP]"]
    assert tokenizer.encode("café") == [2, 10, 3]
    assert tokenizer.encode("") == [2, 3]


def test_a_special_token_in_the_text_stays_text(tokenizer):
    assert tokenizer.encode("[SEP]") == [2, 1, 1, 1, 3]


def test_a_vocabulary_without_special_tokens_is_refused():
    with pytest.raises(ValueError, match=r"lacks \[CLS\], \[SEP\]"):
        Tokenizer(["[UNK]", "a"])


def test_a_vocabulary_file_numbers_its_lines(tmp_path):
    path = tmp_path / "vocab.txt"
    path.write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    assert Tokenizer.from_file(path).ids == {piece: index for index, piece in enumerate(PIECES)}
