import numpy as np
import pytest
from scipy import sparse

from nmfbio.factorization import factorize, fit_usages, kl_divergence

# Fits are cut short to look at their way.
pytestmark = pytest.mark.filterwarnings("ignore::nmfbio.factorization.NotConvergedWarning")


def smoothing_matrix(rank, theta):
    return (1 - theta) * np.eye(rank) + theta / rank * np.ones((rank, rank))


def naive_nsnmf(expression, usages, metagenes, n_iter, theta):
    """Pascual-Montano et al. 2006 with S written out."""
    smooth = smoothing_matrix(len(metagenes), theta)
    for _ in range(n_iter):
        partner = smooth @ metagenes
        usages = usages * ((expression / (usages @ partner)) @ partner.T) / partner.sum(axis=1)
        partner = usages @ smooth
        metagenes = metagenes * (partner.T @ (expression / (partner @ metagenes))) / partner.sum(axis=0)[:, None]
        metagenes = metagenes / metagenes.sum(axis=1, keepdims=True)
    return usages, metagenes


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("theta", [0, 0.3, 0.5, 1])
def test_nsnmf_equals_its_definition_on_dense_and_on_sparse_matrices(expression, start, form, theta):
    expected = naive_nsnmf(expression, *start, 30, theta)
    found = factorize(form(expression), 3, "nsnmf", restarts=1, seeding=start, max_iter=30, theta=theta)
    for factor, golden in zip((found.usages[0], found.metagenes[0]), expected, strict=True):
        np.testing.assert_allclose(factor, golden, rtol=1e-9, atol=1e-12)
    fitted = expected[0] @ smoothing_matrix(3, theta) @ expected[1]
    assert found.objective[0] == pytest.approx(kl_divergence(expression, fitted, np.eye(40)), rel=1e-9)


@pytest.mark.parametrize("n_iter", [1, 10, 200])
def test_factors_equal_those_of_r_from_the_same_start(leukemia_table, golden_factors, n_iter):
    usages, metagenes = golden_factors("r_nmf/H0_k3.tsv.gz", "r_nmf/W0_k3.tsv.gz")
    expression = leukemia_table.loc[metagenes.columns].to_numpy(float).T
    start = usages.to_numpy(), metagenes.to_numpy()
    found = factorize(expression, 3, "nsnmf", restarts=1, seeding=start, max_iter=n_iter)
    names = (f"r_nmf/nsNMF_it{n_iter}_{letter}.tsv.gz" for letter in "HW")
    for factor, expected in zip((found.usages[0], found.metagenes[0]), golden_factors(*names), strict=True):
        np.testing.assert_allclose(factor, expected.to_numpy(), rtol=0, atol=3e-14 * expected.to_numpy().max())


@pytest.mark.parametrize("rank", [2, 3, 4, 5])
def test_nsnmf_from_nndsvd_agrees_with_r_on_the_full_matrix(leukemia, anchors, rank):
    expected = anchors["nndsvd_full"]
    position = expected["k"].index(rank)
    found = factorize(leukemia, rank, "nsnmf", restarts=1, seeding="nndsvd")
    assert found.n_iter[0] == expected["nsNMF_theta_0.5"]["iterations"][position]
    assert found.objective[0] == pytest.approx(expected["nsNMF_theta_0.5"]["KL"][position], rel=1e-9)


def test_the_more_it_is_smoothed_the_sparser_the_factors(expression):
    zeros = [
        np.mean(factorize(expression, 3, "nsnmf", restarts=5, theta=theta).metagenes < 1e-6) for theta in (0, 0.5, 0.9)
    ]
    assert zeros[0] < zeros[1] < zeros[2]


def test_projected_usages_are_those_of_kl_with_smoothed_metagenes(expression, start):
    found = fit_usages(expression, start[1], "nsnmf", theta=0.4)
    expected = fit_usages(expression, smoothing_matrix(3, 0.4) @ start[1], "kl")
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_one_metagene_for_all_is_still_finite(expression):
    restarts = factorize(expression, 3, "nsnmf", restarts=2, theta=1)
    assert np.isfinite(restarts.metagenes).all()
    rank_one = factorize(expression, 1, "brunet", restarts=1)
    np.testing.assert_allclose(restarts.objective, rank_one.objective[0], rtol=1e-9)
    assert np.isfinite(fit_usages(expression, restarts.metagenes[0], "nsnmf", theta=1)).all()


@pytest.mark.parametrize(
    ("theta", "error", "message"),
    [
        (-0.1, ValueError, "theta is -0.1; expected 0 to 1"),
        (1.5, ValueError, "theta is 1.5"),
        ("a", TypeError, "theta"),
    ],
)
def test_theta_is_from_0_to_1(expression, theta, error, message):
    with pytest.raises(error, match=message):
        factorize(expression, 3, "nsnmf", restarts=1, theta=theta)
