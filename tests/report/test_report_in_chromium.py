"""The report in a real browser, with no network to fall back on."""

import json
import re
import shutil
import subprocess
from html import unescape
from typing import Any

import pytest

from nmfbio.report import render_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--v=0",
)  # fmt: skip
UNREACHABLE = "--host-resolver-rules=MAP * ~NOTFOUND"
TIMEOUT_IN_SECONDS = 120

PROBE = """
<script>
window.addEventListener("load", async function () {
  const images = Array.from(document.images);
  await Promise.all(images.map(function (image) { return image.decode().catch(function () {}); }));
  const results = {};
  results.images = images.length;
  results.broken = images.filter(function (image) { return image.naturalWidth === 0; }).length;
  results.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  results.requests = performance.getEntriesByType("resource").filter(
    function (entry) { return !entry.name.startsWith("data:"); }).length;
  const shown = function () {
    return Array.from(document.querySelectorAll("#samples .panel")).filter(
      function (panel) { return panel.offsetHeight > 0; }).map(function (panel) { return panel.dataset.rank; }).join();
  };
  const table = function () { return document.querySelector("#samples .panel:not(.is-away) table"); };
  const firstSample = function () { return table().tBodies[0].rows[0].cells[0].textContent.trim(); };
  results.shown_first = shown();
  const margin = table().tHead.rows[0].cells[4];
  margin.querySelector("button").click();
  results.smallest_margin = firstSample();
  margin.querySelector("button").click();
  results.largest_margin = firstSample();
  results.sorted = margin.getAttribute("aria-sort");
  const find = document.querySelector("#samples .panel:not(.is-away) .filter input");
  find.value = "aml";
  find.dispatchEvent(new Event("input", { bubbles: true }));
  results.found = Array.from(table().tBodies[0].rows).filter(function (row) { return row.offsetHeight > 0; }).length;
  document.querySelector("#signatures .rank-switch input[value='2']").click();
  results.shown_then = shown();
  const output = document.createElement("pre");
  output.id = "probe";
  output.textContent = JSON.stringify(results);
  document.body.append(output);
});
</script>
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH: install the chromium package to run this"),
]


@pytest.fixture
def open_page(tmp_path):
    """Load HTML in Chromium; give the document as it stands afterwards and what was logged."""

    def open_html(html: str, width: int = 1400) -> tuple[str, str]:
        page = tmp_path / "report.html"
        page.write_text(html, encoding="utf-8")
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        size = f"--window-size={width},1000"
        done = subprocess.run(
            [CHROMIUM, *FLAGS, UNREACHABLE, profile, size, "--virtual-time-budget=5000", "--dump-dom", page.as_uri()],
            capture_output=True, text=True, timeout=TIMEOUT_IN_SECONDS, check=False,
        )  # fmt: skip
        assert "</html>" in done.stdout, done.stderr
        return done.stdout, done.stderr

    return open_html


def with_probe(html: str) -> str:
    """The report with a script of the test in it, which the content policy would refuse."""
    return re.sub(r"<meta http-equiv=.*?>", "", html, count=1).replace("</body>", PROBE + "</body>")


def read_probe(document: str) -> dict[str, Any]:
    written = re.search(r'<pre id="probe">(.*?)</pre>', document, re.S)
    assert written, "the probe did not finish"
    return json.loads(unescape(written[1]))


def test_the_report_opens_without_console_messages_and_runs_no_name_as_code(content, open_page):
    document, log = open_page(render_report(content))
    assert "CONSOLE" not in log
    assert '<html lang="en" class="scripted">' in document
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in document
    assert document.count("<script") == 1


def test_a_script_that_got_into_the_page_would_be_refused(content, open_page):
    document, log = open_page(render_report(content).replace("</body>", PROBE + "</body>"))
    assert '<pre id="probe">' not in document
    assert "Content Security Policy" in log


def test_figures_are_decoded_and_nothing_is_requested(content, open_page):
    document, log = open_page(with_probe(render_report(content)))
    results = read_probe(document)
    assert "CONSOLE" not in log
    assert results["images"] == 2 + 2 * 3 + 1  # two of the run, three a rank, and the key figure
    assert results["broken"] == 0
    assert results["requests"] == 0


def test_ranks_switch_and_tables_sort_and_filter(content, open_page):
    results = read_probe(open_page(with_probe(render_report(content)))[0])
    assert (results["shown_first"], results["shown_then"]) == ("3", "2")
    assert results["smallest_margin"] == "<script>alert(1)</script>"
    assert (results["largest_margin"], results["sorted"]) == ("AML_13", "descending")
    assert results["found"] == 1


@pytest.mark.parametrize("width", [500, 1400])
def test_the_page_never_scrolls_sideways(content, open_page, width):
    assert read_probe(open_page(with_probe(render_report(content)), width)[0])["overflow"] == 0
