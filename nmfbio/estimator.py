"""The factorisation methods as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from nmfbio.consensus import best_restart, restart_losses
from nmfbio.factorization import METHODS, factorize, fit_usages, fitted_profiles

Matrix = np.ndarray | csr_matrix


class NMF(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Non-negative matrix factorisation X ≈ usages @ components_, the best of several restarts.

    Rows of X are samples, columns genes (scikit-learn's features). Parameters that have a counterpart in `factorize` of
    another name are `random_state` (its ``seed``) and `method_options` (its further keyword arguments).

    Parameters
    ----------
    n_components
        Number of metagenes, below the smaller side of X.
    method
        One of the methods of `factorize`: what is minimised, and how.
    restarts
        Factorisations from different starts. The one with the lowest objective (for ``bayesian`` the highest evidence)
        among those that converged is kept. One restart is what scikit-learn's own ``NMF`` makes.
    seeding
        ``"random"``, ``"nndsvdar"``, or with one restart ``"nndsvd"``, ``"nndsvda"`` or a pair of usages and metagenes.
    random_state
        A whole number, from which the starts follow: the same number gives the same result. A ``RandomState`` or None
        draws the number.
    stop, max_iter, tolerance, dtype
        As for `factorize`.
    threads
        Restarts computed at the same time; all processors by default. Results do not depend on it.
    method_options
        Options of the method by name, such as ``{"theta": 0.3}`` for ``nsnmf``. The ``weights`` of ``weighted`` are
        those of the matrix that is fitted; `transform` weighs all values alike, missing ones excepted.

    Attributes
    ----------
    components_ : ndarray, (n_components, n_features)
        Metagenes of the best restart.
    profiles_, baseline_ : ndarray, (n_components, n_features) and (n_features,)
        What the method fits X with, by usages @ profiles_ + baseline_: smoothed metagenes for ``nsnmf``, an offset for
        ``offset``; for all others the metagenes and zeros.
    reconstruction_err_ : float
        The method's objective for the best restart, penalties included: what the method minimises, which is
        scikit-learn's Frobenius norm for none of them.
    n_iter_ : int
        Iterations of the best restart.
    n_components_ : int
        Number of metagenes.
    n_features_in_ : int
        Number of genes seen during fit.
    feature_names_in_ : ndarray of str
        Names of the genes, where X had text for column names.
    restarts_ : Restarts
        Factors, objective and convergence of every restart.

    Examples
    --------
    >>> import numpy as np
    >>> expression = np.random.default_rng(0).random((20, 100))
    >>> model = NMF(n_components=3, restarts=5)
    >>> model.fit_transform(expression).shape, model.components_.shape
    ((20, 3), (3, 100))
    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        method: str = "kl",
        restarts: int = 10,
        seeding: str | tuple[np.ndarray, np.ndarray] = "random",
        random_state: int | np.random.RandomState | None = 0,
        stop: str = "auto",
        max_iter: int = 2000,
        tolerance: float = 1e-5,
        dtype: str = "auto",
        threads: int | None = None,
        method_options: Mapping[str, object] | None = None,
    ):
        self.n_components = n_components
        self.method = method
        self.restarts = restarts
        self.seeding = seeding
        self.random_state = random_state
        self.stop = stop
        self.max_iter = max_iter
        self.tolerance = tolerance
        self.dtype = dtype
        self.threads = threads
        self.method_options = method_options

    def fit(self, X: Matrix, y: None = None) -> NMF:
        """Find the metagenes of a matrix.

        Parameters
        ----------
        X
            n_samples × n_features, non-negative; dense or sparse, where the method takes sparse matrices.
        y
            Not used.

        Returns
        -------
        NMF
            Itself.
        """
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Matrix, y: None = None) -> np.ndarray:
        """Find the metagenes of a matrix and give its usages.

        Parameters
        ----------
        X
            As for `fit`.
        y
            Not used.

        Returns
        -------
        ndarray
            n_samples × n_components, the usages of the best restart.
        """
        X = self._check_matrix(X, reset=True)
        self._check_n_components(X.shape)
        self.restarts_ = factorize(
            X,
            self.n_components,
            self.method,
            self.restarts,
            self.seeding,
            draw_seed(self.random_state),
            self.threads,
            stop=self.stop,
            max_iter=self.max_iter,
            tolerance=self.tolerance,
            dtype=self.dtype,
            **(self.method_options or {}),
        )
        best = best_restart(restart_losses(self.restarts_), self.restarts_.converged)
        self.components_ = self.restarts_.metagenes[best].astype(X.dtype)
        self.n_components_ = len(self.components_)
        self.reconstruction_err_ = float(self.restarts_.objective[best])
        self.n_iter_ = int(self.restarts_.n_iter[best])
        usages = self.restarts_.usages[best].astype(X.dtype)
        parts = fitted_profiles(X, usages, self.components_, self.method, **(self.method_options or {}))
        self.profiles_, self.baseline_ = (part.astype(X.dtype) for part in parts)
        return usages

    def transform(self, X: Matrix) -> np.ndarray:
        """Usages of samples, the metagenes held fixed.

        For ``bayesian`` these are the usages of best fit, where `fit_transform` gives posterior means; ``offset`` takes
        the offset from the samples given, so they should be many.

        Parameters
        ----------
        X
            n_samples × n_features, as for `fit`.

        Returns
        -------
        ndarray
            n_samples × n_components.
        """
        check_is_fitted(self)
        X = self._check_matrix(X, reset=False)
        options = {name: value for name, value in (self.method_options or {}).items() if name != "weights"}
        return fit_usages(X, self.components_, self.method, **options)

    def inverse_transform(self, X: np.ndarray) -> np.ndarray:
        """The matrix that usages stand for.

        Parameters
        ----------
        X
            Usages, n_samples × n_components.

        Returns
        -------
        ndarray
            n_samples × n_features.
        """
        check_is_fitted(self)
        return np.asarray(X) @ self.profiles_ + self.baseline_

    def __sklearn_tags__(self) -> Tags:
        """What scikit-learn has to know of the estimator."""
        tags = super().__sklearn_tags__()
        method = METHODS.get(self.method)
        tags.input_tags.positive_only = True
        tags.input_tags.sparse = method is None or method.sparse
        tags.input_tags.allow_nan = method is not None and method.missing
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    @property
    def _n_features_out(self) -> int:
        """Number of columns of the usages, for their names."""
        return len(self.components_)

    def _check_matrix(self, X: Matrix, reset: bool) -> Matrix:
        tags = self.__sklearn_tags__().input_tags
        return validate_data(
            self,
            X,
            reset=reset,
            accept_sparse="csr" if tags.sparse else False,
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan" if tags.allow_nan else True,
            ensure_non_negative=True,
            ensure_min_samples=2 if reset else 1,
            ensure_min_features=2 if reset else 1,
        )

    def _check_n_components(self, shape: tuple[int, int]) -> None:
        if isinstance(self.n_components, Integral) and self.n_components >= min(shape):
            raise ValueError(
                f"n_components is {self.n_components}; expected 1 to {min(shape) - 1} for {shape[0]} samples and "
                f"{shape[1]} features: as many components as the smaller side has compress nothing"
            )


def draw_seed(random_state: int | np.random.RandomState | None) -> int:
    """The number itself, or one drawn where a generator or nothing was given."""
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(np.iinfo(np.int32).max))
