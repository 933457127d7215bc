"""Requests to servers: address, limits on bytes and redirects, error messages."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from data.command import words_of
from data.errors import DataError, UnreachableError, UsageError
from data.sources import fred, yahoo
from data.sources.transport import GarbledError, ask, bounded, named_server


@pytest.mark.parametrize("url", ["foo", "http://127.0.0.1:99999", "http://[", "ftp://x"])
def test_a_bad_address_is_one_line(monkeypatch, url):
    monkeypatch.setenv("HEDGE_YAHOO_URL", url)
    with pytest.raises(UsageError, match="HEDGE_YAHOO_URL takes an address as https://host"):
        yahoo.require_reachable()
    monkeypatch.setenv("HEDGE_FRED_URL", url)
    with pytest.raises(UsageError, match="HEDGE_FRED_URL takes an address as https://host"):
        fred.fetch("DGS10")


class Session:
    """Gives prepared answers, and records the requests."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict]] = []

    def request(self, method: str, url: str, **options: object) -> object:
        assert method == "GET"
        self.asked.append((url, options))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(redirect_url=answer)


def get(session: Session, **options: object) -> object:
    return ask(
        session, "https://host/a", name="SPY", server="Yahoo", seconds=5.0, **options
    )  # fmt: skip


def test_an_answer_is_asked_for_within_the_time_and_redirects_are_ours_to_follow():
    session = Session("")
    get(session, params={"id": "DGS10"}, timeout=99.0, allow_redirects=True)
    ((url, options),) = session.asked
    assert url == "https://host/a"
    assert 0 < options.pop("timeout") <= 5.0
    assert options == {"params": {"id": "DGS10"}, "allow_redirects": False}


def test_a_redirect_on_the_same_server_is_followed_without_the_words_of_the_first():
    session = Session("https://host/b?id=1", "")
    get(session, params={"id": "DGS10"})
    assert [url for url, _ in session.asked] == ["https://host/a", "https://host/b?id=1"]
    assert "params" not in session.asked[1][1]


@pytest.mark.parametrize(
    "target", ["https://other/a", "http://host/a", "https://host:444/a", "file:///etc", "http://["]
)
def test_a_redirect_elsewhere_is_not_followed(target):
    session = Session(target)
    with pytest.raises(UnreachableError, match="which is not asked; check whether this network"):
        get(session)
    assert len(session.asked) == 1


def test_redirects_have_an_end():
    session = Session(*["https://host/a"] * 9)
    with pytest.raises(UnreachableError, match="SPY: Yahoo redirects more than 3 times"):
        get(session)
    assert len(session.asked) == 4


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (28, UnreachableError, "Yahoo did not answer in time"),
        (18, UnreachableError, "Yahoo broke off in the middle of its answer"),
        (61, GarbledError, "Yahoo's answer is damaged and cannot be unpacked"),
        (63, DataError, "Yahoo's answer is larger than 8 MiB; nothing of it is used"),
        (7, UnreachableError, "Yahoo cannot be reached (OSError)"),
    ],
)
def test_each_number_of_libcurl_is_a_sentence(code, kind, words):
    failure = OSError("libcurl's own words")
    failure.code = code
    with pytest.raises(kind, match=f"^SPY: {re.escape(words)}") as caught:
        get(Session(failure))
    assert type(caught.value) is kind


def test_sessions_are_bounded_to_eight_mebibytes():
    from curl_cffi import CurlOpt

    given = bounded(dict)
    assert given == {
        "impersonate": "chrome",
        "curl_options": {CurlOpt.MAXFILESIZE_LARGE: 8_388_608},
    }


def test_a_servers_words_are_short_printable_and_on_one_line():
    assert words_of(" No\ndata \x1b[2J") == "No data \\x1b[2J"
    assert words_of("a" * 200) == "a" * 200
    assert words_of("a" * 201) == "a" * 197 + "..."
    assert words_of({"code": 1}) == "{'code': 1}"


def test_a_server_is_named_without_its_last_slash(monkeypatch):
    monkeypatch.delenv("HEDGE_YAHOO_URL")
    assert named_server("HEDGE_YAHOO_URL", "https://default") == "https://default"
    monkeypatch.setenv("HEDGE_YAHOO_URL", "http://127.0.0.1:80/")
    assert named_server("HEDGE_YAHOO_URL", "https://default") == "http://127.0.0.1:80"
