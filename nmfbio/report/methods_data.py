"""How the matrix was prepared, as sentences of a methods paragraph."""

from collections.abc import Mapping
from typing import Any

from nmfbio.report.content import ReportContent
from nmfbio.report.format import format_count

MERGED = {"sum": "added up", "mean": "averaged", "max": "replaced by their largest value, sample by sample"}
IMPUTED = "Missing values were imputed from the five nearest samples [@troyanskaya_2001]."
MISSING = {
    "drop_genes": "Genes with missing values were left out.",
    "impute_knn": IMPUTED,
    "weight": "Missing values were kept, with no part in the fit.",
}
NEGATIVE = {
    "shift": "The minimum of each gene with negative values was subtracted from it.",
    "split": "Genes with negative values were split into their positive and their negative part [@kim_2003].",
    "floor": "Negative values were raised to 0.",
}


def describe_data(content: ReportContent) -> str:
    """Describe the matrix and how it was prepared."""
    settings, record = content.settings.get("preprocess") or {}, content.preprocess
    genes, samples = content.summary["genes"], content.summary["samples"]
    matrix = f"a matrix of {format_count(genes, 'gene')} and {format_count(samples, 'sample')}"
    sentences = [
        *_describe_cures(settings, record),
        *_describe_filters(record),
        *_PRESETS[record.get("preset", "none")](record),
        *_describe_batches(record),
        *_describe_zero_samples(record),
    ]
    if not sentences:
        return (
            f"Expression values were analysed as given, as {matrix}; nothing was normalised, and no genes were left "
            "out but those that are zero in every sample."
        )
    return f"{' '.join(sentences)} This left {matrix}."


def _describe_cures(settings: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    sentences = []
    if record.get("duplicate_genes"):
        sentences.append(f"Genes of the same name were {MERGED[settings['duplicates']]}.")
    if record.get("missing_values"):
        sentences.append(MISSING[settings["missing"]])
    if record.get("negative_values"):
        sentences.append(NEGATIVE["floor" if settings["negatives"] == "refuse" else settings["negatives"]])
    return sentences


def _describe_filters(record: Mapping[str, Any]) -> list[str]:
    sentences = []
    limits = [f"fewer than {record['min_genes']:,} genes above 0"] if record.get("min_genes") else []
    limits += [f"a total below {record['min_counts']:,.10g}"] if record.get("min_counts") else []
    if record.get("max_mitochondrial"):
        limits.append(f"more than {record['max_mitochondrial']:g} % of their total in mitochondrial genes")
    if limits:
        dropped = len(record.get("dropped_samples_filter", []))
        sentences.append(f"Samples with {' or '.join(limits)} were left out ({dropped:,}).")
    if record.get("min_samples"):
        sentences.append(f"Genes above 0 in fewer than {record['min_samples']:,} samples were left out.")
    return sentences


def _describe_brunet(record: Mapping[str, Any]) -> list[str]:
    floor, ceiling = record["floor"], record["ceiling"]
    text = (
        f"Expression values below {floor:,.10g} were raised to {floor:,.10g} and values above {ceiling:,.10g} lowered "
        f"to {ceiling:,.10g}; genes were kept when their largest value was at least {record['min_fold']:g} times, "
        f"and at least {record['min_difference']:,.10g} above, their smallest [@brunet_2004]."
    )
    return [text, *_describe_mad(record)]


def _describe_microarray_log(record: Mapping[str, Any]) -> list[str]:
    return ["Log values were analysed as given, less the minimum of each gene.", *_describe_mad(record)]


def _describe_tpm(record: Mapping[str, Any]) -> list[str]:
    return ["Values x were transformed to log2(x + 1).", *_describe_mad(record)]


def _describe_rnaseq_counts(record: Mapping[str, Any]) -> list[str]:
    divisor = "to counts per million"
    if record["normalization"] == "median_of_ratios":
        divisor = "by size factors, medians of ratios to the geometric mean [@anders_2010],"
    return [f"Counts were scaled {divisor} and transformed to log(x + 1).", *_describe_variable(record)]


def _describe_single_cell(record: Mapping[str, Any]) -> list[str]:
    scaled = (
        "Counts of each gene were divided by their standard deviation, neither centred nor logged, so that no gene "
        "prevails by its level [@kotliar_2019]."
    )
    return [*_describe_variable(record), scaled]


def _describe_mad(record: Mapping[str, Any]) -> list[str]:
    if not record.get("top_genes"):
        return []
    return [f"Up to {record['top_genes']:,} genes of largest median absolute deviation were kept."]


def _describe_variable(record: Mapping[str, Any]) -> list[str]:
    if not record.get("top_genes"):
        return []
    how = "most variable for their mean, by a local regression of variance on mean [@stuart_2019,wolf_2018]"
    return [f"Up to {record['top_genes']:,} genes were kept, {how}."]


_PRESETS = {
    "none": _describe_mad,
    "brunet": _describe_brunet,
    "microarray_log": _describe_microarray_log,
    "rnaseq_counts": _describe_rnaseq_counts,
    "tpm": _describe_tpm,
    "single_cell": _describe_single_cell,
}


def _describe_batches(record: Mapping[str, Any]) -> list[str]:
    if not record.get("batch_key"):
        return []
    return ["Batches were corrected for by ComBat on the log scale, before genes were selected [@johnson_2007]."]


def _describe_zero_samples(record: Mapping[str, Any]) -> list[str]:
    dropped = len(record.get("dropped_samples_zero", []))
    return [f"Samples without any value above 0 were left out ({dropped:,})."] if dropped else []
