"""nmfbio.signatures.every_gene: genes that were not factorised are scored as if they had been."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from nmfbio.config import Preprocess
from nmfbio.preprocessing import preprocess
from nmfbio.signatures import regression_scores, score_every_gene


@pytest.fixture
def groups():
    """Counts of three groups of 30 cells, each with genes of its own; genes 0 to 29 are weak markers."""
    random = np.random.default_rng(0)
    usages = np.eye(3)[np.arange(90) % 3] * random.uniform(1, 2, (90, 1))
    profiles = np.full((3, 250), 2.0)
    for group in range(3):
        profiles[group, 10 * group : 10 * group + 10] = 3.5
        profiles[group, 50 + 60 * group : 100 + 60 * group] = 20
    counts = random.poisson(usages @ profiles).astype(np.float32)
    counts[:, 40] = 0
    names = [f"gene_{number}" for number in range(250)]
    return AnnData(counts, var=pd.DataFrame({"description": "what"}, index=names)), usages


def score(expression, usages):
    columns = [f"metagene_{number}" for number in range(1, usages.shape[1] + 1)]
    return pd.DataFrame(regression_scores(expression.X, usages).T, index=expression.var_names, columns=columns)


def test_markers_that_were_not_factorised_are_found(groups):
    counts, usages = groups
    chosen = preprocess(counts, Preprocess(preset="single_cell", top_genes=60))
    left_out = [number for number in range(30) if f"gene_{number}" not in chosen.var_names]
    assert len(left_out) > 10
    table = score_every_gene(chosen, usages, score(chosen, usages))
    assert list(table.index) == list(counts.var_names)
    assert table["fitted"].sum() == 60
    assert set(table["description"]) == {"what"}
    z = table.filter(like="metagene_")
    assert [z.loc[f"gene_{number}"].argmax() for number in left_out] == [number // 10 for number in left_out]
    assert z.loc["gene_35"].abs().max() < 0.5
    assert (z.loc["gene_40"] == 0).all()  # never seen: it follows no metagene


def test_the_choice_of_genes_does_not_change_a_score(groups):
    counts, usages = groups
    tables = [
        score_every_gene(chosen, usages, score(chosen, usages)).drop(columns="fitted")
        for chosen in (preprocess(counts, Preprocess(preset="rnaseq_counts", top_genes=number)) for number in (60, 200))
    ]
    pd.testing.assert_frame_equal(*tables, rtol=1e-4, atol=1e-4)


def test_empty_metagenes_have_no_scores_and_a_whole_matrix_needs_no_other(groups):
    counts, usages = groups
    whole = preprocess(counts, Preprocess(preset="none"))
    with_empty = np.column_stack([usages, np.zeros(90)])
    scores = score(whole, with_empty)
    table = score_every_gene(whole, with_empty, scores)
    assert table["metagene_4"].isna().all()
    assert table.loc[whole.var_names, "fitted"].all()
    pd.testing.assert_frame_equal(table.loc[whole.var_names, scores.columns], scores, check_names=False)
