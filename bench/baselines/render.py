"""Plain WeasyPrint: `HTML(...).render()` and `write_pdf()`, in a forked child of a warm process per document.

Run as a program. In: a JSON line per document (html, css, assets: address -> [path, media type], collector,
variant, target). Out: a JSON line (cpu, wall, peak_mb, pages). `collector` false: garbage is never collected;
true: Python's own setting counts.
"""

import gc
import json
import logging
import os
import sys
import time
from pathlib import Path


def main() -> None:
    import weasyprint  # noqa: F401

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    gc.collect()
    for line in sys.stdin:
        job = json.loads(line)
        read, write = os.pipe()
        start = time.perf_counter()
        child = os.fork()
        if child == 0:
            os.close(read)
            code = 1
            try:
                os.write(write, str(_render(job)).encode())
                code = 0
            finally:
                os._exit(code)
        os.close(write)
        pages = os.read(read, 20).decode()
        os.close(read)
        _, _, usage = os.wait4(child, 0)
        answer = {
            "cpu": usage.ru_utime + usage.ru_stime,
            "wall": time.perf_counter() - start,
            "peak_mb": usage.ru_maxrss / 1024,
            "pages": int(pages),
        }
        print(json.dumps(answer), flush=True)


def _render(job: dict) -> int:  # type: ignore[type-arg]
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    if not job["collector"]:
        gc.disable()
    files = job["assets"]

    class Fetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> object:
            path, kind = files[url]
            return URLFetcherResponse(url, Path(path).read_bytes(), {"Content-Type": kind})

    fetcher, fonts = Fetcher(), FontConfiguration()
    style = CSS(string=Path(job["css"]).read_text(), url_fetcher=fetcher, font_config=fonts)
    page = HTML(string=Path(job["html"]).read_text(), url_fetcher=fetcher)
    laid_out = page.render(font_config=fonts, stylesheets=[style])
    options = {"pdf_variant": job["variant"]} if job["variant"] else {}
    laid_out.write_pdf(job["target"], **options)
    return len(laid_out.pages)


if __name__ == "__main__":
    main()
