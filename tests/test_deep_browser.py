"""A dive past the float floor in a real JupyterLab in a real browser: by the wheel alone, and by its button."""
import math
import re
from decimal import Decimal

import numpy as np
import pytest
from lab import end_kernels, execute, open_notebook, run_all, shot, write_notebook
from test_deep_explorer import X, Y
from test_touch import Touch

import fractaledu as fe
from fractaledu.deep.choice import EXACT_BELOW
from fractaledu.rendering import render_of

pytestmark = pytest.mark.browser

CELLS = ("import fractaledu as fe\nnet = fe.explore(fe.paper('one-datum'), size=(64, 64), steps=200)\nnet",
         "map = fe.explore(fe.mandelbrot(), size=(96, 96), steps=400)\nmap",
         f"view = fe.View.around('{X}', '{Y}', 2e-30, 'log10')\n"
         "run = fe.explore(fe.paper('one-datum'), view, size=(64, 64), steps=200)\nrun",
         "view = fe.View.around(57.44585934184398, 17.883302468738524, 1e-12, 'log10')\n"
         "stops = fe.explore(fe.paper('one-datum'), view, size=(64, 64), steps=200, precision='float64')\nstops",
         "ship = fe.explore(fe.burning_ship(), fe.View.around(-1.7, 0.01, 1e-14), size=(64, 64), steps=50)\nship")
NET, MAP, RUN, STOPS, SHIP = range(5)
EACH = math.exp(0.5)                    # that one event of the wheel magnifies
WHEELS = 8                              # events at most before the pointer is aimed anew
NEXT = 2                                # the same, where the next picture is the first exact one


@pytest.fixture(scope="module")
def page(lab, browser):
    url, root = lab
    end_kernels(url)
    write_notebook(root / "deep.ipynb", *CELLS)
    page = open_notebook(browser, url, "deep.ipynb")
    page.set_default_timeout(20_000)
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    run_all(page)
    for nth in range(len(CELLS)):
        Touch(page, nth, "").settled()
    page.evaluate("() => { window.wheels = 0; document.addEventListener('wheel', () => { window.wheels += 1; }, true); }")
    yield page
    page.close()


def in_sight(e):
    """The box of the map, once the page has come to rest: a wheel right after a scroll belongs to the page."""
    e.box()
    e.page.evaluate("""() => new Promise(rests => {
        let timer = 0;
        const again = () => { clearTimeout(timer); timer = setTimeout(end, 350); };
        const end = () => { document.removeEventListener('scroll', again, true); rests(); };
        document.addEventListener('scroll', again, true);
        again(); })""")
    return e.root.locator(".fe-map").bounding_box()


def dive(page, e, target, until, each=None):
    """Wheel events close to `target`, aimed anew after each few, until the view is so narrow; the recipe there."""
    box, recipe = in_sight(e), e.recipe()
    most = math.ceil(math.log(recipe.view.half[0] / until) / math.log(EACH) / WHEELS) + WHEELS
    for _ in range(most):
        if recipe.view.exactly().exact.half[0] < until:
            return recipe
        u, v = recipe.view.exactly().fraction(*target)
        assert 0 < u < 1 and 0 < v < 1, "the target is out of sight"
        left = recipe.view.spacing_in_ulps(recipe.size) / EXACT_BELOW
        wheels = NEXT if 1 < left < EACH ** WHEELS else WHEELS
        # a little beyond it, so that it comes to the middle: the pointer is on whole pixels, which also grow
        grown = EACH ** wheels
        page.mouse.move(*e.at(u + (u - 0.5) / (grown - 1), v + (v - 0.5) / (grown - 1), box))
        heard = page.evaluate("() => window.wheels")
        for _ in range(wheels):
            page.mouse.wheel(0, -250)
        e.wait("window.wheels === a && e.dataset.settled === 'true'", heard + wheels)
        recipe, before = e.recipe(), recipe
        assert recipe.view.half[0] == pytest.approx(before.view.half[0] / grown, rel=1e-6)
        if each is not None:
            each(recipe)
    raise AssertionError(f"no deeper than {recipe.view.half}")


def depth(e):
    return e.root.locator(".fe-depth").inner_text()


def ticks(e, axis):
    return [span.inner_text() for span in e.root.locator(f".fe-{axis} span").all()]


def test_the_wheel_alone_dives_from_the_overview_to_1e_30(page):
    e, target = Touch(page, NET, "net"), (Decimal(X), Decimal(Y))
    assert "whole map" in depth(e)
    handed = []

    def look(recipe):
        words = depth(e)
        if "continued exactly" in words and not handed:
            handed.append((recipe, words))
            shot(page, "deep-handover-after")
        elif "left before" in words:
            assert not handed and recipe.view.spacing_in_ulps(recipe.size) >= EXACT_BELOW
            shot(page, "deep-handover-before")
        assert not e.root.locator(".fe-note").is_visible()
    recipe = dive(page, e, target, 1e-30, look)
    shot(page, "deep-net-1e-30")
    assert re.search(r"of the start, beyond float64: exact, reference run in \d+ digits", depth(e)), depth(e)
    assert recipe.view.exact is not None and e.data("stride") == "1"
    land = render_of(recipe)
    assert land.precision == "exact" and 0.02 < (land.verdict == -1).mean() < 0.98
    print_out = execute(page, "land = net.landscape; print((land.verdict == -1).mean(), land.stride, land.precision)").split()
    assert 0.02 < float(print_out[0]) < 0.98 and print_out[1:] == ["1", "exact"]
    for axis in "xy":
        texts = ticks(e, axis)
        assert len(texts) == len(set(texts)) >= 3, texts
    assert re.search("57.4458749…[0-9]{6} \\+ tick × 10⁻", e.root.locator(".fe-xlabel").inner_text())
    # no seam: the first exact picture and float64's own of the same place
    first, _ = handed[0]
    exact, plain = render_of(first), fe.render(first.problem, first.view, first.size, first.steps, precision="float64")
    assert exact.precision == "exact" and plain.precision == "float64"
    assert 0 < (exact.verdict == -1).mean() < 1 and (exact.verdict != plain.verdict).mean() < 0.02
    assert page.problems == []


def test_the_run_behind_a_deep_pixel_is_shown_and_kept(page):
    e = Touch(page, RUN, "run")
    box, before = in_sight(e), e.state()
    runs = int(e.data("run"))
    page.mouse.move(*e.at(0.4, 0.6, box))
    e.wait("Number(e.dataset.run) > a", runs)
    assert "…" in e.root.locator(".fe-where").inner_text() and "one pixel up" in e.root.locator(".fe-beside").inner_text()
    x, y = map(Decimal, e.data("exact").split(","))
    recipe = e.recipe()
    assert recipe.view.fraction(x, y) == pytest.approx((0.4, 0.6), abs=1 / 64)
    page.mouse.click(*e.at(0.4, 0.6, box))
    pinned = e.changed(before)
    assert len(pinned.pins) == 1 and pinned.at == pinned.pins[0] == (x, y)
    before = e.state()
    e.press("Alt+ArrowUp")
    moved = e.changed(before)
    assert moved.view.away(moved.at, (x, y)) == pytest.approx((0.0, 2 * recipe.view.half[1] / 64), rel=1e-6, abs=1e-45)
    before = e.state()
    e.knob("x").locator(".fe-box").fill("no number")
    e.knob("x").locator(".fe-box").press("Enter")
    e.wait("e.querySelector('.fe-knob[data-name=x] .fe-error').textContent.includes('must be a decimal number')")
    assert e.state() == before
    shot(page, "deep-net-pinned")
    page.mouse.move(*e.at(0.5, 0.5, box))
    page.mouse.wheel(0, 250)
    out = e.changed(before)
    assert out.view.half[0] == pytest.approx(EACH * recipe.view.half[0]) and out.pins == pinned.pins
    before = e.state()
    e.press("z")
    undone = e.changed(before)
    assert undone.view == recipe.view and undone.pins == pinned.pins and undone.at == moved.at
    before = e.state()
    e.tool("home").click()
    assert e.changed(before).view == fe.paper("one-datum").view
    assert page.problems == []


def test_the_wheel_dives_into_the_mandelbrot_set(page):
    e, target = Touch(page, MAP, "map"), (Decimal(0), Decimal(1))
    recipe = dive(page, e, target, 1e-20)
    shot(page, "deep-map-1e-20")
    land = render_of(recipe)
    assert land.precision == "exact" and np.unique(land.departure).size > 5
    assert "beyond float64: exact" in depth(e) and len(set(ticks(e, "x"))) >= 3
    e.wait("e.querySelector('.fe-inset').dataset.count > 0")
    assert e.data("orbit") == "0" and page.problems == []


def test_the_floor_has_a_button_that_goes_on(page):
    e = Touch(page, STOPS, "stops")
    in_sight(e)
    for _ in range(12):
        before = e.state()
        e.press("+")
        e.changed(before)
        if e.root.locator(".fe-note").is_visible():
            break
    assert "continue exactly" in e.root.locator(".fe-note").inner_text() and "float64 has run out" in depth(e)
    shot(page, "deep-floor")
    on = e.root.get_by_role("button", name="Continue exactly")
    assert on.is_visible()
    before = e.state()
    on.click()
    recipe = e.changed(before)
    e.wait("e.querySelector('.fe-depth').textContent.includes('continued exactly, reference run in')")
    assert recipe.precision == "auto" and not on.is_visible() and not e.root.locator(".fe-note").is_visible()
    shot(page, "deep-floor-gone")
    ship = Touch(page, SHIP, "ship")
    in_sight(ship)
    note = ship.root.locator(".fe-note")
    assert "every other system stops there" in note.inner_text()
    assert not ship.root.get_by_role("button", name="Continue exactly").is_visible()
    shot(page, "deep-floor-ship")
    assert page.problems == []
