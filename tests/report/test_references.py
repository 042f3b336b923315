"""The papers that a report can cite, beside CITATION.cff."""

from pathlib import Path

import pytest
import yaml

from nmfbio.report.references import REFERENCES

CITATION = yaml.safe_load((Path(__file__).parents[2] / "CITATION.cff").read_text(encoding="utf-8"))["references"]
ADDRESSES = {f"https://doi.org/{paper['doi']}" for paper in CITATION if "doi" in paper}
ADDRESSES |= {paper["url"] for paper in CITATION if "url" in paper}


@pytest.mark.parametrize("key", REFERENCES)
def test_every_paper_a_report_can_cite_is_in_the_citation_file(key):
    reference = REFERENCES[key]
    same_title = [paper for paper in CITATION if paper["title"].casefold() in reference.entry.casefold()]
    assert len(same_title) == 1, reference.entry
    assert str(same_title[0]["year"]) in reference.citation
    assert reference.address in ADDRESSES


@pytest.mark.parametrize("key", REFERENCES)
def test_every_key_tells_first_author_and_year(key):
    reference = REFERENCES[key]
    assert reference.entry.startswith(reference.citation.split()[0])
    assert key.endswith(reference.citation[-4:])
    assert f"({key[-4:]})." in reference.entry
