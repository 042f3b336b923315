"""Figures: one module and one function a figure, results in, matplotlib ``Figure`` out, no file touched.

Every function takes the table behind its figure first. Figures are laid out in millimetres and built without pyplot,
so neither the global state nor the ``rcParams`` of the caller change. Names from users are drawn as plain text:
matplotlib's mathematics is off, long names are shortened in the middle.

Nothing is imported before it is used: matplotlib costs half a CPU second.
"""

from nmfbio.lazy import import_on_use

_HOMES = {
    "choose_annotations": "pages",
    "choose_enriched": "enrichment",
    "draw_association": "association",
    "draw_association_details": "association_details",
    "draw_association_figures": "association_pages",
    "draw_consensus": "consensus",
    "draw_enrichment": "enrichment",
    "draw_lineage": "lineage",
    "draw_metagenes": "metagenes",
    "draw_objectives": "objectives",
    "draw_preprocessing": "preprocessing",
    "draw_projection": "projection",
    "draw_projection_figure": "projection_page",
    "draw_rank_figures": "pages",
    "draw_rank_survey": "rank_survey",
    "draw_shared_programs": "shared_programs",
    "draw_survey_figures": "survey_pages",
    "draw_usages": "usages",
    "draw_umap": "umap",
    "draw_umap_figures": "pages",
}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = import_on_use(__name__, _HOMES)
