"""A list with more rows than fit, in every front end, at any size."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.lab import seed

# All of it but the fraction of a pixel that scrolling rounds off.
WHOLE = 0.95
KEYS = [f"key-{number:02}" for number in range(40)]
SIZES = [(200, 700), (250, 260), (400, 320), (600, 400)]
# What a later JupyterLab may take away, as 4.6 did: rules of its own that happen to hit us.
STRIP = """() => {
  const nodes = [];
  const panel = document.getElementById('jupyter-secrets');
  for (let n = panel.querySelector('.jp-Secrets-content'); n !== panel; n = n.parentElement) {
    nodes.push(n);
  }
  nodes.push(panel);
  const properties = [
    'display', 'flex', 'flex-direction', 'min-height', 'max-height', 'height',
    'overflow', 'overflow-x', 'overflow-y'
  ];
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      const selector = rule.selectorText ?? '';
      if (selector && !selector.includes('jp-Secrets') && nodes.some(n => n.matches(selector))) {
        properties.forEach(property => rule.style.removeProperty(property));
      }
    }
  }
}"""


@pytest.fixture
def long_list(any_lab):
    """The sidebar with more rows than fit."""
    seed(any_lab.server, {"prod": KEYS})
    any_lab.open()
    any_lab.allow_narrow_sidebars()
    any_lab.sidebar.open()
    any_lab.sidebar.row("prod").click()
    expect(any_lab.sidebar.row(KEYS[0])).to_be_attached()
    return any_lab


def resize(lab, width, height):
    lab.page.set_viewport_size({"width": 1280, "height": height})
    lab.resize_sidebar(width)
    assert abs(lab.sidebar.node.bounding_box()["width"] - width) < 3


def turn_wheel(lab, distance):
    lab.sidebar.node.locator(".jp-Secrets-list").first.hover(position={"x": 40, "y": 5})
    lab.page.mouse.wheel(0, distance)


def test_the_wheel_reaches_the_last_row_and_the_first_at_any_size(long_list):
    lab = long_list
    for width, height in SIZES:
        resize(lab, width, height)
        expect(lab.sidebar.row("prod")).to_be_in_viewport(ratio=WHOLE)

        turn_wheel(lab, 5000)
        expect(lab.sidebar.row(KEYS[-1])).to_be_in_viewport(ratio=WHOLE)
        lab.picture(f"scrolled-{width}-{height}")
        expect(lab.sidebar.button("Add secret")).to_be_in_viewport(ratio=WHOLE)
        expect(lab.sidebar.node.locator("input[type=search]")).to_be_in_viewport(ratio=WHOLE)
        lab.sidebar.row(KEYS[-1]).click()
        expect(lab.sidebar.row(KEYS[-1])).to_have_attribute("aria-selected", "true")
        lab.page.mouse.wheel(0, -5000)

        expect(lab.sidebar.row("prod")).to_be_in_viewport(ratio=WHOLE)


def test_the_keyboard_brings_each_row_into_view_at_any_size(long_list):
    lab = long_list
    for width, height in SIZES:
        resize(lab, width, height)
        lab.sidebar.open()
        lab.page.keyboard.press("Home")
        expect(lab.sidebar.row("prod")).to_be_focused()

        for key in KEYS:
            lab.page.keyboard.press("ArrowDown")
            expect(lab.sidebar.row(key)).to_be_focused()
            expect(lab.sidebar.row(key)).to_be_in_viewport(ratio=WHOLE)
        lab.page.keyboard.press("Home")
        expect(lab.sidebar.row("prod")).to_be_focused()
        expect(lab.sidebar.row("prod")).to_be_in_viewport(ratio=WHOLE)
        lab.page.keyboard.press("End")

        expect(lab.sidebar.row(KEYS[-1])).to_be_focused()
        expect(lab.sidebar.row(KEYS[-1])).to_be_in_viewport(ratio=WHOLE)


def test_what_is_said_below_a_row_comes_into_view_with_it(long_list):
    lab = long_list
    change = {"scope": "prod", "key": KEYS[-1], "comment": "Reads the reports"}
    lab.server.request("POST", "jupyter-secrets/update", change)
    lab.sidebar.choose("Refresh Secrets")
    comment = lab.sidebar.node.get_by_text("Reads the reports")
    resize(lab, 250, 400)

    lab.sidebar.open()
    lab.page.keyboard.press("End")

    expect(comment).to_be_in_viewport(ratio=WHOLE)


def test_an_added_secret_is_in_view(long_list):
    lab = long_list

    lab.sidebar.button("Add secret").click()
    lab.dialog.get_by_label("Key").fill("zebra")
    lab.dialog.get_by_label("Value").fill("a value that is long enough")
    lab.sidebar.accept("Add")

    expect(lab.sidebar.row("zebra")).to_be_focused()
    expect(lab.sidebar.row("zebra")).to_be_in_viewport(ratio=WHOLE)


def test_the_list_scrolls_without_any_rule_of_the_front_end(long_list):
    lab = long_list
    lab.page.evaluate(STRIP)
    lab.page.set_viewport_size({"width": 1280, "height": 400})

    turn_wheel(lab, 5000)

    expect(lab.sidebar.row(KEYS[-1])).to_be_in_viewport(ratio=WHOLE)
    expect(lab.sidebar.button("Add secret")).to_be_in_viewport(ratio=WHOLE)


def test_the_button_of_an_empty_sidebar_is_reached_at_a_small_height(any_lab):
    any_lab.open()
    any_lab.allow_narrow_sidebars()
    any_lab.sidebar.open()
    expect(any_lab.sidebar.button("Create a scope")).to_be_visible()
    resize(any_lab, 200, 240)

    any_lab.sidebar.node.locator(".jp-Secrets-content").hover()
    any_lab.page.mouse.wheel(0, 5000)

    expect(any_lab.sidebar.button("Create a scope")).to_be_in_viewport(ratio=WHOLE)


def test_the_view_menu_opens_the_sidebar(any_lab):
    any_lab.open()

    any_lab.page.get_by_role("menuitem", name="View", exact=True).click()
    any_lab.page.get_by_role("menuitem", name="Show Secrets", exact=True).click()

    expect(any_lab.sidebar.node).to_be_visible()
