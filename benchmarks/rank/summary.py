"""From records to the numbers that are reported: hit rates with intervals, calibration, and what stayed the same."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from benchmarks.rank.rules import RULES
from benchmarks.rank.simulate import CONTROLS, SCENARIOS

ALL = "all five"
SCOPES = (*SCENARIOS, ALL, *CONTROLS)
# Edges of the classes of stated agreement; the last class holds 1 too.
AGREEMENTS = (0.0, 0.5, 0.7, 0.85, 0.95, 1.0)


def wilson_interval(hits: int, sets: int) -> tuple[float, float]:
    """95 % confidence interval of a share (Wilson 1927); NaN of no sets.

    Examples
    --------
    >>> tuple(round(limit, 4) for limit in wilson_interval(8, 10))
    (0.4902, 0.9433)
    """
    if sets == 0:
        return float("nan"), float("nan")
    interval = binomtest(hits, sets).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def is_near(said: int | None, named: Iterable[int], truth: int) -> bool:
    """Whether the true rank is named, or the rank said is within 1 of it; "no structure" is near to itself alone.

    Examples
    --------
    >>> is_near(3, [2, 3], 4), is_near(5, [2, 3], 3), is_near(1, [], 2)
    (True, True, False)
    """
    if said is None or said == 1 or truth == 1:
        return said == truth
    return abs(said - truth) <= 1 or truth in named


def tabulate_answers(records: Iterable[Mapping]) -> pd.DataFrame:
    """One row a record and rule.

    Parameters
    ----------
    records
        As ``records.read_records`` gives them.

    Returns
    -------
    pandas.DataFrame
        Columns mode, name, dataset, group, truth (list), rule, said, status and bound (of the verdict), exact, near,
        agreement (NaN where the verdict states none). The rule nmfbio names every rank it calls reproducible, others
        one.
    """
    rows = []
    for record in records:
        verdict = record["verdict"]
        for rule, said in record["rules"].items():
            named = (verdict.get("reproducible") or []) if rule == "nmfbio" else []
            rows.append(
                {
                    **{key: record[key] for key in ("mode", "name", "dataset", "group", "truth")},
                    "rule": rule,
                    "said": said,
                    "status": verdict["status"],
                    "bound": verdict.get("bound"),
                    "exact": said in record["truth"],
                    "near": any(is_near(said, named, truth) for truth in record["truth"]),
                    "agreement": verdict.get("agreement"),
                }
            )
    return pd.DataFrame(rows).astype({"said": "Int64", "agreement": float}) if rows else pd.DataFrame()


def rate_rules(answers: pd.DataFrame) -> pd.DataFrame:
    """Hit rates of every rule in every scope.

    Parameters
    ----------
    answers
        Rows of ``tabulate_answers`` from mode ``hits``.

    Returns
    -------
    pandas.DataFrame
        Columns rule, scope, what (``"exact"`` or ``"near"``), hits, sets, rate, low, high. Scope is a scenario, ``"all
        five"`` or a control; a rule that cannot tell has missed. Rules that never told are left out.
    """
    rows = []
    for rule in [rule for rule in RULES if (answers.rule.eq(rule) & answers.said.notna()).any()]:
        for scope in SCOPES:
            scenarios = SCENARIOS if scope == ALL else (scope,)
            part = answers[(answers.rule == rule) & answers.group.isin(scenarios)]
            rows += [rate(part[what], rule=rule, scope=scope, what=what) for what in ("exact", "near") if len(part)]
    return pd.DataFrame(rows)


def rate(hits: pd.Series, **labels: object) -> dict:
    """A share with its interval, labelled."""
    low, high = wilson_interval(int(hits.sum()), len(hits))
    return {**labels, "hits": int(hits.sum()), "sets": len(hits), "rate": float(hits.mean()), "low": low, "high": high}


def calibrate(answers: pd.DataFrame) -> pd.DataFrame:
    """How often the verdict was right, by the agreement it stated.

    Parameters
    ----------
    answers
        Rows of ``tabulate_answers`` from mode ``hits``.

    Returns
    -------
    pandas.DataFrame
        Columns from, to (class of stated agreement), stated (mean), hits, sets, rate, low, high; classes that occur.
    """
    ours = answers[(answers.rule == "nmfbio") & answers.agreement.notna()]
    place = np.clip(np.searchsorted(AGREEMENTS, ours.agreement, side="right") - 1, 0, len(AGREEMENTS) - 2)
    return pd.DataFrame(
        rate(part.exact, **{"from": AGREEMENTS[i], "to": AGREEMENTS[i + 1]}, stated=float(part.agreement.mean()))
        for i, part in ours.groupby(place)
    )


def describe_sameness(records: Sequence[Mapping], mode: str) -> pd.DataFrame:
    """How much the verdict of each matrix depends on the range of ranks or on the seed.

    Parameters
    ----------
    records
        As ``records.read_records`` gives them.
    mode
        ``"ranges"`` or ``"seeds"``.

    Returns
    -------
    pandas.DataFrame
        One row a matrix: dataset, truth, said (one word a run, in order), runs, same (runs that say what most say),
        always_named (ranks called reproducible in every run), bounds.
    """
    rows = []
    chosen = [record for record in records if record["mode"] == mode]
    chosen.sort(key=lambda record: (record["settings"]["ranks"], record["settings"]["seed"]))
    for dataset in dict.fromkeys(record["dataset"] for record in sorted(chosen, key=lambda record: record["name"])):
        runs = [record for record in chosen if record["dataset"] == dataset]
        said = [(run["verdict"]["status"], run["verdict"]["rank"]) for run in runs]
        named = [set(run["verdict"].get("reproducible") or []) for run in runs]
        rows.append(
            {
                "dataset": dataset,
                "truth": runs[0]["truth"],
                "said": [word_answer(*each) for each in said],
                "runs": len(runs),
                "same": max(said.count(each) for each in said),
                "always_named": sorted(set.intersection(*named)),
                "bounds": [run["verdict"].get("bound") for run in runs],
            }
        )
    return pd.DataFrame(rows)


def word_answer(status: str, rank: int | None) -> str:
    """A verdict in a word: the rank, with the status where it is not ``supported``."""
    return "none" if status == "none" else f"{rank}" if status == "supported" else f"{rank} ({status})"


def summarize(records: Sequence[Mapping]) -> dict:
    """All numbers of the report, as plain values for JSON.

    Parameters
    ----------
    records
        As ``records.read_records`` gives them; some modes may be missing.
    """
    answers = tabulate_answers(records)
    hits = answers[answers["mode"] == "hits"] if len(answers) else answers
    return {
        "sets": len({record["name"] for record in records if record["mode"] == "hits"}),
        "settings": describe_settings(records),
        "codes": sorted({record["code"] for record in records}),
        "rates": rate_rules(hits).to_dict("records") if len(hits) else [],
        "calibration": calibrate(hits).to_dict("records") if len(hits) else [],
        "ranges": describe_sameness(records, "ranges").to_dict("records"),
        "seeds": describe_sameness(records, "seeds").to_dict("records"),
        "real": [describe_data(record) for record in records if record["mode"] == "real"],
        "permuted": [describe_data(record) for record in records if record["mode"] == "permuted"],
    }


def describe_settings(records: Sequence[Mapping]) -> dict:
    """Ranks, method, restarts and seeds of the simulated sets."""
    hits = [record for record in records if record["mode"] == "hits"]
    if not hits:
        return {}
    seeds = [int(record["name"].rpartition("-s")[2]) for record in hits]
    settings = {key: hits[0]["settings"][key] for key in ("method", "restarts")}
    ranks = hits[0]["settings"]["ranks"]
    return {**settings, "ranks": [ranks[0], ranks[-1]], "first_seed": min(seeds), "last_seed": max(seeds)}


def describe_data(record: Mapping) -> dict:
    """What was said of one data set that was not simulated."""
    verdict = record["verdict"]
    named = [rank for rank in verdict.get("reproducible") or [] if rank is not None]
    said = record["rules"]["nmfbio"]
    right = "yes" if said in record["truth"] else "named" if set(record["truth"]) & set(named) else "no"
    return {
        "name": record["name"],
        "shape": record["shape"],
        "truth": record["truth"],
        "said": word_answer(verdict["status"], verdict["rank"]),
        "right": right,
        "named": named,
        "distance": verdict.get("distance") or {},
        "bound": verdict.get("bound"),
        "rules": record["rules"],
        "seconds": record["seconds"],
    }
