"""A very small server with one form, to watch the portal's scripts without a database."""

import json
import mimetypes
import threading
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.template import engines

STATIC = Path(__file__).resolve().parents[2] / "static"
FIELDS = ("unit", "target")
PAGE = Path(__file__).with_suffix(".html").read_text()


class Desk:
    """What the server knows; a test changes `mood` to make it fail."""

    def __init__(self) -> None:
        self.version, self.mood = 3, ""
        self.stored = {"unit": "berkas", "target": "120"}
        self.posts: list[tuple[str, dict[str, Any]]] = []
        move = SimpleNamespace(name="return", tone="return", needs_note=True)
        blocked = SimpleNamespace(name="submit", tone="primary", needs_note=False)
        problem = SimpleNamespace(text="Target", anchor="#f-target")
        self.offers = [
            SimpleNamespace(move=move, label="Kembalikan", problems=[]),
            SimpleNamespace(move=blocked, label="Ajukan", problems=[problem]),
        ]

    def page(self) -> str:
        template = engines["django"].from_string(PAGE)
        return template.render(
            {"version": self.version, "offers": self.offers, "scores": "43210", **self.stored}
        )

    def save(self, posted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer one autosave as the contract of autosave.js says."""
        if self.mood == "broken":
            return 500, {}
        if posted["version"] != str(self.version):
            return 409, {
                "conflict_html": '<p tabindex="-1" data-focus>Dua orang mengubah isian yang sama</p>'
            }
        wrong = {"target": "Angka belum terbaca."} if posted["target"] == "1,250.5" else {}
        self.version += 1
        self.stored |= {name: posted[name] for name in FIELDS if name not in wrong}
        return 200, {"version": self.version, "saved_at": "14.08 WIB", "errors": wrong}


def serve(desk: Desk) -> ThreadingHTTPServer:
    """Start the server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the test tells what went wrong."""

        def answer(self, status: int, body: bytes, kind: str, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self.path.startswith("/static/"):
                file = STATIC / self.path.removeprefix("/static/")
                self.answer(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "")
            else:
                self.answer(200, desk.page().encode(), "text/html; charset=utf-8")

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            parts = (
                BytesParser(policy=HTTP).parsebytes(head + raw).iter_parts() if b"multipart" in head else []
            )
            posted = {str(part.get_param("name", header="content-disposition")): part for part in parts}
            fields = {name: bytes(part.get_payload(decode=True)).decode() for name, part in posted.items()}
            desk.posts.append((self.path, fields))
            if desk.mood == "signed out":
                self.answer(302, b"", "text/html", Location="/accounts/login/")
            elif self.headers.get("X-Requested-With") == "autosave":
                status, data = desk.save(fields)
                self.answer(status, json.dumps(data).encode(), "application/json")
            elif self.headers.get("X-Requested-With") == "upload":
                name = str(posted["file"].get_filename())
                bad = name.endswith(".exe")
                data = (
                    {"error": f"{name} bukan jenis yang diterima."}
                    if bad
                    else {"html": f"<li>{name}</li>", "message": name}
                )
                self.answer(422 if bad else 201, json.dumps(data).encode(), "application/json")
            else:
                self.answer(303, b"", "text/html", Location="/?sent")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
