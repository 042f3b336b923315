import fcntl
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

# In a clone the package lies beside the workflow: jobs in environments of their own find it there.
CLONE = Path(workflow.current_basedir).parents[1]
if (CLONE / "nmfbio").is_dir():
    sys.path.insert(0, str(CLONE))
    python_path = filter(None, [str(CLONE), os.environ.get("PYTHONPATH")])
    os.environ.update(PYTHONPATH=os.pathsep.join(python_path))

# One thread of linear algebra a job: sums that are split differently differ in their last digits, and jobs run side by
# side anyway. Opening the thread pools would take longer than all the products.
for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import nmfbio
from nmfbio.config import parse_config, read_config_file
from nmfbio.errors import NmfbioError
from nmfbio.io import find_reference, has_umap, read_levels


def source_files(dataset):
    """The user's files of a data set, by role."""
    files = {role: getattr(dataset, role) for role in ("expression", "metadata", "genes")}
    return {role: path for role, path in files.items() if path is not None}


def configured_files():
    """All files of the user, each with the config key that names it; those of new samples included."""
    for section in ("datasets", "projections"):
        for name, files in getattr(CONFIG, section).items():
            yield from ((f"{section}.{name}.{role}", path) for role, path in source_files(files).items())
    sections = {f"datasets.{name}.signatures": dataset.signatures for name, dataset in CONFIG.datasets.items()}
    for place, section in {"signatures": CONFIG.signatures, **sections}.items():
        files = section.gene_sets if section is not None else []
        yield from ((f"{place}.gene_sets[{number}]", path) for number, path in enumerate(files))


def missing_files():
    """One line for each file of the config that is not there."""
    return [
        f"config key '{key}': found no file {path!r}; expected a path from the folder {os.getcwd()}"
        ", or an absolute one. Correct the path, or put the file there"
        for key, path in configured_files()
        if "://" not in path and not os.path.exists(path)
    ]


def owner_of(path):
    """The data set among whose results a path lies, if there is one."""
    top, *below = os.path.relpath(os.path.realpath(path), os.path.realpath(CONFIG.output)).split(os.sep)
    if not below and not os.path.isdir(path):
        return None  # a file beside the folders of the results
    owners = (
        name
        for name, dataset in CONFIG.datasets.items()
        if top == name or (dataset.split_by is not None and top.startswith(f"{name}."))
    )
    return next(owners, None)


def overwritten_files():
    """One line for each file of the config that lies where results will be written."""
    return [
        f"config key '{key}': found {path!r}, which lies among the results of data set "
        f"{owner_of(path)!r}; expected a file that this run does not write. Copy it to another folder"
        for key, path in configured_files()
        if owner_of(path) is not None
    ]


def read_splits():
    """The values of each column that a data set is split by; they have to be known before any job runs."""
    return {
        name: read_levels(dataset.expression, dataset.metadata, dataset.split_by)
        for name, dataset in CONFIG.datasets.items()
        if dataset.split_by is not None
    }


def own_dataset(reference):
    """The data set of this run that a projection rests on, named by itself or by its folder, if it is one."""
    folders = {os.path.realpath(f"{CONFIG.output}/{name}"): name for name in SETTINGS}
    return reference if reference in SETTINGS else folders.get(os.path.realpath(reference))


def reference_files(name):
    """What is read of the results that a projection rests on; of a data set of this run, the files it will write."""
    projection = CONFIG.projections[name]
    rank, dataset = projection.rank, own_dataset(projection.signatures)
    if dataset is None:
        return find_reference(projection.signatures, rank, f"projections.{name}")
    scanned, folder = SETTINGS[dataset].factorize.ranks, f"<results>/{dataset}"
    if rank not in (None, *scanned):
        raise WorkflowError(
            f"config key 'projections.{name}.rank': found {rank}; expected one of factorize.ranks of data set "
            f"{dataset!r}, {scanned}. Add {rank} to the ranks, or project on one of them"
        )
    files = {
        "reference": f"{folder}/expression.h5ad",
        "consensus": [f"{folder}/consensus/k{one}.npz" for one in ([rank] if rank else scanned)],
    }
    return files if rank else {**files, "verdict": f"{folder}/rank/verdict.json"}


try:
    for configuration in workflow.configfiles:
        read_config_file(configuration)
    CONFIG = parse_config(config)
    # Files of a module may be made by rules of the workflow around it, those of remote storage are not here.
    if workflow.modifier.is_main_snakefile() and not workflow.storage_settings.default_storage_provider:
        if problems := missing_files() + overwritten_files():
            raise WorkflowError("\n".join(problems))
    SETTINGS = CONFIG.all_settings(read_splits())
    REFERENCES = {name: reference_files(name) for name in CONFIG.projections}
except NmfbioError as error:
    raise WorkflowError(str(error)) from None


def hold_folder():
    """Refuse two runs in one folder. Unlike the lock of Snakemake, the system lifts this one when a run is killed."""
    global folder_lock
    folder_lock = open(".snakemake/nmfbio.lock", "w")
    try:
        fcntl.flock(folder_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WorkflowError(
            f"another snakemake is at work in {os.getcwd()}: wait until it has ended, or stop it"
        ) from None


# Snakemake does not see edits of an imported package: its version is a parameter of every job.
VERSION = nmfbio.__version__


def ranks(wildcards):
    """Ranks scanned for a data set."""
    return SETTINGS[wildcards.dataset].factorize.ranks


def threads_for_one_rank(wildcards):
    """An equal share of the cores for each rank, so that no core waits for two to be free; four where cores are not known."""
    return max(1, workflow.cores // len(ranks(wildcards))) if workflow.cores else 4


def restart_files(wildcards):
    """Files that hold all restarts at one rank; their limits stay when restarts are added, so more restarts add files."""
    settings = SETTINGS[wildcards.dataset].factorize
    total, at_once = settings.restarts, settings.restarts_per_job
    return [
        f"<results>/{wildcards.dataset}/restarts/k{wildcards.rank}/{first}-{min(first + at_once, total) - 1}.npz"
        for first in range(0, total, at_once)
    ]


def how_to_read(wildcards):
    """What is to be known of the matrix file besides its path."""
    settings = SETTINGS[wildcards.dataset]
    return {"orientation": settings.orientation, "layer": settings.layer}


def what_to_check(settings):
    """The keys that decide whether a matrix will do, and what the run will cost."""
    keys = {name: getattr(settings.factorize, name) for name in ("ranks", "method", "restarts")}
    return {**keys, "evidence": settings.rank.evidence}


def may_have_metadata(name):
    """Whether anything may be known of the samples of a data set: from a table, or from a format that holds it."""
    settings = SETTINGS[name]
    return settings.metadata is not None or settings.expression.lower().endswith((".h5ad", ".loom", ".gct"))


def association_tables():
    """Tables of the association with metadata, at all ranks of every data set that may have any."""
    pattern = "<results>/{dataset}/signatures/k{rank}/association.tsv"
    return [
        path
        for name, settings in SETTINGS.items()
        if may_have_metadata(name)
        for path in expand(pattern, dataset=name, rank=settings.factorize.ranks)
    ]


def what_to_associate(wildcards):
    """The metadata columns that are tested, and which of them is the batch."""
    settings = SETTINGS[wildcards.dataset]
    return {**settings.association.model_dump(), "batch": settings.preprocess.batch_key}


def how_to_gather(wildcards):
    """What the evidence at a rank hangs on besides the matrix."""
    settings = SETTINGS[wildcards.dataset]
    return {
        "method": settings.factorize.method,
        "options": settings.factorize.options,
        "scale": settings.consensus.scale,
        "seed": settings.factorize.seed,
    }


def cut(wildcards):
    """The rule by which genes are taken into a signature."""
    return SETTINGS[wildcards.dataset].signatures.model_dump(include={"selection", "least_fold", "number"})


def evidence_files(wildcards):
    """Evidence on the rank, if it is asked for; rank 1 stands for no structure."""
    if not SETTINGS[wildcards.dataset].rank.evidence:
        return {}
    folder = f"<results>/{wildcards.dataset}/evidence"
    return {
        "basis": f"{folder}/basis.npz",
        "evidence": [f"{folder}/k{rank}.npz" for rank in sorted({1, *ranks(wildcards)})],
    }


def gene_set_files(wildcards):
    """The user's files of gene sets for the data set at hand."""
    return SETTINGS[wildcards.dataset].signatures.gene_sets


def with_gene_sets():
    """Names of the data sets that have gene sets."""
    return [name for name, settings in SETTINGS.items() if settings.signatures.gene_sets]


def enrichment_figures():
    """The last that is made of the gene sets, at every rank of each data set that has some."""
    pattern = "<results>/{dataset}/figures/enrichment_k{rank}.png"
    return [
        path
        for dataset in with_gene_sets()
        for path in expand(pattern, dataset=dataset, rank=SETTINGS[dataset].factorize.ranks)
    ]


def umap_figure(dataset):
    """The map of the samples of a data set, where there is one: known from the config, or once the matrix is judged."""
    figure = f"<results>/{dataset}/figures/umap.png"
    umap, preset = SETTINGS[dataset].figures.umap, SETTINGS[dataset].preprocess.preset
    if umap is False or (umap == "auto" and preset not in ("auto", "single_cell")):
        return []
    # What lies in remote storage cannot be looked into here: there only the config decides.
    if umap is True or preset == "single_cell" or workflow.storage_settings.default_storage_provider:
        return [figure] if umap is True or preset == "single_cell" else []
    return [lambda wildcards: [figure] if has_umap(checkpoints.annotate.get(dataset=dataset).output.annotated) else []]


def section(name):
    """Settings of a section for the data set at hand, as plain values."""
    return lambda wildcards: getattr(SETTINGS[wildcards.dataset], name).model_dump()


def at_all_ranks(pattern):
    """Paths of a pattern at every rank of the data set at hand."""
    return lambda wildcards: expand(pattern, dataset=wildcards.dataset, rank=ranks(wildcards))


# Every data set at every rank that is scanned for it.
ALL_SOLUTIONS = [(name, rank) for name in SETTINGS for rank in SETTINGS[name].factorize.ranks]


def of_all_solutions(table):
    """Paths of a signature table of every data set at every rank."""
    return [f"<results>/{name}/signatures/k{rank}/{table}" for name, rank in ALL_SOLUTIONS]


def plain_settings(dataset):
    """All settings of a data set as plain values, section by section; options of other methods are left out."""
    sections = vars(SETTINGS[dataset])
    plain = {name: value.model_dump() if hasattr(value, "model_dump") else value for name, value in sections.items()}
    return {**plain, "factorize": SETTINGS[dataset].factorize.in_use()}
