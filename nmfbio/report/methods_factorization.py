"""The part of the methods paragraphs that describes the factorisation: objective, updates, options, starts, stop."""

from collections.abc import Mapping
from typing import Any

from nmfbio.config_methods import METHODS, PENALTIES
from nmfbio.report.content import ReportContent
from nmfbio.report.format import format_count, format_list, format_ranks, is_undefined

LOSSES = {
    "kl": "the generalised Kullback-Leibler divergence",
    "frobenius": "half the squared Frobenius norm of the residual",
}
SENTENCES = {
    "kl": "The generalised Kullback-Leibler divergence was minimised by 20 multiplicative updates [@lee_2001] "
    "followed by projected Newton steps [@hsieh_2011,hien_2021], lengthened 1.4-fold (successive over-relaxation); a "
    "step that could have raised the divergence was halved or replaced by a multiplicative update.",
    "brunet": "The generalised Kullback-Leibler divergence was minimised by multiplicative updates "
    "[@lee_2001,brunet_2004].",
    "frobenius": "Half the squared Frobenius norm of the residual was minimised by accelerated hierarchical "
    "alternating least squares [@gillis_2012].",
    "lee": "Half the squared Frobenius norm of the residual was minimised by multiplicative updates [@lee_2001].",
    "nsnmf": "The generalised Kullback-Leibler divergence of the nonsmooth model, in which a smoothing matrix (θ = "
    "{theta:g}) stands between metagenes and usages, was minimised by multiplicative updates [@pascual_montano_2006].",
    "itakura_saito": "The Itakura-Saito divergence was minimised by multiplicative updates with the exponent one "
    "half, under which it never rises [@fevotte_2011].",
    "snmf_r": "Half the squared Frobenius norm of the residual was minimised, with a penalty that makes usages sparse "
    "({strengths}), by alternating non-negative least squares [@kim_2007].",
    "snmf_l": "Half the squared Frobenius norm of the residual was minimised, with a penalty that makes metagenes "
    "sparse ({strengths}), by alternating non-negative least squares [@kim_2007].",
    "offset": "Half the squared Frobenius norm of the residual, of a model with an offset for each gene, was "
    "minimised by multiplicative updates [@badea_2008].",
    "weighted": "{loss}, every value weighted, was minimised by multiplicative updates [@wang_2006].",
    "online": "{loss} was minimised in batches of {batch_size:,} samples [{papers}].",
    "bayesian": "A gamma-Poisson model with automatic relevance determination [@tan_2013] was fitted by variational "
    "inference [@cemgil_2009] with {noise}. Components that the matrix does not support were switched off, so each "
    "rank is an upper bound on the number of metagenes.",
}


def describe_factorization(settings: Mapping[str, Any], content: ReportContent) -> str:
    """Describe objective, solver, starts and stopping from the section `factorize` of the settings."""
    ranks = format_ranks(entry.rank for entry in content.ranks)
    sentences = [
        f"The matrix was factorised into non-negative metagenes and usages [@lee_1999] at {ranks}.",
        describe_method(settings),
        describe_penalties(settings),
        describe_starts(settings, content.summary["restarts"]),
        describe_stop(settings),
        describe_unconverged(content),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def describe_method(settings: Mapping[str, Any]) -> str:
    """What was minimised, by which updates, with which options."""
    method = settings.get("method", "kl")
    options = {
        name: own if settings.get(name) is None else settings[name] for name, own in METHODS[method].options.items()
    }
    loss = options.get("loss", "kl")
    sentence = SENTENCES[method].format(
        theta=options.get("theta"),
        strengths=_describe_strengths(options),
        loss=LOSSES[loss],
        batch_size=options.get("batch_size", 0),
        papers={"kl": "@mairal_2010,lefevre_2011", "frobenius": "@mairal_2010"}[loss],
        noise=_describe_noise(options.get("dispersion")),
    )
    return sentence[0].upper() + sentence[1:]


def _describe_noise(dispersion: float | str | None) -> str:
    return f"the dispersion {dispersion:g}" if isinstance(dispersion, float | int) else "a dispersion for each gene"


def _describe_strengths(options: Mapping[str, Any]) -> str:
    if "beta" not in options:
        return ""
    eta = "the largest value of the matrix" if options["eta"] is None else f"{options['eta']:g}"
    return f"β = {options['beta']:g}, η = {eta}"


def describe_penalties(settings: Mapping[str, Any]) -> str:
    """The penalties that were set; nothing where none was."""
    chosen = [(name.split("_"), settings[name]) for name in PENALTIES if settings.get(name)]
    if not chosen:
        return ""
    parts = [f"an {norm.upper()} penalty of {strength:g} on the {factor}" for (norm, factor), strength in chosen]
    return (
        f"The objective included {format_list(parts)}, multiplied by the number of samples for metagenes and of genes "
        "for usages."
    )


def describe_starts(settings: Mapping[str, Any], restarts: int) -> str:
    """Where the factorisations began, and how many there were."""
    seeding = settings.get("seeding", "random")
    singular = "the non-negative double singular value decomposition [@boutsidis_2008]"
    seed = "" if is_undefined(settings.get("seed")) else f" (base seed {settings['seed']})"
    if seeding == "nndsvdar":
        starts = format_count(restarts, "factorisation")
        return f"At each rank {starts} started from {singular}, with small random values{seed} in place of zeros."
    if seeding != "random":
        zeros = ", with the mean of the matrix in place of zeros" if seeding == "nndsvda" else ""
        return f"Each factorisation started from {singular}{zeros}."
    starts = "one random start was" if restarts == 1 else f"{restarts} random starts were"
    return f"At each rank {starts} made{seed}."


def describe_stop(settings: Mapping[str, Any]) -> str:
    """When a restart had converged, and when it was given up."""
    limit, stop = settings.get("max_iter"), settings.get("stop", "auto")
    at_most = "" if limit is None else f", or after {limit:,} iterations"
    if stop == "auto":
        stop = METHODS[settings.get("method", "kl")].stop
    if stop == "connectivity":
        return (
            "A restart stopped when the assignment of samples to metagenes, examined every 10 iterations, had been "
            f"unchanged for more than 40 examinations [@brunet_2004]{at_most}."
        )
    share = f"{settings.get('tolerance', 1e-5):.15f}".rstrip("0")
    return (
        f"A restart stopped when its objective was estimated, by Aitken extrapolation, to lie within {share} of itself "
        f"above its limit [@boehning_1994]{at_most}."
    )


def describe_unconverged(content: ReportContent) -> str:
    """How many restarts were given up; nothing where none was."""
    failed = int((~content.objectives["converged"].astype(bool)).sum())
    if not failed:
        return ""
    kept = "was kept" if failed == 1 else "were kept"
    return f"{format_count(failed, 'restart')} of {len(content.objectives):,} had not converged by then and {kept}."
