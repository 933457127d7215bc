"""Addresses of the pages of saved runs."""

from __future__ import annotations

from pathlib import Path


def link(folder: Path, page: str = "") -> str:
    """Web address of a page of a results folder; empty where nothing is served."""
    return ""
