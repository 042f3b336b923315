"""nmfbio.io.expression and nmfbio.io.annotation: the matrix with its samples and genes."""

import warnings
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmfbio.config import Preprocess
from nmfbio.errors import InputError
from nmfbio.io import read_expression, read_h5ad, write_h5ad
from nmfbio.io.annotation import read_annotation
from nmfbio.preprocessing import check_expression, preprocess

ROOT = Path(__file__).resolve().parents[2]
LEUKEMIA = ROOT / "resources" / "leukemia"
MESSY = ROOT.parent / "shared" / "data" / "messy_inputs"

MATRIX = "gene\ts1\ts-2\nA\t1\t2\nB\t3\t4\n"


@pytest.fixture
def read(tmp_path):
    """Write the tables that are given and read them as one expression."""

    def read_tables(metadata: str | None = None, genes: str | None = None, matrix: str = MATRIX):
        paths = {}
        for name, content in {"matrix": matrix, "metadata": metadata, "genes": genes}.items():
            paths[name] = tmp_path / f"{name}.tsv" if content is not None else None
            if content is not None:
                paths[name].write_text(content, encoding="utf-8")
        return read_expression(paths["matrix"], paths["metadata"], paths["genes"])

    return read_tables


def test_leukemia_reads_as_38_samples_and_5000_genes():
    expression = read_expression(LEUKEMIA / "expression.tsv.gz", LEUKEMIA / "samples.tsv", LEUKEMIA / "genes.tsv")
    assert expression.shape == (38, 5000)
    assert expression.obs["subtype"].value_counts().to_dict() == {"ALL_B": 19, "AML": 11, "ALL_T": 8}
    assert expression.var.loc["M12759_at", "description"] == "IMMUNOGLOBULIN J CHAIN"
    assert 'RECEPTOR I "A FORM" PRECURSOR' in " ".join(expression.var["description"])


def test_metadata_is_joined_by_id_whatever_its_order(read):
    expression = read("id\tgroup\tage\tscore\ns-2\tb\t40\t1.5\ns1\ta\t30\tNA\n")
    assert list(expression.obs_names) == ["s1", "s-2"]
    assert list(expression.obs["group"]) == ["a", "b"]
    assert expression.obs["group"].dtype == "category"
    assert list(expression.obs["age"]) == [30, 40]
    assert expression.obs["age"].dtype == np.int64
    np.testing.assert_array_equal(expression.obs["score"], [np.nan, 1.5])


def test_codes_with_leading_zeros_stay_text(read):
    assert list(read("id\tcode\ns1\t007\ns-2\t010\n").obs["code"]) == ["007", "010"]


def test_missing_text_is_missing_not_a_category(read):
    column = read("id\tgroup\ns1\t\ns-2\tb\n").obs["group"]
    assert list(column.isna()) == [True, False]
    assert list(column.cat.categories) == ["b"]


def test_metadata_written_by_r_is_understood(read):
    assert list(read('"group"\n"s1"\t"a"\n"s-2"\t"b"\n').obs["group"]) == ["a", "b"]


def test_metadata_of_ids_alone_has_no_columns(read):
    assert read("id\ns1\ns-2\n").obs.shape == (2, 0)


def test_extra_samples_are_left_out_with_a_warning_and_listed(read):
    with pytest.warns(UserWarning, match="'s3'"):
        expression = read("id\tgroup\ns3\tc\ns1\ta\ns-2\tb\n")
    assert list(expression.uns["metadata_left_out"]) == ["s3"]
    assert expression.obs.shape == (2, 1)


def test_absent_samples_are_refused_and_similar_names_pointed_out(read):
    with pytest.raises(InputError) as raised:
        read("id\tgroup\nS1\ta\ns.2\tb\n")
    message = str(raised.value)
    assert "metadata.tsv" in message
    assert "2 sample(s)" in message
    assert "'s1' is perhaps 'S1'" in message
    assert "'s-2' is perhaps 's.2'" in message


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ("id\tgroup\ns1\ta\ns1\tb\ns-2\tb\n", "'s1'"),
        ("id\tgroup\tgroup\ns1\ta\ta\ns-2\tb\tb\n", "'group'"),
        ("id\tgroup\ns1\ta\tx\ns-2\tb\n", "line 2"),
        ("id\tgroup\ns1\ta\ns-2\n", "line 3"),
        ("id\ta/b\ns1\ta\ns-2\tb\n", "'a/b'"),
        ('id,group\ns1,"a\ns-2,b\n', "not closed"),
        ("id,group\ns1,a,b\ns-2,b\n", "line 2"),
        ("", "empty file"),
        ("id\tgroup\n", "no line for 2"),
    ],
)
def test_broken_metadata_is_one_clear_error(read, metadata, named):
    with pytest.raises(InputError) as raised:
        read(metadata)
    assert "metadata.tsv" in str(raised.value)
    assert named in str(raised.value)


def test_genes_table_is_joined_by_id_and_what_it_lacks_is_empty_text(read):
    expression = read(genes='Name\tDescription\tchromosome\nC\tx\t1\nB\t3\' end of "b"\t07\n')
    assert list(expression.var["description"]) == ["", '3\' end of "b"']
    assert list(expression.var["chromosome"]) == ["", "07"]


def test_description_column_is_there_without_a_genes_table(read):
    assert list(read().var["description"]) == ["", ""]


def test_genes_table_of_other_names_is_refused(read):
    with pytest.raises(InputError, match="none of the matrix's genes"):
        read(genes="Name\tDescription\nENSG1\tx\n")


def test_what_was_read_survives_the_disk(read, tmp_path):
    expression = read("id\tgroup\tage\ns-2\tb\t40\ns1\t\t30\n", "Name\tDescription\nA\tx\n")
    write_h5ad(expression, tmp_path / "x.h5ad")
    loaded = read_h5ad(tmp_path / "x.h5ad")
    pd.testing.assert_frame_equal(loaded.obs, expression.obs)
    np.testing.assert_array_equal(loaded.X, expression.X)


@pytest.mark.parametrize(
    "metadata",
    [
        "id,group\ns-2,b\ns1,a\n",
        'id;"group"\ns-2;"b"\ns1;a\n',
        "id\tgroup\t\ns-2\tb\t\ns1\ta\t\n",
        "\ufeffid,group\r\ns-2,b\r\ns1,a\r\n",
    ],
)
def test_metadata_come_with_any_delimiter(read, metadata):
    assert list(read(metadata).obs["group"]) == ["a", "b"]


def test_metadata_are_laid_over_what_the_matrix_brings(tmp_path):
    gct = "#1.3\n2\t2\t1\t2\nid\tDescription\ts1\ts2\ngroup\tna\tx\ty\nage\tna\t1\t2\nA\tfirst\t1\t2\nB\t\t3\t4\n"
    (tmp_path / "x.gct").write_text(gct)
    (tmp_path / "samples.tsv").write_text("id\tgroup\nS2\tq\ns2\tb\ns1\ta\n")
    (tmp_path / "genes.tsv").write_text("id\tchromosome\nA\t7\n")
    with pytest.warns(UserWarning, match="'S2'"):
        expression = read_expression(tmp_path / "x.gct", tmp_path / "samples.tsv", tmp_path / "genes.tsv")
    assert expression.obs.to_dict("list") == {"age": [1, 2], "group": ["a", "b"]}
    assert expression.var.to_dict("list") == {"description": ["first", ""], "chromosome": ["7", ""]}
    assert set(expression.uns) == {"source", "metadata_left_out"}


def test_metadata_tell_that_samples_are_in_rows(tmp_path):
    (tmp_path / "x.csv").write_text("id,A,B,C\ns1,1,2,3\ns2,4,5,6\n")
    (tmp_path / "samples.csv").write_text("id,group\ns2,b\ns1,a\n")
    with pytest.raises(InputError, match="orientation"):
        read_expression(tmp_path / "x.csv")
    with pytest.warns(UserWarning, match="metadata's ids are in the first column"):
        expression = read_expression(tmp_path / "x.csv", tmp_path / "samples.csv")
    assert list(expression.obs["group"]) == ["a", "b"]
    np.testing.assert_array_equal(expression.X, [[1, 2, 3], [4, 5, 6]])


def test_repeated_genes_keep_their_descriptions(read):
    expression = read(matrix="gene\ts1\nA\t1\nB\t2\nA\t3\n", genes="id\tDescription\nA\tfirst\n")
    assert list(expression.var["description"]) == ["first", "", "first"]


@settings(max_examples=200)
@given(
    st.sampled_from([b"id\tgroup\ns1\ta\ns2\tb\n", b'id,group\n"s1","a"\n"s2","b"\n', b"id;group;\ns1;a;\ns2;b;\n"]),
    st.integers(0, 30),
    st.integers(0, 4),
    st.binary(max_size=4) | st.sampled_from([b"\t", b";", b",", b'"', b"\n", b"\r", b"/"]),
)
def test_any_table_is_read_or_refused(tmp_path_factory, content, start, length, new):
    path = tmp_path_factory.getbasetemp() / "fuzzed.tsv"
    path.write_bytes(content[:start] + new + content[start + length :])
    with suppress(InputError):
        table = read_annotation(path, "sample")
        assert table.index.is_unique
        assert table.columns.is_unique


@pytest.mark.parametrize(
    ("name", "options", "named"),
    [
        ("x.tsv", {"layer": "counts"}, r"`layer: counts`; expected it for \.h5ad, \.loom only"),
        ("x.gct", {"orientation": "genes_in_rows"}, "`orientation: genes_in_rows`; expected it for .tsv"),
        ("x.docx", {}, r"a file of type '\.docx'; expected a file of type \.tsv"),
        ("x", {}, "a file name without suffix"),
    ],
)
def test_what_does_not_apply_to_a_file_is_refused(tmp_path, name, options, named):
    (tmp_path / name).write_text(MATRIX)
    with pytest.raises(InputError, match=named):
        read_expression(tmp_path / name, **options)


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize("name", ["a b.tsv", "ü'\"$x;.CSV", "x.txt"])
def test_names_of_files_may_be_odd_and_end_in_a_compression(tmp_path, name, suffix):
    (tmp_path / f"{name}{suffix}").write_text(MATRIX)
    (tmp_path / "link.tsv").symlink_to(tmp_path / f"{name}{suffix}")
    for path in (tmp_path / f"{name}{suffix}", tmp_path / "link.tsv"):
        assert read_expression(path).shape == (2, 2)


def test_text_to_h5ad_to_text_gives_the_same_numbers(tmp_path):
    values = np.random.default_rng(0).lognormal(size=(6, 4)).astype(np.float32)
    frame = pd.DataFrame(values, [f"g{i}" for i in range(6)], [f"s{i}" for i in range(4)])
    frame.to_csv(tmp_path / "x.tsv", sep="\t", index_label="gene")
    write_h5ad(read_expression(tmp_path / "x.tsv"), tmp_path / "x.h5ad")
    expression = read_expression(tmp_path / "x.h5ad")
    np.testing.assert_array_equal(expression.X.T, values)
    expression.to_df().T.to_csv(tmp_path / "y.tsv", sep="\t", index_label="gene")
    assert (tmp_path / "y.tsv").read_bytes() == (tmp_path / "x.tsv").read_bytes()


def test_missing_file_is_named(tmp_path):
    for name in ("absent.tsv", "absent.csv"):
        with pytest.raises(InputError, match=rf"{name}: found no such file"):
            read_expression(tmp_path / name)


LOADS = {"ok.tsv", "ok.tsv.gz", "r_no_corner.tsv", "ok.csv", "ok.gct", "crlf_bom.csv", "unicode_quotes.csv"}
FOUND_BY_PREFLIGHT = {"excel_dates.tsv": "gene names", "huge_values.tsv": "precision"}
REFUSED = {
    "README.md": "a file of type '.md'",
    "dup_genes.tsv": "M12759_at",
    "dup_samples.tsv": "'s0'",
    "empty.tsv": "empty file",
    "header_only.tsv": "no rows",
    "inf.tsv": "X70083_at",
    "nan.tsv": "X03100_cds2_at",
    "negative.tsv": "M19878_s_at",
    "ragged.tsv": "line 6",
    "text_cell.tsv": "n.d.",
    "one_sample.tsv": "at least 3 samples",
    "three_samples.tsv": "ranks up to 1",
    "two_genes.tsv": "ranks up to 1",
    "zero_row_const_row_zero_sample.tsv": "'s3'",
}
SAID = {"excel_dates.tsv": "dates or numbers .*'1-Mar', '2-Sep'", "transposed.csv": "samples in rows"}
needs_messy = pytest.mark.skipif(not MESSY.is_dir(), reason="the folder of messy inputs is not beside this repository")


def take_in(name: str):
    """Take a messy file the whole way to the factorisation, with no warning of Python but those in SAID."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message="Variable names are not unique")
        if name in SAID:
            warnings.filterwarnings("ignore", message=f".*{name}: .*{SAID[name]}")
        expression = preprocess(read_expression(MESSY / name), Preprocess(preset="none"))
        return expression, check_expression(expression, [2, 3]).findings


@needs_messy
@pytest.mark.parametrize("name", [*sorted(LOADS), "transposed.csv"])
def test_messy_file_that_is_well_loads_to_the_same_matrix(name):
    expression, findings = take_in(name)
    assert expression.shape == (12, 200)
    assert expression.obs_names[0] == "s0"
    np.testing.assert_array_equal(expression.X, take_in("ok.tsv")[0].X)
    assert "warning" not in set(findings["status"])


@needs_messy
def test_decimal_commas_load_to_the_numbers_they_mean():
    np.testing.assert_allclose(take_in("semicolon_decimal_comma.csv")[0].X, take_in("ok.tsv")[0].X / 7, atol=5e-4)


@needs_messy
@pytest.mark.parametrize(("name", "check"), FOUND_BY_PREFLIGHT.items())
def test_messy_file_that_is_odd_loads_with_a_finding(name, check):
    findings = take_in(name)[1].set_index("check")
    assert findings.loc[check, "status"] == "warning"


@needs_messy
@pytest.mark.parametrize(("name", "said"), SAID.items())
def test_what_was_mended_is_said(name, said):
    with pytest.warns(UserWarning, match=said):
        read_expression(MESSY / name)


@needs_messy
@pytest.mark.parametrize(("name", "named"), REFUSED.items())
def test_messy_file_that_is_broken_is_refused_by_name(name, named):
    with pytest.raises(InputError) as raised:
        take_in(name)
    assert named in str(raised.value)
    assert name in str(raised.value) or "factorize.ranks" in str(raised.value)


@needs_messy
def test_every_messy_file_is_accounted_for():
    known = LOADS | SAID.keys() | FOUND_BY_PREFLIGHT.keys() | REFUSED.keys() | {"semicolon_decimal_comma.csv"}
    assert {path.name for path in MESSY.iterdir()} == known
