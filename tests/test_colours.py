"""nmfbio.colours: one colour a metagene, in every figure and file."""

import numpy as np
import pytest

from nmfbio.colours import METAGENE_COLOURS, darken, metagene_colour

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB
VISIONS = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def cielab(linear_rgb):
    xyz = linear_rgb @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1, 1.089], 1e-4)).T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


@pytest.mark.parametrize("vision", VISIONS)
def test_metagene_colours_are_told_apart_by_colour_blind_readers(vision):
    rgb = np.array([[int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)] for colour in METAGENE_COLOURS])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab = cielab(np.clip(linear @ np.transpose(VISIONS[vision]), 0, 1))
    distance = np.linalg.norm(lab[:, None] - lab[None], axis=-1) + 1e9 * np.eye(len(lab))
    assert distance.min() > 15


def test_a_metagene_has_the_same_colour_whatever_the_rank():
    assert [metagene_colour(f"metagene_{i}") for i in (1, 2, 3)] == ["#0072b2", "#e69f00", "#009e73"]
    assert metagene_colour("Metagene 2") == metagene_colour("metagene_2")


def test_forty_metagenes_have_forty_colours():
    assert len({metagene_colour(f"metagene_{i}") for i in range(1, 41)}) == 40


def test_a_darker_colour_keeps_its_hue():
    assert darken("#8040FF", 0.5) == "#402080"
    assert darken("#E69F00", 1) == "#e69f00"
