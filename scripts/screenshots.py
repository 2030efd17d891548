"""Photograph every page: desktop and phone, light and dark, English and Japanese. The pictures go to shots/.

python -m scripts.screenshots
"""

from __future__ import annotations

import itertools

from playwright.sync_api import sync_playwright

from scripts.serving import ROOT, launch, serve

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
LOCALES = {"en": "en-US", "ja": "ja-JP"}


def main() -> None:
    folder = ROOT / "shots"
    folder.mkdir(exist_ok=True)
    names = [file.stem for file in sorted(ROOT.glob("pages/*/[!_]*.py"))]
    with serve() as app, sync_playwright() as playwright:
        browser = launch(playwright)
        for name, size, theme, lang in itertools.product(names, SIZES, ("light", "dark"), LOCALES):
            width, height = SIZES[size]
            page = browser.new_page(
                viewport={"width": width, "height": height},
                locale=LOCALES[lang],
                color_scheme=theme,
                has_touch=size == "phone",
            )
            page.goto(f"{app.address}/{name}")
            page.wait_for_selector("h1, iframe, [data-testid=stBidiComponent]", timeout=30_000)
            page.wait_for_timeout(2000)
            main_height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            page.set_viewport_size({"width": width, "height": max(height, min(6000, main_height))})
            page.wait_for_timeout(700)
            page.screenshot(path=folder / f"{name}-{size}-{theme}-{lang}.png")
            page.close()
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
