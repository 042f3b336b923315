"""The paragraph on the data says what preprocessing did, as its own record tells."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from nmfbio.config import Preprocess
from nmfbio.preprocessing import preprocess
from nmfbio.report.methods import write_methods


def counts() -> AnnData:
    random = np.random.default_rng(2)
    matrix = random.negative_binomial(3, 0.02, (14, 80)) * (random.random((14, 80)) > 0.2)
    obs = pd.DataFrame({"chip": ["one", "two"] * 7}, index=[f"s{i}" for i in range(14)])
    return AnnData(matrix.astype(np.float32), obs=obs, var=pd.DataFrame(index=[f"g{i}" for i in range(80)]))


def describe(build_content, expression: AnnData, **settings) -> tuple[str, set[str]]:
    """First paragraph, and who is cited in it."""
    chosen = Preprocess(**settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        record = preprocess(expression, chosen).uns["preprocess"]
    content = build_content(settings={"preprocess": chosen.model_dump()})
    methods = write_methods(replace(content, preprocess=record))
    first = methods.paragraphs[0]
    return first, {paper.citation for paper in methods.references if paper.citation in first}


def test_a_matrix_taken_as_it_is_has_nothing_done_to_it(build_content):
    text, _ = describe(build_content, counts(), preset="none")
    assert "analysed as given" in text
    assert "nothing was normalised" in text


@pytest.mark.parametrize(
    ("settings", "words", "papers"),
    [
        ({"preset": "brunet"}, ["below 20 were raised to 20", "at least 5 times"], {"Brunet et al. 2004"}),
        ({"preset": "tpm", "top_genes": 30}, ["log2(x + 1)", "30 genes of largest median absolute"], set()),
        ({"preset": "microarray_log"}, ["less the minimum of each gene", "5,000 genes"], set()),
        (
            {"preset": "rnaseq_counts", "batch_key": "chip"},
            ["size factors", "log(x + 1)", "fewer than 2 samples", "ComBat"],
            {"Anders & Huber 2010", "Johnson et al. 2007", "Stuart et al. 2019"},
        ),
        ({"preset": "rnaseq_counts", "normalization": "cpm"}, ["counts per million"], {"Wolf et al. 2018"}),
        (
            {"preset": "single_cell", "top_genes": 40, "min_genes": 10, "min_counts": 50.0},
            ["fewer than 10 genes above 0 or a total below 50", "40 genes", "neither centred nor logged"],
            {"Kotliar et al. 2019", "Stuart et al. 2019"},
        ),
        ({"preset": "none", "top_genes": 20}, ["20 genes of largest median absolute deviation"], set()),
    ],
)
def test_each_preset_is_described_with_its_numbers_and_papers(build_content, settings, words, papers):
    text, cited = describe(build_content, counts(), **settings)
    for part in words:
        assert part in text
    assert papers <= cited
    assert "This left a matrix of " in text


@pytest.mark.parametrize(
    ("settings", "words", "papers"),
    [
        ({"missing": "impute_knn"}, "imputed from the five nearest samples", {"Troyanskaya et al. 2001"}),
        ({"missing": "drop_genes"}, "with missing values were left out", set()),
        ({"missing": "weight"}, "no part in the fit", set()),
        ({"missing": "drop_genes", "negatives": "split"}, "positive and their negative part", {"Kim & Tidor 2003"}),
        ({"missing": "drop_genes", "zero_samples": "drop"}, "without any value above 0 were left out (1)", set()),
        ({"missing": "drop_genes", "duplicates": "mean"}, "of the same name were averaged", set()),
    ],
)
def test_cures_are_told_where_they_cured_something(build_content, settings, words, papers):
    expression = counts()
    expression.X[0, 0] = np.nan
    if "negatives" in settings:
        expression.X[1, 1] = -2
    if "zero_samples" in settings:
        expression.X[3] = 0
    if "duplicates" in settings:
        expression.var_names = [*expression.var_names[:-1], "g4"]
    text, cited = describe(build_content, expression, preset="none", **settings)
    assert words in text
    assert papers <= cited


def test_cures_that_had_nothing_to_cure_are_not_told(build_content):
    text, _ = describe(build_content, counts(), preset="none", missing="impute_knn", negatives="shift")
    assert "analysed as given" in text
