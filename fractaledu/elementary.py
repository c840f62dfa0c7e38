"""exp, tanh, roots: functions of a Vec that are made of its arithmetic."""
import decimal

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils
from numba.extending import intrinsic

from .simd import BOOLS, DOUBLE, INT32, INT64, INTS, ROUND, VECTOR, WIDTH, copysign, fabs, sqrt, vec, where


@intrinsic
def _power_of_two(typingctx, t):
    """2**k when t = k + ROUND + 1023: the low bits of t moved up into the exponent."""
    def code(context, builder, sig, args):
        shift = ir.Constant(INTS, [52] * WIDTH)
        return builder.bitcast(builder.shl(builder.bitcast(args[0], INTS), shift), VECTOR)
    return vec(vec), code


BIAS = 1023.0                           # of a float64's exponent
LOG2_HIGH, LOG2_LOW = 0.6931471805599453, 2.3190468138462996e-17       # log(2) in two parts
INVERSE_LOG2 = 1.4426950408889634


@njit(forceinline=True)
def _split(x):
    """k and e**r - 1, where x = k log(2) + r and abs(r) <= log(2) / 2."""
    k = (x * INVERSE_LOG2 + ROUND) - ROUND
    r = (x - k * LOG2_HIGH) - k * LOG2_LOW
    r2 = r * r
    r4 = r2 * r2
    # Taylor's series to r**13; the rest is below 1e-18
    low = (1 / 2 + r * (1 / 6)) + r2 * (1 / 24 + r * (1 / 120))
    middle = (1 / 720 + r * (1 / 5040)) + r2 * (1 / 40320 + r * (1 / 362880))
    high = (1 / 3628800 + r * (1 / 39916800)) + r2 * (1 / 479001600 + r * (1 / 6227020800))
    return k, r + r2 * (low + r4 * (middle + r4 * high))


@njit(forceinline=True)
def exp(x):
    """e**x, to 1 ulp; subnormal, 0 and inf where they belong."""
    x = where(x > 710.0, 710.0, x)                      # NaN stays NaN
    x = where(x < -746.0, -746.0, x)
    k, p = _split(x)
    half = (k * 0.5 + ROUND) - ROUND                    # 2**k in two factors, so that none under- or overflows
    return (1.0 + p) * _power_of_two(half + (ROUND + BIAS)) * _power_of_two((k - half) + (ROUND + BIAS))


@njit(forceinline=True)
def exp_and_rest(x):
    """e**x and 1 - e**x for x <= 0, both to about an ulp of themselves; x below -600 counts as -600."""
    k, p = _split(where(x < -600.0, -600.0, x))
    two = _power_of_two(k + (ROUND + BIAS))
    return two + two * p, (1.0 - two) - two * p


# tanh is tabulated at k * STEP.  STEP is chosen so that the first few entries are float64 numbers to 0.04 ulp: there the
# table's rounding would count most.  All STEP * k with k < 2**12 are exact, and so is the distance to the nearest one.
STEP = 7644 / 2 ** 20
ENTRIES = 4096              # a power of 2: whatever the bits of a NaN, the place is one of the table


def _tanh_table():
    """tanh(k * STEP), correctly rounded."""
    with decimal.localcontext() as context:
        context.prec = 40
        factor, e, table = (-2 * decimal.Decimal(STEP)).exp(), decimal.Decimal(1), np.ones(ENTRIES)
        for k in range(int(20.0 / STEP) + 2):
            table[k] = (1 - e) / (1 + e)                # e = exp(-2 k STEP)
            e *= factor
    return table


TANH = _tanh_table()


@intrinsic
def _looked_up(typingctx, table, k):
    """table[k mod ENTRIES], lane by lane, when k + ROUND is given."""
    def code(context, builder, sig, args):
        def everywhere(number, kind):
            return ir.Constant(kind, [number] * WIDTH)
        place = builder.and_(builder.bitcast(args[1], INTS), everywhere(ENTRIES - 1, INTS))
        data = context.make_array(sig.args[0])(context, builder, args[0]).data
        one = builder.insert_element(ir.Constant(INTS, ir.Undefined), builder.ptrtoint(data, INT64), INT32(0))
        first = builder.shuffle_vector(one, ir.Constant(INTS, ir.Undefined), everywhere(0, ir.VectorType(INT32, WIDTH)))
        pointers = ir.VectorType(DOUBLE.as_pointer(), WIDTH)
        places = builder.inttoptr(builder.add(first, builder.shl(place, everywhere(3, INTS))), pointers)
        kind = ir.FunctionType(VECTOR, [pointers, INT32, BOOLS, VECTOR])
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.masked.gather.v{WIDTH}f64.v{WIDTH}p0")
        return builder.call(function, [places, INT32(8), everywhere(True, BOOLS), ir.Constant(VECTOR, ir.Undefined)])
    return vec(table, k), code


@njit(forceinline=True)
def tanh(x):
    """Hyperbolic tangent, to 1.1 ulp (1.0 seen); -0.0 and NaN come back as they are."""
    a = fabs(x)
    a = where(a > 20.0, 20.0, a)                            # NaN stays NaN
    near = a * (1.0 / STEP) + ROUND
    r = a - (near - ROUND) * STEP                           # a = k STEP + r
    t = _looked_up(TANH, near)
    # tanh(k STEP + r) = t + (1 - t**2) r / (1 + s) = t + r (1 - (t**2 + s) / (1 + s)),  s = (r coth(r) - 1) + t r.
    # As abs(s) < 2**-8, no division: 1 / (1 + s) = (1 - s) (1 + s**2 + s**4 + ...).
    u = r * r
    s = t * r + u * (1 / 3 - u * (1 / 45))
    s2 = s * s
    start = 1.0 - s
    inverse = start + start * (s2 + s2 * s2)
    return copysign(t + (r - r * ((t * t + s) * inverse)), x)


# ---------------------------------------------------------------- roots

@intrinsic
def _inverse_root_to_14_bits(typingctx, x):
    """1 / sqrt(x), a guess of AVX-512."""
    def code(context, builder, sig, args):
        kind = ir.FunctionType(VECTOR, [VECTOR, VECTOR, ir.IntType(8)])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.avx512.rsqrt14.pd.512")
        return builder.call(function, [args[0], VECTOR([0.0] * WIDTH), ir.IntType(8)(-1)])
    return vec(vec), code


SMALLEST = 2.0 ** -1074
CAN_GUESS = WIDTH == 8          # AVX-512 is there


@njit(forceinline=True)
def root_and_inverse(x):
    """sqrt(x) and 1 / sqrt(x), each to 2 ulp; of inf: inf or NaN, and 0 or NaN; of 0: 0, and more than 1e161.

    Worth it where nothing else is to be done meanwhile: square root and division take AVX-512's divider 40 cycles, this its
    multipliers 7 (and Newton's method, which has enough to multiply, loses by it).
    """
    if not CAN_GUESS:
        root = sqrt(x)
        return root, 1.0 / root
    above = where(x < SMALLEST, SMALLEST, x)                # 0 would give 0 inf; NaN stays NaN
    r = _inverse_root_to_14_bits(above)
    e = 1.0 - (above * r) * r                               # abs(e) < 2**-13, and 1 / sqrt(x) = r (1 - e)**(-1/2)
    r = r + (r * e) * (1 / 2 + e * (3 / 8 + e * (5 / 16)))
    return x * r, r
