"""What each measure and each figure means, in words."""

from dataclasses import dataclass

from nmfbio.report.format import format_count, format_number, format_share


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
    "speckled_cv": MeasureWords(
        "Hidden values",
        "A tenth of all values is hidden from the fit and then predicted by it, five times over. The error is given in "
        "units of that with one metagene. As long as it falls, further metagenes describe the data and not its noise.",
        "Lower is better; above 1, the metagenes predict worse than a single one.",
        brief="error in predicting hidden values; one metagene: 1",
    ),
    "count_splitting": MeasureWords(
        "Hidden half of the counts",
        "Each count is split by chance into two independent halves; one is fitted, the other predicted. The error is "
        "given in units of that with one metagene.",
        "Lower is better; above 1, the metagenes predict worse than a single one.",
        brief="error in predicting a hidden half of the counts; one metagene: 1",
    ),
    "bi_cv": MeasureWords(
        "Hidden blocks",
        "Blocks of samples and genes together are hidden from the fit and then predicted. The error is given in units "
        "of that with one metagene. It is less steady than the other measures and has no vote.",
        "Lower is better.",
        brief="error in predicting hidden blocks; one metagene: 1",
    ),
    "gain": MeasureWords(
        "Gain by one more",
        "Part of the misfit that the next metagene takes away, in units of the misfit of one metagene. On data without "
        "structure, in which each gene is shuffled over the samples, further metagenes take something away, too.",
        "The rank it prefers is the first from which the next metagene gains no more than on shuffled data.",
        brief="share of the misfit that one metagene more takes away",
        is_share=True,
    ),
    "parallel_analysis": MeasureWords(
        "Parallel analysis",
        "How strong the pattern is that this rank adds, in units of what chance alone makes of the same data "
        "(95th percentile of shuffled data).",
        "Above 1 is more than chance. The rank it prefers is the last before patterns fall to 1.",
        brief="strength of the pattern that this rank adds; chance: 1",
        digits=2,
    ),
    "reproducibility": MeasureWords(
        "Reproducibility in other samples",
        "Forty fits each see a random 80 % of the samples. The silhouette says how much nearer a metagene lies to its "
        "like in the other fits than to any other metagene; given is what the least certain one reaches in three of "
        "four fits. Compared is what sets metagenes apart, not what they share. 1: always the same; near 0: not found "
        "again.",
        "Higher is better; above the line of the verdict, every metagene of the rank reappears.",
        brief="least certain metagene, in three of four fits to 80 % of the samples; 1: always found again",
        digits=2,
    ),
    "program_silhouette": MeasureWords(
        "Metagenes over restarts",
        "How alike the least certain metagene of this rank is in all restarts, and how unlike the others. All restarts "
        "see the same samples, so this says how steady the solution is, not whether it holds in other samples.",
        "Higher is better, 1 at most.",
        brief="least certain metagene over restarts; 1: the same in all",
        digits=2,
    ),
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
    "inflection": MeasureWords(
        "Bend of the misfit",
        "How much less the misfit falls after this rank than before it, in units of the misfit of one metagene.",
        "A high value marks a bend of the curve: what came before was worth more than what follows.",
        brief="how much the fall of the misfit slows down at this rank",
        is_share=True,
    ),
}

EVIDENCE = ("speckled_cv", "count_splitting", "bi_cv", "gain", "parallel_analysis", "reproducibility")
"""Measures that cost fits of their own: a run may do without them, and counts are not always there to split."""

DISAGREEMENT = {
    "speckled_cv": "hidden values are predicted best there",
    "count_splitting": "hidden counts are predicted best there",
    "gain": "from there on, one metagene more gains no more than on shuffled data",
    "parallel_analysis": "up to there, patterns are stronger than chance",
    "program_silhouette": "up to there, every metagene comes back from other random starts",
    "inflection": "the curve of the misfit bends most there",
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
    "finest_reproducible": "the finest reproducible rank: of the ranks that held-out and shuffled data support, take "
    "the largest at which every metagene reappears when a fit sees a random 80 % of the samples.",
    "vote": "the vote: if held-out data prefer more than one metagene, take the median of the ranks that several "
    "measures prefer.",
    "cophenetic": "Brunet et al. (2004): take the rank after which the cophenetic correlation begins to fall.",
    "selected": "none; the rank was set in the configuration.",
}

FIGURE_NAMES = ("consensus", "metagenes", "usages")
SAMPLES_DRAWN = 2000
"""Of more samples, the figures of a rank draw so many."""

SOLUTIONS = {
    "aligned_median": "median of matched metagenes",
    "clustered": "medians of clustered metagenes",
    "best": "best restart",
}
"""The solutions that restarts can be combined into."""


def describe_measure(measure: str) -> MeasureWords:
    """Give the words of a measure; one that is not known is shown under its own name."""
    fallback = MeasureWords(measure.replace("_", " "), "A further measure of this run.", "See the documentation.")
    return MEASURES.get(measure, fallback)


def describe_rule(rule: str | None) -> str:
    """Give the words of a rule of the verdict; a measure's name means that the measure chose."""
    if rule in MEASURES and rule not in RULES:
        return f"take the rank that one measure prefers, {MEASURES[rule].label}."
    return RULES.get(rule, rule or "none stated")


def describe_survey(ranks: str) -> tuple[str, str]:
    """Give alternative text and caption of the rank survey."""
    return (
        f"Which rank each measure prefers, and charts of every measure over {ranks}; the values are in the table that "
        "follows.",
        "At the top, the rank that each measure prefers. Below, every measure over the ranks, sorted by the question "
        "it answers. The orange stripe is the verdict, a ring what a measure prefers by itself, blue bars are "
        "intervals, grey is the same on data in which each gene was shuffled over the samples. Where the curve lies in "
        "the grey, it says nothing about these data.",
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
    is_part = samples > SAMPLES_DRAWN
    drawn = f"{SAMPLES_DRAWN:,} of the {samples:,} samples" if is_part else format_count(samples, "sample")
    these = drawn if is_part else f"the {drawn}"
    part = f" Drawn are {drawn}, in which each group keeps its share." if is_part else ""
    return {
        "consensus": (
            f"Heatmap of the consensus matrix of {drawn} at rank {rank}, ordered by a tree.",
            f"Consensus at rank {rank}. Each cell is the share of restarts that put two samples into the same group. "
            f"Clean blocks: the restarts agree. Blurred blocks: they do not.{part}",
        ),
        "metagenes": (
            f"Heatmap of the signature genes at rank {rank}, beside their expression in {these}.",
            f"Signature genes at rank {rank}: their weight in each metagene, beside their expression in the "
            f"samples.{part}",
        ),
        "usages": (
            f"Heatmap of how much each of {these} uses each of the {rank} metagenes.",
            f"Usages at rank {rank}: how much of each metagene is in each sample. One strong cell a sample is a clear "
            f"call; several are a mixture.{part}",
        ),
    }[name]
