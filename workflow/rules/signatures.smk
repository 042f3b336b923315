rule annotate:
    """Put the result at the chosen rank beside the matrix, ready for scanpy."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
        verdict="<results>/{dataset}/rank/verdict.json",
        consensuses=at_all_ranks("<results>/{dataset}/consensus/k{rank}.npz"),
    output:
        annotated="<results>/{dataset}/nmf.h5ad",
    params:
        scale=lambda wildcards: SETTINGS[wildcards.dataset].consensus.scale,
        ranks=ranks,
        version=VERSION,
    log:
        "<logs>/{dataset}/annotate.log",
    benchmark:
        "<benchmarks>/{dataset}/annotate.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: writing nmf.h5ad at the chosen rank"
    script:
        "../scripts/annotate.py"


rule lineage:
    """Follow the metagenes from each rank to the next: which split, which merge, how many samples go along."""
    input:
        consensuses=at_all_ranks("<results>/{dataset}/consensus/k{rank}.npz"),
        verdict="<results>/{dataset}/rank/verdict.json",
    output:
        table=report(
            "<results>/{dataset}/lineage.tsv",
            caption="../report/lineage_table.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "lineage of metagenes, table", "rank": "all"},
        ),
        figure=report(
            "<results>/{dataset}/figures/lineage.png",
            caption="../report/lineage.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "lineage of metagenes", "rank": "all"},
        ),
        pdf="<results>/{dataset}/figures/lineage.pdf",
        source="<results>/{dataset}/figures/source/lineage.tsv",
    params:
        figures=section("figures"),
        version=VERSION,
    log:
        "<logs>/{dataset}/lineage.log",
    benchmark:
        "<benchmarks>/{dataset}/lineage.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: following the metagenes from rank to rank"
    script:
        "../scripts/lineage.py"


rule shared_programs:
    """Find the programs that recur over data sets; with one data set, say what is missing."""
    input:
        scores=of_all_solutions("gene_scores.tsv"),
        genes=of_all_solutions("genes.tsv"),
        samples=of_all_solutions("samples.tsv"),
    output:
        programs=report(
            "<results>/programs/programs.tsv",
            caption="../report/shared_programs_table.rst",
            category="Programs across data sets",
            labels={"what": "programs, table"},
        ),
        members="<results>/programs/members.tsv",
        genes=report(
            "<results>/programs/genes.tsv",
            caption="../report/shared_programs_genes.rst",
            category="Programs across data sets",
            labels={"what": "consensus genes, table"},
        ),
        gene_sets="<results>/programs/programs.gmt",
        figure=report(
            "<results>/programs/figures/programs.png",
            caption="../report/shared_programs.rst",
            category="Programs across data sets",
            labels={"what": "programs"},
        ),
        pdf="<results>/programs/figures/programs.pdf",
        source="<results>/programs/figures/source/programs.tsv",
    params:
        data_sets=[name for name, _ in ALL_SOLUTIONS],
        settings=CONFIG.programs.model_dump(),
        dpi=CONFIG.figures.dpi,
        version=VERSION,
    log:
        "<logs>/programs.log",
    benchmark:
        "<benchmarks>/programs.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "Looking for programs that recur over data sets"
    script:
        "../scripts/shared_programs.py"
