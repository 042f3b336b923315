"""What the rank survey knows of each measure: its words, its group and how its axis is drawn."""

from dataclasses import dataclass

from nmfbio.plots.style import metagene_title


@dataclass(frozen=True)
class Measure:
    """A measure as the figure explains and draws it.

    Parameters
    ----------
    title
        Heading of its panel.
    meaning
        One or two sentences below the heading, for a reader who does not know the measure.
    vote
        What the rank it prefers stands for, in a few words.
    line
        Value drawn as a line, with which the curve is to be compared.
    smallest_span
        Height of the axis at the least, so that differences too small to mean anything stay small.
    is_share
        Whether it is written in percent.
    is_logarithmic
        Whether its axis is, where all values are above 0.
    """

    title: str
    meaning: str
    vote: str
    line: float | None = None
    smallest_span: float = 0.0
    is_share: bool = False
    is_logarithmic: bool = False


MEASURES = {
    "speckled_cv": Measure(
        "Hidden values",
        "Error in predicting values hidden from the fit; one metagene = 1. Lowest is best.",
        "Predicts hidden values best",
        line=1.0,
        smallest_span=0.02,
    ),
    "count_splitting": Measure(
        "Hidden half of the counts",
        "The same for counts split into two halves, one of them hidden. Lowest is best.",
        "Predicts hidden counts best",
        line=1.0,
        smallest_span=0.02,
    ),
    "gain": Measure(
        "Gain by one more",
        "Misfit that the next metagene takes away. Worth it while above the grey of shuffled data.",
        "Next one gains no more than by chance",
        is_share=True,
        is_logarithmic=True,
    ),
    "parallel_analysis": Measure(
        "Parallel analysis",
        "Strength of the pattern that this number adds, over chance. Above 1: more than chance.",
        "Last pattern stronger than chance",
        line=1.0,
        smallest_span=0.1,
    ),
    "bi_cv": Measure(
        "Hidden blocks",
        "Error in hidden blocks of samples and genes; unsteady, so without a vote. Lowest is best.",
        "Predicts hidden blocks best",
        line=1.0,
        smallest_span=0.02,
    ),
    "reproducibility": Measure(
        "Reproducibility of the least certain metagene",
        "How surely it is found again, in three of four fits to a random 80 % of the samples. 1: always. Above the "
        "line (filled), every metagene of that number reappears.",
        "All metagenes reappear in other samples",
        smallest_span=0.2,
    ),
    "program_silhouette": Measure(
        "Metagenes over restarts",
        "How alike the least certain metagene is from one random start to the next, all samples seen. 1: the same.",
        "Metagenes repeat over restarts",
        smallest_span=0.1,
    ),
    "cophenetic": Measure(
        "Cophenetic correlation",
        "How well one tree of the samples describes all restarts. 1: they agree.",
        "Cophenetic correlation, Brunet's reading",
        smallest_span=0.02,
    ),
    "dispersion": Measure(
        "Dispersion",
        "How firmly pairs of samples are kept together or apart. 1: always.",
        "Firmest pairs (dispersion)",
        smallest_span=0.05,
    ),
    "pac": Measure(
        "Ambiguous pairs (PAC)",
        "Share of sample pairs on which restarts disagree. Lowest is best.",
        "Fewest ambiguous pairs (PAC)",
        smallest_span=0.05,
        is_share=True,
    ),
    "silhouette": Measure(
        "Consensus silhouette",
        "How far the groups of samples are apart. 1: fully.",
        "Groups farthest apart (silhouette)",
        smallest_span=0.05,
    ),
    "explained_variance": Measure(
        "Explained variance",
        "Share of the data that is rebuilt. Grows with the number: see where it flattens.",
        "Explains most",
        smallest_span=0.01,
        is_share=True,
    ),
    "objective": Measure(
        "Misfit of the best restart",
        "Falls with the number: see where it flattens.",
        "Smallest misfit",
    ),
    "inflection": Measure(
        "Bend of the misfit",
        "How much its fall slows down here, of the misfit of one metagene. High: a bend.",
        "Sharpest bend of the misfit",
        is_share=True,
    ),
}  # fmt: skip

GROUPS = {
    "Is there structure at all, and up to which number?": (
        "speckled_cv", "count_splitting", "gain", "parallel_analysis", "bi_cv",
    ),
    "Which numbers reappear in other samples?": ("reproducibility", "program_silhouette"),
    "Do restarts agree?": ("cophenetic", "dispersion", "pac", "silhouette"),
    "How well does it fit?": ("explained_variance", "objective", "inflection"),
}  # fmt: skip
OTHERS = "What else was measured"
EVIDENCE = ("speckled_cv", "count_splitting", "gain", "parallel_analysis", "bi_cv", "reproducibility")
"""Measures that cost fits of their own, so that a run may do without them."""


def describe_measure(name: str) -> Measure:
    """Return what is known of a measure; one that is not known goes under its own name."""
    title = metagene_title(name)
    return MEASURES.get(name, Measure(title, "", title))


def group_measures(names: list[str]) -> dict[str, list[str]]:
    """Sort measures into the questions they answer; those that are not known come last."""
    groups = {question: [name for name in members if name in names] for question, members in GROUPS.items()}
    groups[OTHERS] = [name for name in names if name not in MEASURES]
    return {question: members for question, members in groups.items() if members}
