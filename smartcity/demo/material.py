"""Invented evidence for the demonstration: drawn pictures and plain documents that say what they are."""

from pathlib import Path

from PIL import Image, ImageDraw

from smartcity.demo.pdf import plain_pdf

SIZE = (1600, 1200)
#: Ground, floor and shapes of each scene: calm colours, no person's likeness.
SCENES = {
    "kantor": ("#e4e9e4", "#b9c7c0", ["#2f6f73", "#7b4a68", "#3c5a80"]),
    "loket": ("#e9e0d3", "#c4a98a", ["#a8572f", "#2f6f73", "#d9a92f"]),
    "rapat": ("#e6e3ee", "#b7b0cf", ["#4a3a86", "#7b4a68", "#2d5c53"]),
    "puskesmas": ("#e0eef0", "#a9c9cd", ["#0b5563", "#ffffff", "#a8572f"]),
    "kampung": ("#e7efdc", "#b3c99a", ["#3d7117", "#8a5a00", "#2d5c53"]),
    "pelabuhan": ("#dfe9f2", "#9db8cf", ["#0f6cae", "#d9a92f", "#ffffff"]),
}


def photo(scene: str, folder: Path, name: str) -> Path:
    """Draw a picture of three people at work in the colours of a scene and return its JPEG file."""
    ground, floor, clothes = SCENES[scene]
    image = Image.new("RGB", SIZE, ground)
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    draw.rectangle((0, height * 0.7, width, height), fill=floor)
    draw.rounded_rectangle((width * 0.34, 110, width * 0.66, 330), 20, fill="#ffffff")
    for line, length in enumerate((0.2, 0.26, 0.14)):
        top = 160 + line * 50
        draw.rounded_rectangle((width * 0.37, top, width * (0.37 + length), top + 20), 8, fill=floor)
    for index, colour in enumerate(clothes):
        centre = width * (0.22 + 0.28 * index)
        draw.ellipse((centre - 80, 420, centre + 80, 580), fill="#a98467")
        draw.pieslice((centre - 150, 570, centre + 150, 1050), 180, 360, fill=colour)
    draw.rounded_rectangle((width * 0.08, height * 0.66, width * 0.92, height * 0.72), 16, fill="#7b8f87")
    draw.rounded_rectangle((40, 40, 330, 120), 16, fill="#15211e")
    draw.text((66, 56), "GAMBAR CONTOH", fill="#ffffff", font_size=30)
    path = folder / f"{name}.jpg"
    image.save(path, quality=82)
    return path


def document(title: str, pages: int, folder: Path, name: str) -> Path:
    """Write a PDF of `pages` pages that says on each that it is an example."""
    path = folder / f"{name}.pdf"
    path.write_bytes(plain_pdf(title, pages))
    return path
