"""The section `factorize`: the methods, how often and how far they run, and their options."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from nmfbio.config_methods import METHODS, ONE_START, methods_with
from nmfbio.config_section import AS_NUMBER, Number, Section, key

OPTIONS = tuple(dict.fromkeys(option for method in METHODS.values() for option in method.options))

# Bounds before the conversion: pydantic writes them into the schema in this order only.
Share = Annotated[float, Field(ge=0, le=1), AS_NUMBER] | None
NonNegative = Annotated[float, Field(ge=0), AS_NUMBER] | None
Positive = Annotated[float, Field(gt=0), AS_NUMBER] | None


def _sort_ranks(ranks: list[int]) -> list[int]:
    return sorted(set(ranks))


def _list_methods(**kind: str) -> str:
    """Name the methods whose own `dtype` or `stop` is this, as words of a sentence."""
    ((field, value),) = kind.items()
    *others, last = [f"`{name}`" for name, method in METHODS.items() if getattr(method, field) == value]
    return f"{', '.join(others)} and {last}"


def _option(name: str, description: str, unit: str = "") -> Any:
    """A key for some methods only; not set, it is left to the method."""
    allowed = ", ".join(f"`{method}`" for method in methods_with(name))
    return key(None, f"{allowed} only: {description}{_name_default(name)}", unit)


def _name_default(name: str) -> str:
    """Say what an option is where it is not set, unless that takes more than a number or a word."""
    defaults = {method: METHODS[method].options[name] for method in methods_with(name)}
    if not all(isinstance(value, int | float | str) and value not in ("auto", 0) for value in defaults.values()):
        return ""
    if len(set(defaults.values())) == 1:
        return f" Not set: `{next(iter(defaults.values()))}`."
    return f" Not set: {', '.join(f'`{value}` for `{method}`' for method, value in defaults.items())}."


class Factorize(Section):
    """How the matrix is factorised."""

    method: Literal[*METHODS] = key(
        "kl",
        "What is minimised, and by which updates: see the table of methods in config/README.md.",
        meanings=[method.meaning for method in METHODS.values()],
    )
    ranks: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1), AfterValidator(_sort_ranks)] = key(
        [2, 3, 4, 5, 6],
        "Numbers of metagenes to try; order and repeats do not matter.",
        "metagenes",
        examples=[[2, 3, 4]],
    )
    restarts: int = key(50, "Factorisations from different starts at every rank.", "restarts", ge=1)
    restarts_per_job: int = key(
        50,
        "Restarts that one Snakemake job carries: fewer spread over more machines. It never changes a result.",
        "restarts",
        ge=1,
    )
    seeding: Literal["random", "nndsvd", "nndsvda", "nndsvdar"] = key(
        "random",
        "Where a restart begins: `random` (uniform); `nndsvd` (singular vectors of the matrix, zeros kept) or "
        "`nndsvda` (zeros replaced by the mean), which are the same every time and go with `restarts: 1`; `nndsvdar` "
        "(zeros replaced by small random values).",
    )
    seed: int = key(0, "Base of all random numbers: the same seed gives the same results.", ge=0)
    dtype: Literal["auto", "float32", "float64"] = key(
        "auto",
        f"Precision of the computation; `auto`: float64 for {_list_methods(dtype='float64')}, which agree with R or "
        "need it, else float32.",
    )
    stop: Literal["auto", "tolerance", "connectivity"] = key(
        "auto",
        "When a restart has converged: `tolerance` looks at the objective, `connectivity` at the calls of the samples, "
        "which have to put the same samples together for 400 iterations; `auto`: connectivity for "
        f"{_list_methods(stop='connectivity')}, else tolerance.",
    )
    max_iter: int = key(
        2000, "A restart stops here even when it has not converged, and is reported.", "iterations", ge=1
    )
    tolerance: Number = key(
        1e-5,
        "`stop: tolerance` only: a restart has converged when its objective is estimated to be within this share of "
        "where it will end.",
        "share",
        gt=0,
        lt=1,
    )
    theta: Share = _option(
        "theta", "smoothing, from 0 (none) to 1 (metagenes all alike); the more, the sparser the factors."
    )
    eta: NonNegative = _option(
        "eta", "weight of the squares of the factor that is not made sparse. Not set: the largest value of the matrix."
    )
    beta: NonNegative = _option("beta", "strength of the sparsity.")
    loss: Literal["frobenius", "kl"] | None = _option(
        "loss", "what is minimised: least squares or the Kullback-Leibler divergence."
    )
    batch_size: Annotated[int, Field(ge=1)] | None = _option(
        "batch_size", "samples that are held in memory at once.", "samples"
    )
    dispersion: Positive = _option(
        "dispersion",
        "ratio of variance to mean of the values around the fit; 1 for Poisson counts. Not set: estimated from the "
        "matrix, gene by gene.",
        "ratio",
    )
    l1_metagenes: NonNegative = _option(
        "l1_metagenes", "penalty on the sum of the metagenes, which makes them sparse; needs one on the usages too."
    )
    l2_metagenes: NonNegative = _option(
        "l2_metagenes", "penalty on the squares of the metagenes, which keeps them small; needs one on the usages too."
    )
    l1_usages: NonNegative = _option(
        "l1_usages", "penalty on the sum of the usages, which makes them sparse; needs one on the metagenes too."
    )
    l2_usages: NonNegative = _option(
        "l2_usages", "penalty on the squares of the usages, which keeps them small; needs one on the metagenes too."
    )

    @property
    def dtype_in_use(self) -> str:
        """The precision, with `auto` replaced by what it means for the method."""
        return METHODS[self.method].dtype if self.dtype == "auto" else self.dtype

    @property
    def stop_in_use(self) -> str:
        """The stopping rule, with `auto` replaced by what it means for the method."""
        return METHODS[self.method].stop if self.stop == "auto" else self.stop

    @property
    def options(self) -> dict[str, Any]:
        """Options of methods that are set."""
        return {name: value for name in OPTIONS if (value := getattr(self, name)) is not None}

    def in_use(self) -> dict[str, Any]:
        """All keys but those that the method does not take, with `auto` replaced by what it means."""
        others = set(OPTIONS).difference(METHODS[self.method].options)
        return self.model_dump(exclude=others) | {"dtype": self.dtype_in_use, "stop": self.stop_in_use}

    @property
    def arguments(self) -> dict[str, Any]:
        """What makes a restart what it is, as `factorize` takes it: keys without a part in that are left out."""
        chosen = {"method": self.method, "seeding": self.seeding, "seed": self.seed, "max_iter": self.max_iter}
        chosen |= {"dtype": self.dtype_in_use, "stop": self.stop_in_use}
        if self.stop_in_use == "tolerance":
            chosen["tolerance"] = self.tolerance
        return chosen | self.options

    @property
    def in_batches(self) -> bool:
        """Whether the matrix is read from the disk in batches; singular vectors need the whole."""
        return self.method == "online" and self.seeding == "random"

    def conflicts(self) -> list[tuple[str, str]]:
        """List keys that are right one by one but not together, each with what was found, expected, and the cure."""
        found = []
        if self.seeding in ONE_START and self.restarts != 1:
            text = f"found {self.restarts}; expected 1, because every {self.seeding} start is the same. Set restarts: 1"
            found.append(("factorize.restarts", f"{text}, or seeding: random"))
        options = {name: self.options.get(name, own) for name, own in METHODS[self.method].options.items()}
        reason = "the factors escape a single penalty by their scale"
        if "beta" in options and (options["eta"] == 0) != (options["beta"] == 0):
            name, other = ("eta", "beta") if options["eta"] == 0 else ("beta", "eta")
            text = f"found 0; expected a number above 0, or {other}: 0 as well"
            found.append((f"factorize.{name}", f"{text}, because {reason}. Set both or neither to 0"))
        for penalised, other in (("metagenes", "usages"), ("usages", "metagenes")):
            given = [name for name in (f"l1_{penalised}", f"l2_{penalised}") if options.get(name)]
            if given and not (options[f"l1_{other}"] or options[f"l2_{other}"]):
                text = f"found {options[given[0]]} with no penalty on the {other}; expected one on both factors"
                cure = f"Set l1_{other} or l2_{other} above 0 as well"
                found.append((f"factorize.{given[0]}", f"{text}, because {reason}. {cure}"))
        for name in self.options.keys() - METHODS[self.method].options:
            text = f"found {self.options[name]} with method {self.method}, which takes no {name}"
            cure = f"Take the key out (for one data set: {name}: null), or choose a method that takes it"
            found.append((f"factorize.{name}", f"{text}; expected it with {', '.join(methods_with(name))}. {cure}"))
        return sorted(found)
