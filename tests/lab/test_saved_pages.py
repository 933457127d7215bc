"""Saved pages on a port of their own: a real server that may be read, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import socket
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtests.lab import saved_pages
from backtests.lab.loopback import ByPort, listen
from backtests.lab.saved_pages import SavedPages, announced, link, pages_app
from tests.lab_server import ask

uvicorn = pytest.importorskip("uvicorn")

SECRET = b"SECRET"
SCRIPT = "plotly-0123456789abcdef.min.js"
RUN, COMPARED, SEARCH = "hedge_mix-0123456789", "compare-0123456789", "tune-0123456789"
STRESSED, TRIED = "stress-hedge_mix-0123456789", "claims-0123456789"
PLAIN = "text/plain; charset=utf-8"
# Every file that is served, its bytes and what it is said to be.
SERVED = {
    "/": (b"<p>all results", "text/html; charset=utf-8"),
    "/index.html": (b"<p>all results", "text/html; charset=utf-8"),
    f"/{RUN}/verdict.html": (b"<p>verdict", "text/html; charset=utf-8"),
    f"/{RUN}/tearsheet.html": (b"<p>tear sheet", "text/html; charset=utf-8"),
    f"/{RUN}/equity.csv": (b"date,portfolio\n", "text/csv; charset=utf-8"),
    f"/{RUN}/summary.json": (b"{}", "application/json"),
    f"/{RUN}/run.toml": (b'strategy = "hedge_mix"\n', PLAIN),
    f"/{RUN}/strategy.py": (b"<script>alert(1)</script>\n", PLAIN),
    f"/{COMPARED}/index.html": (b"<p>compared", "text/html; charset=utf-8"),
    f"/{SEARCH}/index.html": (b"<p>searched", "text/html; charset=utf-8"),
    f"/{SEARCH}/candidates.parquet": (b"PAR1\x00\xff", "application/octet-stream"),
    f"/{STRESSED}/stress.html": (b"<p>stressed", "text/html; charset=utf-8"),
    f"/{TRIED}/claims.html": (b"<p>tried", "text/html; charset=utf-8"),
    f"/assets/{SCRIPT}": (b"window.Plotly = {};", "text/javascript; charset=utf-8"),
}


def folder_of(out: Path, name: str, kind: str, files: dict[str, bytes], also=()) -> Path:
    """Write a results folder: its files, and a manifest that names them and others."""
    folder = out / name
    folder.mkdir()
    for file, content in files.items():
        (folder / file).write_bytes(content)
    hashes = {file: hashlib.sha256(content).hexdigest() for file, content in files.items()}
    hashes |= dict.fromkeys(also, "0")
    manifest = {"kind": kind, "created": "", "format": 7, "files": hashes, "title": ""}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    """Results of every kind, and around them what must stay where it is."""
    above = tmp_path_factory.mktemp("saved")
    (above / "secret.html").write_bytes(SECRET)
    results = above / "results"
    (results / "assets").mkdir(parents=True)
    (results / "assets" / SCRIPT).write_bytes(SERVED[f"/assets/{SCRIPT}"][0])
    (results / "assets" / "other.js").write_bytes(SECRET)
    (results / "index.html").write_bytes(SERVED["/"][0])
    (results / "trials.parquet").write_bytes(SECRET)
    (results / ".lock").write_bytes(SECRET)
    for name, kind in ((RUN, "run"), (COMPARED, "comparison"), (SEARCH, "tuning"),
                       (STRESSED, "stress"), (TRIED, "claims")):  # fmt: skip
        served = {
            path.rpartition("/")[2]: content
            for path, (content, _) in SERVED.items()
            if path.startswith(f"/{name}/")
        }
        folder_of(results, name, kind, served)
    (results / RUN / "unlisted.html").write_bytes(SECRET)
    folder_of(results, ".writing-x", "run", {"verdict.html": SECRET})
    folder_of(results, f"{RUN}.replaced-1", "run", {"verdict.html": SECRET})
    folder_of(results, "other_kind", "letter", {"verdict.html": SECRET})
    folder_of(results, "other_types", "run", {"a.svg": SECRET, "a.js": SECRET, "A.HTML": SECRET})
    folder_of(results, "above", "run", {}, also=("../secret.html", "../../secret.html"))
    (results / "no_manifest").mkdir()
    (results / "no_manifest" / "verdict.html").write_bytes(SECRET)
    return results


@pytest.fixture(scope="module")
def port(out):
    """The port of a server of these results, in a thread."""
    with listen(0) as listening:
        number = listening.getsockname()[1]
        config = uvicorn.Config(pages_app(out, number), log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield number
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def raw(port: int, line: bytes, *, host: bytes = b"127.0.0.1") -> tuple[int, bytes]:
    """Send a request line as it is; status, and all that came back."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as opened:
        head = b"%b HTTP/1.1\r\nHost: %b:%d\r\nConnection: close\r\n\r\n"
        opened.sendall(head % (line, host, port))
        answer = b""
        while part := opened.recv(1 << 16):
            answer += part
    return int(answer.split(b" ", 2)[1]), answer


@pytest.mark.parametrize("path", SERVED)
def test_a_named_file_is_served_as_what_it_is(port, path):
    content, kind = SERVED[path]
    status, headers, body = ask(port, path)
    assert (status, body) == (200, content)
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["content-type"] == kind
    assert headers["content-length"] == str(len(content))
    assert headers.get("content-disposition", "inline") == (
        "attachment" if path.endswith(".parquet") else "inline"
    )
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers
    assert "set-cookie" not in headers
    rules = dict(
        rule.strip().partition(" ")[::2] for rule in headers["content-security-policy"].split(";")
    )
    assert rules["default-src"] == rules["connect-src"] == rules["form-action"] == "'none'"
    assert rules["script-src"] == "'self' 'unsafe-inline'"
    assert rules["frame-src"] == rules["frame-ancestors"] == "'self'"


def test_a_manifest_names_itself(port, out):
    status, _, body = ask(port, f"/{RUN}/manifest.json")
    assert (status, body) == (200, (out / RUN / "manifest.json").read_bytes())


def test_the_policy_is_no_wider_than_that_of_the_pages():
    from backtests.report.page import environment

    header = {rule.split()[0]: set(rule.split()[1:]) for rule in saved_pages.POLICY.split(";")}
    for name in ("page.html", "comparison.html"):
        source = environment().loader.get_source(environment(), name)[0]
        page = source.partition("{% block policy %}")[2].partition("{%")[0]
        own = {rule.split()[0]: set(rule.split()[1:]) for rule in page.split(";")}
        # From disk a page's frames are files; through the header they are this server's.
        own["frame-src"] = own.get("frame-src", {"'self'"}) - {"file:"}
        assert {rule: header[rule] for rule in own} == own


@pytest.mark.parametrize("path", [*SERVED, "/none.html"])
def test_head_is_the_same_without_a_body(port, path):
    full, head = ask(port, path), ask(port, path, method="HEAD")
    dated = {"date"}
    assert head[0] == full[0]
    assert head[2] == b""
    assert {k: v for k, v in head[1].items() if k not in dated} == {
        k: v for k, v in full[1].items() if k not in dated
    }


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "get"]
)
def test_it_may_only_be_read(port, method):
    for path in ("/", f"/{RUN}/verdict.html", "/none.html"):
        status, headers, body = ask(port, path, method=method)
        assert (status, headers["allow"]) == (405, "GET, HEAD")
        assert b"verdict" not in body


UNSERVED = [
    "/secret.html", "/..", "/../secret.html", f"/{RUN}/../../secret.html", "/%2e%2e/secret.html",
    "/.%2e/secret.html", f"/{RUN}/%2e%2e/%2e%2e/secret.html", f"/{RUN}/..%2f..%2fsecret.html",
    f"/{RUN}/..%5c..%5csecret.html", f"/{RUN}/..\\..\\secret.html", f"/{RUN}\\verdict.html",
    f"/{RUN}%2fverdict.html", f"/{RUN}%252fverdict.html", f"/{RUN}/%252e%252e/secret.html",
    f"/{RUN}/verdict%2ehtml%00", f"/{RUN}/%00verdict.html", f"/{RUN}/verdict.html%00.csv",
    f"/{RUN}/verdict.html/", f"/{RUN}//verdict.html", f"//{RUN}/verdict.html", f"/{RUN}/",
    f"/{RUN}", f"/{RUN}/./verdict.html", f"/./{RUN}/verdict.html", f"/{RUN}/verdict.html.",
    f"/{RUN}/verdict.html%20", f"/{RUN}/VERDICT.html", f"/{RUN}/verdict.html::$DATA",
    "/C:/secret.html", "/C%3a%5csecret.html", "//etc/passwd", "/etc/passwd", "/%2fetc%2fpasswd",
    "/file:///etc/passwd", "/~/secret.html", f"/{RUN}/unlisted.html", "/no_manifest/verdict.html",
    "/other_kind/verdict.html", "/other_types/a.svg", "/other_types/a.js", "/other_types/A.HTML",
    "/.writing-x/verdict.html", f"/{RUN}.replaced-1/verdict.html", "/.lock", "/trials.parquet",
    "/above/../secret.html", "/above/..%2fsecret.html", "/above/..%2f..%2fsecret.html", "/assets/",
    "/assets", "/assets/other.js", "/assets/plotly-0123456789abcdef.min.js.map",
    "/assets/plotly-0123456789ABCDEF.min.js", "/assets/plotly-012345678.min.js",
    f"/assets/../assets/{SCRIPT}", f"/assets/x/{SCRIPT}", "/assets/manifest.json",
    "/manifest.json", f"/{SCRIPT}", "/_stcore/health", "/_stcore/stream", "/app/static/x.html",
    "/%ff%fe/verdict.html", "/%", "/%zz/verdict.html", "/" + "a" * 5000 + "/verdict.html",
    f"/{'a' * 300}/{'b' * 300}.html",
]  # fmt: skip


@pytest.mark.parametrize("path", UNSERVED, ids=lambda path: path[:60])
def test_nothing_else_is_served(port, path):
    status, answer = raw(port, b"GET " + path.encode())
    assert status == 404
    assert SECRET not in answer
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "target",
    [b"http://127.0.0.1/index.html", b"*", b"index.html", b"file:///etc/passwd", b"?", b"#"],
)
def test_a_target_that_is_no_path_is_not_followed(port, target):
    status, answer = raw(port, b"GET " + target)
    assert status in (400, 404)
    assert b"all results" not in answer


def test_what_follows_a_question_mark_chooses_nothing(port):
    assert ask(port, "/index.html?../secret.html")[2] == b"<p>all results"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.test"}, {"Host": "evil.test:{port}"}, {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"}, {"Host": None}, {"Origin": "http://evil.test"}, {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8501"}, {"Origin": "https://127.0.0.1:{port}"},
        *({"Sec_Fetch_Site": site, "Sec_Fetch_Mode": mode, "Sec_Fetch_Dest": dest}
          for site in ("cross-site", "same-site")
          for mode, dest in (("no-cors", "image"), ("no-cors", "script"), ("cors", "empty"),
                             ("navigate", "iframe"), ("navigate", "embed"), ("navigate", "object"),
                             ("websocket", "websocket"))),
    ],
    ids=str,
)  # fmt: skip
def test_another_site_and_another_port_are_refused(port, headers):
    given = {name: value and value.format(port=port) for name, value in headers.items()}
    for path in ("/", f"/{RUN}/verdict.html", f"/assets/{SCRIPT}"):
        status, _, body = ask(port, path, **given)
        assert status in (400, 403), path  # 400: no Host at all
        assert body not in [content for content, _ in SERVED.values()]


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"Host": "localhost:{port}"}, {"Origin": "http://127.0.0.1:{port}"},
        {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
        # The lab's page is another origin of the same site: a click there opens this one.
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
        # A comparison shows its runs in frames.
        {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
        {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"},
    ],
    ids=str,
)  # fmt: skip
def test_its_own_pages_and_a_click_from_the_lab_are_answered(port, headers):
    given = {name: value.format(port=port) for name, value in headers.items()}
    assert ask(port, f"/{RUN}/verdict.html", **given)[0] == 200


def test_a_websocket_finds_nobody(port):
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
             "Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA=="}  # fmt: skip
    for origin in (f"http://127.0.0.1:{port}", "http://evil.test"):
        assert ask(port, "/_stcore/stream", **asked, Origin=origin)[0] == 403


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes and links here")
def test_links_and_what_is_no_file_stay_out_of_it(port, out):
    above = out.parent
    away = folder_of(above, "away", "run", {"verdict.html": SECRET})
    (out / "linked").symlink_to(away, target_is_directory=True)
    files = ("link.html", "loop.html", "gone.html", "pipe.html", "folder.html")
    odd = folder_of(out, "odd", "run", {}, also=files)
    (odd / "link.html").symlink_to(above / "secret.html")
    (odd / "loop.html").symlink_to(odd / "loop.html")
    os.mkfifo(odd / "pipe.html")
    (odd / "folder.html").mkdir()
    only_link = out / "only_link"
    only_link.mkdir()
    (only_link / "verdict.html").write_bytes(SECRET)
    (only_link / "manifest.json").symlink_to(away / "manifest.json")
    for path in ("linked/verdict.html", *(f"odd/{name}" for name in files),
                 "only_link/verdict.html", "only_link/manifest.json"):  # fmt: skip
        status, _, body = ask(port, f"/{path}")
        assert status == 404, path
        assert SECRET not in body
    assert ask(port, "/odd/manifest.json")[0] == 200


def test_a_file_beyond_what_its_kind_may_have_is_not_read(port, out):
    large = folder_of(out, "large", "run", {"run.toml": b"#" * (1 << 20)})
    assert ask(port, "/large/run.toml")[0] == 200
    (large / "run.toml").write_bytes(b"#" * ((1 << 20) + 1))
    assert ask(port, "/large/run.toml")[0] == 404


@pytest.mark.parametrize(
    "manifest",
    ["", "{", "[]", "null", '{"files": 7}', '{"files": ["verdict.html"]}', "[" * 100_000,
     '{"kind": 7, "files": {"verdict.html": "0"}}', '{"files": {"verdict.html": 7}}',
     '{"kind": "run", "title": "\\ud800", "files": {"verdict.html": "0"}}', "\udcff"],
    ids=lambda text: repr(text[:40]),
)  # fmt: skip
def test_a_damaged_manifest_names_nothing(port, out, manifest):
    damaged = out / "damaged"
    damaged.mkdir(exist_ok=True)
    (damaged / "verdict.html").write_bytes(SECRET)
    (damaged / "manifest.json").write_bytes(manifest.encode("utf-8", "surrogateescape"))
    for name in ("verdict.html", "manifest.json"):
        status, _, body = ask(port, f"/damaged/{name}")
        assert status == 404
        assert SECRET not in body


def test_a_folder_of_an_older_version_can_be_read(port, out):
    older = out / "older"
    older.mkdir()
    (older / "verdict.html").write_bytes(b"<p>older")
    (older / "manifest.json").write_text('{"files": {"verdict.html": "0"}}')
    assert ask(port, "/older/verdict.html")[2] == b"<p>older"


def test_what_is_there_is_served_though_it_was_changed(port, out):
    """As from disk. Who can change the file can change its hash in the manifest."""
    changed = folder_of(out, "changed", "run", {"verdict.html": b"<p>as written"})
    (changed / "verdict.html").write_bytes(b"<p>changed")
    assert ask(port, "/changed/verdict.html")[2] == b"<p>changed"


def test_a_large_file_arrives_whole(port, out):
    content = os.urandom(3 * saved_pages.CHUNK + 17)
    folder_of(out, "long", "tuning", {"candidates.parquet": content})
    assert ask(port, "/long/candidates.parquet")[2] == content


def test_a_slow_disk_keeps_nobody_else_waiting(port, monkeypatch):
    asked, released = threading.Event(), threading.Event()

    @contextlib.contextmanager
    def slow(path, most, opened=saved_pages.open_regular):
        asked.set()
        assert released.wait(20)
        with opened(path, most) as stream:
            yield stream

    monkeypatch.setattr(saved_pages, "open_regular", slow)
    answers = []
    reader = threading.Thread(target=lambda: answers.append(ask(port, "/index.html")[0]))
    reader.start()
    assert asked.wait(20)
    assert ask(port, "/none.html")[0] == 404
    assert answers == []
    released.set()
    reader.join(20)
    assert answers == [200]


# Without a server -----------------------------------------------------------------------------


def answered(app: SavedPages, raw_path: bytes, method: str = "GET") -> tuple[int, bytes]:
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "raw_path": raw_path, "headers": []}
    asyncio.run(app(scope, None, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


PIECES = st.sampled_from([
    b"/", b"..", b".", b"%2e", b"%2E%2e", b"%2f", b"%5c", b"\\", b"%252f", b"%00", b"%", b"%ff",
    b":", b"C:", b"secret.html", b"index.html", b"manifest.json", b"verdict.html",
    b"unlisted.html", b"assets", b"other.js", b".writing-x", b"no_manifest", b"above", b".lock",
    b"results", b"etc", b"passwd", b"~", SCRIPT.encode(), RUN.encode(), SEARCH.encode(),
    f"{RUN}.replaced-1".encode(), b"candidates.parquet",
])  # fmt: skip


@settings(max_examples=400)
@given(
    st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=9),
    st.sampled_from(["GET", "HEAD"]),
)
def test_no_address_leads_out_of_it_or_breaks_it(out, pieces, method):
    raw_path = b"/" + b"".join(pieces)
    status, body = answered(SavedPages(out), raw_path, method)
    assert status in (200, 404)
    allowed = {content for content, _ in SERVED.values()}
    allowed |= {path.read_bytes() for path in out.glob("*/manifest.json")}
    assert status == 404 or body in (allowed if method == "GET" else {b""})
    assert SECRET not in body


def test_a_request_without_a_path_is_not_found(out):
    assert answered(SavedPages(out), b"")[0] == 404


def test_a_file_cut_short_while_it_is_sent_ends(out, monkeypatch):
    """Fewer bytes follow than were promised: the server then ends the connection."""

    def longer(number, status=os.fstat):
        parts = list(status(number))
        parts[6] += 10  # its size
        return os.stat_result(parts)

    monkeypatch.setattr(os, "fstat", longer)
    assert answered(SavedPages(out), b"/index.html") == (200, SERVED["/"][0])


def test_each_port_has_its_own_application():
    asked = []

    def app(name):
        async def remember(scope, receive, send):
            asked.append((name, scope["type"]))

        return remember

    async def send(message):
        asked.append(message.get("status", message.get("code")))

    both = ByPort({8501: app("lab"), 8502: app("pages")})
    for scope in ({"type": "lifespan"}, {"type": "http", "server": ("127.0.0.1", 8502)},
                  {"type": "websocket", "server": ("127.0.0.1", 8501)}):  # fmt: skip
        asyncio.run(both(scope, None, send))
    assert asked == [("lab", "lifespan"), ("pages", "http"), ("lab", "websocket")]
    del asked[:]
    # A header that names a port changes nothing, and a port of nobody is refused.
    scope = {
        "type": "http",
        "server": ("127.0.0.1", 8503),
        "headers": [(b"host", b"127.0.0.1:8501")],
    }
    asyncio.run(both(scope, None, send))
    assert asked[0] == 403


# Links ------------------------------------------------------------------------------------------


def test_a_link_leads_to_the_page(port, out):
    with announced(out, port):
        for page in ("verdict.html", "tearsheet.html", "manifest.json", "strategy.py"):
            address = link(out / RUN, page)
            assert address == f"http://127.0.0.1:{port}/{RUN}/{page}"
            assert ask(port, address.partition(str(port))[2])[0] == 200
        assert link(out / RUN) == link(out / RUN, "verdict.html")
        assert link(out / SEARCH) == f"http://127.0.0.1:{port}/{SEARCH}/index.html"
        assert link(out / STRESSED) == f"http://127.0.0.1:{port}/{STRESSED}/stress.html"
        assert link(out / TRIED) == f"http://127.0.0.1:{port}/{TRIED}/claims.html"


def test_a_link_to_a_folder_named_by_its_owner_leads_there(port, out):
    named = folder_of(out, "ä 60 % & more", "run", {"verdict.html": b"<p>mine"})
    with announced(out, port):
        address = link(named)
    assert address.isascii()
    assert ask(port, address.partition(str(port))[2])[2] == b"<p>mine"


def test_a_relative_folder_of_the_results_is_the_same(port, out, monkeypatch):
    monkeypatch.chdir(out.parent)
    with announced(Path("results"), port):
        assert link(Path("results") / RUN) == f"http://127.0.0.1:{port}/{RUN}/verdict.html"


def test_where_nothing_is_served_there_is_no_link(port, out):
    assert link(out / RUN) == ""
    with announced(out, port):
        elsewhere = [out, out.parent, out.parent / "secret.html", Path(".."), Path()]
        below = ("none", f"{RUN}/deeper", f"{RUN}/..", "index.html", "assets", ".writing-x")
        beside = (f"{RUN}.replaced-1", "no_manifest", "other_kind", "other_types")
        for folder in (*elsewhere, *(out / name for name in (*below, *beside))):
            assert link(folder) == "", folder
        for page in ("unlisted.html", "../secret.html", "/etc/passwd", "none.html", "..", "a\0b"):
            assert link(out / RUN, page) == "", page
    assert link(out / RUN) == ""
