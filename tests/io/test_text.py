"""nmfbio.io.text and nmfbio.io.lines: tab-separated matrices as they come, whole or broken."""

import gzip
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmfbio.errors import InputError
from nmfbio.io import text
from nmfbio.io.text import read_tab_separated

TABLE = "gene\ts1\ts2\nNA\t1\t2.5\n007\t0\t1e3\n1E5\t.5\t4\n"
VALUES = [[1, 0, 0.5], [2.5, 1000, 4]]


@pytest.fixture
def write(tmp_path):
    def write_file(content: str | bytes, name: str = "x.tsv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


SAME_TABLE = {
    "plain": TABLE,
    "byte order mark": "\ufeff" + TABLE,
    "CRLF": TABLE.replace("\n", "\r\n"),
    "CR": TABLE.replace("\n", "\r"),
    "empty lines at the end": TABLE + "\n\n",
    "no newline at the end": TABLE.rstrip(),
    "no corner cell": TABLE.replace("gene\t", "", 1),
    "empty corner cell": TABLE.replace("gene", "", 1),
    "tab at the end of rows": TABLE.replace("2.5\n", "2.5\t\n").replace("1e3\n", "1e3\t\n").replace("4\n", "4\t\n"),
    "tab at the end of all lines": TABLE.replace("\n", "\t\n"),
    "quoted by R": '"s1"\t"s2"\n"NA"\t1\t2.5\n"007"\t0\t1e3\n"1E5"\t.5\t4\n',
    "padded": "gene\t s1\ts2 \nNA \t 1\t2.5 \n 007\t0\t1e3\n1E5\t.5\t4\n",
    "gzip": gzip.compress(TABLE.encode()),
}


@pytest.mark.parametrize("content", SAME_TABLE.values(), ids=SAME_TABLE.keys())
def test_every_honest_form_of_the_table_gives_the_same_matrix(write, content):
    expression = read_tab_separated(write(content))
    assert list(expression.obs_names) == ["s1", "s2"]
    assert list(expression.var_names) == ["NA", "007", "1E5"]
    assert expression.X.dtype == np.float32
    assert expression.X.flags.c_contiguous
    np.testing.assert_array_equal(expression.X, np.array(VALUES, dtype=np.float32))


@pytest.mark.parametrize("name", ["x.tsv", "x.tsv.gz"])
def test_compression_is_told_by_content_not_by_name(write, name):
    for content in (TABLE, gzip.compress(TABLE.encode())):
        assert read_tab_separated(write(content, name)).shape == (2, 3)


def test_quotes_inside_a_gene_id_belong_to_it(write):
    expression = read_tab_separated(write('gene\ts1\n5"-nuc\t1\n"open\t2\n3\'-b\t3\n'))
    assert list(expression.var_names) == ['5"-nuc', '"open', "3'-b"]


def test_ids_beyond_ascii_are_kept(write):
    assert list(read_tab_separated(write("gene\tÄ ö\nβ-actin\t1\n")).obs_names) == ["Ä ö"]


def test_matrix_read_in_small_pieces_is_the_same(write, monkeypatch):
    path = write("gene\ts1\ts2\n" + "".join(f"g{i}\t{i}\t{i / 7}\n" for i in range(500)))
    whole = read_tab_separated(path)
    monkeypatch.setattr(text, "CHARACTERS_AT_ONCE", 100)
    pieces = read_tab_separated(path)
    assert list(pieces.var_names) == list(whole.var_names)
    np.testing.assert_array_equal(pieces.X, whole.X)


BROKEN = {
    "short row": (TABLE.replace("\t1e3", ""), ["line 3", "'007'", "2 fields", "3"]),
    "long row": (TABLE.replace("4\n", "4\t5\n"), ["line 4", "'1E5'", "4 fields"]),
    "header too short": ("gene\ts1\nA\t1\t2\n", ["line 2", "3 fields", "2"]),
    "empty line inside": (TABLE.replace("007", "\n007"), ["line 3"]),
    "text": (TABLE.replace("1e3", "n.d."), ["line 3", "'007'", "'s2'", "'n.d.'"]),
    "decimal comma": (TABLE.replace("2.5", "2,5"), ["line 2", "'2,5'", "decimal point"]),
    "hexadecimal": (TABLE.replace("1e3", "0x1F"), ["'0x1F'"]),
    "truth value": (TABLE.replace("1e3", "TRUE"), ["'TRUE'"]),
    "spreadsheet error": (TABLE.replace("1e3", "#DIV/0!"), ["'#DIV/0!'"]),
    "dash": (TABLE.replace("1e3", "-"), ["'-'"]),
    "beyond float64": (TABLE.replace("1e3", "1e999"), ["line 3", "'1e999'", "finite"]),
    "beyond float32": (TABLE.replace("1e3", "1e39"), ["'007'", "'s2'", "line 3", "float32"]),
    "infinite": (TABLE.replace("1e3", "-inf"), ["'007'", "'s2'", "line 3"]),
    "empty cell": (TABLE.replace("1e3", ""), ["1 empty", "'007'", "'s2'", "line 3"]),
    "NA cells": (TABLE.replace("1e3", "NA").replace("2.5", "NaN"), ["2 empty or NA", "'NA'", "line 2", "line 3"]),
    "empty cell of the only sample": ("gene\ts1\nA\t\nB\t1\n", ["1 empty", "'A'", "'s1'", "line 2"]),
    "repeated gene": (TABLE.replace("1E5", "007"), ["gene ids", "'007'"]),
    "repeated sample": (TABLE.replace("s2", "s1"), ["line 1", "sample ids", "'s1'"]),
    "two Unicode spellings": ("gene\ts1\nGen\u00e9\t1\nGene\u0301\t2\n", ["more than once"]),
    "gene without id": (TABLE.replace("007", ""), ["empty gene id", "position 2"]),
    "no samples": ("gene\t\nA\t\n", ["no sample columns"]),
    "empty file": ("", ["empty file"]),
    "newlines only": ("\n\n", ["empty file"]),
    "header only": ("gene\ts1\n", ["no rows"]),
    "commas": (TABLE.replace("\t", ","), ["commas"]),
    "semicolons": (TABLE.replace("\t", ";"), ["semicolons"]),
    "GCT": ("#1.2\n1\t1\nNAME\tDescription\ts1\nA\tB\t1\n", ["GCT"]),
    "NUL byte": (TABLE.replace("007", "0\x007"), ["NUL", "line 3"]),
    "UTF-16": (TABLE.encode("utf-16"), ["UTF-16"]),
    "Latin-1": ("gene\tK\u00f6ln\nA\t1\n".encode("latin-1"), ["0xf6", "UTF-8"]),
    "cut gzip": (gzip.compress(TABLE.encode())[:-12], ["cut short"]),
    "damaged gzip": (gzip.compress(TABLE.encode())[:-8] + bytes(8), ["damaged"]),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 50, ["HDF5"]),
    "xlsx": (b"PK\x03\x04" + b"\0" * 50, ["zip archive"]),
}


@pytest.mark.parametrize(("content", "named"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_file_is_one_error_that_says_where_and_what(write, content, named):
    with pytest.raises(InputError) as raised:
        read_tab_separated(write(content))
    message = str(raised.value)
    assert "x.tsv" in message
    for part in named:
        assert part in message
    assert "\n" not in message


def test_line_number_is_right_beyond_the_first_piece(write, monkeypatch):
    monkeypatch.setattr(text, "CHARACTERS_AT_ONCE", 50)
    rows = [f"g{i}\t{i}\n" for i in range(100)]
    rows[70] = "g70\tx\n"
    with pytest.raises(InputError, match="line 72, gene 'g70'"):
        read_tab_separated(write("gene\ts1\n" + "".join(rows)))


def test_missing_file_and_folder_are_input_errors(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_tab_separated(tmp_path / "absent.tsv")
    with pytest.raises(InputError, match="a folder"):
        read_tab_separated(tmp_path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzzed")


NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Mn"], exclude_characters='"'), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_matrix_reads_back_exactly(folder, data):
    genes = data.draw(
        st.lists(NAMES, min_size=1, max_size=5, unique_by=lambda name: unicodedata.normalize("NFC", name))
    )
    samples = data.draw(
        st.lists(st.from_regex(r"[a-z0-9._-]{1,6}", fullmatch=True), min_size=1, max_size=4, unique=True)
    )
    cells = st.lists(st.floats(0, 2.0**100, width=32), min_size=len(samples), max_size=len(samples))
    values = data.draw(st.lists(cells, min_size=len(genes), max_size=len(genes)))
    lines = ["\t".join(["gene", *samples])]
    lines += ["\t".join([gene, *map(repr, row)]) for gene, row in zip(genes, values, strict=True)]
    (folder / "x.tsv").write_text("\n".join(lines), encoding="utf-8", newline="")
    expression = read_tab_separated(folder / "x.tsv")
    assert list(expression.var_names) == genes
    assert list(expression.obs_names) == samples
    np.testing.assert_array_equal(expression.X.T, np.array(values, dtype=np.float32))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text('ab01.,-eE\t\n\r"#NA \0', max_size=60).map(str.encode)))
def test_any_bytes_give_a_finite_matrix_or_an_input_error(folder, content):
    (folder / "any.tsv").write_bytes(content)
    try:
        expression = read_tab_separated(folder / "any.tsv")
    except InputError:
        return
    assert np.isfinite(expression.X).all()
    assert expression.obs_names.is_unique
    assert expression.var_names.is_unique
