"""``python -m backtests.app``: the lab, a page on this machine to change a run by hand.

This file is both the command, which starts the server, and the script that the server runs for
each visitor at every change.
"""

from __future__ import annotations

import socket
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Any

import click

from backtests.cli import strategy_file_option
from data.command import CONTEXT, run_command
from data.errors import UsageError
from data.terminal import write_out

LOOPBACK = "127.0.0.1"
# How long a thread may keep the interpreter while another waits: a session that only moves a slider
# gives it up hundreds of times, and would wait Python's 5 ms each time for one that works for long.
SECONDS_A_TURN = 0.0005
# These override the user's own settings: nothing is sent anywhere, no file is watched.
OPTIONS: dict[str, Any] = {
    "server.address": LOOPBACK,
    "server.allowedHosts": ["127.0.0.1", "localhost"],
    "server.corsAllowedOrigins": [],
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.headless": True,
    "server.baseUrlPath": "",
    "server.maxUploadSize": 1,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "global.developmentMode": False,
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,  # the next move of a slider would wait for it
    "logger.level": "error",
    "logger.hideWelcomeMessage": True,
}


@click.command(context_settings=CONTEXT)
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True,
              help="Port to listen on, for this machine only; 0 takes a free port.")  # fmt: skip
@click.option("--pages-port", type=click.IntRange(0, 65535), default=None,
              help="Port of the saved pages, for this machine only; 0 takes a free port.  "
              "[default: the next after --port, or a free one]")  # fmt: skip
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option("--out", default="results", show_default=True, type=click.Path(),
              help="Folder for saved runs.")  # fmt: skip
@strategy_file_option(multiple=True)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(
    port: int,
    pages_port: int | None,
    no_browser: bool,
    out: str,
    strategy_file: tuple[str, ...],
    debug: bool,
) -> None:
    """Open the lab: set a strategy, weights and dates by sliders and see the result at once."""
    from backtests.report.folder import require_writable

    try:
        import streamlit  # noqa: F401
    except ModuleNotFoundError:
        raise UsageError(
            "the lab needs streamlit, which is not installed; "
            "run: uv pip install -c constraints.txt -e '.[app]'"
        ) from None
    from backtests.lab.loopback import listen
    from strategies.registry import use_file

    for file in strategy_file:
        use_file(file)
    require_writable(Path(out))
    listening = listen(port)
    pages, instead = listen_beside(port, pages_port)
    address = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
    write_out(f"the lab is open on {address} (Ctrl-C ends it)")
    write_out(f"saved pages are on http://{LOOPBACK}:{pages.getsockname()[1]}{instead}")
    if not no_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    serve(listening, pages, out, debug=debug)


def listen_beside(port: int, pages_port: int | None) -> tuple[socket.socket, str]:
    """Listen on the port of the saved pages, and say so if it is not the usual one.

    The usual one is the next after the lab's, the same at each start: a bookmark of a saved page
    lasts.

    Raises
    ------
    UsageError
        If the user named a port that cannot be used.
    """
    from backtests.lab.loopback import listen

    if pages_port is not None:
        return listen(pages_port, "--pages-port"), ""
    if port in (0, 65535):
        return listen(0), ""
    try:
        return listen(port + 1), ""
    except UsageError:
        return listen(0), f", since port {port + 1} is in use"


def serve(listening: socket.socket, pages: socket.socket, out: str, *, debug: bool = False) -> None:
    """Serve the lab on one port and the saved pages on another, until the user ends it."""
    import logging

    import uvicorn
    from starlette.middleware import Middleware
    from streamlit.starlette import App
    from streamlit.web.bootstrap import load_config_options

    from backtests.lab.loopback import ByPort, LoopbackOnly
    from backtests.lab.saved_pages import announced, pages_app
    from backtests.report.lab import theme

    sys.setswitchinterval(SECONDS_A_TURN)
    port, pages_port = listening.getsockname()[1], pages.getsockname()[1]
    load_config_options({**OPTIONS, **theme(), "server.port": port})
    if not debug:
        logging.getLogger("streamlit").setLevel(logging.CRITICAL)
    sys.argv = [__file__, out]  # what the script reads
    app = App(Path(__file__).resolve(), middleware=[Middleware(LoopbackOnly, port=port)])
    config = uvicorn.Config(
        ByPort({port: app, pages_port: pages_app(Path(out), pages_port)}),
        log_level="critical",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
    )
    try:
        with announced(Path(out), pages_port):
            uvicorn.Server(config).run(sockets=[listening, pages])
    except KeyboardInterrupt:
        write_out("the lab is closed")


if __name__ == "__main__":
    running = sys.modules.get("streamlit.runtime")
    if running is not None and running.exists():
        from backtests.lab.page import page

        page(Path(sys.argv[1]))
    else:
        run_command(main, is_server=True)
