"""A visitor of the lab without a browser: Streamlit's own messages over its websocket."""

from __future__ import annotations

import time
from urllib.parse import urlencode, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websocket import create_connection

CONTROLS = ("slider", "button", "number_input", "selectbox", "text_input")


class Visitor:
    """One session: it opens a link, moves controls, and knows when the page has answered."""

    def __init__(self, address):
        where = urlsplit(address).netloc
        self.socket = create_connection(
            f"ws://{where}/_stcore/stream", timeout=300, origin=address, subprotocols=["streamlit"]
        )
        self.ids, self.texts, self.query, self.values = {}, [], "", {}

    def ask(self, query="", **pressed):
        """Ask for the page with its controls as they are; ``pressed`` are controls by key."""
        self.send(query, **pressed)
        return self.answered()

    def send(self, query="", **pressed):
        message = BackMsg()
        state = message.rerun_script
        self.query = query or self.query
        state.query_string = self.query
        for key, value in pressed.items():
            if value is not True:
                self.values[key] = value
        for key, value in {**self.values, **pressed}.items():
            widget = state.widget_states.widgets.add(id=self.ids[key])
            if value is True:
                widget.trigger_value = True
            else:
                widget.double_array_value.data.append(value)
        self.socket.send_binary(message.SerializeToString())

    def answered(self):
        """Wait until the script has ended: seconds, and the texts of the page."""
        began = time.perf_counter()
        self.texts = []
        while True:
            message = ForwardMsg()
            message.ParseFromString(self.socket.recv())
            kind = message.WhichOneof("type")
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self.note(message.delta.new_element)
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "script_finished":
                return time.perf_counter() - began, "\n".join(self.texts)

    def note(self, element):
        kind = element.WhichOneof("type")
        if kind in CONTROLS:
            control = getattr(element, kind)
            self.ids[control.id.rpartition("-")[2]] = control.id
        elif kind == "html":
            self.texts.append(element.html.body)

    def close(self):
        self.socket.close()


def link(**fields):
    return urlencode({key.replace("__", "."): value for key, value in fields.items()})
