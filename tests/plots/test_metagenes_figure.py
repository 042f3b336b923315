import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_metagenes
from nmfbio.plots.metagenes import relative_weights, standardise_genes


def draw(results):
    return draw_metagenes(results.metagenes, results.genes, results.expression, results.clusters, results.annotations)


@pytest.mark.parametrize("n_samples", [3, 10, 100, 1000])
def test_metagenes_text_is_clear_at_every_size(n_samples, make_results, assert_text_is_clear):
    assert_text_is_clear(draw(make_results(n_samples)))


@pytest.mark.parametrize(("rank", "per_metagene"), [(1, 3), (6, 10), (15, 1), (15, 40)])
def test_metagenes_text_is_clear_at_every_rank(rank, per_metagene, make_results, assert_text_is_clear):
    assert_text_is_clear(draw(make_results(30, rank=rank, per_metagene=per_metagene)))


def test_metagenes_take_odd_names_as_text(make_results, assert_text_is_clear, texts_of):
    figure = draw(make_results(12, odd=True))
    assert_text_is_clear(figure)
    assert {"$x_1$", "_hidden", "<script>alert(1)</script>", "a b c"} <= {text for text, _ in texts_of(figure)}


def test_genes_stand_by_metagene_then_by_position(make_results, texts_of):
    results = make_results(5)
    shuffled = results.metagenes.sample(frac=1, random_state=1)
    figure = draw_metagenes(shuffled, results.genes, results.expression.loc[shuffled.index], results.clusters)
    places = {text: -box.y0 for text, box in texts_of(figure) if text.startswith("gene_")}
    assert sorted(places, key=places.get) == results.genes["gene"].tolist()


def test_genes_without_description_are_drawn(make_results, assert_text_is_clear):
    results = make_results(5)
    genes = results.genes.assign(description=["", np.nan, "x"] + [""] * (len(results.genes) - 3))
    assert_text_is_clear(draw_metagenes(results.metagenes, genes, results.expression, results.clusters))


def test_a_rank_without_signature_genes_says_so(make_results, assert_text_is_clear, texts_of):
    results = make_results(5)
    figure = draw_metagenes(results.metagenes.iloc[:0], results.genes, results.expression.iloc[:0], results.clusters)
    assert_text_is_clear(figure)
    assert any("No gene passes" in text for text, _ in texts_of(figure))


def test_a_constant_gene_has_z_score_zero():
    expression = pd.DataFrame([[0.1, 0.1, 0.1], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]], dtype="float32")
    scores = standardise_genes(expression).to_numpy()
    assert (scores[[0, 2]] == 0).all()
    np.testing.assert_allclose(scores[1], [-(1.5**0.5), 0, 1.5**0.5])


def test_missing_values_have_no_part_in_the_z_scores_of_a_gene(make_results, assert_text_is_clear, texts_of):
    scores = standardise_genes(pd.DataFrame([[1.0, np.nan, 3.0], [2.0, 2.0, np.nan]])).to_numpy()
    np.testing.assert_array_equal(scores, [[-1, np.nan, 1], [0, 0, np.nan]])
    results = make_results(10)
    results.expression.iloc[:, 3] = np.nan
    figure = draw(results)
    assert_text_is_clear(figure)
    assert any("missing" in text for text, _ in texts_of(figure))


def test_weights_are_relative_to_the_genes_largest():
    weights = relative_weights(pd.DataFrame([[2.0, 4.0], [0.0, 0.0]]))
    assert weights.to_numpy().tolist() == [[0.5, 1.0], [0.0, 0.0]]
