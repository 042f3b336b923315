import pandas as pd
import pytest

from nmfbio.plots import draw_preprocessing


def make_steps(count, largest):
    rows = []
    genes, samples = largest, largest // 3
    for number in range(count):
        left = genes - genes // 4 if number % 2 else genes
        kept = samples - samples // 5 if number % 3 == 2 else samples
        rows.append((f"step {number} " + "with a long name " * number, genes, left, samples, kept, number * largest))
        genes, samples = left, kept
    columns = ["step", "genes_in", "genes_out", "samples_in", "samples_out", "values_changed"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize("count", [1, 4, 10])
@pytest.mark.parametrize("largest", [3, 1000, 2_000_000])
def test_preprocessing_text_is_clear(count, largest, assert_text_is_clear):
    assert_text_is_clear(draw_preprocessing(make_steps(count, largest)))


def test_every_step_is_drawn_below_the_matrix_as_read(texts_of):
    steps = make_steps(3, 1000)
    texts = [text for text, _ in texts_of(draw_preprocessing(steps))]
    assert texts.index("as read") < texts.index("step 0")
    for number in [1000, 333, *steps["genes_out"], *steps["samples_out"], *steps["values_changed"][1:]]:
        assert f"{number:,}" in texts


def test_bars_stay_inside_when_a_step_adds_genes():
    steps = make_steps(1, 100).assign(genes_out=180)
    axes = draw_preprocessing(steps).axes[0]
    assert max(bar.get_x() + bar.get_width() for bar in axes.patches) <= axes.get_xlim()[1]
