"""Photos are made anew: decoded, turned upright, brought to sRGB and written without anything but pixels.

What is not a pixel does not survive: EXIF with its GPS position and serial numbers, XMP, comments, colour
profiles, a second picture behind the first (phones write one), and whatever was hung onto the end of the
file.
"""

import contextlib
import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageFile

from . import limits
from .facts import Facts, Rejected

_PILLOW = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_SAVE: dict[str, dict[str, Any]] = {
    "jpeg": {"quality": 90},
    "png": {"compress_level": 6},
    "webp": {"quality": 90, "method": 2},
}
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WHITE = (255, 255, 255)


def inspect_image(path: Path, form: str, *, safe_copy: Path, preview: Path) -> Facts:
    """Write the picture anew to `safe_copy` and a small JPEG of it to `preview`. Raises Rejected.

    The preview's longer side is at most limits.PREVIEW_PIXELS; it is what pages and the PDF show.
    """
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for its whole process
    Image.MAX_IMAGE_PIXELS = None  # _refuse_by_header has a lower ceiling, and a sentence
    with Image.open(path, formats=[_PILLOW[form]]) as opened:
        _refuse_by_header(opened, form)
        opened.load()  # a file that ends too early stops here
        picture = _srgb(_upright(opened))
    picture.info = {}  # Pillow's writers copy comments and profiles from here
    picture.save(safe_copy, _PILLOW[form], **_SAVE[form])
    _write_preview(picture, preview)
    return Facts(form, width=picture.width, height=picture.height)


def _refuse_by_header(opened: Image.Image, form: str) -> None:
    """Refuse what the first bytes already tell, before a pixel is decoded."""
    width, height = opened.size
    if width * height > limits.MAX_PIXELS:
        raise Rejected("FILE-PIXELS", width=width, height=height)
    # In a JPEG, further pictures are depth maps and the like: the first one is the photo. In PNG and WebP
    # they move.
    if form != "jpeg" and getattr(opened, "n_frames", 1) > 1:
        raise Rejected("FILE-MOVING")


def _upright(picture: Image.Image) -> Image.Image:
    turn = None
    with contextlib.suppress(Exception):  # a camera's broken EXIF is no reason to refuse its photo
        turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    return picture.transpose(turn) if turn is not None else picture


def _srgb(picture: Image.Image) -> Image.Image:
    """Return the picture as L, RGB or RGBA in sRGB."""
    transparent = "transparency" in picture.info or "A" in picture.getbands()
    if picture.mode.startswith("I") or picture.mode == "F":
        return _grey(picture)
    if picture.mode in ("1", "L") and not transparent:
        return picture.convert("L")
    profile = picture.info.get("icc_profile")
    mode = "RGBA" if transparent else "RGB"
    if picture.mode not in ("RGB", "RGBA", "CMYK"):
        picture = picture.convert(mode)
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):  # a broken profile is left out
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            picture = ImageCms.profileToProfile(picture, source, target, outputMode=mode) or picture
    return picture.convert(mode)


def _grey(picture: Image.Image) -> Image.Image:
    """Bring 16-bit grey (a scanner's) to 8 bits; Pillow's own conversion would cut it off at 255."""
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _write_preview(picture: Image.Image, preview: Path) -> None:
    small = picture.copy() if max(picture.size) <= limits.PREVIEW_PIXELS else _smaller(picture)
    if small.mode == "RGBA":  # JPEG knows no transparency, and paper is white
        ground = Image.new("RGB", small.size, _WHITE)
        ground.paste(small, mask=small.getchannel("A"))
        small = ground
    small.save(preview, "JPEG", quality=80, optimize=True)


def _smaller(picture: Image.Image) -> Image.Image:
    scale = limits.PREVIEW_PIXELS / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
