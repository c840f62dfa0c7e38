"""The tables of docs/performance.md, from performance.json: every number is computed here from the rounds kept there."""
import json
import pathlib

import numpy as np
from compare_turns import exponent, ratios

FILE = pathlib.Path(__file__).with_name("performance.json")
DOCUMENT = pathlib.Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- begin: made by `make bench` from benchmarks/performance.json -->", "<!-- end: made by `make bench` -->"


def load(file=FILE):
    """All parts that are known."""
    return json.loads(file.read_text()) if file.exists() else {}


def save(known, file=FILE):
    """Keep them, a row on a line."""
    parts = []
    for name, part in known.items():
        head = {key: value for key, value in part.items() if key != "rows"}
        rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in part["rows"])
        parts.append(f' "{name}": {json.dumps(head, ensure_ascii=False)[:-1]}, "rows": [\n  {rows}]}}')
    file.write_text("{\n" + ",\n".join(parts) + "\n}\n")


# ---------------------------------------------------------------- numbers as they are printed

def digits(number):
    """Three digits that count, with commas."""
    if number >= 999.5:
        scale = 10 ** (len(str(round(number))) - 3)
        return f"{round(number / scale) * scale:,.0f}"
    return f"{number:.3g}"


def spread(numbers, form):
    """A median with its quartiles."""
    low, middle, high = (format(number, form) for number in numbers)
    return f"{middle} ({low} … {high})"


def wanted(row, form):
    """What a row was meant to reach."""
    return "–" if row["goal"] is None else f"≥ {row['goal']:{form}}"


def middle(seconds):
    """Their median."""
    return float(np.median(seconds))


# ---------------------------------------------------------------- a table each; `known` are all parts

def peers(known):
    """Against others."""
    yield "| picture | peer | ours, runs/s | peer, runs/s | ratio: median (quartiles) | wanted | equal verdicts |"
    yield "|---|---|---|---|---|---|---|"
    for row in known["peers"]["rows"]:
        ours, theirs = (digits(row["side"] ** 2 / middle(row[name])) for name in ("ours", "theirs"))
        yield (f"| {row['grid']}, {row['side']}², {row['steps']} steps | {row['peer']} | {ours} | {theirs} | "
               f"{spread(ratios(row['theirs'], row['ours']), '.3g')} | "
               f"{wanted(row, '.3g')} | {row['agreement']:.2%} |")


def alone(known):
    """Without a peer."""
    yield "| picture, overview | runs/s: median (quartiles) | wanted | converged |"
    yield "|---|---|---|---|"
    for row in known["alone"]["rows"]:
        runs = map(digits, row["side"] ** 2 / np.quantile(row["ours"], (0.75, 0.5, 0.25)))
        yield (f"| {row['picture']}, {row['side']}², {row['steps']} steps | {spread(runs, '')} | {wanted(row, ',.0f')} | "
               f"{row['converged']:.0%} |")


def rates(known, *kinds):
    """The rows of these kinds."""
    return [row for row in known["rates"]["rows"] if row["kind"] in kinds]


def best_dot(known):
    """numpy.dot at the size where it is fastest."""
    return max(rates(known, "dot"), key=lambda row: row["operations"] / middle(row["seconds"]))


def share(row, other):
    """A row's rate as a share of another's, round by round."""
    ours, theirs = (np.divide(r["operations"], r["seconds"]) for r in (row, other))
    return spread(ratios(ours, theirs), ".0%")


def matrix(known):
    """Matrix products, one thread."""
    best = best_dot(known)
    usual = next((row for row in rates(known, "dot") if row["work"] == "numpy.dot 1024²"), best)
    yield f"| matrix products, one thread | GFLOP/s | of {usual['work']} | of the best, {best['work']} |"
    yield "|---|---|---|---|"
    for row in rates(known, "dot", "net"):
        size = f", {row['side']}², {row['steps']} steps" if "side" in row else ""
        shares = ["–" if row["kind"] == "dot" else share(row, other) for other in (usual, best)]
        yield f"| {row['work']}{size} | {row['operations'] / middle(row['seconds']) / 1e9:.1f} | {shares[0]} | {shares[1]} |"


def limits(known):
    """What the processor does in registers."""
    rows = rates(known, "operation")
    yield f"| one thread | ns for {rows[0]['width']} numbers or pixels | 10⁹ a second |"
    yield "|---|---|---|"
    for row in rows:
        each = middle(row["seconds"]) / row["vecs"] * 1e9
        yield f"| {row['work']} | {each:.3g} | {row['width'] / each:.3g} |"


def floor(known):
    """What a run costs, and what its parts cost at least on this processor."""
    each = {row["work"]: middle(row["seconds"]) / row["vecs"] / row["width"] for row in rates(known, "operation")}
    best = best_dot(known)
    yield "| one thread, all converge | ms a run | products, at the FMA rate | at numpy.dot's best | tanh, at ours | the rest |"
    yield "|---|---|---|---|---|---|"
    for row in rates(known, "net"):
        whole, products = middle(row["seconds"]), row["operations"] / 2 * each["fused multiply-add"]
        dot, tanh = row["operations"] / best["operations"] * middle(best["seconds"]), row["tanh"] * each["our tanh"]
        parts = [f"{part / row['side'] ** 2 * 1e3:.3g}" for part in (whole, products, dot, tanh, whole - products - tanh)]
        yield f"| {row['work']}, {row['steps']} steps | {' | '.join(parts)} |"


def scaling(known):
    """One thread and two."""
    yield "| picture | one thread, s | two, s | times as fast (quartiles) | wanted | same bits |"
    yield "|---|---|---|---|---|---|"
    for row in known["scaling"]["rows"]:
        one, two = (f"{middle(row[name]):.2f}" for name in ("one", "two"))
        yield (f"| {row['picture']}, {row['side']}², {row['steps']} steps | {one} | {two} | "
               f"{spread(ratios(row['one'], row['two']), '.3f')} | {wanted(row, '.2g')} | "
               f"{'yes' if row['same_bits'] else 'no'} |")


def workers(known):
    """One worker process and two."""
    yield "| picture | one worker, s | two, s | times as fast (quartiles) | wanted | an empty tile there and back, ms |"
    yield "|---|---|---|---|---|---|"
    for row in known["workers"]["rows"]:
        one, two = (f"{middle(row[name]):.1f}" for name in ("one", "two"))
        yield (f"| {row['picture']}, {row['side']}², {row['steps']} steps | {one} | {two} | "
               f"{spread(ratios(row['one'], row['two']), '.3f')} | {wanted(row, '.2g')} | {row['tile_ms']:.1f} |")


def starts(known):
    """Fresh processes."""
    yield "| first picture of a process, s | import | picture | in all | peak, MB |"
    yield "|---|---|---|---|---|"
    for row in known["starts"]["rows"]:
        for how, runs in (("nothing compiled", [row["cold"]]), ("compiled before", row["warm"])):
            numbers = [middle([run[name] for run in runs]) for name in ("import", "picture", "all", "peak")]
            yield f"| {row['picture']}, {how} | " + " | ".join(f"{n:.2f}" for n in numbers[:3]) + f" | {numbers[3]:.0f} |"


def memory(known):
    """Peak memory."""
    yield "| a process that does this, kernels compiled before | peak memory, MB |"
    yield "|---|---|"
    for row in known["memory"]["rows"]:
        yield f"| {row['work']} | {middle(row['peak']):.0f} |"


def growth(known):
    """Exponents."""
    yield "| what grows | from … to | exponent ± standard error | between the last two | what stays |"
    yield "|---|---|---|---|---|"
    for row in known["growth"]["rows"]:
        n, cost = row["n"], [middle(seconds) for seconds in row["seconds"]]
        power, error = exponent(n, cost)
        last = np.log(cost[-1] / cost[-2]) / np.log(n[-1] / n[-2])
        yield f"| {row['grows']} | {n[0]} … {n[-1]} | {power:.3f} ± {error:.3f} | {last:.2f} | {row['fixed']} |"


def points(known):
    """What was fitted."""
    yield "| what grows | n: ms |"
    yield "|---|---|"
    for row in known["growth"]["rows"]:
        found = (f"{n}: {middle(seconds) * 1e3:.3g}" for n, seconds in zip(row["n"], row["seconds"], strict=True))
        yield f"| {row['grows']} | {'; '.join(found)} |"


# ---------------------------------------------------------------- the document

# Under each heading: a part of the file, and the tables made of it.
SECTIONS = {"Against others": ("peers", peers), "Alone": ("alone", alone),
            "How near to the processor's limit": ("rates", matrix, limits, floor),
            "From one thread to two": ("scaling", scaling), "From one dask worker to two": ("workers", workers),
            "Starting": ("starts", starts), "Memory": ("memory", memory),
            "How cost grows": ("growth", growth, points)}


def where(machine):
    """What the machine is, in words; the same for all parts that one call has measured."""
    versions = ", ".join(f"{name} {machine[name] or 'none'}" for name in ("fractaledu", "python", "numba", "numpy", "jax"))
    return (f"{machine['processor']} ({machine['llvm']}; {', '.join(machine['features'])}), {machine['threads']} of "
            f"{machine['processors']} processors, {machine['system']}; {machine['lanes']} pixels at once; {versions}; BLAS: "
            f"{machine['blas']}.")


def when(part):
    """Date, load and length of a measurement."""
    quick = "; **a quick run: its grids are too small to tell anything**" if part["quick"] else ""
    return (f"{part['machine']['date']}, load before {part['machine']['load'][0]}, took {part['took']:.0f} s{quick}." +
            "".join(f" Left out: {why}." for why in part["left_out"]))


def section(part, known):
    """The blocks of text and tables that a part of the file comes to."""
    if part not in known:
        return ["Not measured yet."]
    tables = next(tables for name, *tables in SECTIONS.values() if name == part)
    return [when(known[part]), *("\n".join(table(known)) for table in tables if known[part]["rows"])]


def markdown(known):
    """The generated part of the document."""
    machines = list(dict.fromkeys(where(part["machine"]) for part in known.values()))
    blocks = [f"On {machine}" for machine in machines]
    for heading, (part, *_) in SECTIONS.items():
        blocks.append(f"### {heading}")
        if len(machines) > 1 and part in known:
            blocks.append(f"On {where(known[part]['machine'])}")
        blocks += section(part, known)
    return "\n\n".join(blocks)


def paste(known, document=DOCUMENT):
    """Put them between the marks of the document."""
    text = document.read_text()
    before, rest = text.split(BEGIN)
    document.write_text(f"{before}{BEGIN}\n\n{markdown(known)}\n\n{END}{rest.split(END)[1]}")
