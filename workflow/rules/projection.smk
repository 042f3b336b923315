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
