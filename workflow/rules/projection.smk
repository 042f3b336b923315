from nmfbio.io import find_reference


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
    REFERENCES = {name: reference_files(name) for name in CONFIG.projections}
except NmfbioError as error:
    raise WorkflowError(str(error)) from None


rule project_samples:
    """Fit the usages of new samples to the metagenes of a reference, scaled by its numbers, and tell how well they fit."""
    input:
        unpack(lambda wildcards: source_files(CONFIG.projections[wildcards.projection])),
        unpack(lambda wildcards: REFERENCES[wildcards.projection]),
    output:
        usages="<results>/projections/{projection}/usages.tsv",
        samples=report(
            "<results>/projections/{projection}/samples.tsv",
            caption="../report/projected_samples.rst",
            category="projections",
            subcategory="{projection}",
            labels={"what": "new samples, table"},
        ),
        genes="<results>/projections/{projection}/genes.tsv",
        summary="<results>/projections/{projection}/summary.json",
        figure=report(
            "<results>/projections/{projection}/figures/projection.png",
            caption="../report/projection.rst",
            category="projections",
            subcategory="{projection}",
            labels={"what": "new samples, figure"},
        ),
        pdf="<results>/projections/{projection}/figures/projection.pdf",
        source="<results>/projections/{projection}/figures/source/projection.tsv",
    params:
        reading=lambda wildcards: {
            key: getattr(CONFIG.projections[wildcards.projection], key) for key in ("orientation", "layer")
        },
        rank=lambda wildcards: CONFIG.projections[wildcards.projection].rank,
        figures=CONFIG.figures.model_dump(),
        version=VERSION,
    log:
        "<logs>/projections/{projection}.log",
    benchmark:
        "<benchmarks>/projections/{projection}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.projection}: projecting new samples"
    script:
        "../scripts/project.py"


rule project:
    """Describe all new samples of the config by metagenes found before: `snakemake project`."""
    input:
        expand("<results>/projections/{projection}/samples.tsv", projection=CONFIG.projections),
    localrule: True
    message:
        "All new samples are projected" if CONFIG.projections else "There are no `projections` in the config"
