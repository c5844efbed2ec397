"""The source: every input method, format and aspect ratio."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image as Pillow
from playwright.sync_api import Page

from api.wire import Server
from web.conftest import Opened, halves, pick, pixel, set_options, settled

FILE = """([content, name, type]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type }));
    return data;
}"""


def transfer(page: Page, name: str = "halves.png", kind: str = "image/png") -> object:
    """Return the DataTransfer of a drop or a paste."""
    content = base64.b64encode(halves()).decode()
    return page.evaluate_handle(FILE, [content, name, kind])


def is_red(colour: list[int]) -> bool:
    return colour[0] > 180 > 80 > colour[2]


def is_blue(colour: list[int]) -> bool:
    return colour[2] > 180 > 80 > colour[0]


def test_one_action_makes_variations(visit: Opened, server: Server) -> None:
    """Choosing a picture makes variations at once, with the current options."""
    page = visit(server)
    assert page.is_visible("text=Drop a picture here")
    with page.expect_file_chooser() as chooser:
        page.click("#pick")
    chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": halves()})
    settled(page)
    assert page.locator(".card").count() == 4
    assert page.text_content(".run-summary .note").startswith("of a.png")


def test_a_picture_can_be_dropped(visit: Opened, server: Server) -> None:
    """Anywhere on the page, which shows a hint during the drag."""
    page = visit(server)
    data = transfer(page)
    page.dispatch_event("body", "dragenter", {"dataTransfer": data})
    assert page.is_visible("text=Drop to make variations")
    page.dispatch_event("body", "drop", {"dataTransfer": data})
    settled(page)
    assert not page.is_visible("text=Drop to make variations")
    assert page.locator(".card").count() == 4


def test_the_hint_of_a_drag_is_centred(visit: Opened, server: Server) -> None:
    """Also in several lines, which keep their distance from the border."""
    page = visit(server, viewport={"width": 390, "height": 700})
    page.dispatch_event("body", "dragenter", {"dataTransfer": transfer(page)})
    left, right = page.evaluate(
        """() => {
            const [hint, line] = [document.getElementById("drop"), document.createRange()];
            line.selectNodeContents(hint.firstChild);
            const [outer, inner] = [hint.getBoundingClientRect(), line.getBoundingClientRect()];
            return [inner.left - outer.left, outer.right - inner.right];
        }"""
    )
    assert left == pytest.approx(right, abs=1)
    assert left > 16


def test_a_picture_can_be_pasted(visit: Opened, server: Server) -> None:
    """From the clipboard, which has no file name."""
    page = visit(server)
    page.evaluate(
        "data => dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }))",
        transfer(page, "image.png"),
    )
    settled(page)
    assert "of pasted picture" in page.text_content(".run-summary .note")


def test_a_variation_can_be_dragged_back(visit: Opened, server: Server) -> None:
    """A picture of the page becomes the source when it is dropped on the source, not elsewhere."""
    page = visit(server)
    pick(page)
    settled(page)
    page.drag_and_drop(".card .open >> nth=0", ".run-summary")
    page.drag_and_drop(".card .open >> nth=0", "#side")
    settled(page, 2)
    assert "of dragged picture" in page.text_content(".run-summary .note >> nth=0")
    assert page.text_content("#source-summary").endswith("256\u00a0\u00d7\u00a0256")


def test_the_sample_needs_no_picture(visit: Opened, server: Server) -> None:
    """The sample picture needs no file."""
    page = visit(server)
    page.click("#sample")
    settled(page)
    assert page.locator(".card").count() == 4


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF", "BMP"])
def test_every_format_of_the_browser_is_accepted(visit: Opened, server: Server, kind: str) -> None:
    """The browser makes the PNG that the endpoint accepts."""
    page = visit(server)
    pick(page, halves(kind=kind), f"halves.{kind.lower()}")
    settled(page)
    assert page.locator(".card").count() == 4
    assert is_red(pixel(page, ".run-source img", 0.25))
    assert is_blue(pixel(page, ".run-source img", 0.75))


@pytest.mark.parametrize("size", ['width="9" height="9"', 'viewBox="0 0 9 9"'])
def test_an_svg_is_accepted(visit: Opened, server: Server, size: str) -> None:
    """An SVG is rasterised, with or without an intrinsic size."""
    page = visit(server)
    drawing = f"""<svg xmlns="http://www.w3.org/2000/svg" {size}>
        <path d="M0 0h4.5v9h-4.5z" fill="red"/><path d="M4.5 0h4.5v9h-4.5z" fill="blue"/></svg>"""
    file = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": drawing.encode()}
    page.set_input_files("#file", file)
    settled(page)
    assert page.eval_on_selector(".run-source img", "image => image.naturalWidth") == 1024
    assert is_red(pixel(page, ".run-source img", 0.45))
    assert is_blue(pixel(page, ".run-source img", 0.55))
    assert page.locator("#crop-picture").bounding_box()["width"] > 200


def test_a_large_file_is_reduced_below_the_limit(visit: Opened, server: Server) -> None:
    """Noise that would be a PNG of 12 MB is sent as a PNG of less than 4 MB."""
    noise = np.random.default_rng(2).integers(0, 256, (2000, 2000, 3), np.uint8)
    file = io.BytesIO()
    Pillow.fromarray(noise).save(file, "JPEG", quality=60)
    page = visit(server)
    pick(page, file.getvalue(), "noise.jpg")
    settled(page)
    assert page.locator(".card").count() == 4


def test_a_valid_png_is_sent_unchanged(visit: Opened, server: Server) -> None:
    """A small square PNG is sent byte for byte, so that its file reproduces the request."""
    page = visit(server)
    pick(page)
    settled(page)
    page.click(".card .open >> nth=0")
    with page.expect_download() as download:
        page.click("#source-down")
    assert download.value.path().read_bytes() == halves()


def test_other_shapes_are_cropped_to_their_middle(visit: Opened, server: Server) -> None:
    """A wide picture gets a crop box, centred at first."""
    page = visit(server)
    pick(page, halves(120, 40))
    settled(page)
    assert page.is_visible("#crop-box")
    size = "image => [image.naturalWidth, image.naturalHeight]"
    assert page.eval_on_selector(".run-source img", size) == [40, 40]
    assert is_red(pixel(page, ".run-source img", 0.1))
    assert is_blue(pixel(page, ".run-source img", 0.9))


def test_the_crop_box_moves_by_keyboard(visit: Opened, server: Server) -> None:
    """Arrow keys move it, + and - resize it, and its position is announced."""
    page = visit(server)
    pick(page, halves(120, 40))
    settled(page)
    page.focus("#crop-box")
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    assert "80 from the left" in page.text_content("#status")
    page.keyboard.press("Shift+-")
    assert "36 pixels" in page.text_content("#status")
    page.click("#make")
    settled(page, 2)
    assert is_blue(pixel(page, ".run-source img >> nth=0", 0.05))


def test_the_crop_box_moves_by_pointer(visit: Opened, server: Server) -> None:
    """It can be dragged, and resized at its corner, and stays inside the picture."""
    page = visit(server)
    pick(page, halves(400, 200))
    settled(page)
    box = page.locator("#crop-box").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] - 900, box["y"] + 20, steps=4)
    page.mouse.up()
    assert "0 from the left" in page.text_content("#status")
    box = page.locator("#crop-box").bounding_box()
    corner = box["x"] + box["width"] - 4, box["y"] + box["height"] - 4
    page.mouse.move(*corner)
    page.mouse.down()
    page.mouse.move(corner[0] - 30, corner[1] - 30, steps=4)
    page.mouse.up()
    assert page.locator("#crop-box").bounding_box()["width"] == pytest.approx(
        box["width"] - 30, abs=3
    )
    page.click("#make")
    settled(page, 2)
    assert is_red(pixel(page, ".run-source img >> nth=0", 0.5))


def test_several_files_make_several_runs(visit: Opened, server: Server) -> None:
    """One run for each file, the first file on top; a file that is no picture is named."""
    page = visit(server)
    names = ("one.png", "two.png", "three.txt")
    page.set_input_files(
        "#file",
        [
            {"name": name, "mimeType": "", "buffer": b"text" if "txt" in name else halves()}
            for name in names
        ],
    )
    settled(page, 2)
    page.wait_for_selector(".card:not(.pending) >> nth=7")
    assert page.text_content(".run-summary .of >> nth=0") == "of one.png"
    assert page.text_content(".run-summary .of >> nth=1") == "of two.png"
    assert "“three.txt”" in page.text_content("#source-error")


def test_dropped_files_that_cannot_be_shown_are_named(visit: Opened, server: Server) -> None:
    """A photograph in HEIC has no type in some browsers, and is not left out in silence."""
    page = visit(server)
    data = transfer(page)
    page.evaluate(
        "data => data.items.add(new File(['ftypheic'], 'IMG_7.HEIC', { type: '' }))", data
    )
    page.dispatch_event("body", "drop", {"dataTransfer": data})
    settled(page)
    assert page.text_content(".run-summary .of") == "of halves.png"
    page.wait_for_selector("#source-error:has-text('IMG_7.HEIC')")


def test_nothing_starts_at_once_if_switched_off(visit: Opened, server: Server) -> None:
    """The switch is remembered, and the options can be set before the first run."""
    page = visit(server)
    page.fill("#n", "2")
    page.uncheck("#at-once")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.input_value("#n") == "2"
    assert not page.is_checked("#at-once")
    assert not page.is_visible("#make")
    pick(page)
    page.wait_for_selector("#make")
    assert page.locator(".run").count() == 0
    page.click("#make")
    settled(page)
    assert page.locator(".card").count() == 2


@pytest.mark.parametrize("cut", ["half", "end", "bytes"])
def test_a_damaged_png_that_the_browser_shows_is_sent(
    visit: Opened, server: Server, cut: str
) -> None:
    """A truncated PNG, one without its end, and one that only the server's decoder refuses."""
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    file = io.BytesIO()
    Pillow.fromarray(noise).save(file, "PNG")
    whole = file.getvalue()
    damaged = {"half": whole[: len(whole) // 2], "end": whole[:-12], "bytes": whole}[cut]
    page = visit(server)
    if cut == "bytes":
        refusal = {"error": {"message": "damaged", "param": "image", "code": None}}
        page.route(
            "**/v1/images/variations",
            lambda route: route.fulfill(status=400, json=refusal),
            times=1,
        )
    pick(page, damaged, "damaged.png")
    settled(page)
    assert page.locator(".card").count() == 4
    page.click(".card .open >> nth=0")
    with page.expect_download() as download:
        page.click("#source-down")
    assert download.value.path().read_bytes() != damaged


def test_an_svg_with_foreign_markup_is_drawn(visit: Opened, server: Server) -> None:
    """HTML inside of an SVG is drawn as the browser shows it."""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="50" height="50"><foreignObject width="50" '
        'height="50"><div xmlns="http://www.w3.org/1999/xhtml" style="background:red;height:50px">'
        "</div></foreignObject></svg>"
    )
    page = visit(server)
    file = {"name": "a.svg", "mimeType": "image/svg+xml", "buffer": drawing.encode()}
    page.set_input_files("#file", file)
    settled(page)
    assert is_red(pixel(page, ".run-source img", 0.5))


def test_a_variation_offers_its_recipe(visit: Opened, server: Server) -> None:
    """A file with Diabelli's XMP offers its seed and strength; another file does not."""
    page = visit(server)
    set_options(page, strength="0.3", seed="123", n="1")
    pick(page)
    settled(page)
    assert not page.is_visible("#recipe")
    page.hover(".card")
    with page.expect_download() as download:
        page.click(".card .download")
    set_options(page, strength="0.9", seed="")
    page.uncheck("#at-once")
    pick(page, download.value.path().read_bytes(), "made.png")
    page.wait_for_selector("#recipe")
    assert page.text_content("#recipe-text").startswith("Diabelli made this picture: shift 1, seed")
    page.click("#recipe-use")
    assert [page.input_value("#seed"), page.input_value("#strength")] == ["123", "0.3"]


def test_a_file_that_is_no_picture_is_refused(visit: Opened, server: Server) -> None:
    """The message names the file, and no request is sent."""
    page = visit(server)
    pick(page, b"plain text", "diary.txt")
    page.wait_for_selector("#source-error:not(:empty)")
    assert "“diary.txt”" in page.text_content("#source-error")
    assert page.locator(".run").count() == 0


def test_a_file_chosen_while_another_is_encoded_is_not_mixed_with_it(
    visit: Opened, server: Server
) -> None:
    """The waiting run keeps the name of its picture, and the next run has the new picture."""
    page = visit(server)
    page.evaluate(
        "() => { const { toBlob } = HTMLCanvasElement.prototype;"
        " HTMLCanvasElement.prototype.toBlob = function (...given) {"
        " HTMLCanvasElement.prototype.toBlob = toBlob;"
        " window.release = () => toBlob.apply(this, given) } }"
    )
    pick(page, halves(96, 64), "first.png")
    page.wait_for_function("() => window.release")
    page.uncheck("#at-once")
    pick(page, halves(64, 64), "second.png")
    page.wait_for_selector("#source-name:text-is('second.png')")
    page.evaluate("window.release()")
    settled(page)
    assert page.text_content(".run .of") == "of first.png"
    page.click("#make")
    settled(page, 2)
    assert page.text_content(".run .of >> nth=0") == "of second.png"
