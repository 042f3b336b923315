from nmfbio.consensus import Consensus
from nmfbio.io import write_json, write_table
from nmfbio.logs import rule_log
from nmfbio.rank import (
    Evidence,
    EvidenceBasis,
    choose_rank,
    collect_measures,
    collect_objectives,
    collect_solutions,
)

files = snakemake.input

with rule_log(snakemake.log[0]):
    consensuses = [Consensus.load(path) for path in files.consensuses]
    evidence = [Evidence.load(path) for path in files.get("evidence", [])]
    basis = EvidenceBasis.load(files.basis) if evidence else None
    measures = collect_measures(consensuses, evidence, basis)
    write_table(measures, snakemake.output.measures)
    write_table(collect_objectives(consensuses), snakemake.output.objectives)
    write_table(collect_solutions(consensuses, snakemake.params.solution), snakemake.output.solutions)
    write_json(choose_rank(measures, **snakemake.params.settings).to_dict(), snakemake.output.verdict)
