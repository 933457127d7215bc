"""Colours by role: they can be read, and told apart by every eye."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

from backtests.report import style
from backtests.report.style import AS_TEXT, BY_DURATION, DARK, EITHER, LIGHT, holding_colours
from data.treasuries.instruments import TREASURY_FUNDS
from tests.colours import EYES, apart, closest, contrast, lab, linear

PALETTES = {"light": LIGHT, "dark": DARK}
ROLES = ("--portfolio", "--equity", "--treasuries", "--bills")
OUTCOMES = ("--worked", "--lost", "--less")
DURATIONS = tuple(f"--duration-{number}" for number in range(1, 7))
LINES = (*ROLES, *OUTCOMES, *DURATIONS, *style.EQUITY_SHADES, "--rest", "--accent", "--other",
         "--rule")  # fmt: skip
TEXTS = ("--ink", "--quiet", "--link", "--worked", "--lost")
GROUNDS = ("#ffffff", "#111111", "#1e1e1e")


# How colours are measured: known answers ---------------------------------------------------


@pytest.mark.parametrize(
    ("colour", "known_lab"),
    [("#ffffff", (100, 0, 0)), ("#000000", (0, 0, 0)), ("#ff0000", (53.24, 80.09, 67.20)),
     ("#00ff00", (87.73, -86.18, 83.18)), ("#0000ff", (32.30, 79.19, -107.86))],
)  # fmt: skip
def test_lightness_and_chroma_are_those_of_the_tables_of_srgb(colour, known_lab):
    np.testing.assert_allclose(lab(colour), known_lab, atol=0.01)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == 21.0
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)  # W3C's example
    with pytest.raises(ValueError, match="#fff is no #rrggbb"):
        contrast("#fff", "#000000")


@pytest.mark.parametrize("eyes", ["protan", "deutan"])
def test_eyes_without_one_kind_of_cones_see_greys_as_they_are(eyes):
    """Rows of the matrices of Machado et al. sum to 1, and have two dimensions at severity 1."""
    np.testing.assert_allclose(EYES[eyes].sum(axis=1), 1.0, atol=2e-6)
    np.testing.assert_allclose(lab("#808080", eyes), lab("#808080"), atol=0.01)
    # One kind of cones less: the plane of colours is nearly flat.
    assert abs(np.linalg.det(EYES[eyes])) < 0.002
    assert apart("#ff0000", "#00ff00", eyes) < 0.6 * apart("#ff0000", "#00ff00")


def test_red_is_dark_to_protan_eyes():
    """The first column of the matrix is what they see of it: 15 % of its light."""
    seen = EYES["protan"] @ linear("#ff0000")
    np.testing.assert_allclose(seen, [0.152286, 0.114503, -0.003882])
    assert lab("#ff0000", "protan")[0] < lab("#ff0000")[0] - 10 < lab("#ff0000", "deutan")[0]


def test_linear_light_is_that_of_the_standard():
    # IEC 61966-2-1: the straight part below 0.04045, the power above it.
    np.testing.assert_allclose(linear("#0a80ff"), [10 / 255 / 12.92, 0.2158605, 1.0], atol=1e-6)


# The roles ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PALETTES)
def test_lines_stand_out_from_the_paper_and_text_from_paper_and_shade(name):
    palette = PALETTES[name]
    for colour in LINES:
        assert contrast(palette[colour], palette["--paper"]) >= 3.0, colour
    for colour in TEXTS:
        for ground in ("--paper", "--shade"):
            assert contrast(palette[colour], palette[ground]) >= 4.5, (colour, ground)


@pytest.mark.parametrize("name", PALETTES)
def test_a_name_in_place_of_a_line_can_be_read(name):
    palette = PALETTES[name]
    for colour in set(LINES) - {"--rule", *DURATIONS, *style.EQUITY_SHADES} | {"--equity"}:
        assert contrast(palette[style.as_text(colour)], palette["--paper"]) >= 4.49, colour
    assert set(AS_TEXT) <= set(LINES)


@pytest.mark.parametrize("name", PALETTES)
def test_numbers_in_a_map_can_be_read_on_every_colour_of_its_scale(name):
    palette = PALETTES[name]
    for end in ("--scale-low", "--scale-mid", "--scale-high"):
        assert contrast(palette["--ink"], palette[end]) >= 4.5, end


def test_the_closest_roles_are_as_far_apart_as_the_module_says():
    told = re.search(r"closest two roles are ([\d.]+) apart", " ".join(style.__doc__.split()))
    measured = {
        (name, eyes): closest([palette[role] for role in ROLES], eyes)
        for name, palette in PALETTES.items()
        for eyes in EYES
    }
    assert min(measured.values()) == pytest.approx(float(told[1]), abs=0.05)
    assert min(measured.values()) >= 20


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("name", PALETTES)
def test_roles_and_outcomes_are_twenty_apart_to_every_eye(name, eyes):
    palette = PALETTES[name]
    assert closest([palette[role] for role in (*ROLES, "--other")], eyes) >= 20
    assert closest([palette[outcome] for outcome in OUTCOMES], eyes) >= 20


@pytest.mark.parametrize("eyes", EYES)
def test_colours_for_any_ground_are_twenty_apart_as_well(eyes):
    assert closest([EITHER[name] for name in ("--equity", "--treasuries", "--bills")], eyes) >= 20
    assert closest([EITHER[outcome] for outcome in OUTCOMES], eyes) >= 20


@pytest.mark.parametrize("ground", GROUNDS)
def test_colours_for_any_ground_stand_out_on_each(ground):
    for name, colour in EITHER.items():
        if colour.startswith("#"):
            assert contrast(colour, ground) >= 3.4, name
    assert {value for value in EITHER.values() if not value.startswith(("#", "rgba("))} == {
        "currentColor"
    }


@pytest.mark.parametrize("name", PALETTES)
def test_the_longer_a_fund_the_darker(name):
    palette = PALETTES[name]
    lightness = [lab(palette[shade])[0] for shade in DURATIONS]
    assert all(after < before - 4 for before, after in itertools.pairwise(lightness))


def test_both_schemes_name_the_same_roles_and_only_roles_that_exist_are_lines():
    assert LIGHT.keys() == DARK.keys()
    assert set(EITHER) <= set(LIGHT)
    assert set(LINES) <= set(LIGHT)
    every = {*LIGHT.values(), *DARK.values()}
    assert all(re.fullmatch(r"#[0-9a-f]{6}|rgba\([\d,.]+\)", value) for value in every)


# Who has which -----------------------------------------------------------------------------


def test_every_known_fund_of_treasuries_has_one_shade():
    in_shades = [fund for funds in BY_DURATION for fund in funds]
    assert len(in_shades) == len(set(in_shades))
    assert set(in_shades) == set(TREASURY_FUNDS)
    assert len(BY_DURATION) == len(DURATIONS)


def test_a_stack_has_equity_below_then_treasuries_by_duration_and_cash_on_top():
    shown = holding_colours(
        ["CASH", "TLT", "bil", "GLD", "IEF", "SPY", "QQQ"],
        ["SPY", "QQQ"],
        ["TLT", "GLD", "IEF", "bil"],
    )
    assert list(shown.items()) == [
        ("SPY", "--equity"), ("QQQ", "--equity-2"), ("bil", "--duration-1"),
        ("IEF", "--duration-4"), ("TLT", "--duration-6"), ("GLD", "--other"), ("CASH", "--bills"),
    ]  # fmt: skip


def test_what_is_not_held_has_no_place_and_five_stocks_share_four_shades():
    stocks = ["A", "B", "C", "D", "E"]
    shown = holding_colours([*stocks, "CASH"], stocks, ["IEF"])
    assert "IEF" not in shown
    assert [shown[name] for name in stocks] == [*style.EQUITY_SHADES, style.EQUITY_SHADES[0]]


def test_variables_give_every_colour_and_size_in_each_medium():
    text = style.variables()
    light, dark, printed = re.findall(r":root \{ (.*?) \}", text)
    assert [part.split(" ")[0] for part in dark.split("; ")] == [f"{name}:" for name in DARK]
    assert "--paper: #ffffff;" in light
    assert "--paper: #12161b;" in dark
    assert text.index("prefers-color-scheme: dark") < text.index("@media print")
    assert text.count("@media screen and (prefers-color-scheme: dark)") == 1  # paper is light
    assert all(size[1].endswith("pt") for size in style.SIZES.values())
    assert set(re.findall(r"(--\w+): [\d.]+pt", printed)) == set(style.SIZES)
