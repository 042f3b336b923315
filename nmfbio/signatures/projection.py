"""New samples on the metagenes of an earlier run: how much of each they use, and whether they fit at all."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse

from nmfbio.consensus import Consensus, usage_shares
from nmfbio.errors import InputError
from nmfbio.factorization import METHODS, explained_variance_of_samples, fit_beside_offset, fit_usages, fitted_profiles
from nmfbio.io.names import list_first
from nmfbio.preprocessing import find_genes, scale_like_reference
from nmfbio.signatures.gene_overlap import measure_coverage, refuse_little_overlap, warn_of_thin_metagenes

if TYPE_CHECKING:
    from anndata import AnnData

    Matrix = np.ndarray | scipy.sparse.csr_matrix

LOWEST_PERCENTILE = 1.0  # of the reference samples' explained variance: a sample below does not fit
POSITIVE_METHODS = ("itakura_saito",)  # whose divergence is infinite at 0


@dataclass(frozen=True)
class Projection:
    """New samples described by metagenes that were found without them.

    Attributes
    ----------
    usages
        n_samples × rank, on the scale of the reference; NaN for a sample without any value above 0 in the shared genes.
    samples
        One row a sample: cluster, usage_share, second (the metagene of the next largest share, empty at rank 1),
        margin, explained_variance (1 − ‖v − fit‖² / ‖v‖² over the shared genes), fits (whether that reaches ``limit``).
    genes
        One row a gene of the reference: gene, description, metagene (in which it weighs most), weight, found.
    coverage
        (rank,) share of each metagene's weight that lies in the shared genes, from 0 to 1; NaN for an empty one.
    reference
        One row a sample of the reference: cluster and explained_variance, fitted to the shared genes likewise.
    limit
        The first percentile of the reference samples' explained variance.
    raised
        Values below the smallest ones of the reference, which became 0.
    left_out
        Sentences on what was done to the reference and cannot be done to new samples.
    """

    usages: pd.DataFrame
    samples: pd.DataFrame
    genes: pd.DataFrame
    coverage: pd.Series
    reference: pd.DataFrame
    limit: float
    raised: int
    left_out: list[str]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by name, as they are written: ``usages``, ``samples``, ``genes``."""
        return {"usages": self.usages, "samples": self.samples, "genes": self.genes}

    def summary(self) -> dict:
        """Give what there is to say of all samples together, as plain values for JSON."""
        explained = self.samples["explained_variance"].dropna()
        without = self.samples.loc[self.samples["explained_variance"].isna(), "sample"]
        return {
            "rank": len(self.coverage),
            "samples": len(self.samples),
            "samples_without_expression": without.tolist(),
            "calls": self.samples["cluster"].value_counts().reindex(self.coverage.index, fill_value=0).to_dict(),
            "samples_that_fit": int((explained >= self.limit).sum()),
            "limit": self.limit,
            "limit_means": "first percentile of the explained variance of the reference's own samples",
            "explained_variance": explained.median(),
            "reference_samples": len(self.reference),
            "reference_explained_variance": self.reference["explained_variance"].median(),
            "genes": len(self.genes),
            "genes_found": int(self.genes["found"].sum()),
            "weight_found": self.coverage.to_dict(),
            "values_raised_to_0": self.raised,
            "left_out": self.left_out,
        }


def project_samples(expression: AnnData, reference: AnnData, consensus: Consensus) -> Projection:
    """Fit the usages of new samples with the metagenes of a reference held fixed.

    The new matrix is scaled by the numbers of the reference (see ``scale_like_reference``), genes are matched by name,
    and usages minimise the objective of the reference's method over the genes that both have.

    Parameters
    ----------
    expression
        New samples × genes as they were read; raw values on the scale that the reference was read on.
    reference
        Samples × genes that were factorised, as ``preprocess`` returns them.
    consensus
        Result of ``build_consensus`` on the reference, at the rank to be projected on.

    Returns
    -------
    Projection

    Raises
    ------
    InputError
        Fewer than 20 % of the reference's genes are found, or less than half of the metagenes' weight lies in them; the
        values are on another scale, or hold what the reference refused; or reference and consensus do not belong
        together.

    Warns
    -----
    UserWarning
        For what cannot be done to new samples, for metagenes of which less than half of the weight is found, and for
        samples without any expression.

    Examples
    --------
    >>> projection = project_samples(cohort, reference, consensus)  # doctest: +SKIP
    >>> projection.samples["fits"].mean()  # doctest: +SKIP
    0.98
    """
    _refuse_strangers(reference, consensus)
    refuse_little_overlap(find_genes(expression, reference), expression, reference, consensus.metagenes)
    scaled = scale_like_reference(expression, reference)
    refuse_little_overlap(scaled.found, expression, reference, consensus.metagenes)
    names = [f"metagene_{number}" for number in range(1, consensus.rank + 1)]
    coverage = pd.Series(measure_coverage(consensus.metagenes, scaled.found), names)
    warn_of_thin_metagenes(coverage)
    model = _FixedMetagenes.of_reference(reference, consensus, scaled.found)
    filled = _is_filled(scaled.values, expression.obs_names)
    _refuse_zeros(scaled.values, consensus.method)
    usages = np.full((expression.n_obs, consensus.rank), np.nan)
    explained = np.full(expression.n_obs, np.nan)
    usages[filled], explained[filled] = model.fit(scaled.values[filled])
    _, explained_of_reference = model.fit(model.expression)
    limit = float(np.percentile(explained_of_reference, LOWEST_PERCENTILE))
    return Projection(
        usages=pd.DataFrame(usages, expression.obs_names.rename("sample"), names),
        samples=_describe_samples(usages, explained, limit, expression.obs_names, names),
        genes=_describe_genes(reference, consensus, scaled.found, names),
        coverage=coverage,
        reference=pd.DataFrame(
            {"cluster": np.array(names)[consensus.calls], "explained_variance": explained_of_reference},
            reference.obs_names.rename("sample"),
        ),
        limit=limit,
        raised=scaled.raised,
        left_out=scaled.left_out,
    )


@dataclass(frozen=True)
class _FixedMetagenes:
    """Metagenes as they were before they were scaled, at the shared genes, and how usages are fitted to them."""

    expression: Matrix
    metagenes: np.ndarray
    profiles: np.ndarray
    baseline: np.ndarray
    divisors: np.ndarray
    method: str
    options: dict

    @classmethod
    def of_reference(cls, reference: AnnData, consensus: Consensus, found: np.ndarray) -> _FixedMetagenes:
        expression = reference.X if found.all() else reference.X[:, found]
        options = json.loads(consensus.options)
        if consensus.method in ("snmf_r", "snmf_l") and options.get("eta") is None:
            options["eta"] = float(reference.X.max())  # else it would be that of the new samples
        metagenes = consensus.metagenes[:, found] * consensus.divisors[:, None]
        usages = consensus.usages / consensus.divisors
        profiles, baseline = fitted_profiles(expression, usages, metagenes, consensus.method, **options)
        return cls(expression, metagenes, profiles, baseline, consensus.divisors, consensus.method, options)

    def fit(self, values: Matrix) -> tuple[np.ndarray, np.ndarray]:
        """Usages on the scale of the reference, and how much of each sample they explain."""
        if scipy.sparse.issparse(values) and not METHODS[self.method].sparse:
            values = values.toarray()
        if self.method == "offset":
            usages = fit_beside_offset(values, self.metagenes, self.baseline, **self.options)
        else:
            usages = fit_usages(values, self.metagenes, self.method, **self.options).astype(np.float64)
        whole = np.column_stack([usages, np.ones(len(usages))]), np.vstack([self.profiles, self.baseline])
        return usages * self.divisors, explained_variance_of_samples(values, *whole)


def _refuse_strangers(reference: AnnData, consensus: Consensus) -> None:
    wanted = (len(consensus.usages), consensus.metagenes.shape[1])
    if reference.shape != wanted:
        found = f"{reference.n_obs} samples × {reference.n_vars} genes"
        cure = "Give the matrix that was factorised and the consensus of the same run."
        raise InputError("reference", found, f"{wanted[0]} × {wanted[1]}, as the consensus has", cure)


def _is_filled(values: Matrix, samples: pd.Index) -> np.ndarray:
    """Which samples have a value above 0; the others cannot be projected, and are named."""
    filled = np.asarray((values > 0).sum(axis=1)).ravel() > 0
    if not filled.any():
        expected = "some value above 0 in the genes shared with the reference"
        cure = "Give the values on the scale that the reference was read on."
        raise InputError("new samples", "nothing but zeros after scaling", expected, cure)
    if not filled.all():
        left = samples[~filled]
        warnings.warn(
            f"{len(left)} sample(s) without any value above 0 in the shared genes stay without usages: "
            f"{list_first(left)}",
            stacklevel=3,
        )
    return filled


def _refuse_zeros(values: Matrix, method: str) -> None:
    n_zeros = int(np.prod(values.shape)) - (values.nnz if scipy.sparse.issparse(values) else np.count_nonzero(values))
    if method in POSITIVE_METHODS and n_zeros:
        cure = "Take a reference that was factorised by another method."
        raise InputError("new samples", f"{n_zeros} value(s) of 0 after scaling", f"values above 0 for {method}", cure)


def _describe_samples(
    usages: np.ndarray, explained: np.ndarray, limit: float, samples: pd.Index, names: list[str]
) -> pd.DataFrame:
    filled, names = np.isfinite(explained), np.array(names, dtype=object)
    order = np.argsort(-np.nan_to_num(usages), axis=1, kind="stable")
    ordered = np.take_along_axis(usage_shares(usages), order, axis=1)
    has_second = len(names) > 1
    return pd.DataFrame(
        {
            "sample": samples.to_numpy(),
            "cluster": np.where(filled, names[order[:, 0]], None),
            "usage_share": ordered[:, 0],
            "second": np.where(filled, names[order[:, 1]], None) if has_second else "",
            "margin": ordered[:, 0] - (ordered[:, 1] if has_second else 0.0),
            "explained_variance": explained,
            "fits": np.where(filled, explained >= limit, None),
        }
    )


def _describe_genes(reference: AnnData, consensus: Consensus, found: np.ndarray, names: list[str]) -> pd.DataFrame:
    metagene = consensus.metagenes.argmax(axis=0)
    described = reference.var["description"].to_numpy() if "description" in reference.var else ""
    return pd.DataFrame(
        {
            "gene": reference.var_names.to_numpy(),
            "description": described,
            "metagene": np.array(names)[metagene],
            "weight": consensus.metagenes.max(axis=0),
            "found": found,
        }
    )
