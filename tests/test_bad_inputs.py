"""Every input that goes wrong: refused with one clear message, or put right and said; docs/inputs.md lists them all.

`python tests/test_bad_inputs.py` prints the table of the docs anew.
"""

import gzip
import re
import tempfile
import warnings
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pytest
import scipy.sparse
from anndata import AnnData

from nmfbio.config import parse_config
from nmfbio.errors import NmfbioError
from nmfbio.io import read_expression
from nmfbio.preprocessing import check_expression, preprocess

DOCS = Path(__file__).parents[1] / "docs" / "inputs.md"
SAMPLES = [f"s{number}" for number in range(1, 7)]
GENES = [f"GENE{number}" for number in range(1, 9)]
VALUES = np.random.default_rng(5).integers(21, 900, (8, 6))


class Case(NamedTuple):
    """An input, and what becomes of it.

    Parameters
    ----------
    what
        In words, for the docs.
    make
        Writes the files into the working directory; returns the keys of the data set.
    parts
        What the one message of a refusal holds, or a warning, or the preflight page.
    outcome
        ``refused``, ``warning``, ``preflight`` (a line of its page), or ``read`` (in silence, as it should be).
    """

    what: str
    make: Callable[[], dict]
    parts: tuple[str, ...] = ()
    outcome: str = "refused"


def table(values=VALUES, genes=GENES, samples=SAMPLES, corner="gene", mark="\t") -> str:
    """Text of a matrix with genes in rows."""
    rows = [[corner, *samples], *([gene, *map(str, row)] for gene, row in zip(genes, values, strict=True))]
    return "\n".join(mark.join(row) for row in rows) + "\n"


def put(text: str | bytes, name: str = "x.tsv", **keys) -> dict:
    """Write a file and return the keys of a data set that is made of it."""
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return {"expression": name, **keys}


def changed(old: str, new: str, **keys) -> Callable[[], dict]:
    """A matrix in which a piece of text is replaced, once."""
    return lambda: put(table().replace(old, new, 1), **keys)


def cell(text: str, **keys) -> Callable[[], dict]:
    """A matrix with a text in the cell of GENE2 in s3."""
    values = VALUES.astype(object)
    values[1, 2] = text
    return lambda: put(table(values), **keys)


def with_values(change: Callable[[np.ndarray], object], **keys) -> Callable[[], dict]:
    """A matrix whose values are changed in place."""

    def make() -> dict:
        values = VALUES.astype(object)
        change(values)
        return put(table(values), **keys)

    return make


def adata(**parts) -> AnnData:
    """The matrix as AnnData."""
    table_of = {"obs": pd.DataFrame(index=SAMPLES), "var": pd.DataFrame(index=GENES)}
    return AnnData(**{"X": VALUES.T.astype(np.float32), **table_of, **parts})


def h5ad(change: Callable[[h5py.File], object] | None = None, layer: str | None = None, **parts) -> Callable[[], dict]:
    """An .h5ad file, with something in it changed afterwards."""

    def make() -> dict:
        adata(**parts).write_h5ad("x.h5ad")
        if change is not None:
            with h5py.File("x.h5ad", "a") as file:
                change(file)
        return {"expression": "x.h5ad", **({} if layer is None else {"layer": layer})}

    return make


def replace_dataset(file: h5py.File, name: str, values: np.ndarray) -> None:
    attributes = dict(file[name].attrs)
    del file[name]
    file[name] = values
    file[name].attrs.update(attributes)


def excel() -> dict:
    sheet = (book := openpyxl.Workbook()).active
    for row in [["gene", *SAMPLES], *([gene, *row] for gene, row in zip(GENES, VALUES.tolist(), strict=True))]:
        sheet.append(row)
    sheet["D3"] = "#DIV/0!"
    book.save("x.xlsx")
    return {"expression": "x.xlsx"}


def gct() -> dict:
    lines = table(corner="NAME").splitlines()
    return put("#1.2\n9\t6\n" + "\n".join(line.replace("\t", "\tabout\t", 1) for line in lines) + "\n", "x.gct")


def with_metadata(rows: list[tuple[str, str]], **keys) -> Callable[[], dict]:
    def make() -> dict:
        put("sample\tgroup\n" + "".join(f"{name}\t{group}\n" for name, group in rows), "samples.tsv")
        return put(table(), metadata="samples.tsv", **keys)

    return make


def factorised(**keys) -> Callable[[], dict]:
    """The plain matrix with keys of `factorize`."""
    return lambda: put(table(), factorize=keys)


def zip_of_text() -> dict:
    np.savez("x.npz", np.array([{}], dtype=object), allow_pickle=True)
    return {"expression": "x.npz"}


GROUPS = [(name, "ab"[number % 2]) for number, name in enumerate(SAMPLES)]
CELL = ("x.tsv", "line 3", "'GENE2'", "'s3'")
CASES = [
    Case(
        "an empty cell, `NA`, `NaN`, `null`, ...",
        cell("NA"),
        ("x.tsv: found 1 missing", "nan at gene 'GENE2', sample 's3'", "`preprocess.missing`"),
    ),
    Case(
        "... under `missing: drop_genes`",
        cell("", preprocess={"missing": "drop_genes"}),
        ("8 → 7 genes", "drop genes with missing values"),
        "preflight",
    ),
    Case(
        "... under `missing: impute_knn`",
        cell("NA", preprocess={"missing": "impute_knn"}),
        ("impute missing values",),
        "preflight",
    ),
    Case(
        "... under `missing: weight`, with another method",
        cell("NA", preprocess={"missing": "weight"}),
        ("preprocess.missing", "found weight with factorize.method kl", "weighted"),
    ),
    Case("an infinite value", cell("inf"), ("x.tsv: found 1 infinite", "'GENE2'", "'s3'", "finite")),
    Case(
        "a negative value",
        cell("-3"),
        ("x.tsv: found 1 negative", "-3 at gene 'GENE2', sample 's3'", "`preprocess.negatives`: shift, split or floor"),
    ),
    Case(
        "... under `negatives: split`",
        cell("-3", preprocess={"negatives": "split"}),
        ("8 → 9 genes", "split genes with negative values"),
        "preflight",
    ),
    Case(
        "centred values, such as z-scores",
        lambda: put(table(np.round((VALUES - VALUES.mean(axis=1, keepdims=True)) / VALUES.std(), 3))),
        ("x.tsv: found centred values", "preprocess.negatives"),
    ),
    Case(
        "a gene twice",
        changed("GENE4", "GENE2"),
        ("x.tsv: found 1 gene id", "'GENE2'", "`preprocess.duplicates`: sum, mean or max"),
    ),
    Case(
        "... under `duplicates: sum`",
        changed("GENE4", "GENE2", preprocess={"duplicates": "sum"}),
        ("8 → 7 genes", "merge duplicated genes (sum)"),
        "preflight",
    ),
    Case(
        "two genes that a spreadsheet made the same date",
        lambda: put(table(genes=["1-Mar", "1-Mar", *GENES[2:]])),
        ("'1-Mar'", "restore the names"),
    ),
    Case(
        "one gene that a spreadsheet made a date",
        changed("GENE2", "2-Sep"),
        ("x.tsv", "spreadsheet", "'2-Sep'"),
        "warning",
    ),
    Case("a sample twice", changed("s3", "s2"), ("x.tsv, line 1", "'s2'", "a name of its own")),
    Case(
        "a line with too few fields",
        changed(f"\t{VALUES[1, 5]}\n", "\n"),
        ("x.tsv, line 3 ('GENE2')", "found 6 fields; expected 7", "Complete or correct the line"),
    ),
    Case(
        "a line with too many fields",
        changed(f"\t{VALUES[1, 5]}\n", f"\t{VALUES[1, 5]}\t9\n"),
        ("x.tsv, line 3 ('GENE2')", "found 8 fields; expected 7"),
    ),
    Case(
        "a file cut in the middle of its last line",
        lambda: put(table()[:-8]),
        ("x.tsv, line 9", "copy the file again if it ends here"),
    ),
    Case("R's header, without a cell above the gene ids", changed("gene\t", ""), (), "read"),
    Case(
        "byte order mark and Windows line ends",
        lambda: put(b"\xef\xbb\xbf" + table().replace("\n", "\r\n").encode()),
        (),
        "read",
    ),
    Case("commas or semicolons between cells", lambda: put(table(mark=";"), "x.csv"), (), "read"),
    Case(
        "semicolons, and decimal commas",
        lambda: put(table(np.char.replace((VALUES + 0.5).astype(str), ".", ","), mark=";"), "x.csv"),
        (),
        "read",
    ),
    Case(
        "a comma that may be decimal or set thousands apart",
        lambda: put(table(np.char.add(np.full((8, 6), "1,"), (VALUES % 900 + 100).astype(str)))),
        ("x.tsv, line 2, gene 'GENE1', sample 's1'", "may have a decimal comma or a thousands separator"),
    ),
    Case("spaces between cells", lambda: put(table(mark=" ")), ("separated by spaces", "save the file with tabs")),
    Case(
        "genes called `NA`, `007`, `1E5`, `nan`",
        lambda: put(table(genes=["NA", "007", "1E5", "nan", *GENES[4:]])),
        (),
        "read",
    ),
    Case(
        "gene ids that differ in their Unicode spelling alone",
        lambda: put(table(genes=["G\u00e9", "Ge\u0301", *GENES[2:]])),
        ("found 1 gene id(s) that occur more than once: 'G\u00e9'",),
    ),
    Case("ids with blanks around them", changed("GENE2\t", " GENE2 \t"), (), "read"),
    Case("UTF-16", lambda: put(table().encode("utf-16")), ("x.tsv", "UTF-16", "UTF-8")),
    Case(
        "Latin-1",
        lambda: put(table(genes=["GÖN", *GENES[1:]]).encode("latin-1")),
        ("0xd6", "Save the file with the encoding UTF-8"),
    ),
    Case("a NUL byte", changed("GENE2", "GEN\0E2"), ("NUL byte in line 3",)),
    Case("a quote that is never closed", changed("GENE2", '"GENE2'), ("line 3", "quote that is not closed")),
    *(
        Case(f"`{text}` in a number cell", cell(text), (*CELL, repr(text), "a finite number such as 12"))
        for text in ("-", "#DIV/0!", "TRUE", "0x1F")
    ),
    Case("`#DIV/0!` in a cell of Excel", excel, ("x.xlsx", "'GENE2'", "'s3'", "'#DIV/0!'")),
    Case("an empty file", lambda: put(""), ("x.tsv: found an empty file",)),
    Case("a header and nothing else", lambda: put("gene\ts1\ts2\n"), ("a header and no rows",)),
    Case("no samples", lambda: put("gene\nA\nB\n"), ("x.tsv",)),
    Case("a GCT file that holds fewer genes than it says", gct, ("x.gct: found 8 genes; expected 9, as line 2 says",)),
    Case(
        "a gzipped file cut short",
        lambda: put(gzip.compress(table().encode())[:-20], "x.tsv.gz"),
        ("x.tsv.gz: found compressed data that end too early", "copy or download it again"),
    ),
    Case("plain text called `.gz`", lambda: put(table(), "x.tsv.gz"), (), "read"),
    Case("gzipped text without `.gz`", lambda: put(gzip.compress(table().encode())), (), "read"),
    Case(
        "a gene that is 0 in every sample",
        with_values(lambda values: values.__setitem__(1, 0)),
        ("'GENE2'", "0 in every sample"),
        "preflight",
    ),
    Case(
        "a sample that is 0 for every gene",
        with_values(lambda values: values.__setitem__((slice(None), 2), 0), preprocess={"preset": "none"}),
        ("x.tsv: found 1 sample(s)", "'s3'", "`preprocess.zero_samples: drop`"),
    ),
    Case(
        "... under `zero_samples: drop`",
        with_values(
            lambda values: values.__setitem__((slice(None), 2), 0),
            preprocess={"preset": "none", "zero_samples": "drop"},
        ),
        ("1 sample(s) with nothing but zeros: 's3'; they are dropped",),
        "warning",
    ),
    Case(
        "a gene with the same value in every sample",
        with_values(lambda values: values.__setitem__(1, 50), preprocess={"preset": "none"}),
        ("constant genes", "'GENE2'"),
        "preflight",
    ),
    Case(
        "one sample",
        lambda: put(table(VALUES[:, :1], samples=["s1"]), preprocess={"preset": "none"}),
        ("1 samples", "at least 3 samples and 2 genes"),
    ),
    Case(
        "a rank beyond the samples",
        factorised(ranks=[2, 5]),
        ("factorize.ranks for x.tsv: found rank 5 for 6 samples", "ranks up to 4", "Take the larger ranks out"),
    ),
    Case("`ranks: [0]`", factorised(ranks=[0, 2]), ("factorize.ranks",)),
    Case("`ranks: [2.5]`", factorised(ranks=[2.5]), ("factorize.ranks", "2.5")),
    Case('`ranks: "2-10"`', factorised(ranks="2-10"), ("factorize.ranks", "'2-10'", "[2, 3, 4]")),
    Case("ranks unsorted and repeated", factorised(ranks=[3, 2, 3]), (), "read"),
    Case(
        "samples in rows, known by the metadata",
        lambda: put(
            pd.DataFrame(VALUES.T, SAMPLES, GENES).to_csv(sep="\t"),
            **{k: v for k, v in with_metadata(GROUPS)().items() if k == "metadata"},
        ),
        ("samples in rows and genes in columns", "metadata"),
        "warning",
    ),
    Case(
        "samples in rows, and nothing that tells",
        lambda: put(pd.DataFrame(VALUES.T, list("abcdef"), list("hijklmno")).to_csv(sep="\t")),
        ("do not tell which are genes", "orientation: samples_in_rows"),
    ),
    Case(
        "a layer that the `.h5ad` file has not",
        h5ad(layer="cuonts", layers={"counts": VALUES.T}),
        ("x.h5ad", "no layer 'cuonts'", "'counts'"),
    ),
    Case(
        "an `.h5ad` file without `X`",
        h5ad(X=None, layers={"counts": VALUES.T}),
        ("no matrix X", "'counts'", "Set `layer`"),
    ),
    Case(
        "logarithms in `X` of an `.h5ad` file, counts in a layer",
        h5ad(X=np.log2(VALUES.T).astype(np.float32), layers={"counts": VALUES.T}),
        ("other layers: 1; the file also holds these matrices, perhaps counts", "'counts'"),
        "preflight",
    ),
    Case(
        "centred values in `X` of an `.h5ad` file, counts in a layer",
        h5ad(X=(VALUES.T - VALUES.mean(axis=1)).astype(np.float32), layers={"counts": VALUES.T}),
        ("x.h5ad: found centred values", "The file also holds 'counts': name one by `layer`."),
    ),
    Case(
        "something else called `.h5ad`",
        lambda: put(b"gene,s1\n" * 99, "x.h5ad"),
        ("x.h5ad: found a file that cannot be read",),
    ),
    Case(
        "an `.h5ad` file cut short",
        lambda: (h5ad()(), put(Path("x.h5ad").read_bytes()[:4000], "x.h5ad"))[1],
        ("x.h5ad: found a file that cannot be read", "truncated"),
    ),
    Case(
        "an `.h5ad` file that leads to another file",
        h5ad(lambda file: file["layers"].__setitem__("other", h5py.ExternalLink("/etc/passwd", "/X")), layer="other"),
        ("a link to another file", "without external links"),
    ),
    Case(
        "small integers, stored as int8",
        h5ad(lambda file: replace_dataset(file, "X", (VALUES.T % 100).astype(np.int8))),
        (),
        "read",
    ),
    Case(
        "whole numbers beyond 16,777,216",
        with_values(lambda values: values.__setitem__((0, 0), 2**26 + 1), preprocess={"preset": "none"}),
        ("precision", "rounded to 7 digits"),
        "preflight",
    ),
    Case("a number beyond float32", cell("1e200"), (*CELL, "'1e200'", "float32", "Divide the matrix by a constant")),
    Case(
        "numbers whose squares float32 cannot hold",
        lambda: put(table(VALUES * 1e30), preprocess={"preset": "none"}),
        ("precision", "multiply or divide the matrix"),
        "preflight",
    ),
    Case(
        "complex numbers",
        h5ad(lambda file: replace_dataset(file, "X", VALUES.T.astype(np.complex128))),
        ("complex128", "real numbers"),
    ),
    Case(
        "sparse by gene (CSC), indices unsorted",
        h5ad(X=scipy.sparse.csc_matrix(VALUES.T.astype(np.float32))),
        (),
        "read",
    ),
    Case(
        "metadata without a sample",
        with_metadata(GROUPS[1:]),
        ("samples.tsv: found no line for 1 sample(s): 's1'", "Add the missing samples"),
    ),
    Case("metadata with a sample twice", with_metadata([*GROUPS, GROUPS[0]]), ("samples.tsv", "'s1'", "one line")),
    Case(
        "metadata with samples that the matrix has not",
        with_metadata([*GROUPS, ("s9", "a")]),
        ("samples.tsv", "left out: 's9'"),
        "warning",
    ),
    Case("metadata in another order", with_metadata(GROUPS[::-1]), (), "read"),
    Case(
        "log values under a preset for linear ones",
        lambda: put(table(np.round(np.log2(VALUES), 3)), preprocess={"preset": "tpm"}),
        ("log scale", "`microarray_log` or `none`"),
        "warning",
    ),
    Case(
        "fractions under a preset for counts",
        lambda: put(table(VALUES + 0.5), preprocess={"preset": "rnaseq_counts"}),
        ("`preprocess.preset: rnaseq_counts`", "round estimated ones", "`tpm`"),
    ),
    Case("odd characters in a path", lambda: put(table(), "my $(data) 'ä' & co.tsv"), (), "read"),
    Case("a folder without a matrix", lambda: (Path("x").mkdir(), {"expression": "x"})[1], ("matrix.mtx",)),
    Case(
        "no such file", lambda: {"expression": "nowhere.tsv"}, ("nowhere.tsv: found no such file", "Correct the path")
    ),
    Case("a file of another type", zip_of_text, ("x.npz: found a file of type '.npz'", ".h5ad")),
    Case("a name with `<script>`, `$` or `=`", changed("GENE2", "<script>$=1+1</script>"), (), "read"),
    Case(
        "an unknown key",
        lambda: put(table(), preprocess={"preste": "none"}),
        ("preprocess.preste", "did you mean 'preset'?"),
    ),
    Case(
        "a matrix larger than memory",
        h5ad(lambda file: (file.pop("X"), file.create_dataset("X", (2**24, 2**20), "f4", chunks=(1, 2**20)))),
        ("x.h5ad, X: found a matrix of 16,777,216 samples x 1,048,576 genes", "GiB of memory", "that are available"),
    ),
    Case(
        "two samples with the same values",
        with_values(lambda values: values.__setitem__((slice(None), 2), values[:, 1])),
        ("identical samples", "'s2', 's3'"),
        "preflight",
    ),
    Case(
        "one gene with more than half of the total",
        with_values(lambda values: values.__setitem__(1, 10**5 + np.arange(6)), preprocess={"preset": "none"}),
        ("dominant gene", "'GENE2'"),
        "preflight",
    ),
]


class Answer(NamedTuple):
    """What was said of an input: an error, or warnings and lines of the preflight page about a matrix."""

    error: str | None
    warnings: list[str]
    preflight: list[str]
    expression: AnnData | None


def answer(case: Case) -> Answer:
    """Take an input as far as the factorisation, as the workflow does."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            config = parse_config({"datasets": {"x": {"factorize": {"ranks": [2]}, **case.make()}}})
            settings = config.dataset_settings("x")
            reading = {"orientation": settings.orientation, "layer": settings.layer}
            expression = read_expression(settings.expression, settings.metadata, settings.genes, **reading)
            result = preprocess(expression, settings.preprocess)
            preflight = check_expression(result, settings.factorize.ranks, settings.factorize.method)
        except NmfbioError as error:
            return Answer(str(error), [], [], None)
    lines = [
        f"{row.check}: {row.found}"
        + (f"; {row.meaning}" if row.meaning else "")
        + (f": {row.where}" if row.where else "")
        for row in preflight.findings.itertuples()
    ]
    return Answer(None, [str(warning.message) for warning in caught], lines, expression)


def said(case: Case, answered: Answer) -> list[str]:
    """The messages that hold all that a case is to be answered with."""
    candidates = {
        "refused": [answered.error or ""],
        "warning": answered.warnings,
        "preflight": answered.preflight,
        "read": [],
    }
    return [text for text in candidates[case.outcome] if all(part in text for part in case.parts)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_an_input_gets_the_answer_that_the_docs_state(case, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answered = answer(case)
    if case.outcome == "refused":
        assert answered.error is not None
        assert "\n" not in answered.error
    else:
        assert answered.error is None
    if case.outcome == "read":
        assert answered.warnings == []
        assert answered.expression.shape == (6, 8)
        assert np.isfinite(
            answered.expression.X.data if scipy.sparse.issparse(answered.expression.X) else answered.expression.X
        ).all()
    else:
        assert len(said(case, answered)) == 1, answered


def test_the_docs_list_every_case_with_its_message(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert render() in DOCS.read_text(encoding="utf-8"), (
        "put what `python tests/test_bad_inputs.py` prints into the docs"
    )


def render() -> str:
    """The table of the docs; every case gets a folder of its own below the working directory."""
    rows = ["| input | answer | what is said |", "|---|---|---|"]
    for number, case in enumerate(CASES):
        Path(folder := f"case{number}").mkdir()
        with chdir(folder):
            messages = said(case, answer(case))
        text = re.sub(r"the [\d.,]+ GiB", "the ... GiB", " ".join(messages))
        text = re.sub(r"(cannot be read|damaged) \(.*?\);", r"\1 (...);", text)  # in the words of a library
        text = text.replace("|", "\\|").replace("<", "&lt;").replace("$", "&#36;")
        rows.append(f"| {case.what} | {case.outcome} | {text} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        print(render(), end="")
