"""The server of the lab in its own process, for tests and for the README's picture."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

from tests.conftest import ROOT


class Lab(subprocess.Popen):
    """The process of a lab; ``pages`` is the address of its saved pages."""

    pages = ""


@contextlib.contextmanager
def lab_server(out, *words):
    """Start the lab as a user does, and stop it with Ctrl-C; its address and its process."""
    process = Lab(
        [sys.executable, "-m", "backtests.app", "--no-browser", "--port", "0", "--out", str(out),
         *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        lines = process.stdout.readline() + process.stdout.readline()
        opened = re.fullmatch(
            r"the lab is open on (http://127\.0\.0\.1:\d+) \(Ctrl-C ends it\)\n"
            r"saved pages are on (http://127\.0\.0\.1:\d+)(, since port \d+ is in use)?\n",
            lines,
        )
        if opened is None:
            raise RuntimeError(lines + process.stderr.read())
        process.pages = opened[2]
        port = urlsplit(opened[1]).port
        for _ in range(300):
            with contextlib.suppress(OSError, http.client.HTTPException):
                if ask(port, "/_stcore/health")[0] == 200:
                    break
            time.sleep(0.1)
        yield opened[1], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()
        process.stderr.close()


def ask(port, path="/", *, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_host=True)
    given = {"Host": f"127.0.0.1:{port}", **{k.replace("_", "-"): v for k, v in headers.items()}}
    for key, value in given.items():
        if value is not None:
            connection.putheader(key, value)
    connection.endheaders()
    answer = connection.getresponse()
    answered = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return answered


SETTLED = """
const app = document.querySelector("[data-testid=stApp]");
return app && app.dataset.testScriptState === "notRunning" &&
  !document.querySelector("[data-stale=true], [data-testid=stSkeleton]");
"""


def settled(driver, count=4):
    """Wait until the page has answered: its script has ended, and its numbers are there.

    So are its controls: Streamlit fetches the code of a kind when it first draws one, and shows
    a skeleton meanwhile.
    """
    from selenium.webdriver.support.ui import WebDriverWait

    def ready(browser):
        return browser.execute_script(SETTLED) and len(metric_values(browser)) >= count

    WebDriverWait(driver, 120, poll_frequency=0.1).until(ready)


def metric_values(driver) -> list[str]:
    """The numbers of the answer."""
    script = "return [...document.querySelectorAll('.lab .numbers b')].map(e => e.innerText)"
    # As a command writes them, without the signs of a page.
    return [
        text.strip().replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")
        for text in driver.execute_script(script)
    ]
