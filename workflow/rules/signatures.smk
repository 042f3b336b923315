ASSOCIATION_FIGURES = ("association", "association_details")


checkpoint annotate:
    """Put the result at the chosen rank beside the matrix, ready for scanpy; single cells get places on a map too.

    Whether the samples are single cells may be known only once the matrix is read: hence a checkpoint.
    """
    input:
        expression="<results>/{dataset}/expression.h5ad",
        verdict="<results>/{dataset}/rank/verdict.json",
        consensuses=at_all_ranks("<results>/{dataset}/consensus/k{rank}.npz"),
    output:
        annotated="<results>/{dataset}/nmf.h5ad",
        gene_sets="<results>/{dataset}/signatures.gmt",
        every_gene=report(
            "<results>/{dataset}/gene_scores.tsv",
            caption="../report/every_gene.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "scores of every gene, table", "rank": "chosen"},
        ),
    params:
        scale=lambda wildcards: SETTINGS[wildcards.dataset].consensus.scale,
        cut=cut,
        ranks=ranks,
        umap=lambda wildcards: SETTINGS[wildcards.dataset].figures.umap,
        seed=lambda wildcards: SETTINGS[wildcards.dataset].factorize.seed,
        version=VERSION,
    log:
        "<logs>/{dataset}/annotate.log",
    benchmark:
        "<benchmarks>/{dataset}/annotate.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: writing nmf.h5ad at the chosen rank"
    script:
        "../scripts/annotate.py"


rule gene_sets:
    """Match the genes of the user's gene sets to those of the matrix.

    This is a job of its own because it ends the run, before any factorisation, where the names do not agree.
    """
    input:
        expression="<results>/{dataset}/expression.h5ad",
        gene_sets=gene_set_files,
    output:
        sets=report(
            "<results>/{dataset}/gene_sets/sets.tsv",
            caption="../report/gene_sets.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "gene sets, table", "rank": "all"},
        ),
        genes="<results>/{dataset}/gene_sets/genes.tsv",
    params:
        set_size=lambda wildcards: SETTINGS[wildcards.dataset].signatures.set_size,
        version=VERSION,
    log:
        "<logs>/{dataset}/gene_sets.log",
    benchmark:
        "<benchmarks>/{dataset}/gene_sets.tsv"
    priority: 100  # before any factorisation, since it may end the run
    threads: 1
    resources:
        mem_mb=4000,
        runtime=10,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}: matching the gene sets"
    script:
        "../scripts/gene_sets.py"


rule enrichment:
    """Test the metagenes at one rank for the user's gene sets, and draw what was found."""
    input:
        genes="<results>/{dataset}/signatures/k{rank}/genes.tsv",
        scores="<results>/{dataset}/signatures/k{rank}/gene_scores.tsv",
        names="<results>/{dataset}/gene_sets/genes.tsv",
        gene_sets=gene_set_files,
    output:
        enrichment=report(
            "<results>/{dataset}/signatures/k{rank}/enrichment.tsv",
            caption="../report/enrichment.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "gene sets of the metagenes, table", "rank": "{rank}"},
        ),
        figure=report(
            "<results>/{dataset}/figures/enrichment_k{rank}.png",
            caption="../report/enrichment_figure.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "gene sets of the metagenes", "rank": "{rank}"},
        ),
        pdf="<results>/{dataset}/figures/enrichment_k{rank}.pdf",
        source="<results>/{dataset}/figures/source/enrichment_k{rank}.tsv",
    params:
        set_size=lambda wildcards: SETTINGS[wildcards.dataset].signatures.set_size,
        figures=section("figures"),
        version=VERSION,
    log:
        "<logs>/{dataset}/enrichment/k{rank}.log",
    benchmark:
        "<benchmarks>/{dataset}/enrichment/k{rank}.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: testing for gene sets"
    script:
        "../scripts/enrichment.py"


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


rule association:
    """Test usages and clusters at one rank against what is known of the samples, and draw what is beyond chance."""
    input:
        expression="<results>/{dataset}/expression.h5ad",
        usages="<results>/{dataset}/signatures/k{rank}/usages.tsv",
        samples="<results>/{dataset}/signatures/k{rank}/samples.tsv",
    output:
        table=report(
            "<results>/{dataset}/signatures/k{rank}/association.tsv",
            caption="../report/association.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "association with metadata, table", "rank": "{rank}"},
        ),
        overview=report(
            "<results>/{dataset}/figures/association_k{rank}.png",
            caption="../report/association.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "association with metadata", "rank": "{rank}"},
        ),
        details=report(
            "<results>/{dataset}/figures/association_details_k{rank}.png",
            caption="../report/association_details.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "associations one by one", "rank": "{rank}"},
        ),
        pdf=[f"<results>/{{dataset}}/figures/{figure}_k{{rank}}.pdf" for figure in ASSOCIATION_FIGURES],
        source=[f"<results>/{{dataset}}/figures/source/{figure}_k{{rank}}.tsv" for figure in ASSOCIATION_FIGURES],
    params:
        settings=what_to_associate,
        figures=section("figures"),
        version=VERSION,
    log:
        "<logs>/{dataset}/association/k{rank}.log",
    benchmark:
        "<benchmarks>/{dataset}/association/k{rank}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: testing the metagenes against the metadata"
    script:
        "../scripts/association.py"
