"""The portal on a port of this machine, with the static files production serves: hashed names, compressed."""

import threading
from pathlib import Path
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import override_settings
from django.test.testcases import QuietWSGIRequestHandler

MANIFEST = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def static_settings(folder: Path) -> dict[str, Any]:
    """The settings under which pages name the collected files."""
    return {
        "STATIC_ROOT": folder,
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": MANIFEST},
        },
    }


def collect(folder: Path) -> None:
    """Collect and compress the static files as production does; the administration's are not looked at."""
    with override_settings(**static_settings(folder)):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin"])


class Server:
    """One server for all stories: each request opens its own connection to the test's database."""

    def __init__(self, static: Path) -> None:
        with override_settings(**static_settings(static)):
            application = WSGIHandler()  # WhiteNoise looks at the collected files now
        self.httpd = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler, allow_reuse_address=False)
        self.httpd.set_app(application)
        self.thread = threading.Thread(target=self.httpd.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.httpd.server_port}"

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()
