"""Maps of the complex plane: Mandelbrot, Julia, Burning Ship, the logistic family, magnets, Newton, rational functions."""
from __future__ import annotations

import numpy as np

from .arguments import real, whole
from .parameters import Parameter, choose
from .polynomials import complex_numbers, finite_complex, polynomial, short, superscript, tex, tex_polynomial
from .problems import SIZE, Problem, Watched, with_axes
from .systems import complex_maps, planar
from .systems import newton as newtons
from .view import View

TOLERANCE = 1e-8
JULIA = {"rabbit": -0.122561166876654 + 0.744861766619744j, "basilica": -1.0 + 0j, "san-marco": -0.75 + 0j, "dendrite": 1j}
BOTH_PARTS = "real part of {0}", "imaginary part of {0}"
STARTS = {"x_label": "real part of the start", "y_label": "imaginary part of the start", "symbols": ("Re z", "Im z")}
CONSTANTS = {"x_label": "real part of c", "y_label": "imaginary part of c", "symbols": ("Re c", "Im c")}
DISTANCE = "distance to the nearest root"


def _tolerance(tolerance):
    number = real("tolerance", tolerance)
    if not number > 0:
        raise ValueError(f"tolerance must be positive, got {tolerance}")
    return number


def _power(power):
    return whole("power", power, 2, 64)


def mandelbrot(power=2) -> Problem:
    """The Mandelbrot set of z**power + c: the pixel is c, the orbit starts at 0.

    Parameters
    ----------
    power : int, default 2
        Exponent, from 2 to 64.
    """
    power = _power(power)
    view = View((-2.1, 0.6), (-1.35, 1.35)) if power == 2 else View((-1.5, 1.5), (-1.5, 1.5))
    return Problem(planar.Mandelbrot(power), view, 200, "mandelbrot", {"power": power},
                   f"Mandelbrot set, z{superscript(power)} + c", **CONSTANTS,
                   formula=rf"z_{{t+1}} = z_t^{{{power}}} + c, \quad z_0 = 0",
                   source="R. Brooks and J. P. Matelski 1978; B. Mandelbrot 1980")


def julia(c="rabbit", power=2) -> Problem:
    """The filled Julia set of z**power + c: the pixel is the start.

    Parameters
    ----------
    c : complex or str, default "rabbit"
        The constant, finite; or one by name: "rabbit" (Douady's, of period 3), "basilica" (-1), "san-marco" (-3/4),
        "dendrite" (i).
    power : int, default 2
        Exponent, from 2 to 64.
    """
    named = JULIA.get(c) if isinstance(c, str) else None
    if isinstance(c, str) and named is None:
        raise ValueError(f"c must be a number or one of {', '.join(JULIA)}, got {c!r}")
    power, c = _power(power), finite_complex("c", c if named is None else named)
    called = "".join(f", {name}" for name, constant in JULIA.items() if constant == c and power == 2)
    return Problem(planar.Julia(c.real, c.imag, power), View((-1.6, 1.6), (-1.6, 1.6)), 200, "julia",
                   {"c": c, "power": power}, f"Julia set, z{superscript(power)} + ({short(c)})" + called, **STARTS,
                   formula=rf"z_{{t+1}} = z_t^{{{power}}} + c, \quad c = {tex(c)}", source="G. Julia 1918; P. Fatou 1919")


def burning_ship(power=2) -> Problem:
    """The Burning Ship, (abs(Re z) + i abs(Im z))**power + c: the pixel is c, the orbit starts at 0.

    Parameters
    ----------
    power : int, default 2
        Exponent, from 2 to 64.

    Notes
    -----
    M. Michelitsch and O. E. Roessler, Computers & Graphics 16 (1992) 435.  Usual pictures turn the imaginary axis upside
    down, so that the ships float; here up is up, and they hang.
    """
    power = _power(power)
    view = View((-2.2, 1.3), (-2.0, 1.5)) if power == 2 else View((-1.6, 1.6), (-1.6, 1.6))
    return Problem(planar.BurningShip(power), view, 200, "burning-ship", {"power": power},
                   "Burning Ship" + ("" if power == 2 else f", power {power}"), **CONSTANTS,
                   formula=rf"z_{{t+1}} = (|\mathrm{{Re}}\,z_t| + i\,|\mathrm{{Im}}\,z_t|)^{{{power}}} + c, \quad z_0 = 0",
                   source="M. Michelitsch and O. E. Rössler, Computers & Graphics 16 (1992) 435")


def magnet(kind=1, tolerance=TOLERANCE) -> Problem:
    """A magnet of renormalisation: the pixel is c, the orbit starts at 0 and ends at 1, at infinity, or at neither.

    Parameters
    ----------
    kind : {1, 2}, default 1
        I: z' = ((z**2 + c - 1) / (2 z + c - 2))**2.
        II: z' = ((z**3 + 3 (c - 1) z + (c - 1)(c - 2)) / (3 z**2 + 3 (c - 2) z + (c - 1)(c - 2) + 1))**2.
    tolerance : float, default 1e-8
        An orbit has settled when it ends nearer than this to 1.

    Notes
    -----
    H.-O. Peitgen and P. H. Richter, The Beauty of Fractals (1986).  Not to run away is not to reach 1: about 10 % of the
    first view do neither.
    """
    kind, tolerance = whole("kind", kind, 1, 2), _tolerance(tolerance)
    formula = (r"z_{t+1} = \left(\frac{z_t^2 + c - 1}{2 z_t + c - 2}\right)^2" if kind == 1 else
               r"z_{t+1} = \left(\frac{z_t^3 + 3(c-1)z_t + (c-1)(c-2)}{3z_t^2 + 3(c-2)z_t + (c-1)(c-2) + 1}\right)^2")
    return Problem(complex_maps.Magnet(kind, tolerance), View((-2.2, 4.2), (-3.2, 3.2)), 200, "magnet",
                   {"kind": kind, "tolerance": tolerance}, f"Magnet {'I' * kind}", **CONSTANTS,
                   watched=Watched("|z − 1|", tolerance, ends=True, limit=complex_maps.FAR), attractors=("1", "infinity"),
                   formula=formula + r", \quad z_0 = 0",
                   source="H.-O. Peitgen and P. H. Richter, The Beauty of Fractals (1986)")


# ---------------------------------------------------------------- one quadratic map in two dresses

def _quadratic(name, symbol, words, view):
    return (Parameter(name, words, symbol, view[0][2], view[0][:2]),
            Parameter(f"{name}_imag", f"imaginary part of the {words}", f"Im {symbol}", 0.0, view[1]),
            Parameter("start", "start", "x₀", 0.5, (-1.0, 2.0)),
            Parameter("start_imag", "imaginary part of the start", "Im x₀", 0.0, (-1.5, 1.5)))


LOGISTIC = _quadratic("r", "r", "growth rate", ((-2.2, 4.2, 3.2), (-3.2, 3.2)))
CUBIC = _quadratic("rate", "η", "learning rate", ((-3.2, 3.2, 1.5), (-3.2, 3.2)))


def logistic(axes=("r", "r_imag"), start=None, **values) -> Problem:
    """The logistic map x' = r x (1 - x), with complex numbers: any two of r, r_imag, start, start_imag are the axes.

    It is z' = z**2 + c with z = r (1/2 - x) and c = r/2 - r**2/4, and |z|/2 is watched.

    Parameters
    ----------
    axes : (str, str), default ("r", "r_imag")
    start : float, optional
        Default, where it is no axis: the critical point 1/2, whose orbit decides whether any stays (Fatou).
    **values : float
        r (default 3.2), r_imag (0), start_imag (0): those that are no axes.
    """
    return _of_family(LOGISTIC, 1, axes, {"start": start, **values}, "logistic", "Logistic map",
                      r"x_{t+1} = r\,x_t\,(1 - x_t), \quad c = \frac{r}{2} - \frac{r^2}{4}", "R. M. May, Nature 261 (1976) 459")


def cubic(axes=("rate", "rate_imag"), start=None, **values) -> Problem:
    """Gradient descent on x**2/2 - x**3/3, whose learning rate is a point of the Mandelbrot set.

    x' = (1 - rate) x + rate x**2 is z' = z**2 + c with z = rate x + (1 - rate)/2 and c = (1 - rate**2)/4, and the logistic
    map with r = 1 + rate; |z|/2 is watched.  With complex numbers too: any two of rate, rate_imag, start, start_imag are
    the axes.

    Parameters
    ----------
    axes : (str, str), default ("rate", "rate_imag")
    start : float, optional
        Default, where it is no axis: the critical point (rate - 1)/(2 rate), where z is 0.
    **values : float
        rate (default 1.5), rate_imag (0), start_imag (0): those that are no axes.
    """
    return _of_family(CUBIC, 0, axes, {"start": start, **values}, "cubic", "Gradient descent on x²/2 − x³/3",
                      r"x_{t+1} = x_t - \eta\,(x_t - x_t^2), \quad c = \frac{1 - \eta^2}{4}",
                      "all quadratic maps are one: R. L. Devaney, An Introduction to Chaotic Dynamical Systems (1986)")


def _of_family(parameters, is_logistic, axes, values, name, title, formula, source):
    hyper, view, given = choose(parameters, axes, values)
    parts = {parameters[hyper.x].name, parameters[hyper.y].name}
    critical = not (parts | given.keys()) & {"start", "start_imag"}
    system = complex_maps.Quadratic(hyper, is_logistic, int(critical))
    return with_axes(system, parameters, hyper, view, steps=200, name=name,
                     options=given, title=title, watched=SIZE, formula=formula, source=source)


def newton(roots=None, coefficients=None, a=1.0, tolerance=None, degree=None) -> Problem:
    """Newton's method z' = z - a p(z)/p'(z) on a polynomial: the pixel is the start.

    Parameters
    ----------
    roots : sequence of complex, optional
        The roots of p; a repeated one is a multiple root.  Default: those of z**degree - 1.
    coefficients : sequence of complex, optional
        Instead of the roots: the coefficients of p, highest power first (as `numpy.poly1d`).  Double and triple roots are
        recognised; give `roots` for higher ones.
    a : complex, default 1
        Relaxation: a simple root attracts nearby starts for abs(1 - a) < 1.
    tolerance : float, default 1e-8
        An orbit has settled when it ends nearer than this to a root.
    degree : int, default 3
        For z**degree - 1, from 2 to 64; without roots and coefficients.

    Raises
    ------
    ValueError
        If more than one of roots, coefficients and degree is given, a number is not finite, or p is a constant.
    """
    ways = {"roots": roots, "coefficients": coefficients, "degree": degree}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} must not both be given")
    options, closeness = {"a": finite_complex("a", a)}, 0.0
    if coefficients is not None:
        closeness = 1e-4                        # a triple root comes out of numpy.roots as three, 1e-5 apart
        coefficients = polynomial("coefficients", coefficients)
        if len(coefficients) < 2:
            raise ValueError(f"coefficients must be those of a polynomial of degree 1 or more, got {coefficients.tolist()}")
        options["coefficients"] = coefficients.tolist()
        roots = np.roots(coefficients)
    elif roots is None:
        degree = options["degree"] = 3 if degree is None else whole("degree", degree, 2, 64)
        roots = [np.exp(2j * np.pi * k / degree) for k in range(degree)]
    else:
        roots = options["roots"] = complex_numbers("roots", roots)
    if not 1 <= len(roots) <= 64:
        raise ValueError(f"roots must be from 1 to 64 in number, got {len(roots)}")
    if tolerance is not None:
        options["tolerance"] = tolerance = _tolerance(tolerance)
    system = newtons.build(roots, options["a"], tolerance or TOLERANCE, closeness)
    attractors = tuple(complex(x, y) for x, y in zip(system.root_x, system.root_y, strict=True))
    reach = 2.0 * max(1.0, *(abs(r) for r in attractors)) if any(attractors) else 2.0
    relaxed = "" if a == 1 else f", a = {short(options['a'])}"
    return Problem(system, View((-reach, reach), (-reach, reach)), 100, "newton", options,
                   f"Newton's method, {len(attractors)} roots{relaxed}",
                   **STARTS, watched=Watched(DISTANCE, system.tolerance, ends=True), attractors=attractors,
                   formula=r"z_{t+1} = z_t - a\,\frac{p(z_t)}{p'(z_t)}, \quad "
                           + (rf"p(z) = z^{{{degree}}} - 1" if degree else rf"p \mathrm{{\ with\ {len(attractors)}\ roots}}"),
                   source="A. Cayley 1879; J. H. Hubbard, D. Schleicher and S. Sutherland 2001")


def rational(numerator=(2, 0, 0, 1), denominator=(3, 0, 0), tolerance=TOLERANCE) -> Problem:
    """z' = p(z) / q(z), a rational function: the pixel is the start, the Julia set is the border of the basins.

    Parameters
    ----------
    numerator, denominator : sequence of complex
        Coefficients of p and q, highest power first, at most 65, without common factors.  Default:
        (2 z**3 + 1) / (3 z**2), Newton's method on z**3 - 1.
    tolerance : float, default 1e-8
        An orbit has settled when it ends nearer than this to an attracting fixed point.

    Raises
    ------
    ValueError
        If p/q is no rational function of degree 2 or more, or has no finite attracting fixed point (for z**n + c there is
        `julia`).
    """
    p, q = polynomial("numerator", numerator), polynomial("denominator", denominator)
    degree, tolerance = max(len(p), len(q)) - 1, _tolerance(tolerance)
    if degree < 2:
        raise ValueError(f"numerator and denominator must make a function of degree 2 or more, got {p.tolist()} and "
                         f"{q.tolist()}")
    try:
        fixed = np.roots(np.polysub(p, np.append(q, 0)))            # p(z) = z q(z)
    except np.linalg.LinAlgError:
        raise ValueError(f"numerator and denominator must be of moderate size, got {p.tolist()} and {q.tolist()}") from None
    with np.errstate(all="ignore"):
        bottom = np.polyval(q, fixed)
        top = np.polyval(np.polyder(p), fixed) * bottom - np.polyval(p, fixed) * np.polyval(np.polyder(q), fixed)
        fixed = fixed[np.abs(top / bottom ** 2) < 1 - 1e-6]
    if len(fixed) == 0:
        raise ValueError("numerator / denominator must have a finite attracting fixed point, got none (for z**n + c: julia)")
    fixed = fixed[np.lexsort((np.abs(fixed), np.angle(fixed).round(9) % (2 * np.pi)))]        # as those of `newton`
    # infinity attracts where p has the higher degree by 2, or by 1 and the leading coefficients say so
    excess = len(p) - len(q)
    infinity = excess >= 2 or (excess == 1 and abs(p[0]) > abs(q[0]))
    padded = (np.concatenate([np.zeros(degree + 1 - len(c)), c]) for c in (p, q))
    parts = [np.ascontiguousarray(part, float) for c in padded for part in (c.real, c.imag)]
    system = complex_maps.Rational(*parts, np.ascontiguousarray(fixed.real), np.ascontiguousarray(fixed.imag), tolerance,
                                   len(fixed) if infinity else -1)
    attractors = (*(complex(z) for z in fixed), *(("infinity",) if infinity else ()))
    reach = 2.0 * float(np.round(max(1.0, *np.abs(fixed)), 12))
    return Problem(system, View((-reach, reach), (-reach, reach)), 100, "rational",
                   {"numerator": p.tolist(), "denominator": q.tolist(), "tolerance": tolerance},
                   f"Julia set of a rational function of degree {degree}", **STARTS,
                   watched=Watched("distance to the nearest attracting fixed point", tolerance, ends=True),
                   attractors=attractors,
                   formula=rf"z_{{t+1}} = \frac{{{tex_polynomial(p)}}}{{{tex_polynomial(q)}}}",
                   source="G. Julia 1918; P. Fatou 1919; the default is Cayley's problem of 1879")
