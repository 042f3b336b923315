"""The verdict in words."""

import pandas as pd

from nmfbio.rank.reading import NEAR, THRESHOLD, Reading
from nmfbio.rank.votes import TIE

NAMES = {
    "reproducibility": "reproducibility in 80 % of the samples",
    "speckled_cv": "the prediction of held-out entries",
    "count_splitting": "the prediction of split counts",
    "gain": "the gain in fit over permuted data",
    "parallel_analysis": "the number of singular values above chance",
    "program_silhouette": "the stability of metagenes over restarts",
    "cophenetic": "the fall of the cophenetic correlation",
    "dispersion": "dispersion",
    "pac": "the share of ambiguous pairs (PAC)",
    "silhouette": "the consensus silhouette",
    "inflection": "the bend of the objective",
}
# What it would mean to follow a measure to a rank above, or below, the one chosen.
FINER = {
    "speckled_cv": "more can be predicted than these metagenes tell, by parts that do not come back in other samples",
    "count_splitting": "counts hold more than these metagenes tell, in parts that do not come back in other samples",
    "gain": "further metagenes still fit more than chance, if perhaps weak or mixed ones",
    "parallel_analysis": "there are further directions beyond chance, which need not be programs of their own",
    "reproducibility": "finer metagenes come back too, but held-out data do not bear them out",
}
COARSER = {
    "speckled_cv": "the last metagenes do not help to predict held-out entries",
    "count_splitting": "the last metagenes do not help to predict the other half of the counts",
    "gain": "the last metagenes fit hardly more than chance",
    "parallel_analysis": "fewer directions exceed chance",
}
RESTARTS_FINER = "a finer solution repeats from start to start, which says nothing of other samples"
RESTARTS_COARSER = "a coarser grouping of the samples repeats more sharply"
RESTARTS = ("program_silhouette", "cophenetic", "dispersion", "pac", "silhouette")
CAVEAT = (
    "All these measures say how well restarts repeat, not whether there is structure at all: they can be high on "
    "permuted data too. No held-out data were consulted."
)


def explain(status: str, rank: int | None, rule: str, reading: Reading, asked: str) -> list[str]:
    """The reasons, one sentence after the other; ``asked`` is the rule configured, ``rule`` the one in use."""
    sentences = [f"Rank {rank} was set in the configuration (rank.selected)."] if rule == "selected" else []
    if not reading.gate:
        return [*sentences, *explain_restarts(rank, reading), *explain_rule(rank, rule, reading, asked), CAVEAT]
    sentences.append(explain_gate(reading))
    if not reading.has_structure:
        return sentences
    if reading.bound is not None:
        sentences.append(explain_bound(reading))
    sentences.append(explain_reproducible(reading))
    sentences.extend(explain_rule(rank, rule, reading, asked))
    if status == "weak" and rule == "finest_reproducible":
        sentences.append(f"So no rank is both; {rank} comes nearest, on weak evidence.")
    if reading.bound_open:
        sentences.append(
            "Held-out data support the largest rank scanned, so finer ranks may be worth a look: widen factorize.ranks."
        )
    return [*sentences, explain_near(reading)] if explain_near(reading) else sentences


def explain_rule(rank: int | None, rule: str, reading: Reading, asked: str) -> list[str]:
    """Which rule gave the rank, if another than the default one was asked for."""
    if rule == "selected" or asked == "finest_reproducible":
        return []
    fall = reading.votes.get("cophenetic")
    sentences = [explain_curve(reading.cophenetic, fall)] if rule == "cophenetic" and reading.gate else []
    what = "a vote of five measures" if asked == "vote" else NAMES[asked]
    if rule != asked:
        sentences.append(
            f"The configuration asks for {what} (rank.rule), which is not known here; the cophenetic correlation is "
            "read instead."
        )
    elif rank is None and rule != "cophenetic":
        sentences.append(f"By {what}, as the configuration asks (rank.rule), there is but one metagene: no structure.")
    elif rule != "cophenetic" or rank == fall:
        sentences.append(f"The rank is that of {what}, as the configuration asks (rank.rule).")
    return sentences


def explain_gate(reading: Reading) -> str:
    """Whether there is any structure."""
    if reading.has_structure:
        preferred = " and ".join(f"{NAMES[name]} is best at rank {vote}" for name, vote in reading.gate.items())
        return f"There is structure: {preferred}, where data without structure are predicted best by one metagene."
    what = " and ".join(NAMES[name] for name in reading.gate)
    verb = "are" if len(reading.gate) > 1 else "is"
    return (
        f"No supported structure: {what} {verb} best with a single metagene, so whatever more metagenes fit does not "
        f"hold for values they have not seen. {explain_doubt(reading)}Restarts may agree all the same, as they do on "
        "permuted data."
    )


def explain_doubt(reading: Reading) -> str:
    """Who sees structure where held-out values see none, if most measures of the bound do; ends in a space."""
    if reading.bound is None or reading.bound <= 1:
        return ""
    others = join_names([f"{NAMES[name]} (rank {vote})" for name, vote in reading.bound_votes.items() if vote > 1])
    return (
        f"More than one metagene is seen by {others}; where most values are 0, as in cells with few counts, held-out "
        "values may miss structure that is there (docs/rank_calibration.md). "
    )


def explain_bound(reading: Reading) -> str:
    """Up to which rank there is structure."""
    votes = ", ".join(f"{NAMES[name]} {vote}" for name, vote in reading.bound_votes.items())
    median = "by one measure" if len(reading.bound_votes) == 1 else f"the median of {len(reading.bound_votes)} measures"
    beyond = " and maybe beyond" if reading.bound_open else ""
    return f"It is detectable up to rank {reading.bound}{beyond}, {median} ({votes})."


def explain_reproducible(reading: Reading) -> str:
    """Which ranks come back in other samples."""
    within, beyond = reading.supported, [each for each in reading.reproducible or [] if each not in reading.supported]
    if reading.reproducible is None:
        return "Whether metagenes come back when a fit sees 80 % of the samples could not be measured."
    if not reading.reproducible:
        return f"At no rank do all metagenes come back when a fit sees 80 % of the samples (line {THRESHOLD})."
    text = ""
    if within:
        text = f"All metagenes come back when a fit sees 80 % of the samples at {list_ranks(within)}"
        text += f": {within[-1]} is the finest, {describe_coarser(within[:-1])}." if len(within) > 1 else "."
    if beyond:
        also = " too" if within else ""
        text += f" They come back at {list_ranks(beyond)}{also}, beyond what held-out data support."
    return text.strip()


def describe_coarser(ranks: list[int]) -> str:
    """What reproducible ranks below the finest one are."""
    reading = "coarser readings" if len(ranks) > 1 else "a coarser reading"
    return f"{join_names(list(map(str, ranks)))} {'are' if len(ranks) > 1 else 'is'} {reading} of the same data"


def explain_near(reading: Reading) -> str:
    """Name ranks so near the line that other samples might put them on its other side."""
    close = [rank for rank, distance in reading.distance.items() if abs(distance) <= NEAR]
    if not close:
        return ""
    values = ", ".join(f"rank {rank} by {reading.distance[rank]:+.2f}" for rank in close)
    return f"Near the line of {THRESHOLD}: {values}; another draw of samples might decide otherwise."


def explain_restarts(rank: int | None, reading: Reading) -> list[str]:
    """Brunet's reading of the cophenetic curve, where there is nothing else."""
    fall = reading.votes.get("cophenetic")
    return [explain_curve(reading.cophenetic, fall), *explain_equals(rank, reading.cophenetic)]


def explain_agreement(named: int | None, counted: tuple[int, int] | None) -> str:
    """What the agreement means."""
    if named is None:
        return "No share is stated: it is known for the default rule alone, where that finds a reproducible rank."
    if counted is None:
        return (
            "None of the five measures of the vote names this rank, which happened in no simulation: no share of right "
            "verdicts can be stated."
        )
    right, total = counted
    return (
        f"{named} of the five measures of the vote name this rank too. Of {total} simulated data sets with agreement "
        f"like this, the verdict was right in {right}; real data are less orderly."
    )


def explain_disagreements(rank: int | None, reading: Reading) -> list[str]:
    """One sentence for all measures that prefer the same other rank, and what following them would mean."""
    if rank is None:
        return []
    said: dict[tuple[int, str], list[str]] = {}
    for name, vote in reading.votes.items():
        meaning = mean_otherwise(name, vote > rank)
        if vote != rank and meaning:
            said.setdefault((vote, meaning), []).append(NAMES[name])
    return [
        f"{capitalise(join_names(names))} {'prefer' if len(names) > 1 else 'prefers'} rank {vote}: {meaning}."
        for (vote, meaning), names in said.items()
    ]


def mean_otherwise(name: str, is_finer: bool) -> str | None:
    """What it would mean to follow a measure that prefers another rank; None if it is read by eye alone."""
    if name in RESTARTS:
        return RESTARTS_FINER if is_finer else RESTARTS_COARSER
    return (FINER if is_finer else COARSER).get(name)


def join_names(names: list[str]) -> str:
    """Names as words of a sentence.

    Examples
    --------
    >>> join_names(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def capitalise(text: str) -> str:
    """A text with its first letter large, the others as they are."""
    return text[:1].upper() + text[1:]


def list_ranks(ranks: list[int] | list[str]) -> str:
    """Ranks in words: "rank 2", "ranks 2, 3 and 4"."""
    return f"rank{'s' if len(ranks) > 1 else ''} {join_names(list(map(str, ranks)))}"


def explain_equals(rank: int | None, cophenetic: pd.Series) -> list[str]:
    """Name the ranks whose restarts agree as well as those at the chosen one, the coarser ones first."""
    if rank not in cophenetic.index:
        return []
    equal = [each for each, value in cophenetic.items() if each != rank and abs(value - cophenetic[rank]) <= TIE]
    readings = {
        "coarser": [str(each) for each in equal if each < rank],
        "finer": [str(each) for each in equal if each > rank],
    }
    return [
        f"{say_repeat(ranks)} just as well: a {reading} rank that repeats is a {reading} reading of the same data, "
        "not a wrong one."
        for reading, ranks in readings.items()
        if ranks
    ]


def say_repeat(ranks: list[str]) -> str:
    """Ranks as the subject of a sentence: "Rank 2 repeats", "Ranks 2, 3 and 4 repeat"."""
    return f"{capitalise(list_ranks(ranks))} {'repeat' if len(ranks) > 1 else 'repeats'}"


def explain_curve(cophenetic: pd.Series, fall: int | None) -> str:
    """Brunet's reading of the cophenetic curve in words."""
    if len(cophenetic) == 0:
        return (
            "The cophenetic correlation is not defined for a single restart or rank 1, so nothing here tells ranks "
            "apart; set factorize.restarts to 20 or more."
        )
    ranks = list(cophenetic.index)
    if len(ranks) == 1:
        return (
            f"Only rank {ranks[0]} could be measured (cophenetic correlation {cophenetic.iloc[0]:.4f}); "
            "nothing to compare."
        )
    if fall is None:
        return (
            f"The cophenetic correlation does not fall between ranks {ranks[0]} and {ranks[-1]}, so Brunet's reading "
            f"points to {ranks[-1]} or beyond; widen factorize.ranks."
        )
    following = ranks[ranks.index(fall) + 1]
    return (
        f"The cophenetic correlation first falls between ranks {fall} and {following}, from {cophenetic[fall]:.4f} to "
        f"{cophenetic[following]:.4f}, which by Brunet et al. (2004) points to {fall} metagenes."
    )
