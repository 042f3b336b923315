"""What each measure and each figure means, in words."""

from dataclasses import dataclass

from nmfbio.report.format import format_number, format_share


@dataclass(frozen=True)
class MeasureWords:
    """A measure explained.

    Parameters
    ----------
    label
        Its name in the report.
    meaning
        What it says about the data, one or two sentences.
    direction
        Which values are better.
    brief
        Its reading in a few words.
    digits
        Decimals that matter.
    is_share
        Whether it is written as a percentage.
    """

    label: str
    meaning: str
    direction: str
    brief: str = ""
    digits: int = 3
    is_share: bool = False

    def write(self, value: float | None) -> str:
        """Write a value of this measure."""
        return format_share(value) if self.is_share else format_number(value, self.digits)


MEASURES = {
    "cophenetic": MeasureWords(
        "Cophenetic correlation",
        "How well a tree of the samples reproduces how often the restarts put each pair together. 1 when the restarts "
        "always find the same groups. Not defined for one restart or one metagene.",
        "Nearer 1 is better; a fall from one rank to the next says that the finer grouping no longer repeats.",
        brief="1: the restarts always find the same groups",
        digits=4,
    ),
    "dispersion": MeasureWords(
        "Dispersion",
        "How near the restarts are to unanimous: 1 when every pair of samples is always or never together, 0 when "
        "every pair is together in half of the restarts.",
        "Higher is better.",
        brief="1: the restarts are unanimous; 0: undecided",
    ),
    "pac": MeasureWords(
        "PAC, proportion of ambiguous clustering",
        "Share of sample pairs on which the restarts disagree: together in more than 10 % but less than 90 % of them.",
        "Lower is better.",
        brief="share of sample pairs on which restarts disagree",
        is_share=True,
    ),
    "silhouette": MeasureWords(
        "Consensus silhouette",
        "How much more often a sample falls together with its own group than with the nearest other group, averaged "
        "over samples. 1: groups fully apart; 0: no border between them; below 0: samples in the wrong group.",
        "Higher is better.",
        brief="1: groups fully apart; 0: no border between them",
    ),
    "explained_variance": MeasureWords(
        "Explained variance",
        "Share of the matrix's sum of squares that the product of metagenes and usages reproduces.",
        "It nearly always rises with the rank, so its height chooses none: look for where the gain becomes small.",
        brief="share of the matrix that the fit reproduces; rises with rank",
        is_share=True,
    ),
    "objective": MeasureWords(
        "Objective",
        "The misfit that the factorisation makes as small as it can, in the units of the matrix.",
        "Lower fits better, but it nearly always falls with the rank, so its height does not choose one.",
        brief="misfit of the fit; falls with rank",
    ),
}

DISAGREEMENT = {
    "cophenetic": "the grouping of the samples repeats best there",
    "dispersion": "the restarts are nearest to unanimous there",
    "pac": "fewest pairs of samples are ambiguous there",
    "silhouette": "the groups of samples lie furthest apart there",
}
"""What it means that a measure prefers another rank."""

STATUS_LABELS = {
    "supported": "Supported",
    "weak": "Weak evidence",
    "none": "No supported structure",
}

STATUS_MEANINGS = {
    "supported": "The measures of this run back this number of signatures under the rule named below.",
    "weak": "The measures of this run do not settle on a number of signatures. Treat what follows as a hint to be "
    "checked on other data, not as a finding.",
    "none": "This run gives no ground to say that the samples fall into groups. The tables and figures below are there "
    "to look at, not to draw conclusions from.",
}

RULES = {
    "cophenetic": "Brunet et al. (2004): take the rank after which the cophenetic correlation begins to fall.",
}

FIGURE_NAMES = ("consensus", "metagenes", "usages")


def describe_measure(measure: str) -> MeasureWords:
    """Give the words of a measure; one that is not known is shown under its own name."""
    fallback = MeasureWords(measure.replace("_", " "), "A further measure of this run.", "See the documentation.")
    return MEASURES.get(measure, fallback)


def describe_survey(ranks: str) -> tuple[str, str]:
    """Give alternative text and caption of the rank survey."""
    return (
        f"Line charts of every measure over {ranks}; the values are in the table that follows.",
        "Every measure over the ranks that were tried. A good rank is the last one before the stability measures "
        "(cophenetic correlation, dispersion, silhouette) fall and PAC rises. A ring marks the rank "
        "that a measure would choose by itself.",
    )


def describe_objectives(ranks: str) -> tuple[str, str]:
    """Give alternative text and caption of the restart objectives."""
    return (
        f"Final misfit of every restart at {ranks}, in percent above the best restart of its rank.",
        "How far each restart ended above the best restart of its rank. Points near zero: the restarts found equally "
        "good solutions. A wide spread: many got stuck in poorer ones, and more restarts may help.",
    )


def describe_preprocessing() -> tuple[str, str]:
    """Give alternative text and caption of the steps of preprocessing."""
    return (
        "Genes and samples left after each step of preprocessing, and how many values the step changed.",
        "Genes and samples left after each step; orange is what the step took.",
    )


def describe_rank_figure(name: str, rank: int, samples: int) -> tuple[str, str]:
    """Give alternative text and caption of one of the figures drawn for each rank."""
    return {
        "consensus": (
            f"Heatmap of the consensus matrix of {samples} samples at rank {rank}, ordered by a tree.",
            f"Consensus at rank {rank}. Each cell is the share of restarts that put two samples into the same group. "
            "Clean blocks: the restarts agree. Blurred blocks: they do not.",
        ),
        "metagenes": (
            f"Heatmap of the signature genes at rank {rank}, beside their expression in the {samples} samples.",
            f"Signature genes at rank {rank}: their weight in each metagene, beside their expression in the samples.",
        ),
        "usages": (
            f"Heatmap of how much each of the {samples} samples uses each of the {rank} metagenes.",
            f"Usages at rank {rank}: how much of each metagene is in each sample. One strong cell a sample is a clear "
            "call; several are a mixture.",
        ),
    }[name]
