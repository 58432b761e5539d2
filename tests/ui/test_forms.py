"""The dialogs' fields: their order, what is marked as wrong, and what is said of a value."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.ui.lab import seed

VALUE = "a value that is long enough"
# Every element of the dialog that is drawn in the theme's colour for errors.
RED = """dialog => {
  const probe = document.createElement('i');
  probe.style.color = 'var(--jp-error-color1)';
  dialog.append(probe);
  const red = getComputedStyle(probe).color;
  probe.remove();
  const isRed = element => {
    const style = getComputedStyle(element);
    const sides = ['Top', 'Right', 'Bottom', 'Left'];
    return style.color === red
      || sides.some(side => parseFloat(style[`border${side}Width`])
                            && style[`border${side}Color`] === red)
      || (style.outlineStyle !== 'none' && style.outlineColor === red);
  };
  return Array.from(dialog.querySelectorAll('.jp-Dialog-body *'))
    .filter(isRed).map(element => element.outerHTML);
}"""
# Within the form, which may scroll.
FOCUSED = """() => {
  const form = document.querySelector('.jp-Secrets-form').getBoundingClientRect();
  const { left, top, height } = document.activeElement.getBoundingClientRect();
  return [Math.round(top + height / 2 - form.top), Math.round(left)];
}"""


def add_secret(lab):
    lab.sidebar.act("prod", "Add a secret to prod")


def create_scope(lab):
    lab.sidebar.button("Create scope").click()


def replace_value(lab):
    lab.sidebar.row("prod").click()
    lab.sidebar.choose_for("db", "Replace Value…")


def edit_details(lab):
    lab.sidebar.row("prod").click()
    lab.sidebar.choose_for("db", "Edit Details…")


DIALOGS = pytest.mark.parametrize(
    ("ask", "stops"),
    [(create_scope, 3), (add_secret, 11), (replace_value, 9), (edit_details, 5)],
    ids=["create-scope", "add-secret", "replace-value", "edit-details"],
)


@pytest.fixture
def form(lab):
    """The sidebar with prod/db in it."""
    seed(lab.server, {"prod": ["db"]})
    lab.open()
    lab.sidebar.open()
    return lab


def reds(lab):
    return lab.dialog.evaluate(RED)


@DIALOGS
def test_tab_goes_down_the_form_and_nothing_is_red_before_something_is_wrong(form, ask, stops):
    lab = form
    ask(lab)
    expect(lab.dialog).to_be_visible()
    assert reds(lab) == []
    lab.picture(f"form-{ask.__name__}")
    lab.dialog.locator("input:not([type=checkbox]), select").first.focus()

    seen = []
    while (position := lab.page.evaluate(FOCUSED)) not in seen:
        seen.append(position)
        # The parts of a date are stops of their own.
        while lab.page.evaluate(FOCUSED) == position and len(seen) < 20:
            lab.page.keyboard.press("Tab")

    assert len(seen) == stops
    assert seen == sorted(seen)
    assert reds(lab) == []


def test_what_is_typed_after_tab_from_the_key_is_the_value(form, value_of):
    lab = form
    add_secret(lab)

    lab.dialog.get_by_label("Key").fill("token")
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.type(VALUE)
    lab.page.keyboard.press("Enter")

    expect(lab.dialog).to_have_count(0)
    assert value_of("token") == VALUE


def test_a_name_that_cannot_be_is_marked_while_it_is_typed_and_no_longer(form):
    lab = form
    add_secret(lab)

    lab.dialog.get_by_label("Key").fill("a/b")
    assert len(reds(lab)) == 2  # the field and its hint
    expect(lab.dialog.get_by_label("Key")).to_have_attribute("aria-invalid", "true")
    lab.picture("key-invalid")
    lab.dialog.get_by_label("Key").fill("a")

    assert reds(lab) == []


def test_what_is_missing_is_shown_by_the_button(form):
    lab = form
    add_secret(lab)
    lab.dialog.get_by_label("Key").fill("token")

    lab.sidebar.press("Add")

    expect(lab.dialog.get_by_label("Value")).to_be_focused()
    expect(lab.dialog.get_by_label("Value")).to_have_attribute("aria-invalid", "true")
    lab.picture("value-missing")
    lab.page.keyboard.type(VALUE)
    assert reds(lab) == []
    lab.sidebar.accept("Add")
    expect(lab.sidebar.row("token")).to_be_visible()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("abc", "prod/token has fewer than 4 characters"),
        ("s3cret!", "prod/token has fewer than 8 characters"),
        ("localhost", "prod/token is a common word"),
    ],
)
def test_a_weak_value_is_told_with_its_name_and_a_way_to_replace_it(form, value, told):
    lab = form
    lab.sidebar.add_secret("prod", "token", value)

    toast = lab.page.locator(".Toastify__toast")
    expect(toast).to_contain_text(told)
    lab.picture(f"weak-{value}")
    assert value not in toast.inner_text()
    toast.get_by_role("button", name="Replace value").click()
    lab.dialog.get_by_label("New value").fill("12")
    lab.sidebar.accept("Replace")

    expect(toast.get_by_text("has fewer than 4 characters").last).to_be_visible()


def test_nothing_is_said_of_a_strong_value(form):
    lab = form

    lab.sidebar.add_secret("prod", "token", VALUE)

    expect(lab.sidebar.row("token")).to_be_focused()
    expect(lab.page.locator(".Toastify__toast")).to_have_count(0)


def test_a_form_fits_into_a_small_window(form):
    lab = form
    lab.page.set_viewport_size({"width": 500, "height": 320})
    lab.command("jupyter-secrets:add-secret", {"scope": "prod"})
    lab.dialog.get_by_label("Several lines").check()
    lab.picture("form-small")

    lab.dialog.get_by_role("button", name="Add", exact=True).scroll_into_view_if_needed()

    expect(lab.dialog.get_by_role("button", name="Add", exact=True)).to_be_in_viewport(ratio=0.95)
