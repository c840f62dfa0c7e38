"""How quick the explorer feels, in a real JupyterLab in a real browser: `make bench-ui`.

Prints medians and 95th percentiles in milliseconds, from the event in the page to what is seen there.
"""
import pathlib
import random
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from conftest import CHROMIUM  # noqa: E402
from lab import open_notebook, run_all, running_browser, running_lab, write_notebook  # noqa: E402

CASES = {"Mandelbrot, 384²": "fe.explore(fe.mandelbrot())", "Newton, 384²": "fe.explore(fe.newton())",
         "one datum, width 16, 200 steps, 384²": "fe.explore(fe.paper('one-datum'), steps=200)",
         "tanh net, width 8, 100 steps, 384²": "fe.explore(fe.paper('tanh', width=8), steps=100)",
         "the paper's net, width 16, 500 steps, 64²": "fe.explore(fe.paper('tanh'), size=(64, 64))"}
REPEATS = 15
PROBE = """([kind, timeout]) => new Promise(done => {
    const root = document.querySelector('.fe'), map = root.querySelector('.fe-map'), times = {};
    let start = null, seq = null, drawn = null, run = null;
    const finish = () => { watcher.disconnect(); clearTimeout(limit); done(times); };
    const limit = setTimeout(finish, timeout);
    const watcher = new MutationObserver(() => {
        if (start === null) return;
        const now = performance.now() - start, data = root.dataset;
        if (times.moved === undefined && data.drawn !== drawn) times.moved = now;
        if (times.first === undefined && data.seq !== seq) times.first = now;
        if (times.run === undefined && data.run !== run) { times.run = now; if (kind === 'pointermove') finish(); }
        if (data.settled === 'true' && data.seq !== seq && data.format === 'png') {
            times.settled = now; times.bytes = Number(data.bytes); finish();
        }
    });
    watcher.observe(root, {attributes: true});
    root.addEventListener(kind, () => { start = performance.now(); ({seq, drawn, run} = root.dataset); },
        {capture: true, once: true});
    window.ready = true;
})"""


def probe(page, kind, act, timeout=60_000):
    """The times after `act`, which raises an event of this kind on the explorer."""
    page.evaluate("([program, argument]) => { window.ready = false; window.result = null;"
                  "eval(program)(argument).then(r => { window.result = r; }); }", [PROBE, [kind, timeout]])
    page.wait_for_function("() => window.ready")
    act()
    page.wait_for_function("() => window.result", timeout=timeout + 5000)
    return page.evaluate("() => window.result")


def settled(page):
    page.wait_for_function("() => document.querySelector('.fe')?.dataset.settled === 'true'", timeout=240_000)


def words(times):
    times = sorted(t for t in times if t is not None)
    if not times:
        return "     –"
    return f"{statistics.median(times):5.0f} /{times[min(len(times) - 1, int(0.95 * len(times)))]:5.0f}"


def prepare(browser, url, root, source):
    write_notebook(root / "bench.ipynb", f"import fractaledu as fe\nexplorer = {source}\nexplorer")
    page = open_notebook(browser, url, "bench.ipynb")
    run_all(page)
    settled(page)
    page.evaluate("() => document.querySelector('.fe-map').scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)
    return page, page.locator(".fe-map").bounding_box()


def measure(page, box, slow):
    rng = random.Random(1)
    at = lambda u, v: (box["x"] + u * box["width"], box["y"] + v * box["height"])       # noqa: E731
    found = {"moved": [], "first": [], "settled": [], "hover": [], "slider": [], "slider settled": [], "bytes": []}
    for k in range(4 if slow else REPEATS):
        page.mouse.move(*at(0.4 + 0.2 * rng.random(), 0.4 + 0.2 * rng.random()))
        page.wait_for_timeout(100)
        times = probe(page, "wheel", lambda k=k: page.mouse.wheel(0, 120 if k % 2 else -120))
        for name in ("moved", "first", "settled", "bytes"):
            found[name].append(times.get(name))
        settled(page)
    slider = page.locator('.fe-knob[data-name="steps"] input[type=range]')
    for k in range(3 if slow else REPEATS):
        slider.focus()
        times = probe(page, "input", lambda k=k: page.keyboard.press("PageUp" if k % 2 else "PageDown"))
        found["slider"].append(times.get("first"))
        found["slider settled"].append(times.get("settled"))
        settled(page)
    for _ in range(2 * REPEATS):
        where = at(rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95))
        found["hover"].append(probe(page, "pointermove", lambda where=where: page.mouse.move(*where), 2000).get("run"))
    return found


def throttled(page, box):
    """Dragging at 1 Mbit/s and 100 ms: when the first new pictures come, and how far behind the hand the last one is."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, "latency": 100, "downloadThroughput": 125_000,
                                                      "uploadThroughput": 125_000})
    x, y, firsts, lags = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, [], []
    for _ in range(8):
        page.wait_for_timeout(1500)
        page.mouse.move(x, y)
        page.evaluate("""() => {
            const root = document.querySelector('.fe'); let seq = root.dataset.seq;
            window.seen = []; window.watch?.disconnect();
            window.watch = new MutationObserver(() => {
                if (root.dataset.seq !== seq) { seq = root.dataset.seq; window.seen.push(performance.now()); } });
            window.watch.observe(root, {attributes: true});
            root.addEventListener('pointerdown', () => { window.pressed = performance.now(); },
                {capture: true, once: true}); }""")
        page.mouse.down()
        for k in range(1, 31):
            page.mouse.move(x + 4 * k, y + 2 * k)
            page.wait_for_timeout(40)
        page.mouse.up()
        released = page.evaluate("() => performance.now()")
        settled(page)
        seen, pressed = page.evaluate("() => [window.seen, window.pressed]")
        firsts.append(seen[0] - pressed if seen else None)
        lags.append(page.evaluate("() => performance.now()") - released)
    size = int(page.evaluate("() => document.querySelector('.fe').dataset.bytes"))
    return firsts, lags, size


def main():
    titles = "bitmap", "first frame", "settled", "slider, first", "settled", "hover"
    print(f"{'ms, median / 95 %':44}" + "".join(f"{title:>13} " for title in titles) + "PNG, KB")
    with tempfile.TemporaryDirectory() as home, running_lab(pathlib.Path(home)) as (url, root), \
            running_browser(CHROMIUM) as browser:
        for name, source in CASES.items():
            page, box = prepare(browser, url, root, source)
            found = measure(page, box, slow="net" in name)
            size = statistics.median([b for b in found["bytes"] if b] or [0]) / 1024
            columns = "moved", "first", "settled", "slider", "slider settled", "hover"
            print(f"{name:44}" + "".join(f"{words(found[key]):>13} " for key in columns) + f"{size:8.0f}", flush=True)
            page.close()
        for name in ("Mandelbrot, 384²", "one datum, width 16, 200 steps, 384²"):
            page, box = prepare(browser, url, root, CASES[name])
            firsts, lags, size = throttled(page, box)
            print(f"{name}, 1 Mbit/s and 100 ms: dragging to the first new frame {words(firsts)}, from letting go to the "
                  f"settled picture {words(lags)}, {size / 1024:.0f} KB", flush=True)
            page.close()


if __name__ == "__main__":
    main()
