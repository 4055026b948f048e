"""What a browser complains about and no person sees: each of it makes the story fail."""

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

#: Reports what the content security policy blocked, also where the browser writes nothing to its console.
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} blocked ${event.blockedURI || event.sample}`));
"""


class Watch:
    """Collects mistakes of every page of a context; `allow` names those a story provokes on purpose."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self.allowed: list[re.Pattern[str]] = []

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"script: {error.error}"))
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def allow(self, pattern: str) -> None:
        """Do not count what matches from here on."""
        self.allowed.append(re.compile(pattern))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self._note(f"console: {message.text}")  # a resource that failed is told below, with its address

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"{response.status}: {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        # A request is given up when its page is left, and a download is taken away from the page that asked.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"failed: {request.method} {request.url} {request.failure}")

    def _note(self, mistake: str) -> None:
        if not any(pattern.search(mistake) for pattern in self.allowed):
            self.mistakes.append(mistake)


def problem_words(page: Page) -> str:
    """The visible text of the page's main part, for a message that says where a story stopped."""
    return page.locator("main").inner_text()[:400]
