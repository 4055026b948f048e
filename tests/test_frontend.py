"""What a page may be made of: icons that exist, words from the page, colours from the tokens."""

import gzip
import re
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
PAGES = sorted(page for page in (ROOT / "templates").rglob("*.html") if "pdf" not in page.parts)
STYLES = [STATIC / "css" / name for name in ("portal.css", "work.css", "figures.css")]
SCRIPTS = sorted((STATIC / "js").glob("*.js"))


def _symbols() -> set[str]:
    return set(re.findall(r'<symbol id="i-(\w+)"', (STATIC / "img" / "icons.svg").read_text()))


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=_relative)
def test_every_icon_exists(page: Path) -> None:
    text = page.read_text()
    used = set(re.findall(r'icon\.html" with name="(\w+)"', text)) | set(re.findall(r"#i-(\w+)", text))
    assert used <= _symbols()


@pytest.mark.parametrize("page", PAGES, ids=_relative)
def test_no_page_breaks_the_policy(page: Path) -> None:
    """The content policy blocks inline scripts, styles and handlers: they would silently do nothing."""
    text = page.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style\b|\sstyle\s*=|\son(?:click|change|submit|load|input)\s*=|\shx-on", text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


@pytest.mark.parametrize("page", PAGES, ids=_relative)
def test_pieces_say_what_they_need(page: Path) -> None:
    """A component begins with its purpose and context, a base with its blocks."""
    if "components" in page.parts or page.name.startswith("base"):
        text = page.read_text()
        assert text.startswith(("{% comment %}", "{% extends"))
        assert re.search(r"Context|Blocks", text.split("{% endcomment %}")[0])


@pytest.mark.parametrize("style", STYLES, ids=_relative)
def test_colours_live_in_the_tokens(style: Path) -> None:
    rules = re.sub(r"/\*.*?\*/", "", style.read_text(), flags=re.S)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|rgb\(|hsl\(", rules) == []


def test_every_token_that_is_used_is_defined() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    defined = set(re.findall(r"(--[\w-]+):", tokens))
    for style in STYLES:
        text = style.read_text()
        own = set(re.findall(r"(--[\w-]+):", text))
        assert set(re.findall(r"var\((--[\w-]+)", text)) - defined - own == set(), style.name


def test_dark_theme_has_every_colour_of_the_light_one() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    light, dark = tokens.split('[data-bs-theme="dark"] {', 1)
    colour = r"(--[\w-]+): (?:#|rgb\()"
    same_in_both = {"--gold", "--on-gold", "--scrim"}  # ornament and the veil behind a window
    assert set(re.findall(colour, light)) - set(re.findall(colour, dark.split("}\n}")[0])) <= same_in_both


@pytest.mark.parametrize("script", SCRIPTS, ids=_relative)
def test_scripts_hold_no_words_and_run_no_text(script: Path) -> None:
    """People read Indonesian, so every sentence comes from a translated data-msg-* attribute."""
    code = re.sub(r"//.*|/\*.*?\*/", "", script.read_text())
    shown = re.findall(r"(?:textContent|innerText|alert\(|ariaLabel)\s*[=:]?\s*[\"`']([^\"`']*)", code)
    assert [text for text in shown if re.search(r"[A-Za-z]{2}", re.sub(r"\$\{[^}]*\}", "", text))] == []
    assert not re.search(r"\beval\(|new Function|document\.write", code)


def test_first_visit_stays_light() -> None:
    """Under 150 KB on the wire with the page itself: what every page loads may weigh 110 KB."""
    base = (ROOT / "templates" / "base.html").read_text()
    names = [*re.findall(r"{% static '([^']+)' %}", base), "img/icons.svg"]
    packed = 0
    for name in set(names):
        raw = (STATIC / name).read_bytes()
        packed += len(raw) if name.endswith(".woff2") else len(gzip.compress(raw))
    assert packed < 110_000
    assert len(gzip.compress(b"".join(path.read_bytes() for path in SCRIPTS))) < 15_000


def test_vendored_files_keep_their_licence() -> None:
    for folder in (STATIC / "vendor").iterdir():
        assert (folder / "LICENSE").is_file()
        assert re.search(r"\d+\.\d+\.\d+", (folder / "VERSION").read_text())
        for file in folder.glob("*.css"):
            assert "sourceMappingURL" not in file.read_text()


@pytest.mark.parametrize(
    ("path", "media_type", "begins"),
    [
        ("/favicon.ico", "image/", b"\x00\x00\x01\x00"),
        ("/apple-touch-icon.png", "image/png", b"\x89PNG"),
        ("/robots.txt", "text/plain", b"User-agent: *\nDisallow: /"),
    ],
)
def test_what_browsers_ask_for_by_themselves_is_there(
    client: Client, path: str, media_type: str, begins: bytes
) -> None:
    """Signed out too, and without a look at the database: each visit and each page of the administration asks."""
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"].startswith(media_type)) == (200, True)
    assert b"".join(answer).startswith(begins)  # type: ignore[arg-type]
    assert "Set-Cookie" not in answer
