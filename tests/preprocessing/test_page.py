"""nmfbio.preprocessing.page: the preflight page on a terminal."""

import numpy as np
import pandas as pd
from anndata import AnnData

from nmfbio.config import Preprocess
from nmfbio.preprocessing import check_expression, format_page, preprocess


def make_findings() -> pd.DataFrame:
    matrix = np.random.default_rng(0).random((8, 10)).astype(np.float32)
    matrix[4] = matrix[1]
    expression = AnnData(matrix, obs=pd.DataFrame(index=[f"s{i}" for i in range(8)]))
    return check_expression(preprocess(expression, Preprocess(preset="none")), [2]).findings


def test_every_finding_stands_on_the_page_in_order():
    findings = make_findings()
    page = format_page("cohort", findings)
    starts = [
        page.index(f" {row.check}  ") for row in findings.drop_duplicates("check").itertuples() if " " not in row.check
    ]
    assert starts == sorted(starts)
    for row in findings.itertuples():
        assert row.check in page
        assert row.found in page
    assert page.index("cohort, as read") < page.index("cohort, factorised")


def test_warnings_are_marked_and_lines_are_no_longer_than_asked():
    lines = format_page("cohort", make_findings(), width=60).splitlines()
    assert max(map(len, lines)) <= 60
    (warning,) = [line for line in lines if line.startswith("!")]
    assert "identical samples" in warning
