"""nmfbio.io.gct: versions 1.2 and 1.3."""

import gzip
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmfbio.errors import InputError
from nmfbio.io.gct import read_gct

GCT_2 = "#1.2\n2\t3\nNAME\tDescription\ts1\ts2\ts3\nCD3E\tCD3 epsilon\t1\t2\t3\nACTB\tna\t4\t\t6\n"
GCT_3 = (
    "#1.3\n2\t3\t2\t2\nid\tDescription\tchromosome\ts1\ts2\ts3\n"
    "group\tna\tna\ta\tb\ta\nage\tna\tna\t30\t40\t50\n"
    "CD3E\tCD3 epsilon\t11\t1\t2\t3\nACTB\tactin, beta\t7\t4\tNaN\t6\n"
)
VALUES = np.float32([[1, 4], [2, np.nan], [3, 6]])


@pytest.fixture
def read(tmp_path):
    def read_content(content: str | bytes):
        (tmp_path / "x.gct").write_bytes(content.encode() if isinstance(content, str) else content)
        return read_gct(tmp_path / "x.gct")

    return read_content


@pytest.mark.parametrize(
    "content",
    [
        GCT_2,
        GCT_2.replace("\n", "\r\n"),
        GCT_2.replace("#1.2\n2\t3", "#1.2\t\t\n2\t3\t"),
        GCT_3,
        GCT_3.replace("\n", "\t\n"),
    ],
)
def test_values_and_ids_come_back(read, content):
    expression = read(content)
    assert list(expression.obs_names) == ["s1", "s2", "s3"]
    assert list(expression.var_names) == ["CD3E", "ACTB"]
    assert expression.var["description"].iloc[0] == "CD3 epsilon"
    np.testing.assert_array_equal(expression.X, VALUES)


def test_gzipped_is_the_same(read):
    np.testing.assert_array_equal(read(gzip.compress(GCT_3.encode())).X, VALUES)


def test_version_3_describes_samples_and_genes(read):
    expression = read(GCT_3)
    assert list(expression.obs["group"]) == ["a", "b", "a"]
    assert expression.obs["age"].dtype == np.int64
    assert list(expression.var["chromosome"]) == ["11", "7"]


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (GCT_2.replace("2\t3\n", "3\t3\n"), ["2 genes", "3, as line 2 says"]),
        (GCT_2.replace("2\t3\n", "2\t4\n"), ["3 samples in line 3", "4, as line 2 says"]),
        (GCT_2.replace("2\t3\n", "2\tx\n"), ["line 2", "genes, samples"]),
        (GCT_2.replace("#1.2", "#1.1"), ["line 1", "#1.1"]),
        (GCT_2.partition("CD3E")[0], ["no genes"]),
        (GCT_2.replace("\t6\n", "\n"), ["line 5", "'ACTB'", "4 fields"]),
        (GCT_2.replace("\t6\n", "\tx\n"), ["line 5", "'ACTB'", "'s3'", "'x'"]),
        (GCT_2.replace("s2", "s1"), ["line 3", "'s1'"]),
        (GCT_3.replace("\t40\t50", "\t40"), ["line 5", "'age'"]),
        (GCT_3.replace("\t6\n", "\tx\n"), ["line 7"]),
        (GCT_3.replace("age", "group"), ["'group'"]),
        (GCT_3.replace("2\t3\t2\t2", "2\t3"), ["line 2", "rows that describe samples"]),
        ("#1.2\n", ["line 2"]),
        ("", ["empty file"]),
    ],
)
def test_a_preamble_that_does_not_fit_is_one_error(read, content, named):
    with pytest.raises(InputError) as raised:
        read(content)
    for part in ("x.gct", *named):
        assert part in str(raised.value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzzed")


@given(
    st.sampled_from([GCT_2, GCT_3]),
    st.integers(0, 150),
    st.integers(0, 5),
    st.sampled_from(["\t", "\n", "", '"', "-1", "9", "99999999", "x", "\0"]),
)
def test_a_changed_file_gives_a_matrix_or_an_input_error(folder, content, start, length, new):
    (folder / "x.gct").write_text(content[:start] + new + content[start + length :], encoding="utf-8", newline="")
    with suppress(InputError):
        assert read_gct(folder / "x.gct").X.dtype == np.float32
