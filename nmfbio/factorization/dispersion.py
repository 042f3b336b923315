"""How much noisier than Poisson counts the genes of a matrix are, judged from what a fit leaves unexplained."""

import numpy as np
import scipy.sparse

from .solver import Matrix

# Dispersions are kept above this share of the mean expression: a fit without residuals leaves them undefined.
LEAST_SHARE = 1e-6
MAX_STEPS = 50
PRECISION = 1e-6


def gene_dispersions(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray, rank: int) -> np.ndarray:
    """Ratio of variance to mean of every gene, φ = φ₀ + κ · mean, from the residuals of a fit.

    φ₀ is what the noise of counts amounts to (1 for Poisson), κ what grows with the signal: negative binomial counts
    have φ = 1 + mean/size, intensities of microarrays a multiplicative error (Rocke & Durbin 2001). Two numbers for the
    whole matrix are found by weighted least squares on Σᵢ(V−f)² / Σᵢf of the genes; one number for each gene would let
    a gene that the fit follows too closely weigh ever more.

    Parameters
    ----------
    expression
        Samples × genes, dense or CSR.
    usages, metagenes
        The fit.
    rank
        Number of metagenes in use: residuals have (n − rank)(p − rank) degrees of freedom.

    Returns
    -------
    numpy.ndarray
        One dispersion a gene, above 0.
    """
    n_samples, n_genes = expression.shape
    share_left = (1 - rank / n_samples) * (1 - rank / n_genes)
    residuals, fitted, squares = gene_moments(expression, usages, metagenes)
    means = np.asarray(expression.sum(axis=0, dtype=np.float64)).ravel() / n_samples
    least = LEAST_SHARE * means.mean()
    present = fitted > 0
    ratios = np.divide(residuals / share_left, fitted, out=np.zeros(n_genes), where=present)
    trend = np.full(n_genes, max(residuals.sum() / share_left / fitted.sum(), least))
    for _ in range(MAX_STEPS):
        # Variance of Σ(V−f)² if V/φ is Poisson: fourth moments of a count of mean f/φ are f/φ + 2(f/φ)².
        spread = trend**3 * fitted + 2 * trend**2 * squares
        weights = np.divide(fitted**2, spread, out=np.zeros(n_genes), where=present)
        before, trend = trend, np.maximum(non_negative_line(means, ratios, weights), least)
        if np.max(np.abs(np.log(trend / before))) <= PRECISION:
            break
    return trend


def gene_moments(expression: Matrix, usages: np.ndarray, metagenes: np.ndarray) -> tuple[np.ndarray, ...]:
    """Σ(V−f)², Σf and Σf² over the samples, of every gene, without W H."""
    usages, metagenes = usages.astype(np.float64), metagenes.astype(np.float64)
    if scipy.sparse.issparse(expression):
        observed_squares = np.asarray(expression.multiply(expression).sum(axis=0, dtype=np.float64)).ravel()
    else:
        observed_squares = np.einsum("ij,ij->j", expression, expression, dtype=np.float64)
    products = np.einsum("jc,cj->j", expression.T @ usages, metagenes)
    squares = np.einsum("cj,cj->j", (usages.T @ usages) @ metagenes, metagenes)
    # Rounding can leave a perfect fit's residuals below zero.
    residuals = np.maximum(observed_squares - 2 * products + squares, 0.0)
    return residuals, usages.sum(axis=0) @ metagenes, squares


def non_negative_line(places: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted least-squares line through the values, level and slope at least 0; its height at the places."""
    weights = weights / weights.sum()
    place, value = weights @ places, weights @ values
    spread = weights @ (places - place) ** 2
    # Places that are equal but for rounding tell nothing about a slope.
    slope = weights @ ((places - place) * values) / spread if spread > PRECISION * place**2 else 0.0
    if slope <= 0:
        return np.full(len(places), value)
    if value < slope * place:
        return places * (weights @ (places * values)) / (weights @ places**2)
    return value + slope * (places - place)
