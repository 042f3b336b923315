"""Whether programs that cohorts share are found, and others are not called shared; ``benchmarks/README.md`` tells more."""
