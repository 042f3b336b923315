"""nmfbio.io.text, .layout, .cells: matrices in text as they come, whole or broken."""

import bz2
import gzip
import lzma
import unicodedata
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from nmfbio.errors import InputError
from nmfbio.io import text
from nmfbio.io.text import read_text

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
    "quoted everywhere": "\n".join("\t".join(f'"{cell}"' for cell in line.split("\t")) for line in TABLE.splitlines()),
    "commas": TABLE.replace("\t", ","),
    "comma at the end of all lines": TABLE.replace("\t", ",").replace("\n", ",\n"),
    "semicolons": TABLE.replace("\t", ";"),
    "semicolons and decimal commas": TABLE.replace("\t", ";").replace("2.5", "2,5").replace(".5", "0,5"),
    "tabs and decimal commas": TABLE.replace("2.5", "2,5").replace(".5", "0,5"),
    "decimal commas in quotes": 'gene,s1,s2\nNA,1,"2,5"\n007,0,1e3\n1E5,"0,5",4\n',
    "semicolons, CRLF and byte order mark": "\ufeff" + TABLE.replace("\t", ";").replace("\n", "\r\n"),
    "gzip": gzip.compress(TABLE.encode()),
    "bzip2": bz2.compress(TABLE.encode()),
    "xz": lzma.compress(TABLE.encode()),
    "zstandard": zstandard.compress(TABLE.encode()),
    "two frames of zstandard": zstandard.compress(TABLE[:20].encode()) + zstandard.compress(TABLE[20:].encode()),
}


@pytest.mark.parametrize("content", SAME_TABLE.values(), ids=SAME_TABLE.keys())
def test_every_honest_form_of_the_table_gives_the_same_matrix(write, content):
    expression = read_text(write(content))
    assert list(expression.obs_names) == ["s1", "s2"]
    assert list(expression.var_names) == ["NA", "007", "1E5"]
    assert expression.X.dtype == np.float32
    assert expression.X.flags.c_contiguous
    np.testing.assert_array_equal(expression.X, np.array(VALUES, dtype=np.float32))


@pytest.mark.parametrize("name", ["x.tsv", "x.tsv.gz"])
def test_compression_is_told_by_content_not_by_name(write, name):
    for content in (TABLE, gzip.compress(TABLE.encode())):
        assert read_text(write(content, name)).shape == (2, 3)


def test_quotes_inside_a_gene_id_belong_to_it(write):
    expression = read_text(write('gene\ts1\n5"-nuc\t1\n"A" or "B"\t2\n3\'-b\t3\n"""q"""\t4\n'))
    assert list(expression.var_names) == ['5"-nuc', '"A" or "B"', "3'-b", '"q"']


def test_a_delimiter_within_quotes_belongs_to_the_name(write):
    content = 'gène,s1,"s,2"\n"Ä ""q"", x",1,2\n\'b,3,4\n'
    expression = read_text(write(content, "x.csv"))
    assert list(expression.var_names) == ['Ä "q", x', "'b"]
    assert list(expression.obs_names) == ["s1", "s,2"]
    np.testing.assert_array_equal(expression.X, [[1, 3], [2, 4]])


def test_missing_infinite_and_negative_cells_and_repeated_genes_are_left_to_the_preprocessing(write):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        expression = read_text(write("gene\ts1\ts2\nA\tNA\t-inf\nB\t\t-2\nA\tInf\t#N/A\n"))
    assert list(expression.var_names) == ["A", "B", "A"]
    np.testing.assert_array_equal(expression.X, np.float32([[np.nan, np.nan, np.inf], [-np.inf, -2, np.nan]]))


def test_two_unicode_spellings_of_a_gene_become_one(write):
    genes = read_text(write("gene\ts1\nGen\u00e9\t1\nGene\u0301\t2\n")).var_names
    assert list(genes) == ["Gen\u00e9", "Gen\u00e9"]


def test_decimal_commas_are_found_beyond_the_first_piece(write, monkeypatch):
    path = write("gene;s1;s2\n" + "".join(f"g{i};{i};{i},{i % 10}\n" for i in range(100)))
    monkeypatch.setattr(text, "CHARACTERS_AT_ONCE", 50)
    np.testing.assert_allclose(read_text(path).X[1], [float(f"{i}.{i % 10}") for i in range(100)], rtol=1e-6)


def test_samples_in_rows_are_read_as_they_lie(write):
    content = "id\tA\tB\tA\ns1\t1\t2\t3\ns2\t4\t5\t6\n"
    expression = read_text(write(content), "samples_in_rows")
    assert list(expression.obs_names) == ["s1", "s2"]
    assert list(expression.var_names) == ["A", "B", "A"]
    np.testing.assert_array_equal(expression.X, [[1, 2, 3], [4, 5, 6]])
    assert expression.X.flags.c_contiguous
    with pytest.raises(InputError, match="line 3, sample 's2', gene 'B': found 'x'"):
        read_text(write(content.replace("5", "x")), "samples_in_rows")


def test_samples_found_in_rows_are_said(write):
    path = write("\t1007_s_at\t1053_at\ns1\t1\t2\n")
    with pytest.warns(UserWarning, match="samples in rows and genes in columns, since the ids of the columns"):
        expression = read_text(path)
    assert list(expression.obs_names) == ["s1"]


def test_more_columns_than_rows_need_a_word_on_what_they_are(write):
    path = write("\tx1\tx2\ny1\t1\t2\n")
    with pytest.raises(InputError, match="Set `orientation: genes_in_rows` or `orientation: samples_in_rows`"):
        read_text(path)
    assert read_text(path, "genes_in_rows").shape == (2, 1)
    assert read_text(path, samples=["x1", "x2"]).shape == (2, 1)


def test_ids_beyond_ascii_are_kept(write):
    assert list(read_text(write("gene\tÄ ö\nβ-actin\t1\n")).obs_names) == ["Ä ö"]


def test_matrix_read_in_small_pieces_is_the_same(write, monkeypatch):
    path = write("gene\ts1\ts2\n" + "".join(f"g{i}\t{i}\t{i / 7}\n" for i in range(500)))
    whole = read_text(path)
    monkeypatch.setattr(text, "CHARACTERS_AT_ONCE", 100)
    pieces = read_text(path)
    assert list(pieces.var_names) == list(whole.var_names)
    np.testing.assert_array_equal(pieces.X, whole.X)


BROKEN = {
    "short row": (TABLE.replace("\t1e3", ""), ["line 3", "'007'", "2 fields", "3"]),
    "long row": (TABLE.replace("4\n", "4\t5\n"), ["line 4", "'1E5'", "4 fields"]),
    "header too short": ("gene\ts1\nA\t1\t2\n", ["line 2", "3 fields", "2"]),
    "empty line inside": (TABLE.replace("007", "\n007"), ["line 3"]),
    "text": (TABLE.replace("1e3", "n.d."), ["line 3", "'007'", "'s2'", "'n.d.'"]),
    "decimal comma beside a point": (TABLE.replace("2.5", "2,5"), ["line 2", "'2,5'", "'.5'", "decimal point"]),
    "thousands or decimals": (TABLE.replace("2.5", "2,500").replace(".5", "7"), ["line 2", "'2,500'", "thousands"]),
    "thousands": (TABLE.replace("2.5", "1,002,500"), ["'1,002,500'", "thousands"]),
    "thousands and decimals": (TABLE.replace("2.5", "1.002,5"), ["'1.002,5'", "thousands"]),
    "hexadecimal": (TABLE.replace("1e3", "0x1F"), ["'0x1F'"]),
    "truth value": (TABLE.replace("1e3", "TRUE"), ["'TRUE'"]),
    "spreadsheet error": (TABLE.replace("1e3", "#DIV/0!"), ["'#DIV/0!'"]),
    "dash": (TABLE.replace("1e3", "-"), ["'-'"]),
    "beyond float64": (TABLE.replace("1e3", "1e999"), ["line 3", "'1e999'", "finite"]),
    "beyond float32, to the full": (TABLE.replace("1e3", "-1e200"), ["line 3", "'-1e200'", "float32"]),
    "beyond float32": (TABLE.replace("1e3", "1e39"), ["'007'", "'s2'", "line 3", "float32"]),
    "repeated sample": (TABLE.replace("s2", "s1"), ["line 1", "sample ids", "'s1'"]),
    "gene without id": (TABLE.replace("007", ""), ["empty gene id", "position 2"]),
    "unclosed quote": (TABLE.replace("007", '"007'), ["line 3", "not closed", '"007']),
    "unclosed quote among commas": ('gene,s1\nA,1\n"B,2\nC,3\n', ["line 3", "not closed"]),
    "cut in a row": (TABLE[:-4], ["line 4", "2 fields", "ends here"]),
    "trailing delimiter or missing value": ("s1\ts2\nA\t1\t\nB\t1\t\n", ["line 2", "3 fields"]),
    "two spellings of a sample": ("gene\tGen\u00e9\tGene\u0301\nA\t1\t2\n", ["more than once"]),
    "spaces": (TABLE.replace("\t", " "), ["spaces"]),
    "Matrix Market": ("%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 1\n", ["Matrix Market"]),
    "no samples": ("gene\t\nA\t\n", ["no sample columns"]),
    "empty file": ("", ["empty file"]),
    "newlines only": ("\n\n", ["empty file"]),
    "header only": ("gene\ts1\n", ["no rows"]),
    "GCT": ("#1.2\n1\t1\nNAME\tDescription\ts1\nA\tB\t1\n", ["GCT"]),
    "NUL byte": (TABLE.replace("007", "0\x007"), ["NUL", "line 3"]),
    "UTF-16": (TABLE.encode("utf-16"), ["UTF-16"]),
    "Latin-1": ("gene\tK\u00f6ln\nA\t1\n".encode("latin-1"), ["0xf6", "UTF-8"]),
    "cut gzip": (gzip.compress(TABLE.encode())[:-12], ["cut short"]),
    "damaged gzip": (gzip.compress(TABLE.encode())[:-8] + bytes(8), ["damaged"]),
    "cut bzip2": (bz2.compress(TABLE.encode())[:-5], ["cut short"]),
    "damaged bzip2": (b"BZh9" + bytes(30), ["damaged"]),
    "cut xz": (lzma.compress(TABLE.encode())[:-5], ["cut short"]),
    "cut zstandard": (zstandard.compress(TABLE.encode())[:-5], ["cut short"]),
    "damaged zstandard": (b"\x28\xb5\x2f\xfd" + bytes(30), ["damaged"]),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 50, ["HDF5"]),
    "xlsx": (b"PK\x03\x04" + b"\0" * 50, ["zip archive"]),
}


@pytest.mark.parametrize(("content", "named"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_file_is_one_error_that_says_where_and_what(write, content, named):
    with pytest.raises(InputError) as raised:
        read_text(write(content))
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
        read_text(write("gene\ts1\n" + "".join(rows)))


def test_lines_and_matrices_that_unfold_without_end_are_refused(write, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("nmfbio.io.lines.LONGEST_LINE", 20)
        with pytest.raises(InputError, match="more than 20 characters in line 2"):
            read_text(write(gzip.compress(b"gene\ts1\n" + b"A" * 100)))
    monkeypatch.setattr("psutil.virtual_memory", lambda: SimpleNamespace(available=40))
    with pytest.raises(InputError, match=r"x\.tsv: found 3 rows or more with 2 numbers each, which takes"):
        read_text(write(TABLE))


def test_missing_file_and_folder_are_input_errors(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_text(tmp_path / "absent.tsv")
    with pytest.raises(InputError, match="a folder"):
        read_text(tmp_path)


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
    expression = read_text(folder / "x.tsv")
    assert list(expression.var_names) == [unicodedata.normalize("NFC", gene) for gene in genes]
    assert list(expression.obs_names) == samples
    np.testing.assert_array_equal(expression.X.T, np.array(values, dtype=np.float32))


def read_or_refuse(path):
    """Read a file of any content: a matrix with fit ids, or an InputError, and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expression = read_text(path)
        except InputError:
            return
    assert expression.X.dtype == np.float32
    assert expression.obs_names.is_unique
    assert "" not in [*expression.var_names, *expression.obs_names]


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text('ab01.,;-eE\t\n\r"#NA \0', max_size=60).map(str.encode)))
def test_any_bytes_give_a_matrix_or_an_input_error(folder, content):
    (folder / "any.tsv").write_bytes(content)
    read_or_refuse(folder / "any.tsv")


MUTABLE = [content if isinstance(content, bytes) else content.encode() for content in SAME_TABLE.values()]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MUTABLE), st.integers(0, 200), st.integers(0, 5), st.binary(max_size=5) | st.sampled_from(
    [b"\t", b"\n", b";", b",", b'"', b"\r", b"NA", b"inf", b"-", b"1e99", b"\xff", b"\0"]
))  # fmt: skip
def test_a_table_with_a_part_replaced_gives_a_matrix_or_an_input_error(folder, content, start, length, new):
    (folder / "changed.tsv").write_bytes(content[:start] + new + content[start + length :])
    read_or_refuse(folder / "changed.tsv")
