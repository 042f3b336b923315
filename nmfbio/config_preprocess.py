"""The section `preprocess`: cures of what a factorisation cannot take, filters, and the preset."""

import math
from typing import Annotated, Literal

from pydantic import Field

from nmfbio.config_section import AS_NUMBER, Number, Section, Text, key

LOG_BASES = {"microarray_log": 2.0, "rnaseq_counts": math.e, "tpm": 2.0}
"""Presets whose values end as logarithms, and to which base; those of microarrays are taken to be binary."""
LOG_PRESETS = tuple(LOG_BASES)
"""Presets on whose logarithmic scale ComBat can correct batches."""
COUNT_PRESETS = ("rnaseq_counts", "single_cell")
"""Presets that take whole numbers only."""

OWN_TOP_GENES = {"microarray_log": 5000, "rnaseq_counts": 5000, "tpm": 5000, "single_cell": 2000}
OWN_MIN_SAMPLES = {"rnaseq_counts": 2, "single_cell": 3}
OWN_MIN_GENES = {"single_cell": 200}
"""Filters of each preset where the key is not set; presets that are not listed filter nothing."""
WHOLE_TRANSCRIPTOME = 5000
"""Genes from which on the preset's own `min_genes` makes sense: a panel or a filtered matrix has fewer in each cell."""

Count = Annotated[int, Field(ge=0)] | None
Percent = Annotated[float, Field(gt=0, le=100), AS_NUMBER] | None


class Preprocess(Section):
    """What is done to the matrix before it is factorised: cures, filters of samples and genes, and the preset."""

    preset: Literal["auto", "none", "brunet", "microarray_log", "rnaseq_counts", "tpm", "single_cell"] = key(
        "auto",
        "Steps applied to the matrix. `auto` judges the values and says which preset it took and why. `none`: the "
        "matrix as it is. `brunet`: floor, ceiling, genes that vary (Brunet et al. 2004), for linear microarray "
        "intensities. `microarray_log`: log intensities as they are, genes of largest median absolute deviation "
        "(MAD), each gene's minimum subtracted. `rnaseq_counts`: genes expressed, size factors, log(x + 1), genes "
        "most variable for their mean. `tpm`: log2(x + 1), genes of largest MAD, for TPM, FPKM and the like. "
        "`single_cell`: cells and genes filtered, genes most variable for their mean, each gene divided by its "
        "standard deviation, not logged (Kotliar et al. 2019), for UMI counts.",
        meanings=[
            "chosen by what the values look like",
            "the matrix as it is",
            "linear microarray intensities: floor, ceiling and variation filter",
            "log microarray intensities",
            "bulk RNA-seq counts",
            "TPM, FPKM and other linear values with zeros",
            "UMI counts of single cells",
        ],
    )
    duplicates: Literal["refuse", "sum", "mean", "max"] = key(
        "refuse",
        "Genes whose ids are the same but for padding and Unicode spelling: `refuse`, or merge them sample by sample.",
    )
    missing: Literal["refuse", "weight", "drop_genes", "impute_knn"] = key(
        "refuse",
        "Missing values: `refuse`; `weight` keeps them, with no part in the fit (only `factorize.method: weighted`); "
        "`drop_genes` drops the genes they are in; `impute_knn` puts in the gene's mean over the 5 most similar "
        "samples that have it.",
    )
    negatives: Literal["refuse", "shift", "split", "floor"] = key(
        "refuse",
        "Negative values: `refuse` (`preset: brunet` raises them to its floor); `shift` subtracts the minimum of each "
        "gene that has any; `split` makes such a gene two, `GENE` of its positive and `GENE (negative)` of its "
        "negative part (Kim & Tidor 2003); `floor` raises them to 0.",
    )
    zero_samples: Literal["refuse", "drop"] | None = key(
        None,
        "Samples without any value above 0, as read or after genes were chosen: `refuse`, or `drop` and list them. "
        "Not set: `drop` for `single_cell`, else `refuse`.",
    )
    min_genes: Count = key(
        None,
        "Samples with fewer genes above 0 are dropped. Not set: 200 for `single_cell` if the matrix has at least "
        f"{WHOLE_TRANSCRIPTOME:,} genes, else 0.",
        "genes",
    )
    min_counts: Number = key(0.0, "Samples whose values add up to less are dropped.", "units of the matrix", ge=0)
    max_mitochondrial: Percent = key(
        None,
        "Samples with a larger share of their total in mitochondrial genes (`MT-`, `mt-`) are dropped. Not set: none.",
        "percent",
    )
    min_samples: Count = key(
        None,
        "Genes above 0 in fewer samples are dropped. Not set: 3 for `single_cell`, 2 for `rnaseq_counts`, else 0; "
        "genes that are 0 in every sample are dropped always.",
        "samples",
    )
    top_genes: Count = key(
        None,
        "Genes kept, the most variable ones: for their mean under `rnaseq_counts` and `single_cell`, else by MAD; 0 "
        "keeps all. Not set: 2000 for `single_cell`, 5000 for `microarray_log`, `rnaseq_counts` and `tpm`, else all.",
        "genes",
    )
    normalization: Literal["median_of_ratios", "cpm"] = key(
        "median_of_ratios",
        "`rnaseq_counts` only: size factors as DESeq's, from genes above 0 in all samples (without such a gene: cpm), "
        "or counts per million.",
    )
    batch_key: Text | None = key(
        None,
        "`microarray_log`, `rnaseq_counts` and `tpm` only: metadata column of the batches, which ComBat corrects for "
        "on the log scale (Johnson et al. 2007).",
        examples=["batch"],
    )
    floor: Number = key(20.0, "`brunet` only: smaller values are raised to this.", "units of the matrix", ge=0)
    ceiling: Number = key(16000.0, "`brunet` only: larger values are lowered to this.", "units of the matrix", gt=0)
    min_fold: Number = key(
        5.0, "`brunet` only: genes whose largest / smallest value is below this are dropped.", "ratio", ge=1
    )
    min_difference: Number = key(
        500.0,
        "`brunet` only: genes whose largest − smallest value is below this are dropped.",
        "units of the matrix",
        ge=0,
    )

    def conflicts(self, method: str) -> list[tuple[str, str]]:
        """List keys that are right one by one but not together, or not with the factorisation method.

        Parameters
        ----------
        method
            `factorize.method`.

        Returns
        -------
        list of tuple
            Key, and what was found, what was expected, and the cure.
        """
        found = []
        if self.floor >= self.ceiling:
            text = f"found {self.floor:g}; expected less than preprocess.ceiling, {self.ceiling:g}"
            found.append(("preprocess.floor", f"{text}. Lower the floor or raise the ceiling"))
        if self.missing == "weight":
            found += [("preprocess.missing", text) for text in self._weight_conflicts(method)]
        if self.batch_key is not None and self.preset not in ("auto", *LOG_PRESETS):
            text = f"found {self.batch_key} with preset {self.preset}; expected it with {', '.join(LOG_PRESETS)}"
            cure = "Take the key out, or choose one of these presets"
            found.append(("preprocess.batch_key", f"{text}, because ComBat corrects values on a log scale. {cure}"))
        return found

    def _weight_conflicts(self, method: str) -> list[str]:
        conflicts, others = [], "Choose drop_genes or impute_knn"
        if method != "weighted":
            text = f"found weight with factorize.method {method}; expected factorize.method weighted"
            conflicts.append(f"{text}, which alone leaves missing values out of the fit. {others}, or that method")
        if self.batch_key is not None:
            text = (
                f"found weight with batch_key {self.batch_key}; expected no missing values where batches are corrected"
            )
            conflicts.append(f"{text}. {others}, or take batch_key out")
        if self.preset in COUNT_PRESETS:
            text = f"found weight with preset {self.preset}; expected counts without missing values"
            conflicts.append(f"{text}. {others}, or another preset")
        return conflicts
