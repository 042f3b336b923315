from nmfbio.io import open_matrix
from nmfbio.logs import progress, rule_log
from nmfbio.rank import EvidenceBasis, count_pieces, gather_evidence

rank = int(snakemake.wildcards.rank)

with rule_log(snakemake.log[0]), open_matrix(snakemake.input.expression) as matrix:
    basis = EvidenceBasis.load(snakemake.input.basis)
    followed = progress(count_pieces(rank, basis), f"{snakemake.wildcards.dataset}, evidence at k={rank}", "pieces")
    evidence = gather_evidence(
        matrix, rank, basis, threads=snakemake.threads, on_piece=followed.advance, **snakemake.params.settings
    )
    evidence.save(snakemake.output.evidence)
