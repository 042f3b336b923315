"""The strip that shows who prefers which number."""

from nmfbio.plots import draw_rank_survey
from nmfbio.plots.rank_votes import list_voters


def by_label(voters):
    return {voter.label: voter for voter in voters}


def votes_axes(figure):
    return next(axes for axes in figure.axes if any(line.get_gid() == "preferred" for line in axes.lines))


def test_each_vote_is_a_line_and_the_verdict_the_last(make_survey):
    measures, verdict = make_survey()
    voters = list_voters(measures, verdict)
    assert [voter.rank for voter in voters if voter.is_final] == [verdict["rank"]]
    assert voters[-1].label == "The verdict"
    lines = by_label(voters)
    assert lines["Predicts hidden values best"].rank == verdict["votes"]["speckled_cv"]
    assert lines["Vote: the middle of 5 of these"].interval == tuple(verdict["vote"]["interval"])


def test_measures_without_a_preference_have_no_line(make_survey):
    measures, verdict = make_survey()
    assert verdict["votes"]["dispersion"] is None
    assert "Firmest pairs (dispersion)" not in by_label(list_voters(measures, verdict))


def test_ranks_that_reappear_are_told_from_those_that_do_not(make_survey):
    measures, verdict = make_survey([2, 3, 4, 5, 6])
    reappearing = by_label(list_voters(measures, verdict))["All metagenes reappear in other samples"]
    assert reappearing.passing == (2, 3, 4)
    assert reappearing.failing == (5, 6)


def test_brunets_reading_stands_for_the_cophenetic_correlation(make_survey):
    measures, verdict = make_survey()
    voters = by_label(list_voters(measures, verdict | {"cophenetic_reading": 5}))
    assert voters["Cophenetic correlation, Brunet's reading"].rank == 5


def test_without_any_vote_there_is_no_strip(make_survey):
    measures, _ = make_survey()
    assert list_voters(measures, {"status": "supported", "rank": 3}) == []
    assert list_voters(measures, {"votes": None, "vote": None, "reproducible": None}) == []


def test_dots_stand_at_the_preferred_ranks(make_survey):
    measures, verdict = make_survey()
    axes = votes_axes(draw_rank_survey(measures, verdict))
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_gid() == "preferred"]
    assert dots == [voter.rank for voter in list_voters(measures, verdict) if voter.rank is not None]
    assert [list(line.get_xdata()) for line in axes.lines if line.get_gid() == "interval"] == [
        list(verdict["vote"]["interval"])
    ]


def test_reproducible_ranks_stand_on_one_line(make_survey):
    measures, verdict = make_survey()
    verdict = {**verdict, "votes": {**verdict["votes"], "reproducibility": verdict["rank"]}}
    labels = [voter.label for voter in list_voters(measures, verdict)]
    assert labels.count("All metagenes reappear in other samples") == 1
    unknown = list_voters(measures, {**verdict, "reproducible": None})
    assert [voter.label for voter in unknown].count("All metagenes reappear in other samples") == 1
