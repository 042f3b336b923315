import numpy as np
import pandas as pd
import pytest

from nmfbio.plots import draw_shared_programs
from nmfbio.plots.shared_programs import spread


def make_programs(n_shared, n_members, n_data_sets=3, gene="CD3D"):
    """Tables as ``find_shared_programs`` gives: programs with three members, the others with one."""
    random = np.random.default_rng(n_members)
    number = np.minimum(np.arange(n_members) // 3, n_shared) + 1
    number[number > n_shared] = n_shared + 1 + np.arange((number > n_shared).sum())
    members = pd.DataFrame(
        {
            "program": [f"program_{each}" for each in number],
            "data_set": [f"cohort_{each}" for each in np.arange(n_members) % n_data_sets],
            "rank": random.integers(2, 9, n_members),
        }
    )
    programs = pd.DataFrame({"program": members["program"].unique()})
    programs["shared"] = programs.index < n_shared
    programs["data_sets"] = 3
    programs["top_genes"] = ", ".join([gene] * 5)
    cosines = np.where(number[:, None] == number[None], 0.7, 0.1)
    return cosines, members, programs


@pytest.mark.parametrize(("n_shared", "n_members"), [(1, 3), (2, 10), (30, 120), (60, 200), (0, 12), (3, 1500)])
def test_programs_text_is_clear_at_every_size(n_shared, n_members, assert_text_is_clear):
    assert_text_is_clear(draw_shared_programs(*make_programs(n_shared, n_members)))


def test_programs_take_odd_and_long_names(odd_names, assert_text_is_clear):
    for gene in odd_names:
        cosines, members, programs = make_programs(2, 40, n_data_sets=30, gene=gene)
        members["data_set"] += "_of_" + 40 * "n"
        assert_text_is_clear(draw_shared_programs(cosines, members, programs))


def test_every_shared_program_is_named_with_its_first_genes(texts_of):
    texts = [text for text, _ in texts_of(draw_shared_programs(*make_programs(4, 20)))]
    assert {f"Program {number}: CD3D, CD3D, CD3D" for number in range(1, 5)} <= set(texts)
    assert "In too few data sets" in texts


def test_without_a_shared_program_the_title_says_so(texts_of):
    texts = [text for text, _ in texts_of(draw_shared_programs(*make_programs(0, 6)))]
    assert "No program is seen in enough data sets." in texts


def test_without_members_the_figure_tells_what_is_missing(texts_of, assert_text_is_clear):
    cosines, members, programs = make_programs(1, 3)
    figure = draw_shared_programs(cosines[:0, :0], members[:0], programs[:0], "One data set was analysed.")
    assert_text_is_clear(figure)
    assert "One data set was analysed." in [text for text, _ in texts_of(figure)]


def test_names_are_moved_apart_as_little_as_needed():
    assert spread([1.0, 5.0, 9.0], 2.0, 10.0) == [1.0, 5.0, 9.0]
    crowded = spread([9.0, 9.5, 9.9], 2.0, 10.0)
    assert crowded == [6.0, 8.0, 10.0]
