"""Photos are made anew: upright, in screen colours, small beside large, and without what the camera added."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from smartcity.lib import files
from smartcity.lib.files.inspectors import images
from tests.smartcity import file_makers as make

Accept = Callable[..., files.Accepted]


@pytest.fixture(autouse=True)
def _pillows_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    """The inspectors change it; the tests after these find it as it was."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def opened(content: bytes | None) -> Image.Image:
    assert content is not None
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def remade(folder: Path, content: bytes, form: str) -> tuple[Image.Image, Image.Image]:
    """The safe copy and the preview of a picture, made in this process."""
    path = make.write(folder, content, "received")
    images.inspect_image(path, form, safe_copy=folder / "safe", preview=folder / "preview")
    return opened((folder / "safe").read_bytes()), opened((folder / "preview").read_bytes())


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (make.jpeg(), "image/jpeg", "kegiatan.jpg"),
        (make.png(), "image/png", "kegiatan.png"),
        (make.webp(), "image/webp", "kegiatan.webp"),
    ],
    ids=["jpeg", "png", "webp"],
)
def test_a_photo_comes_in(accept: Accept, content: bytes, media_type: str, name: str) -> None:
    accepted = accept(content, "kegiatan", kind="photo")
    copy = accepted.path_of_safe_copy.read_bytes()
    assert (accepted.media_type, accepted.name) == (media_type, name)
    assert (accepted.width, accepted.height, accepted.pages) == (320, 200, None)
    assert (accepted.size, accepted.sha256) == (len(copy), hashlib.sha256(copy).hexdigest())
    assert opened(copy).size == opened(accepted.preview_bytes).size == (320, 200)
    assert opened(accepted.preview_bytes).format == "JPEG"
    assert accepted.warnings == ()


def test_the_same_photo_gives_the_same_hash(accept: Accept) -> None:
    assert accept(make.jpeg()).sha256 == accept(make.jpeg()).sha256


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(tmp_path: Path, orientation: int) -> None:
    content = make.jpeg(exif=make.gps_exif(orientation), quality=95)
    expected = ImageOps.exif_transpose(opened(content))
    assert expected is not None
    copy, preview = remade(tmp_path, content, "jpeg")
    for image in (copy, preview):
        assert image.size == expected.size
        for corner in (
            (5, 5),
            (image.width - 6, 5),
            (5, image.height - 6),
            (image.width - 6, image.height - 6),
        ):
            assert _close(image.getpixel(corner), expected.getpixel(corner)), corner


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(make.talkative_jpeg(6), "foto.jpg", id="jpeg"),
        pytest.param(make.talkative_png(), "foto.png", id="png"),
        pytest.param(make.webp(exif=make.gps_exif(), xmp=b"RAHASIA-XMP"), "foto.webp", id="webp"),
    ],
)
def test_what_the_camera_added_is_gone(accept: Accept, content: bytes, name: str) -> None:
    assert b"RAHASIA" in content
    assert opened(content).getexif().get_ifd(0x8825)  # the position is there before
    accepted = accept(content, name, kind="photo")
    folder = accepted.path_of_safe_copy.parent
    assert [path.name for path in folder.iterdir() if path.read_bytes() == content] == []
    for copy in (accepted.path_of_safe_copy.read_bytes(), accepted.preview_bytes):
        image = opened(copy)
        assert dict(image.getexif()) == {}
        assert not {"exif", "icc_profile", "xmp", "comment", "Author", "Comment"} & set(image.info)
        for trace in (b"RAHASIA", b"Exif", b"Kamera", b"123456", b"ICC", b"<x:xmpmeta"):
            assert trace not in (copy or b"")


def test_of_two_pictures_in_one_photo_the_first_remains(tmp_path: Path) -> None:
    content = make.phone_jpeg_with_second_picture()
    assert opened(content).format == "MPO"
    copy, _ = remade(tmp_path, content, "jpeg")
    assert copy.format == "JPEG"
    assert _close(copy.getpixel((200, 150)), (40, 90, 160))
    assert (tmp_path / "safe").read_bytes().count(b"\xff\xd8\xff") == 1


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_exif_does_not_keep_a_photo_out(tmp_path: Path) -> None:
    content = make.jpeg(exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\xee" * 90)
    copy, _ = remade(tmp_path, content, "jpeg")
    assert copy.size == (320, 200)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_comes_in(tmp_path: Path, mode: str) -> None:
    picture = make.picture(mode=mode) if mode in ("RGBA", "I;16") else make.picture().convert(mode)
    copy, preview = remade(tmp_path, make.encoded(picture, "PNG"), "png")
    assert copy.mode in ("L", "RGB", "RGBA")
    assert preview.mode in ("L", "RGB")


def test_a_scanner_s_sixteen_bits_keep_their_shades(tmp_path: Path) -> None:
    grey = Image.new("I;16", (40, 40), 0x8000)
    copy, _ = remade(tmp_path, make.encoded(grey, "PNG"), "png")
    assert _close(copy.convert("RGB").getpixel((5, 5)), (128, 128, 128))


def test_print_colours_become_screen_colours(tmp_path: Path) -> None:
    copy, _ = remade(tmp_path, make.encoded(make.picture().convert("CMYK"), "JPEG", quality=95), "jpeg")
    assert copy.mode == "RGB"
    assert _close(copy.getpixel((200, 150)), (40, 90, 160), by=12)


def test_a_colour_profile_is_applied_before_it_is_dropped(tmp_path: Path) -> None:
    """In a profile whose red and blue are exchanged, what is stored as red means blue."""
    content = make.jpeg(icc_profile=make.profile_with_red_and_blue_exchanged(), quality=95)
    copy, _ = remade(tmp_path, content, "jpeg")
    red, _, blue = copy.getpixel((5, 5))  # type: ignore[misc]
    assert blue > 180
    assert red < 80
    assert "icc_profile" not in copy.info


def test_a_broken_colour_profile_is_left_out(tmp_path: Path) -> None:
    copy, _ = remade(tmp_path, make.jpeg(icc_profile=b"rusak" * 50, quality=95), "jpeg")
    assert _close(copy.getpixel((200, 150)), (40, 90, 160))


def test_the_preview_is_small_and_on_white(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (3000, 1500), (0, 0, 0, 0))
    copy, preview = remade(tmp_path, make.encoded(picture, "PNG"), "png")
    assert copy.size == (3000, 1500)
    assert copy.mode == "RGBA"
    assert preview.size == (1000, 500)
    assert _close(preview.getpixel((10, 10)), (255, 255, 255))


def test_a_preview_of_a_strip_keeps_a_pixel(tmp_path: Path) -> None:
    _, preview = remade(tmp_path, make.encoded(make.picture((5000, 1)), "PNG"), "png")
    assert preview.size == (1000, 1)


def test_forty_megapixels_fit_into_the_process(accept: Accept) -> None:
    """Transparent, turned, with a profile: every step that copies."""
    large = make.picture((7300, 5470), "RGBA")
    profile = make.profile_with_red_and_blue_exchanged()
    content = make.encoded(large, "PNG", compress_level=1, exif=make.gps_exif(6), icc_profile=profile)
    accepted = accept(content, "peta.png", kind="photo")
    assert (accepted.width, accepted.height) == (5470, 7300)
    assert max(opened(accepted.preview_bytes).size) == 1000


def _close(first: object, second: object, *, by: int = 8) -> bool:
    """Compare two pixels as far as JPEG lets them be compared; grey counts as equal parts."""
    one, two = ((value,) * 3 if isinstance(value, int) else tuple(value)[:3] for value in (first, second))  # type: ignore[arg-type, call-overload]
    return all(abs(a - b) <= by for a, b in zip(one, two, strict=True))
