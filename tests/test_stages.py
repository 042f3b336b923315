"""The stages after factorisation, one after the other as the workflow's scripts call them, for every method."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy.sparse import csr_matrix

from nmfbio.consensus import Consensus, RestartSummary, build_consensus, summarize_restarts
from nmfbio.factorization import METHODS, factorize
from nmfbio.io import open_matrix, read_h5ad, read_matrix, read_obs_and_var, write_h5ad
from nmfbio.plots import draw_rank_figures
from nmfbio.rank import choose_rank, collect_measures, collect_objectives
from nmfbio.signatures import annotate_expression, extract_signatures, to_gmt

RANK = 4
FORMS = [(method, "dense") for method in METHODS]
FORMS += [(name, "sparse") for name, method in METHODS.items() if method.sparse]


@pytest.fixture(scope="module")
def counts():
    """18 samples × 40 genes of three programs; every value positive."""
    random = np.random.default_rng(2)
    usages = np.kron(np.eye(3), np.ones((6, 1))) + 0.1
    values = random.poisson(usages @ random.gamma(0.6, 20.0, (3, 40))) + 1
    samples, genes = [f"sample_{number}" for number in range(18)], [f"gene_{number}" for number in range(40)]
    return pd.DataFrame(values.astype(np.float32), samples, genes)


@pytest.fixture(params=FORMS, ids=" ".join)
def stages(request, counts, tmp_path):
    """Method, matrix on disk, and what each stage makes of it at a rank above the three that are there."""
    method, kind = request.param
    matrix = csr_matrix(counts.to_numpy() * (counts.to_numpy() > 4)) if kind == "sparse" else counts.to_numpy()
    var = pd.DataFrame({"description": ""}, index=counts.columns)
    write_h5ad(AnnData(matrix, obs=pd.DataFrame(index=counts.index), var=var), tmp_path / "expression.h5ad")
    matrix = read_matrix(tmp_path / "expression.h5ad")
    restarts = summarize_restarts(factorize(matrix, RANK, method, restarts=4, threads=1))
    restarts.save(tmp_path / "0-3.npz")
    names = counts.index.to_numpy(str)
    consensus = build_consensus(matrix, RestartSummary.load(tmp_path / "0-3.npz"), names, method)
    consensus.save(tmp_path / "k4.npz")
    return method, tmp_path, Consensus.load(tmp_path / "k4.npz")


def test_every_method_goes_all_the_way_and_nothing_is_undefined(stages):
    method, folder, consensus = stages
    samples, genes = read_obs_and_var(folder / "expression.h5ad")
    matrix = read_matrix(folder / "expression.h5ad")
    signatures = extract_signatures(matrix, consensus, samples.index, genes)
    for table in (signatures.metagenes, signatures.usages, signatures.genes, signatures.samples):
        assert table.notna().all(axis=None), method
    in_use = list(signatures.usages.columns[signatures.usages.any()])
    assert set(signatures.samples["cluster"]) | set(signatures.samples["consensus_cluster"]) <= set(in_use)
    assert set(signatures.genes["metagene"]) <= set(in_use)
    assert consensus.explained_variance > 0.5
    drawings = draw_rank_figures(matrix, samples, consensus, signatures)
    assert all(table.notna().all(axis=None) for _, table in drawings.values())
    assert to_gmt(signatures.genes, "set", "text").count("\n") <= len(in_use)


@pytest.mark.parametrize("kind", [np.asarray, csr_matrix])
def test_online_restarts_are_the_same_whether_the_matrix_is_read_at_once_or_in_batches(counts, kind, tmp_path):
    write_h5ad(AnnData(kind(counts.to_numpy())), tmp_path / "expression.h5ad")
    with open_matrix(tmp_path / "expression.h5ad") as matrix:
        in_batches = factorize(matrix, 3, "online", restarts=2, batch_size=5)
    at_once = factorize(read_matrix(tmp_path / "expression.h5ad"), 3, "online", restarts=2, batch_size=5)
    np.testing.assert_array_equal(in_batches.metagenes, at_once.metagenes)
    np.testing.assert_array_equal(in_batches.objective, at_once.objective)


def test_the_rank_and_the_annotated_matrix_follow(stages):
    _, folder, consensus = stages
    objectives = collect_objectives([consensus])
    assert np.isfinite(objectives["objective"]).all()
    verdict = choose_rank(collect_measures([consensus])).to_dict()
    expression = read_h5ad(folder / "expression.h5ad")
    signatures = extract_signatures(expression.X, consensus, expression.obs_names, expression.var)
    annotated = annotate_expression(expression, consensus, signatures, verdict)
    assert np.isfinite(annotated.obsm["X_nmf"]).all()
    assert annotated.obs["nmf_cluster"].notna().all()


def test_the_solution_is_about_as_good_as_the_best_restart(stages):
    method, _, consensus = stages
    assert consensus.solution_objective <= 1.5 * consensus.best_objective + 1e-9, method
