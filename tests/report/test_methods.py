"""The methods paragraphs follow the settings, and cite what applies."""

import re
from dataclasses import replace

import pytest

from nmfbio.config_methods import METHODS
from nmfbio.report.methods import write_methods


def write(build_content, *, ranks=(2, 3), restarts=5, verdict=None, record=None, **sections):
    content = build_content(ranks=ranks, restarts=restarts)
    settings = {name: {**values, **sections.get(name, {})} for name, values in content.settings.items()}
    changed = {**content.verdict, **(verdict or {})}
    content = build_content(ranks=ranks, restarts=restarts, settings=settings, verdict=changed)
    return write_methods(replace(content, preprocess=record or {}))


def text_of(methods) -> str:
    return " ".join(methods.paragraphs)


def cited(methods) -> set[str]:
    return {reference.citation for reference in methods.references}


def test_the_default_run_is_described_with_its_numbers(build_content):
    text = text_of(write(build_content))
    for words in ("ranks 2 and 3", "5 random starts", "base seed 7", "0.000001 of itself", "2,000 iterations"):
        assert words in text
    assert "nmfbio 0.1.0 (Python 3.11.7, numpy 2.4.6)" in text


PAPERS = {
    "kl": {"Lee & Seung 2001", "Hsieh & Dhillon 2011", "Hien & Gillis 2021"},
    "brunet": {"Lee & Seung 2001"},
    "frobenius": {"Gillis & Glineur 2012"},
    "lee": {"Lee & Seung 2001"},
    "nsnmf": {"Pascual-Montano et al. 2006"},
    "itakura_saito": {"Févotte & Idier 2011"},
    "snmf_r": {"Kim & Park 2007"},
    "snmf_l": {"Kim & Park 2007"},
    "offset": {"Badea 2008"},
    "weighted": {"Wang et al. 2006"},
    "online": {"Mairal et al. 2010", "Lefèvre et al. 2011"},
    "bayesian": {"Tan & Févotte 2013", "Cemgil 2009"},
}


CITED_ANYWAY = {"Kim & Park 2007"}  # for the dispersion


@pytest.mark.parametrize("method", METHODS)
def test_each_method_cites_its_own_papers_and_no_other_s(build_content, method):
    methods = write(build_content, factorize={"method": method})
    others = set().union(*PAPERS.values()) - PAPERS[method] - CITED_ANYWAY
    assert PAPERS[method] <= cited(methods)
    assert not others & cited(methods)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"method": "nsnmf"}, "(θ = 0.5)"),
        ({"method": "nsnmf", "theta": 0.25}, "(θ = 0.25)"),
        ({"method": "snmf_r"}, "makes usages sparse (β = 0.01, η = the largest value of the matrix)"),
        ({"method": "snmf_l", "beta": 1, "eta": 2.5}, "makes metagenes sparse (β = 1, η = 2.5)"),
        ({"method": "weighted", "loss": "kl"}, "The generalised Kullback-Leibler divergence, every value weighted"),
        ({"method": "weighted", "loss": "frobenius"}, "Half the squared Frobenius norm of the residual, every value"),
        (
            {"method": "online", "loss": "kl", "batch_size": 4096},
            "batches of 4,096 samples (Mairal et al. 2010; Lef",
        ),
        ({"method": "bayesian"}, "with a dispersion for each gene"),
        ({"method": "bayesian", "dispersion": 1.0}, "with the dispersion 1. Components"),
        (
            {"l1_usages": 0.1, "l2_metagenes": 2.0},
            "an L2 penalty of 2 on the metagenes and an L1 penalty of 0.1 on the us",
        ),
        ({"stop": "connectivity"}, "unchanged for more than 40 examinations (Brunet et al. 2004)"),
        ({"method": "brunet", "stop": "tolerance"}, "by Aitken extrapolation"),
        ({"seeding": "nndsvdar"}, "5 factorisations started from the non-negative double singular value decomposition"),
    ],
)
def test_options_stops_and_starts_are_told_as_they_were_set(build_content, settings, words):
    assert words in text_of(write(build_content, factorize=settings))


def test_online_least_squares_does_not_cite_the_paper_on_divergences(build_content):
    assert "Lefèvre et al. 2011" not in cited(write(build_content, factorize={"method": "online", "loss": "frobenius"}))


def test_penalties_that_are_not_set_are_not_mentioned(build_content):
    assert "penalty" not in text_of(write(build_content, factorize={"l1_usages": None, "l2_usages": 0.0}))


def test_the_best_restart_is_told_as_it_was_chosen(build_content):
    assert "those of the restart with the lowest objective;" in text_of(write(build_content))
    bayesian = text_of(write(build_content, factorize={"method": "bayesian"}, consensus={"solution": "best"}))
    assert "As the solution of each rank, the restart with the highest evidence was taken." in bayesian
    content = build_content()
    objectives = content.objectives.assign(converged=content.objectives.index > 1)
    text = text_of(write_methods(build_content(objectives=objectives)))
    assert "those of the restart with the lowest objective among those that had converged;" in text


def test_restarts_that_did_not_converge_are_counted(build_content):
    content = build_content()
    assert "had not converged" not in text_of(write_methods(content))
    objectives = content.objectives.assign(converged=content.objectives.index > 1)
    text = text_of(write_methods(build_content(objectives=objectives)))
    assert "2 restarts of 10 had not converged by then and were kept." in text


def test_brunet_stops_by_connectivity_and_not_by_tolerance(build_content):
    text = text_of(write(build_content, factorize={"method": "brunet"}))
    assert "unchanged for more than 40 examinations" in text
    assert "0.000001" not in text


@pytest.mark.parametrize("seeding", ["nndsvd", "nndsvda"])
def test_nndsvd_is_cited_only_where_it_was_used(build_content, seeding):
    deterministic = write(build_content, restarts=1, factorize={"seeding": seeding})
    assert ("with the mean of the matrix" in text_of(deterministic)) == (seeding == "nndsvda")
    assert "Boutsidis & Gallopoulos 2008" in cited(deterministic)
    assert "random start" not in text_of(deterministic)
    assert "Boutsidis & Gallopoulos 2008" not in cited(write(build_content))


def test_the_clustered_solution_is_described_with_its_settings(build_content):
    settings = {"solution": "clustered", "density_threshold": 0.7, "neighbourhood": 0.2}
    text = text_of(write(build_content, consensus=settings))
    assert "were clustered as in consensus NMF" in text
    assert "(0.2 of the number of restarts) was not below 0.7 were left out" in text
    assert "matched rather than clustered" not in text


def test_scale_and_solution_follow_the_settings(build_content):
    default = write(build_content)
    assert "Yang & Seoighe 2016" in cited(default)
    assert "matched rather than clustered" in text_of(default)
    plain = write(build_content, consensus={"scale": "none", "solution": "best"})
    assert "Yang & Seoighe 2016" not in cited(plain)
    assert "matched rather than clustered" not in text_of(plain)


@pytest.mark.parametrize(
    ("signatures", "words", "paper"),
    [
        ({}, "at least 1.5 times that in any other metagene", "Kotliar et al. 2019"),
        ({"selection": "top", "number": 20}, "among the 20 with the highest scores", "Kotliar et al. 2019"),
        ({"selection": "kim_park"}, "three scaled median absolute deviations", "Kim & Park 2007"),
        ({"selection": "carmona_saez"}, "had a larger one in another metagene", "Carmona-Saez et al. 2006"),
    ],
)
def test_the_rule_of_the_signatures_is_told(build_content, signatures, words, paper):
    methods = write(build_content, signatures=signatures)
    assert words in text_of(methods)
    assert paper in cited(methods)


def test_a_single_restart_has_no_consensus_to_cite(build_content):
    methods = write(build_content, restarts=1)
    assert "no consensus over restarts was computed" in text_of(methods)
    assert "Monti et al. 2003" not in cited(methods)


def test_the_brunet_preset_is_spelled_out(build_content):
    preset = {"preset": "brunet", "floor": 20.0, "ceiling": 16000.0, "min_fold": 5.0, "min_difference": 500.0}
    text = text_of(write(build_content, record=preset))
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
