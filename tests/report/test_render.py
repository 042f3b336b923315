"""The HTML: what it shows, and that nothing in the data can break out of it."""

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest

from nmfbio.report import render_report
from nmfbio.report.render import SECTIONS

HOSTILE = ("<script>alert(1)</script>", "onerror='alert(2)'>", "<b>kinase</b>", "<i>friends</i>")


class Reader(HTMLParser):
    """Collects tags with their attributes, and the text outside of style and script."""

    def __init__(self):
        super().__init__()
        self.tags, self.texts, self.open_raw = [], [], False

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open_raw = tag in ("script", "style")

    def handle_endtag(self, tag):
        self.open_raw = False

    def handle_data(self, data):
        if not self.open_raw:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_every_section_is_present_and_linked(content):
    reader = read(render_report(content))
    identities = {attributes.get("id") for _, attributes in reader.tags}
    addresses = {attributes.get("href") for _, attributes in reader.tags}
    for name, label in SECTIONS:
        assert name in identities
        assert f"#{name}" in addresses
        assert label in reader.text


def test_names_of_the_data_set_never_become_markup(content):
    html = render_report(content)
    for text in HOSTILE:
        assert text not in html
    assert "<script>alert(1)</script>" in read(html).text


def test_only_one_script_and_no_event_attribute_exist(content):
    reader = read(render_report(content))
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]


def test_hostile_names_are_escaped_in_verdict_settings_and_preflight(build_content, content):
    hostile = "</td></style></script><script>alert(3)</script>"
    preflight = content.preflight.assign(where=hostile)
    verdict = {**content.verdict, "why": hostile, "rule": hostile}
    settings = {**content.settings, hostile: {hostile: hostile}}
    html = render_report(
        build_content(
            preflight=preflight, verdict=verdict, settings=settings, versions={hostile: hostile}, dataset=hostile
        )
    )
    assert "alert(3)</script>" not in html


def test_nothing_is_loaded_from_anywhere(content):
    reader = read(render_report(content))
    sources = [attributes["src"] for _, attributes in reader.tags if "src" in attributes]
    assert sources
    assert all(source.startswith("data:image/") for source in sources)
    outside = [tag for tag, attributes in reader.tags if attributes.get("href", "").startswith(("http", "//"))]
    assert set(outside) <= {"a"}
    style = re.search(r"<style>(.*?)</style>", render_report(content), re.S)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_images_are_embedded_unchanged_with_alternative_texts_and_links(content):
    html = render_report(content)
    images = [attributes for tag, attributes in read(html).tags if tag == "img"]
    assert all(image["alt"] for image in images)
    assert content.figures["objectives"].data_address in html
    assert 'href="figures/rank_survey.pdf"' in html


def test_the_same_content_gives_the_same_bytes(content):
    assert render_report(content) == render_report(content)


def test_undefined_measures_are_said_to_be_not_defined(build_content):
    text = read(render_report(build_content(ranks=(1, 2)))).text
    assert "not defined" in text
    assert not re.search(r"\bnan\b", text, re.I)


@pytest.mark.parametrize("rank", [1, 3])
def test_a_single_rank_with_a_single_restart_is_rendered(build_content, rank):
    text = read(render_report(build_content(ranks=(rank,), restarts=1))).text
    assert "Only one rank was computed" in text
    assert "There was one restart a rank" in text
    assert "Rank shown" not in text


def test_columns_without_any_value_are_rendered(content):
    entry = content.ranks[0]
    empty = entry.samples.assign(consensus_cluster=np.nan, silhouette=np.nan, second=np.nan, cluster_other_scale=np.nan)
    bare = type(entry)(2, entry.genes.assign(description=np.nan, z=np.nan), empty, entry.programs)
    text = read(render_report(replace(content, ranks=(bare,), figures={}))).text
    assert "No consensus figure was drawn" in text


def test_without_a_script_no_rank_is_hidden(content):
    html = render_report(content)
    assert 'class="panel is-away"' not in html
    assert len(re.findall(r'data-rank="2"', html)) == len(re.findall(r'data-rank="3"', html)) == 3


def test_the_content_policy_names_the_digest_of_the_script_that_is_there(content):
    html = render_report(content)
    script = re.search(r"<script>(.*)</script>", html, re.S)[1]
    assert b64encode(sha256(script.encode()).digest()).decode() in html.replace("&#43;", "+")


def test_the_evidence_on_the_rank_is_on_the_page(build_evidence):
    text = read(render_report(build_evidence())).text
    for words in (
        "How near each rank is to the line",
        "The vote of five measures gives rank 4",
        "Brunet's reading",
        "the finest reproducible rank",
        "Stated agreement: 75 %",
        "weak patterns go on",
    ):
        assert words in text


def test_without_structure_all_ranks_are_still_shown(build_evidence, no_structure):
    html = render_report(build_evidence(**no_structure))
    text = read(html).text
    assert "No supported structure was found" in text
    assert "How near each rank is to the line" in text
    assert 'data-rank="2"' in html
    assert "proposed" not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", html, flags=re.S)


def test_hostile_words_of_the_verdict_are_escaped(build_evidence):
    hostile = "<script>alert(3)</script>"
    content = build_evidence(
        why=hostile, disagreements=[hostile], agreement_means=hostile, rule=hostile, votes={hostile: 2},
        vote={"rank": 3, "interval": [2, 3], "agreement": 0.4, "voters": [hostile]},
        bound_votes={hostile: 2},
    )  # fmt: skip
    assert hostile not in render_report(content)
