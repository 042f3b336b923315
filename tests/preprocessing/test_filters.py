"""nmfbio.preprocessing.filters: thresholds, and what is never kept."""

import warnings

import numpy as np
import pytest
import scipy.sparse

from nmfbio.config import Preprocess
from nmfbio.errors import InputError
from nmfbio.preprocessing import filters
from nmfbio.preprocessing.filters import cure_zero_samples, drop_zero_genes, filter_genes, filter_samples
from nmfbio.preprocessing.recorder import Recorder

FORMS = [np.asarray, scipy.sparse.csr_matrix]
NAMES = [*(f"g{place}" for place in range(290)), *(f"MT-{place}" for place in range(6)), *(f"mt-{i}" for i in range(4))]


def apply(expression, preset="single_cell", **keys):
    recorder = Recorder(expression)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        used, dropped = filter_samples(recorder, Preprocess(**keys), preset)
    return recorder, used, dropped


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("keys", "passes"),
    [
        ({"min_genes": 110}, lambda cell: (cell > 0).sum() >= 110),
        ({"min_counts": 400}, lambda cell: cell.sum() >= 400),
        ({"max_mitochondrial": 8}, lambda cell: 100 * cell[290:].sum() / cell.sum() <= 8),
    ],
)
def test_samples_are_kept_as_a_loop_over_them_would(make_expression, cells, form, keys, passes):
    recorder, used, dropped = apply(make_expression(form(cells), NAMES), **keys)
    kept = [place for place, cell in enumerate(cells) if passes(cell)]
    assert 0 < len(kept) < 60
    assert list(recorder.obs.index) == [f"s{place}" for place in kept]
    assert sorted(dropped) == sorted({f"s{place}" for place in range(60)} - set(recorder.obs.index))
    assert keys.items() <= used.items()
    assert recorder.steps()["samples_out"].tolist() == [len(kept)]


def test_thresholds_agree_with_scanpy(make_expression, cells):
    import scanpy

    expression = make_expression(cells, NAMES)
    recorder, _, _ = apply(expression, min_genes=110, min_counts=300)
    scanpy.pp.filter_cells(expression, min_genes=110)
    scanpy.pp.filter_cells(expression, min_counts=300)
    scanpy.pp.filter_genes(expression, min_cells=5)
    filter_genes(recorder, Preprocess(min_samples=5), "none")
    assert list(recorder.obs.index) == list(expression.obs_names)
    assert list(recorder.var.index) == list(expression.var_names)


def test_own_threshold_of_genes_is_for_whole_transcriptomes(make_expression, cells, monkeypatch):
    assert apply(make_expression(cells))[1]["min_genes"] == 0
    monkeypatch.setattr(filters, "WHOLE_TRANSCRIPTOME", 300)
    assert apply(make_expression(cells + 1))[1]["min_genes"] == 200
    assert apply(make_expression(cells + 1), "none")[1]["min_genes"] == 0
    assert apply(make_expression(cells), min_genes=3)[1]["min_genes"] == 3


def test_dropped_samples_are_warned_of_by_name(make_expression):
    expression = make_expression([[1, 1, 1], [0, 0, 9]])
    with pytest.warns(UserWarning, match=r"1 sample\(s\) without at least 2 genes are dropped: 's1'"):
        filter_samples(Recorder(expression), Preprocess(min_genes=2), "none")


def test_thresholds_no_sample_meets_are_refused(make_expression, cells):
    with pytest.raises(InputError, match=r"none of 60 samples left \(min_genes 0, min_counts 1e\+09\).*Lower the thr"):
        apply(make_expression(cells), min_counts=1e9)


def test_a_mitochondrial_threshold_needs_symbols(make_expression, cells):
    names = [f"ENSG{place:05}" for place in range(300)]
    with pytest.raises(InputError, match=r"max_mitochondrial: found no gene .*'ENSG00000'.*by their symbols"):
        apply(make_expression(cells, names), max_mitochondrial=5)


@pytest.mark.parametrize(("preset", "own"), [("single_cell", 3), ("rnaseq_counts", 2), ("tpm", 0), ("none", 0)])
def test_genes_in_few_samples_are_dropped(make_expression, preset, own):
    matrix = np.tril(np.ones((5, 5)))  # gene j is above 0 in 5 - j samples
    recorder = Recorder(make_expression(matrix))
    assert filter_genes(recorder, Preprocess(), preset) == {"min_samples": own}
    assert recorder.values.shape[1] == sum(5 - gene >= own for gene in range(5))
    assert filter_genes(recorder, Preprocess(min_samples=4), preset) == {"min_samples": 4}
    assert list(recorder.var.index) == ["g0", "g1"]


@pytest.mark.parametrize("form", FORMS)
def test_all_zero_genes_are_dropped_and_named(make_expression, form):
    matrix = np.array([[0, 1, 0, 5], [0, 2, 0, 0]], dtype=np.float32)
    recorder = Recorder(make_expression(form(matrix)))
    assert drop_zero_genes(recorder) == ["g0", "g2"]
    assert list(recorder.var.index) == ["g1", "g3"]


def test_genes_and_samples_of_missing_values_and_zeros_count_as_zero(make_expression):
    recorder = Recorder(make_expression([[0, 1, np.nan], [np.nan, 0, 0]]))
    assert drop_zero_genes(recorder) == ["g0", "g2"]
    with pytest.raises(InputError, match="'s1'"):
        cure_zero_samples(recorder, "refuse", "")


@pytest.mark.parametrize("form", FORMS)
def test_samples_of_zeros_are_refused_or_dropped_by_name(make_expression, form):
    matrix = form(np.array([[1, 0], [0, 0], [0, 2]], dtype=np.float32))
    with pytest.raises(InputError) as caught:
        cure_zero_samples(Recorder(make_expression(matrix)), "refuse", " after genes were chosen")
    for part in ("1 sample(s) with nothing but zeros after genes were chosen: 's1'", "`preprocess.zero_samples: drop`"):
        assert part in str(caught.value)
    recorder = Recorder(make_expression(matrix))
    with pytest.warns(UserWarning, match="nothing but zeros: 's1'; they are dropped"):
        assert cure_zero_samples(recorder, "drop", "") == ["s1"]
    assert list(recorder.obs.index) == ["s0", "s2"]
    assert cure_zero_samples(recorder, "refuse", "") == []


def test_a_matrix_of_zeros_cannot_be_cured(make_expression):
    with pytest.raises(InputError, match="no value in it is above 0"):
        cure_zero_samples(Recorder(make_expression(np.zeros((2, 3)))), "drop", "")
