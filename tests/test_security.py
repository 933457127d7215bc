"""No source file may run data as code; the few exceptions are listed with their reason."""

from __future__ import annotations

import ast
import re

import pytest

from tests.conftest import ROOT

PACKAGES = ("data", "strategies", "backtests", "docs", "tests")
MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml",
           "code", "codeop", "xmlrpc", "telnetlib"}  # fmt: skip
CALLS = {"eval", "exec", "compile", "__import__"}
# Attributes by which a text or a file becomes code, an object or a command.
ATTRIBUTES = {
    *("eval", "exec", "query", "read_pickle", "to_pickle", "read_hdf", "import_module"),
    *("resolve_name", "system", "popen", "getoutput", "getstatusoutput", "extractall"),
    *("execl", "execv", "execve", "execvp", "spawnl", "spawnv", "spawnvp", "fromstring_unsafe"),
}
FLAGS = {"shell": True, "allow_pickle": True, "verify": False, "autoescape": False}
# Uses that are allowed, and why no data that is read can reach them.
ALLOWED = {
    "strategies/registry.py: .resolve_name": "of a constant table's values, by a checked name",
    "backtests/compare.py: import_module": "a constant, loaded by a thread meanwhile",
    "backtests/__init__.py: import_module": "of a constant table's names",
    "strategies/files.py: compile": "a strategy that the user named, by option or by environment",
    "data/command.py: exec": "of nothing, so that Python forgets an interrupt",
    "strategies/files.py: exec": "the same: naming a file of strategies is running it",
    "tests/strategies/test_files.py: pickle": "its own bytes, to and from another process",
    "tests/strategies/test_function.py: pickle": "its own rules, to and from another process",
    "tests/face/test_side_effects.py: shell=": "constant words, to close the streams of a script",
    "tests/data/sources/test_frame.py: eval": "cures in messages, tried as they stand there",
    "tests/warm.py: .import_module": "of a constant table's names",
    "tests/soak/doors.py: .import_module": "of a constant table's names",
    "tests/soak/test_command_line.py: .import_module": "of a constant table's names",
    "tests/test_tuning.py: .resolve_name": "of its own parameters",
    "tests/engine/test_scores.py: pickle": "of its own bytes, as processes exchange them",
    "tests/engine/test_cluster.py: cloudpickle": "of its own functions, for its own workers",
}


def offences(text: str) -> list[str]:
    """List the forbidden uses in a source file."""
    uses = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            uses += [alias.name for alias in node.names if alias.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            module = (node.module or "").split(".")[0]
            names = {alias.name for alias in node.names}
            uses += [module] if module in MODULES else sorted(names & ATTRIBUTES)
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in CALLS:
                uses.append(node.func.id)
            if isinstance(node.func, ast.Attribute) and node.func.attr in ATTRIBUTES:
                uses.append(f".{node.func.attr}")
            for given in node.keywords:
                if given.arg in FLAGS:
                    safe = not FLAGS[given.arg]
                    constant = isinstance(given.value, ast.Constant) and given.value.value is safe
                    uses += [] if constant else [f"{given.arg}="]
            if isinstance(node.func, ast.Attribute) and node.func.attr == "Environment":
                escaped = any(given.arg == "autoescape" for given in node.keywords)
                uses += [] if escaped else ["Environment without autoescape"]
    return uses


def sources() -> list[str]:
    return [str(p.relative_to(ROOT)) for name in PACKAGES for p in (ROOT / name).rglob("*.py")]


def test_no_source_turns_what_it_reads_into_code():
    places = {
        f"{name}: {what}"
        for name in sources()
        for what in offences((ROOT / name).read_text("utf-8"))
    }
    assert places == ALLOWED.keys()


@pytest.mark.parametrize(
    "text",
    ["import pickle", "from pickle import loads", "eval('1')", "frame.eval('a')", "frame.query(q)",
     "subprocess.run(words, shell=True)", "subprocess.run(words, shell=asked)", "os.system(text)",
     "np.load(path, allow_pickle=True)", "pd.read_pickle(path)", "from os import system",
     "jinja2.Environment(loader=x)", "jinja2.Environment(autoescape=False)", "import yaml",
     "requests.get(url, verify=False)"],
)  # fmt: skip
def test_the_reader_of_sources_sees_each_of_them(text):
    assert offences(text)


@pytest.mark.parametrize(
    "text",
    ["re.compile(x)", "subprocess.run(words, shell=False)", "jinja2.Environment(autoescape=True)",
     "np.load(path, allow_pickle=False)", "json.loads(text)", "tomllib.loads(text)"],
)  # fmt: skip
def test_the_reader_of_sources_lets_the_rest_pass(text):
    assert offences(text) == []


# --- pages --------------------------------------------------------------------------------

TEMPLATES = sorted((ROOT / "backtests" / "report" / "templates").glob("*.html"))
# What may reach a page as it is: plotly's own script, and the drawings of matplotlib.
UNESCAPED = {"script.text", "chart.svg"}


def unescaped(text: str) -> set[str]:
    """Names that a template puts into the page unescaped, whatever filters come before."""
    expressions = re.findall(r"\{\{(.*?)\}\}", text, flags=re.DOTALL)
    return {
        expression.partition("|")[0].strip()
        for expression in expressions
        if re.search(r"\|\s*safe\b", expression)
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [("{{ a }}", set()), ("{{ a | safe }}", {"a"}), ("{{a|safe}}", {"a"}),
     ('{{ a.b | join(", ") | safe }}', {"a.b"}), ("{{ a\n | safe\n}}", {"a"}),
     ("{{ safe }}", set())],
)  # fmt: skip
def test_the_reader_of_templates_sees_what_is_not_escaped(text, names):
    assert unescaped(text) == names


def test_every_template_is_looked_at():
    from backtests.report.page import environment

    assert sorted(path.name for path in TEMPLATES) == environment().list_templates()
    assert len(TEMPLATES) >= 10


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_escapes_and_asks_nobody(path):
    text = path.read_text("utf-8")
    assert unescaped(text) <= UNESCAPED
    assert "autoescape" not in text
    for sink in ("innerHTML", "outerHTML", "document.write", "insertAdjacentHTML", "eval(",
                 "new Function", "javascript:", " onclick=", " onload=", " onerror="):  # fmt: skip
        assert sink not in text
    assert not re.search(r"(?:src|href|url\()\s*=?\s*[\"']?(?:https?:)?//", text)
    if "<html" in text:  # what extends it has it, and pieces for the lab stand in its page
        assert "Content-Security-Policy" in text
        assert "default-src 'none'" in text
    for policy in re.findall(r"\{% block policy %\}(.*?)\{% endblock %\}", text):
        rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"] == "'self' 'unsafe-inline'"
        assert rules.keys() <= {"default-src", "style-src", "script-src", "img-src", "frame-src"}


def test_the_only_addresses_in_the_sources_are_the_data_sources():
    # The last is the name of SVG, which nobody asks.
    allowed = {"query2.finance.yahoo.com", "fred.stlouisfed.org", "127.0.0.1", "www.w3.org"}
    addresses = set()
    for package in ("data", "strategies", "backtests"):
        for path in (ROOT / package).rglob("*"):
            if path.suffix in (".py", ".html"):
                addresses |= set(re.findall(r"https?://([\w.-]+\.\w+)", path.read_text("utf-8")))
    assert addresses == allowed
