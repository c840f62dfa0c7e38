"""The tables and pictures of docs/beyond-float64.md, from beyond.json."""
import json
import pathlib

import numpy as np
from beyond_border import rendered

import fractaledu as fe

FILE = pathlib.Path(__file__).with_name("beyond.json")
PICTURES = pathlib.Path(__file__).parent.parent / "docs" / "pictures"
INSIDE, OUTSIDE, OTHER, PAPER = (38, 70, 120), (233, 196, 106), (214, 40, 40), (255, 255, 255)


def known(part):
    """The entries of one table."""
    return json.loads(FILE.read_text()).get(part, {}) if FILE.exists() else {}


def keep(part, name, entry):
    """Add an entry."""
    everything = json.loads(FILE.read_text()) if FILE.exists() else {}
    everything.setdefault(part, {})[name] = entry
    FILE.write_text(json.dumps(everything, indent=1) + "\n")


def short(number):
    """Four digits of a number, for the file."""
    return float(f"{number:.4g}")


def panel(labels, differ=None, zoom=6):
    """A picture of verdicts, or of where they differ, row 0 at the bottom."""
    codes = labels.astype(int) if differ is None else np.where(differ, 2, labels)
    colours = np.array([OUTSIDE, INSIDE, OTHER], np.uint8)[codes]
    return colours[::-1].repeat(zoom, 0).repeat(zoom, 1)


def pictures():
    """The offset window, plain, exact, and where they differ; and where all six differ."""
    from PIL import Image
    PICTURES.mkdir(exist_ok=True)
    rows, entries = [], known("windows")
    for name in sorted(entries, key=list(fe.networks.WINDOWS).index):
        side = int(round(entries[name]["pixels"] ** 0.5))
        problem, view, zoom = fe.paper(name), fe.paper_view(name), 192 // side
        plain, exact = (rendered(problem, view, side, problem.steps, precision, f"{name}-{side}").value < 0
                        for precision in ("float64", "exact"))
        rows.append(panel(exact, plain != exact, zoom))
        if name == "offset":
            offset = [panel(plain, zoom=zoom), panel(exact, zoom=zoom), rows[-1]]
    for name, row in (("offset", offset), ("windows", rows)):
        gap = np.full((row[0].shape[0], 8, 3), PAPER, np.uint8)
        picture = np.concatenate([part for panels in row for part in (panels, gap)][:-1], 1)
        Image.fromarray(picture).quantize(8).save(PICTURES / f"beyond-{name}.png", optimize=True)


def said(number, form=".2g"):
    """A number in a table; - where there is none."""
    return "–" if number is None else f"{number:{form}}"


def windows_table():
    """Markdown."""
    yield ("| window | pixels, steps | plain differs | exact reordered | undecided | value off by: median (largest) | "
           "by > 1e-6, > 1e-2 | digits | G | reference, s |")
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for name, e in known("windows").items():
        reordered = e["reordered"] / e["pixels"] if "reordered" in e else None
        yield (f"| {name} | {e['pixels'] ** 0.5:.0f}², {e['steps']} | {e['differ'] / e['pixels']:.1%} | "
               f"{said(reordered, '.1%')} | {e['undecided'] / e['pixels']:.1%} | "
               f"{said(e['value_error'])} ({said(e['value_largest'])}) | {e['off_1e-6']:.1%}, {e['off_1e-2']:.1%} | "
               f"{e['digits']} | {e['growth']:.1f} | {said(e['reference_seconds'])} |")


def checks_table():
    """Markdown."""
    yield "| window | pixels | trained | plain wrong | exact wrong | plain, median error | exact, median error |"
    yield "|---|---|---|---|---|---|---|"
    for name, entry in known("windows").items():
        for what in ("differing", "same"):
            if what in entry:
                e = entry[what]
                yield (f"| {name} | {what} | {e['pixels']} | {e['plain_wrong']} | {e['exact_wrong']} | "
                       f"{said(e['plain_error'])} | {said(e['exact_error'])} |")


def nets_table():
    """Markdown."""
    yield "| net | w | G | agreed | checked | wrong, at most | median (largest) error | plain: wrong | median error |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, done in known("nets").items():
        for half, e in sorted(done.items(), key=lambda item: -float(item[0])):
            if "agreed" not in e:                   # only its place is known
                continue
            found = f"| {name} | {half} | {e['growth']:.0f} | "
            if not e["pixels"]:
                yield found + f"{said(e['agreed'], '.0%')}{'; undecided' * (not e['agreed'])} | 0 | – | – | – | – |"
                continue
            every = e["pixels"] == round(e["agreed"] * e["side"] ** 2)
            most = None if every else e["bound"]
            yield (f"{found}{e['agreed']:.1%} | {e['pixels']} | {e['exact_wrong']}, {said(most, '.0%')} | "
                   f"{said(e['exact_error'], '.0e')} ({said(e['exact_largest'], '.0e')}) | {e['plain_wrong']} | "
                   f"{said(e['plain_error'], '.0e')} |")


def smooth_from(done, margin=0.06):
    """The widest half width from which on the border is smooth: dimension within `margin` of the disc's, or no more border."""
    rough = [k for k, e in enumerate(done) if e.get("dimension", 0) > e.get("smooth", 0) + margin]
    last = rough[-1] + 1 if rough else 0
    return done[last]["half"] if last < len(done) else None


def depth_table():
    """Markdown."""
    yield "| net, steps | exponent λ | 10^(−λT) | G at the end, 10^(−G) | smooth from | roughest below 1e-12 |"
    yield "|---|---|---|---|---|---|"
    for name, done in known("depth").items():
        if not name.startswith("one-datum"):
            continue
        steps, e = int(name.split("-")[-1]), done[-1]
        deep_ones = [x["dimension"] for x in done if x["half"] < 1e-12 and "dimension" in x]
        yield (f"| {name} | {e['exponent']:.3f} | 1e{-e['exponent'] * steps:.0f} | {e['growth']:.1f} | "
               f"{said(smooth_from(done), '.0e')} | {said(max(deep_ones, default=None))} |")


def levels_table():
    """Markdown: the level nearest to every fourth decade of the dives."""
    dives = {name: done for name, done in known("depth").items() if name.startswith("one-datum")}
    yield "| half width | " + " | ".join(f"T = {name.split('-')[-1]}" for name in dives) + " |"
    yield "|---" * (len(dives) + 1) + "|"
    for decade in range(4, 41, 4):
        cells = []
        for done in dives.values():
            e = min(done, key=lambda e: abs(np.log10(e["half"]) + decade))
            near = abs(np.log10(e["half"]) + decade) < 1.9
            cells.append(f"{e['dimension']:.2f} ± {e['error']:.2f}" if near and "dimension" in e else "–")
        yield f"| 1e-{decade} | " + " | ".join(cells) + " |"


def nets_depth_table():
    """Markdown: the levels of the other networks."""
    yield "| net, steps | half width | converged | border | slope ± error | smooth, noise | G |"
    yield "|---|---|---|---|---|---|---|"
    for name, done in known("depth").items():
        for e in done if not name.startswith("one-datum") else ():
            slope = "– | –"
            if "dimension" in e:
                slope = f"{e['dimension']:.2f} ± {e['error']:.2f} | {e['smooth']:.2f}, {e['noise']:.2f}"
            yield f"| {name} | {e['half']:.0e} | {e['converged']:.0%} | {e['border']:.1%} | {slope} | {e['growth']:.1f} |"


def speed_table():
    """Markdown."""
    yield "| pixels | plain, ms | exact, ms | ratio | largest change of the value |"
    yield "|---|---|---|---|---|"
    for name, e in known("speed").items():
        if "ratio" in e:
            yield (f"| {name}, {e['steps']} steps | {e['plain'] * 1e3:.3g} | {e['exact'] * 1e3:.3g} | {e['ratio']:.2g} | "
                   f"{e['value_error']:.0e} |")


def frames_table():
    """Markdown."""
    yield "| frame, 64² | digits | border | first, with its reference, s | next, s |"
    yield "|---|---|---|---|---|"
    for name, e in known("speed").items():
        if "ratio" not in e:
            yield (f"| {name}, {e['steps']} steps | {e['digits']} | {e['border']:.0%} | {e['first_seconds']:.2g} | "
                   f"{e['next_seconds']:.2g} |")


TABLES = {"windows": (windows_table, checks_table), "nets": (nets_table,),
          "depth": (depth_table, levels_table, nets_depth_table), "speed": (speed_table, frames_table)}
DOCUMENT = PICTURES.parent / "beyond-float64.md"


def paste():
    """Put every table into the document, after its mark: a comment with its name."""
    blocks = DOCUMENT.read_text().split("\n\n")
    for table in (table for part in TABLES.values() for table in part):
        at = blocks.index(f"<!-- {table.__name__} -->")
        blocks[at + 1] = "\n".join(table())
    DOCUMENT.write_text("\n\n".join(blocks))
