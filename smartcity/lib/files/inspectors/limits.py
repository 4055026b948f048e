"""What may be uploaded:

formats and ceilings. Plain facts, read by the portal and by the inspection process.
"""

from dataclasses import dataclass

MB = 1024 * 1024

PHOTO_BYTES = 10 * MB
DOCUMENT_BYTES = 25 * MB

MAX_PIXELS = 40_000_000  # a 40-megapixel photo takes about 160 MB while it is decoded
MAX_PDF_PAGES = 3_000

# Office files are zip archives. A thick annual report has a few hundred parts.
MAX_ENTRIES = 2_000
MAX_UNPACKED = 300 * MB  # a workbook of 25 MB that is nothing but rows unpacks to 270 MB
MAX_RATIO = 200  # of one part; measured: 11 for a sheet of 150,000 rows, 45 for one of equal paragraphs
RATIO_FLOOR = 1 * MB  # parts smaller than this may be as repetitive as they like

PREVIEW_PIXELS = 1_000  # the longer side, in pixels: what a page and the PDF show

# What one inspection may use. Measured: a turned 40-megapixel photo takes 550 MB and 2 to 6 s.
CHILD_MEMORY = 1024 * MB
CHILD_CPU_SECONDS = 20
CHILD_WALL_SECONDS = 25
CHILD_FILE_BYTES = 64 * MB


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file the portal keeps:

    how it is served, how its name ends (first one preferred), its ceiling.
    """

    media_type: str
    extensions: tuple[str, ...]
    max_bytes: int
    image: bool = False


FORMATS = {
    "jpeg": Format("image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), PHOTO_BYTES, image=True),
    "png": Format("image/png", ("png",), PHOTO_BYTES, image=True),
    "webp": Format("image/webp", ("webp",), PHOTO_BYTES, image=True),
    "pdf": Format("application/pdf", ("pdf",), DOCUMENT_BYTES),
    "docx": Format(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",), DOCUMENT_BYTES
    ),
    "xlsx": Format(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",), DOCUMENT_BYTES
    ),
}

PHOTOS = frozenset(name for name, form in FORMATS.items() if form.image)
EVERYTHING = frozenset(FORMATS)
