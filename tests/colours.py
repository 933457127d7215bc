"""How far two colours are apart: contrast (WCAG 2.2), and difference (CIE 1976) as seen by eyes.

Colours are sRGB as ``#rrggbb``. Lightness and chroma are CIE 1976 L*a*b* under the white of sRGB,
D65. Eyes without one kind of cones are those of Machado, Oliveira and Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15 (2009), whose
matrices of severity 1 are given for linear RGB.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping

import numpy as np

# IEC 61966-2-1: linear sRGB to XYZ, and the white of D65.
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375],
     [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])
EYES: Mapping[str, np.ndarray] = {
    "usual": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868],
         [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968],
         [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
}  # fmt: skip


def linear(colour: str) -> np.ndarray:
    """Red, green and blue as amounts of light, 0 to 1."""
    signs = colour.removeprefix("#")
    if len(signs) != 6:
        raise ValueError(f"{colour} is no #rrggbb")
    values = np.array(list(bytes.fromhex(signs))) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """Relative luminance, 0 of black to 1 of white."""
    return float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour))


def contrast(first: str, second: str) -> float:
    """Contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, eyes: str = "usual") -> np.ndarray:
    """L*, a* and b* of a colour as such eyes see it."""
    seen = np.clip(EYES[eyes] @ linear(colour), 0.0, 1.0)
    relative = TO_XYZ @ seen / WHITE
    edge = 6 / 29
    x, y, z = np.where(relative > edge**3, np.cbrt(relative), relative / (3 * edge**2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(first: str, second: str, eyes: str = "usual") -> float:
    """Difference of two colours: the distance of their L*, a* and b*."""
    return math.dist(lab(first, eyes), lab(second, eyes))


def closest(colours: Iterable[str], eyes: str) -> float:
    """The difference of the two colours that are hardest to tell apart."""
    return min(apart(a, b, eyes) for a, b in itertools.combinations(colours, 2))
