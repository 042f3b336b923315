RANK_FIGURES = ("consensus", "metagenes", "usages")


rule consensus:
    """Combine all restarts at one rank; write the signatures and sample calls of their solution, and draw them.

    Together this is a second or two of work, less than the start of two more jobs.
    """
    input:
        expression="<results>/{dataset}/expression.h5ad",
        restarts=restart_files,
    output:
        consensus="<results>/{dataset}/consensus/k{rank}.npz",
        metagenes="<results>/{dataset}/signatures/k{rank}/metagenes.tsv",
        usages="<results>/{dataset}/signatures/k{rank}/usages.tsv",
        genes=report(
            "<results>/{dataset}/signatures/k{rank}/genes.tsv",
            caption="../report/genes.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "genes, table", "rank": "{rank}"},
        ),
        scores="<results>/{dataset}/signatures/k{rank}/gene_scores.tsv",
        samples=report(
            "<results>/{dataset}/signatures/k{rank}/samples.tsv",
            caption="../report/samples.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "samples, table", "rank": "{rank}"},
        ),
        programs=report(
            "<results>/{dataset}/signatures/k{rank}/programs.tsv",
            caption="../report/programs.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "programs over restarts, table", "rank": "{rank}"},
        ),
        gene_sets="<results>/{dataset}/signatures/k{rank}/signatures.gmt",
        consensus_figure=report(
            "<results>/{dataset}/figures/consensus_k{rank}.png",
            caption="../report/consensus.rst",
            category="{dataset}",
            subcategory="3 Do restarts agree",
            labels={"what": "consensus of the samples", "rank": "{rank}"},
        ),
        metagenes_figure=report(
            "<results>/{dataset}/figures/metagenes_k{rank}.png",
            caption="../report/metagenes.rst",
            category="{dataset}",
            subcategory="4 Signatures",
            labels={"what": "signature genes", "rank": "{rank}"},
        ),
        usages_figure=report(
            "<results>/{dataset}/figures/usages_k{rank}.png",
            caption="../report/usages.rst",
            category="{dataset}",
            subcategory="5 Samples",
            labels={"what": "usages", "rank": "{rank}"},
        ),
        pdf=[f"<results>/{{dataset}}/figures/{figure}_k{{rank}}.pdf" for figure in RANK_FIGURES],
        source=[f"<results>/{{dataset}}/figures/source/{figure}_k{{rank}}.tsv" for figure in RANK_FIGURES],
    params:
        settings=section("consensus"),
        figures=section("figures"),
        method=lambda wildcards: SETTINGS[wildcards.dataset].factorize.method,
        options=lambda wildcards: SETTINGS[wildcards.dataset].factorize.options,
        cut=cut,
        top_genes=lambda wildcards: SETTINGS[wildcards.dataset].signatures.top_genes,
        version=VERSION,
    log:
        "<logs>/{dataset}/consensus/k{rank}.log",
    benchmark:
        "<benchmarks>/{dataset}/consensus/k{rank}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=30,
    conda:
        "../envs/nmfbio.yaml"
    message:
        "{wildcards.dataset}, rank {wildcards.rank}: combining the restarts, scoring the genes, drawing"
    script:
        "../scripts/consensus.py"
