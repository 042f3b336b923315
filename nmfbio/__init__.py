"""Gene expression signatures by non-negative matrix factorization.

Every stage of the workflow is one function that a notebook can call. They are imported on first use (PEP 562), so that
a job pays only for the packages it needs. ``pp``, ``tl`` and ``pl`` are the same stages on AnnData, as scanpy has them.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "parse_config": "nmfbio.config",
    "read_config_file": "nmfbio.config",
    "read_expression": "nmfbio.io",
    "check_expression": "nmfbio.preprocessing",
    "preprocess": "nmfbio.preprocessing",
    "factorize": "nmfbio.factorization",
    "fit_usages": "nmfbio.factorization",
    "credible_interval": "nmfbio.factorization",
    "build_consensus": "nmfbio.consensus",
    "NMF": "nmfbio.estimator",
    "choose_rank": "nmfbio.rank",
    "extract_signatures": "nmfbio.signatures",
    "project_samples": "nmfbio.signatures",
    "render_report": "nmfbio.report",
}

_FACES = ("pp", "tl", "pl")

__all__ = ["__version__", *_HOMES, *_FACES]


def __getattr__(name: str) -> object:
    if name in _FACES:
        return importlib.import_module(f"nmfbio.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'nmfbio' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
