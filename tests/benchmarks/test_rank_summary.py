"""benchmarks.rank.summary, report and figure: intervals, rates, calibration, and the tables they end in."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from benchmarks.rank.__main__ import PAGE, PUBLISHED
from benchmarks.rank.figure import draw
from benchmarks.rank.report import END, START, fill_page, write_report
from benchmarks.rank.summary import calibrate, is_near, rate_rules, summarize, tabulate_answers, wilson_interval


def record(name, group, truth, said, mode="hits", named=(), agreement=0.8, status="supported", seed=0, pac=2):
    none = status == "none"
    return {
        "mode": mode,
        "name": name,
        "dataset": name.split("+")[0],
        "group": group,
        "truth": truth if isinstance(truth, list) else [truth],
        "settings": {"ranks": [2, 3, 4, 5, 6], "method": "kl", "restarts": 50, "seed": seed},
        "code": "0123456789ab",
        "shape": [80, 200],
        "seconds": 12.3,
        "rules": {"nmfbio": 1 if none else said, "pac": pac, "count_splitting": None},
        "verdict": {
            "status": status,
            "rank": None if none else said,
            "reproducible": list(named),
            "bound": 6,
            "agreement": agreement,
            "distance": {"2": 0.21, "3": 0.05},
        },
    }


RECORDS = [
    record("balanced-k2-s0", "balanced", 2, 2),
    record("balanced-k4-s1", "balanced", 4, 3, named=(2, 3), agreement=0.6),
    record("nested-k6-s2", "nested", 6, 3, named=(3, 6), agreement=0.6, pac=6),
    record("nested-k6-s3", "nested", 6, 3, named=(2, 3), agreement=0.3),
    record("weak-k3-s4", "weak", 3, 3, agreement=0.97),
    record("null-k1-s4", "null", 1, None, status="none", agreement=None),
    record("null-k1-s9", "null", 1, 2, agreement=1.0),
    record("leukemia", "real", [2, 3], 3, mode="real", named=(2, 3)),
    record("leukemia-kl", "permuted", 1, None, mode="permuted", status="none"),
    *(record(f"leukemia+{s}", "real", [2, 3], 2 if s == 4 else 3, "seeds", (2, 3), seed=s) for s in range(5)),
]


@pytest.mark.parametrize(
    ("hits", "sets", "low", "high"),
    [
        # statsmodels 0.15.0, statsmodels.stats.proportion.proportion_confint(hits, sets, method="wilson")
        (0, 12, 0.0, 0.242494),
        (12, 12, 0.757506, 1.0),
        (8, 10, 0.490162, 0.943317),
        (48, 60, 0.682182, 0.881715),
        (1, 2, 0.094531, 0.905469),
    ],
)
def test_wilson_intervals_are_those_of_statsmodels(hits, sets, low, high):
    assert wilson_interval(hits, sets) == pytest.approx((low, high), abs=1e-6)


def test_wilson_intervals_are_those_of_the_formula():
    z = norm.ppf(0.975)
    for hits, sets in [(3, 7), (50, 84), (83, 84)]:
        share = hits / sets
        centre = (share + z**2 / (2 * sets)) / (1 + z**2 / sets)
        half = z * np.sqrt(share * (1 - share) / sets + z**2 / (4 * sets**2)) / (1 + z**2 / sets)
        assert wilson_interval(hits, sets) == pytest.approx((centre - half, centre + half))
    assert np.isnan(wilson_interval(0, 0)).all()


def test_near_is_within_one_or_named_but_no_structure_is_near_to_itself_alone():
    assert is_near(4, [], 3)
    assert is_near(7, [3], 3)
    assert not is_near(5, [2], 3)
    assert not is_near(1, [2], 2)
    assert not is_near(2, [], 1)
    assert is_near(1, [], 1)
    assert not is_near(None, [3], 3)


def rates_of(records):
    rates = rate_rules(tabulate_answers([each for each in records if each["mode"] == "hits"]))
    return {(row.rule, row.scope, row.what): (row.hits, row.sets) for row in rates.itertuples()}


def test_hits_are_counted_by_scenario_over_all_and_in_controls():
    rates = rates_of(RECORDS)
    assert rates["nmfbio", "balanced", "exact"] == (1, 2)
    assert rates["nmfbio", "all five", "exact"] == (1, 4)
    assert rates["nmfbio", "all five", "near"] == (3, 4)
    assert rates["nmfbio", "weak", "exact"] == (1, 1)
    assert rates["nmfbio", "null", "exact"] == (1, 2)
    assert rates["pac", "all five", "exact"] == (2, 4)
    assert rates["pac", "null", "exact"] == (0, 2)
    assert not any(rule == "count_splitting" for rule, *_ in rates)


def test_only_the_verdict_is_credited_with_the_ranks_it_names():
    assert rates_of(RECORDS)["pac", "nested", "near"] == (1, 2)


def test_a_rule_that_sometimes_cannot_tell_has_missed_then():
    records = [record("balanced-k2-s0", "balanced", 2, 2), record("balanced-k2-s1", "balanced", 2, 2, pac=None)]
    assert rates_of(records)["pac", "balanced", "exact"] == (1, 2)


def test_calibration_sets_stated_agreement_beside_the_share_of_right_verdicts():
    classes = calibrate(tabulate_answers([each for each in RECORDS if each["mode"] == "hits"]))
    found = [(row["from"], row["to"], row["hits"], row["sets"]) for row in classes.to_dict("records")]
    assert found == [(0.0, 0.5, 0, 1), (0.5, 0.7, 0, 2), (0.7, 0.85, 1, 1), (0.95, 1.0, 1, 2)]
    assert classes.stated.tolist() == pytest.approx([0.3, 0.6, 0.8, 0.985])


def test_verdicts_of_several_seeds_are_compared():
    (row,) = summarize(RECORDS)["seeds"]
    assert row["dataset"] == "leukemia"
    assert row["said"] == ["3", "3", "3", "3", "2"]
    assert (row["same"], row["runs"], row["always_named"]) == (4, 5, [2, 3])


def test_the_summary_is_json_and_the_same_of_records_in_any_order():
    text = json.dumps(summarize(RECORDS))
    assert "NaN" not in text
    assert json.dumps(summarize([*RECORDS[7:], *RECORDS[:7]])) == text
    assert json.loads(text)["settings"] == {
        "method": "kl",
        "restarts": 50,
        "ranks": [2, 6],
        "first_seed": 0,
        "last_seed": 9,
    }


def test_the_report_tells_rates_with_intervals_calibration_and_data():
    text = write_report(summarize(RECORDS), "One machine.")
    assert (
        "| nmfbio's verdict | 0.25 (0.05–0.70; 1 of 4) | 0.75 (0.30–0.95; 3 of 4) | 1.00 (0.21–1.00; 1 of 1) |" in text
    )
    assert "| 0.70–0.85 | 0.80 | 1.00 (0.21–1.00; 1 of 1) | yes |" in text
    assert "| leukemia | 80 × 200 | 2 or 3 | 3 | yes | 2 (+0.21), 3 (+0.05) | 6 | – | 2 |" in text
    assert "| leukemia-kl | 80 × 200 | 1 | none | yes |" in text
    assert "| leukemia | 2 or 3 | 3, 3, 3, 3, 2 | 4 of 5 | 2, 3 | 6, 6, 6, 6, 6 |" in text
    assert "code changed" not in text
    for line in text.splitlines():
        assert not line.startswith("|") or line.endswith("|")


def test_records_of_several_versions_are_not_to_be_quoted():
    mixed = [*RECORDS[:-1], {**RECORDS[-1], "code": "ba9876543210"}]
    assert "code changed during the run: records are of 2 versions" in write_report(summarize(mixed), "")


def test_the_figure_is_drawn_of_few_records_and_of_many(tmp_path):
    for count in (1, len(RECORDS)):
        draw(json.loads(json.dumps(summarize(RECORDS[:count]))), tmp_path / f"{count}.png")
        assert (tmp_path / f"{count}.png").stat().st_size > 10_000


def test_the_page_is_filled_between_its_marks_and_filling_again_changes_nothing():
    page = f"# Title\n\nBefore.\n\n{START}\n\nold table\n\n{END}\n\nAfter.\n"
    filled = fill_page(page, summarize(RECORDS))
    assert filled.startswith("# Title\n\nBefore.\n\n")
    assert filled.endswith(f"{END}\n\nAfter.\n")
    assert "old table" not in filled
    assert "nmfbio's verdict" in filled
    assert fill_page(filled, summarize(RECORDS)) == filled
    assert "were assessed yet" in fill_page(page, summarize([]))
    with pytest.raises(ValueError, match="the page lacks"):
        fill_page("# Title\n", summarize([]))


def test_the_page_of_the_documentation_holds_the_published_numbers():
    published = PUBLISHED / "summary.json"
    summary = json.loads(published.read_text(encoding="utf-8")) if published.exists() else summarize([])
    page = PAGE.read_text(encoding="utf-8")
    assert fill_page(page, summary) == page, "run: python -m benchmarks.rank report"
    assert all((Path(PAGE).parent / link).exists() for link in re.findall(r"\]\(([^)#:]+)\)", page))


def test_no_table_of_no_records():
    assert len(tabulate_answers([])) == 0
    assert isinstance(tabulate_answers(RECORDS), pd.DataFrame)
