"""nmfbio.io.gene_sets: GMT files of the user."""

import gzip
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmfbio.errors import InputError
from nmfbio.io import GeneSet, read_gene_sets

CUT_SHORT = gzip.compress(b"A\tx\tg1\n")[:-9]
# One spelling (NFC) of each letter, so that names that differ stay different; no quotes, no decimal points.
LETTERS = st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters='".')
FIELD = st.text(LETTERS, min_size=1).map(lambda text: unicodedata.normalize("NFC", text))


@pytest.fixture
def write(tmp_path):
    """Function that writes a file of gene sets and returns its path."""

    def write_file(content, name="mine.gmt"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def message_of(path):
    with pytest.raises(InputError) as caught:
        read_gene_sets([path])
    return str(caught.value)


def test_a_line_is_a_set_with_name_description_and_genes(write):
    path = write("T_CELL\thttp://example.org\tCD3D\tLCK\nMYELOID\t\tMPO\n", "blood.v1.gmt")
    assert read_gene_sets([path]) == [
        GeneSet("blood.v1", "T_CELL", "http://example.org", ("CD3D", "LCK")),
        GeneSet("blood.v1", "MYELOID", "", ("MPO",)),
    ]


def test_compressed_files_are_read_and_named_as_plain_ones(write):
    path = write(gzip.compress(b"A\tx\tg1\n"), "sets.gmt.gz")
    assert read_gene_sets([path]) == [GeneSet("sets", "A", "x", ("g1",))]


def test_repeated_genes_empty_fields_padding_quotes_and_line_ends_do_not_matter(write):
    path = write('\ufeff"A"\t x \tg2\t g1\tg2\t\t\r\n\r\nB\ty\t007\t1E5\r\n')
    assert read_gene_sets([path]) == [
        GeneSet("mine", "A", "x", ("g2", "g1")),
        GeneSet("mine", "B", "y", ("007", "1E5")),
    ]


def test_files_follow_each_other_and_may_name_sets_alike(write):
    paths = [write("A\tx\tg1\n", "one.gmt"), write("A\tx\tg2\n", "two.gmt")]
    assert [(gene_set.collection, gene_set.genes) for gene_set in read_gene_sets(paths)] == [
        ("one", ("g1",)),
        ("two", ("g2",)),
    ]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("A\tx\tg1\nB\tx\n", ("line 2", "2 field(s)", "'B'", "no gene", "(GMT)")),
        ("A\n", ("line 1", "1 field(s)", "tab-separated")),
        ("A,x,g1\n", ("line 1", "1 field(s)", "'A,x,g1'")),
        ("A\tx\t\t\n", ("line 1", "no gene")),
        ("\tx\tg1\n", ("line 1", "an empty name", "Give the set a name")),
        ("A\tx\tg1\n\nA\ty\tg2\n", ("line 3", "'A' again", "first in line 1", "Rename")),
        ("gene\ts1\ts2\nCD3D\t184.0\t20.5\n", ("line 2", "'20.5'", "table of values")),
        ("", ("an empty file",)),
        (b"A\tx\t\xe9\n", ("0xe9", "UTF-8")),
        (b"\x89HDF\r\n\x1a\n", ("HDF5",)),
        (CUT_SHORT, ("end too early",)),
    ],
    ids=[
        "two_fields",
        "one_field",
        "commas",
        "no_genes",
        "no_name",
        "twice",
        "table",
        "empty",
        "latin_1",
        "hdf5",
        "cut",
    ],
)
def test_what_is_no_gmt_is_refused_with_place_and_cure(write, content, parts):
    path = write(content)
    message = message_of(path)
    assert message.startswith(str(path))
    assert [part for part in parts if part not in message] == []


def test_a_missing_file_is_named(tmp_path):
    assert "no such file" in message_of(tmp_path / "absent.gmt")


def test_two_files_of_one_name_are_refused(write, tmp_path):
    (tmp_path / "old").mkdir()
    paths = [write("A\tx\tg1\n"), write("A\tx\tg1\n", "old/mine.gmt.gz")]
    with pytest.raises(InputError, match=r"the name 'mine' also for .*mine\.gmt"):
        read_gene_sets(paths)


@settings(max_examples=40)
@given(st.dictionaries(FIELD, st.lists(FIELD, min_size=1), min_size=1))
def test_what_is_written_as_gmt_is_read_back(tmp_path_factory, sets):
    path = tmp_path_factory.getbasetemp() / "written.gmt"
    path.write_text("".join("\t".join([name, "d", *genes]) + "\n" for name, genes in sets.items()), encoding="utf-8")
    read = [(gene_set.name, gene_set.genes) for gene_set in read_gene_sets([path])]
    assert read == [(name, tuple(dict.fromkeys(genes))) for name, genes in sets.items()]
