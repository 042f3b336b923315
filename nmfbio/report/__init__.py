"""The self-contained HTML report of one data set."""

from nmfbio.report.collect import collect_report
from nmfbio.report.content import FigureContent, RankContent, ReportContent
from nmfbio.report.render import render_report
from nmfbio.report.versions import software_versions

__all__ = [
    "FigureContent",
    "RankContent",
    "ReportContent",
    "collect_report",
    "render_report",
    "software_versions",
]
