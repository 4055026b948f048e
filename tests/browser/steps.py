"""What the stories do again and again, in the words of a person at the screen."""

import re
from collections.abc import Mapping
from pathlib import Path

from django.utils import translation
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from smartcity.demo.pdf import plain_pdf

#: What an operator types for a quick win that lacks nothing: section, field, text.
TYPED: Mapping[str, Mapping[str, str]] = {
    "problem": {
        "problem": "Antrean di loket lama dan warga pulang tanpa layanan.",
        "description": "Nomor antrean diambil dari rumah, loket memanggil berurutan.",
        "beneficiaries": "Warga yang mengurus perizinan, sekitar 40 orang sehari.",
    },
    "target": {
        "indicator": "Rata-rata waktu tunggu",
        "unit": "menit",
        "baseline": "55",
        "target": "1.250,5",
        "realisation": "20",
    },
    "time": {"schedule": "Triwulan I menyusun, triwulan II membuka.", "budget": "85.000.000"},
    "continuation": {"sustainability": "Tahun depan dilanjutkan di lima kelurahan dengan dana APBD."},
}


def t(text: str, context: str = "") -> str:
    """The words on the screen for a source text of the code, as the reader sees them."""
    with translation.override("id"):
        return translation.pgettext(context, text) if context else translation.gettext(text)


def begins(text: str, context: str = "") -> re.Pattern[str]:
    """What begins with the words: a button also names its record for a screen reader."""
    return re.compile("^" + re.escape(t(text, context)))


def press(page: Page, text: str, *, role: str = "button") -> None:
    """Press the one button (or follow the link) with these words."""
    page.get_by_role(role, name=t(text), exact=True).click()  # type: ignore[arg-type]


def heading(page: Page, text: str | re.Pattern[str]) -> Locator:
    """The page's first heading, once it says this."""
    found = page.get_by_role("heading", level=1, name=text)
    expect(found).to_be_visible()
    return found


def section(page: Page, name: str) -> Locator:
    """A section of the quick win form."""
    return page.locator(f"#section-{name}")


def control(page: Page, field: str) -> Locator:
    """The control of a field, where its label leads."""
    return page.locator(f"#id_{field}")


def wait_saved(part: Locator) -> None:
    """Wait until the section says that the server has everything."""
    status = part.locator("[data-saved]")
    expect(status).to_have_attribute("data-state", "saved")
    expect(status).to_contain_text(t("Saved {at}").split()[0])


def fill_section(page: Page, name: str, texts: Mapping[str, str] | None = None) -> None:
    """Type into a section and wait for its "Tersimpan"."""
    for field, text in (texts or TYPED[name]).items():
        control(page, field).fill(text)
    wait_saved(section(page, name))


def missing(page: Page) -> list[str]:
    """What the list at the side still asks for."""
    return page.locator("#part-missing .missing a").all_inner_texts()


def photo(folder: Path, name: str = "loket.jpg", size: tuple[int, int] = (1200, 900)) -> Path:
    """A photograph."""
    path = folder / name
    Image.effect_noise(size, 60).convert("RGB").save(path, quality=90)
    return path


def document(folder: Path, name: str = "Laporan layanan.pdf", pages: int = 3) -> Path:
    """A PDF of some pages."""
    path = folder / name
    path.write_bytes(plain_pdf("Laporan layanan", pages))
    return path


class Line:
    """The line of one page: how fast it takes what is sent."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Network.enable")

    def upload_speed(self, bytes_a_second: int) -> None:
        """Set the speed of what is sent; -1 is as fast as the machine."""
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
        self.session.send("Network.emulateNetworkConditions", {"offline": False, **speed})
