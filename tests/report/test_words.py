"""What figures and measures mean, in words."""

import pytest

from nmfbio.consensus.samples import MOST_DRAWN
from nmfbio.rank.solutions import OBJECTIVES
from nmfbio.report.words import FIGURE_NAMES, SAMPLES_DRAWN, SOLUTIONS, describe_rank_figure


@pytest.mark.parametrize("name", FIGURE_NAMES)
def test_the_figures_of_many_samples_are_said_to_show_a_part(name):
    alternative, caption = describe_rank_figure(name, 3, 5000)
    assert "2,000 of the 5,000 samples" in alternative
    assert caption.endswith("Drawn are 2,000 of the 5,000 samples, in which each group keeps its share.")
    alternative, caption = describe_rank_figure(name, 3, 2000)
    assert "2,000 samples" in alternative
    assert "Drawn are" not in caption


def test_words_agree_with_what_is_drawn_and_computed():
    assert SAMPLES_DRAWN == MOST_DRAWN
    assert list(SOLUTIONS) == list(OBJECTIVES)
