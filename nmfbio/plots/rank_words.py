"""The verdict on the rank in one sentence, and what limits it."""

from nmfbio.plots.rank_measures import MEASURES, describe_measure

_QUESTION = "How many metagenes?"
_REASONS = {
    "finest_reproducible": "the largest set of metagenes that all reappear in other samples",
    "vote": "the middle of the votes of several measures",
    "cophenetic": "the last number before the cophenetic correlation falls",
    "selected": "set in the configuration",
}


def write_title(verdict: dict) -> str:
    """Give the verdict in one sentence."""
    rank, status, rule = verdict.get("rank"), verdict.get("status"), verdict.get("rule")
    if status == "none":
        return f"{_QUESTION} No supported structure" + (f" ({rank} set in the configuration)" if rank else "")
    if rank is None:
        return f"{_QUESTION} No number stands out"
    if status == "weak" and rule != "selected":
        return f"{_QUESTION} {rank}, on weak evidence"
    reason = _REASONS.get(rule)
    if rule in MEASURES and rule not in _REASONS:
        reason = f"the number that {describe_measure(rule).title} prefers".replace("Hidden", "hidden", 1)
    weak = ", on weak evidence" if status == "weak" else ""
    return f"{_QUESTION} {rank}" + (f": {reason}{weak}" if reason else weak)


def write_caveat(verdict: dict) -> str:
    """Give what limits the verdict, in a few sentences; empty where the verdict says nothing of it."""
    if not has_held_out(verdict):
        return (
            "No held-out data were consulted. Restarts can agree on data without any structure, so nothing here says "
            "that there is some."
        )
    sentences = [_other_readings(verdict), _bound(verdict), _calibration(verdict)]
    if verdict.get("status") == "none":
        nothing = "Several metagenes predict held-out data no better than one. Restarts may agree nonetheless; that "
        sentences = [f"{nothing}says nothing of structure.", _calibration(verdict)]
    return " ".join(sentence for sentence in sentences if sentence)


def has_held_out(verdict: dict) -> bool:
    """Say whether measures on held-out or permuted data took part in the verdict."""
    parts = [verdict.get("bound"), *(verdict.get("gate") or {}).values(), *(verdict.get("bound_votes") or {}).values()]
    return any(part is not None for part in parts)


def _other_readings(verdict: dict) -> str:
    rank, reproducible = verdict.get("rank"), verdict.get("reproducible")
    if reproducible is None:
        return ""
    if not reproducible:
        return "At no number do all metagenes reappear in other samples."
    others = [other for other in reproducible if other != rank]
    if not others:
        return ""
    finer = "" if rank is None or max(others) < rank else "or finer "
    coarser = "coarser " if rank is None or min(others) < rank else ""
    kind = "finer " if not coarser else f"{coarser}{finer}"
    one = len(others) == 1
    return (
        f"{_join(others)} {'reappears' if one else 'reappear'} as well: {'a ' if one else ''}{kind}"
        f"{'reading' if one else 'readings'} of the same data."
    )


def _bound(verdict: dict) -> str:
    bound = verdict.get("bound")
    if bound is None:
        return ""
    if verdict.get("bound_open"):
        return f"Structure is detectable up to {bound}, the largest number tried, and maybe beyond."
    return f"Structure is detectable up to {bound}."


def _calibration(verdict: dict) -> str:
    agreement = verdict.get("agreement")
    if agreement is None or not verdict.get("agreement_means"):
        return ""
    return f"By simulations, {100 * agreement:.0f} % of verdicts like this one are right."


def _join(numbers: list[int]) -> str:
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    words = [str(number) for number in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
