from nmfbio.io import read_matrix
from nmfbio.logs import progress, rule_log
from nmfbio.rank import EvidenceBasis, count_pieces, gather_evidence

rank = int(snakemake.wildcards.rank)

with rule_log(snakemake.log[0]):
    basis = EvidenceBasis.load(snakemake.input.basis)
    followed = progress(count_pieces(rank, basis), f"{snakemake.wildcards.dataset}, evidence at k={rank}", "pieces")
    evidence = gather_evidence(
        read_matrix(snakemake.input.expression),
        rank,
        basis,
        threads=snakemake.threads,
        on_piece=followed.advance,
        **snakemake.params.settings,
    )
    evidence.save(snakemake.output.evidence)
