"""The methods paragraphs follow the settings, and cite what applies."""

import re

import pytest

from nmfbio.report.methods import write_methods


def write(build_content, *, ranks=(2, 3), restarts=5, verdict=None, **sections):
    content = build_content(ranks=ranks, restarts=restarts)
    settings = {name: {**values, **sections.get(name, {})} for name, values in content.settings.items()}
    changed = {**content.verdict, **(verdict or {})}
    return write_methods(build_content(ranks=ranks, restarts=restarts, settings=settings, verdict=changed))


def text_of(methods) -> str:
    return " ".join(methods.paragraphs)


def cited(methods) -> set[str]:
    return {reference.citation for reference in methods.references}


def test_the_default_run_is_described_with_its_numbers(build_content):
    text = text_of(write(build_content))
    for words in ("ranks 2 and 3", "5 random starts", "base seed 7", "0.000001 of itself", "2,000 iterations"):
        assert words in text
    assert "nmfbio 0.1.0 (Python 3.11.7, numpy 2.4.6)" in text


@pytest.mark.parametrize(
    ("method", "papers"),
    [
        ("kl", {"Lee & Seung 2001", "Hsieh & Dhillon 2011", "Hien & Gillis 2021"}),
        ("brunet", {"Lee & Seung 2001", "Brunet et al. 2004"}),
        ("frobenius", {"Gillis & Glineur 2012"}),
    ],
)
def test_each_method_cites_its_own_papers(build_content, method, papers):
    solvers = {"Lee & Seung 2001", "Hsieh & Dhillon 2011", "Hien & Gillis 2021", "Gillis & Glineur 2012"}
    methods = write(build_content, factorize={"method": method})
    assert papers <= cited(methods)
    assert not (solvers - papers) & cited(methods)


def test_brunet_stops_by_connectivity_and_not_by_tolerance(build_content):
    text = text_of(write(build_content, factorize={"method": "brunet"}))
    assert "unchanged for more than 40 examinations" in text
    assert "0.000001" not in text


def test_nndsvd_is_cited_only_where_it_was_used(build_content):
    deterministic = write(build_content, restarts=1, factorize={"seeding": "nndsvd"})
    assert "Boutsidis & Gallopoulos 2008" in cited(deterministic)
    assert "random start" not in text_of(deterministic)
    assert "Boutsidis & Gallopoulos 2008" not in cited(write(build_content))


def test_scale_and_solution_follow_the_settings(build_content):
    default = write(build_content)
    assert {"Yang & Seoighe 2016", "Kotliar et al. 2019"} <= cited(default)
    assert "matched rather than clustered" in text_of(default)
    plain = write(build_content, consensus={"scale": "none", "solution": "best"})
    assert not {"Yang & Seoighe 2016", "Kotliar et al. 2019"} & cited(plain)


def test_a_single_restart_has_no_consensus_to_cite(build_content):
    methods = write(build_content, restarts=1)
    assert "no consensus over restarts was computed" in text_of(methods)
    assert "Monti et al. 2003" not in cited(methods)


def test_the_brunet_preset_is_spelled_out(build_content):
    preset = {"preset": "brunet", "floor": 20.0, "ceiling": 16000.0, "min_fold": 5.0, "min_difference": 500.0}
    text = text_of(write(build_content, preprocess=preset))
    assert "below 20 were raised to 20 and values above 16,000 lowered to 16,000" in text
    assert "at least 5 times, and at least 500 above" in text


def test_a_rank_set_by_hand_is_not_called_an_estimate(build_content):
    text = text_of(write(build_content, rank={"selected": 3}))
    assert "Rank 3 was set by the analyst." in text
    assert "begin to fall" not in text


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ({"status": "weak"}, "gave rank 3 on weak evidence"),
        ({"status": "weak", "rank": None}, "singled out no rank"),
        ({"status": "none", "rank": None}, "gave no support for any grouping"),
    ],
)
def test_a_weak_or_missing_verdict_is_written_as_such(build_content, verdict, words):
    assert words in text_of(write(build_content, verdict=verdict))


def test_every_citation_is_listed_once_and_no_mark_is_left(build_content):
    methods = write(build_content)
    assert "[@" not in text_of(methods)
    citations = [reference.citation for reference in methods.references]
    assert len(citations) == len(set(citations))
    assert all(re.fullmatch(r"https://\S+", reference.address) for reference in methods.references)
    assert all(citation in text_of(methods) for citation in citations)
