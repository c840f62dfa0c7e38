"""Several float64 numbers as one value: the types `Vec` and `Mask`, for jitted code only.

A Vec is WIDTH neighbouring lanes, LLVM's <WIDTH x double>: 8 with AVX-512, one register; otherwise 4, one register of AVX2
or two of NEON.  Its arithmetic is written with the ordinary operators (+ - * /, unary -, abs, comparisons, which give a Mask,
and & of two Masks), so that a step of a map reads like the textbook line and still steps WIDTH pixels at once.  Nothing is left
to the auto-vectoriser.

`load` and `store` are raw pointers: no bounds check sees them, so whoever calls the kernels checks sizes first.
"""
import operator

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic, lower_builtin, models, overload, register_model, type_callable


def _has_avx512():
    """Whether Numba will compile for a processor with AVX-512 (NUMBA_CPU_NAME and _FEATURES included)."""
    if config.CPU_FEATURES is not None:
        return "+avx512f" in config.CPU_FEATURES or config.CPU_NAME == "x86-64-v4"
    return llvm.get_host_cpu_features().get("avx512f", False)


# Measured on networks: with AVX-512 eight lanes and 4 x 4 tiles are best, without it four lanes and 4 x 2.
WIDTH, TILE = (8, (4, 4)) if _has_avx512() else (4, (4, 2))
ALL_LANES = 2 ** WIDTH - 1
ROUND = 6755399441055744.0              # 1.5 * 2**52: x + ROUND - ROUND rounds x to a whole number

DOUBLE, INT32, INT64 = ir.DoubleType(), ir.IntType(32), ir.IntType(64)
VECTOR, INTS, BOOLS = (ir.VectorType(kind, WIDTH) for kind in (DOUBLE, INT64, ir.IntType(1)))


class VecType(types.Type):
    """WIDTH float64."""

    def __init__(self):
        super().__init__(name=f"Vec{WIDTH}")


class MaskType(types.Type):
    """WIDTH booleans."""

    def __init__(self):
        super().__init__(name=f"Mask{WIDTH}")


vec, mask = VecType(), MaskType()


@register_model(VecType)
class _VecModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, VECTOR)


@register_model(MaskType)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, BOOLS)


# ---------------------------------------------------------------- numbers to Vecs, arithmetic, comparisons

def _splat(builder, x):
    one = builder.insert_element(ir.Constant(VECTOR, ir.Undefined), x, ir.Constant(INT32, 0))
    zeros = ir.Constant(ir.VectorType(INT32, WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(one, ir.Constant(VECTOR, ir.Undefined), zeros)


def _as_vec(context, builder, kind, x):
    return x if isinstance(kind, VecType) else _splat(builder, context.cast(builder, x, kind, types.float64))


def _pairs(op, result, lower):
    """`op` for Vec with Vec and for Vec with number, either way round."""
    @type_callable(op)
    def typing(context):
        def resolve(a, b):
            vecs = isinstance(a, VecType) + isinstance(b, VecType)
            if vecs == 2 or vecs == 1 and isinstance(b if isinstance(a, VecType) else a, types.Number):
                return result
        return resolve

    def code(context, builder, sig, args):
        return lower(builder, *(_as_vec(context, builder, kind, x) for kind, x in zip(sig.args, args, strict=True)))
    for left, right in ((VecType, VecType), (VecType, types.Number), (types.Number, VecType)):
        lower_builtin(op, left, right)(code)


def _arithmetic(instruction):
    # "contract" allows a * b + c in one rounding; nothing else of fastmath, which would lose inf and NaN.  That a sweep and a
    # record have the same bits rests on LLVM doing so alike in each copy of a step; tests/test_kernel.py looks.
    return lambda builder, a, b: getattr(builder, instruction)(a, b, flags=["contract"])


def _comparison(symbol):
    compare = "fcmp_unordered" if symbol == "!=" else "fcmp_ordered"        # NaN is unequal to everything
    return lambda builder, a, b: getattr(builder, compare)(symbol, a, b)


for _op, _inplace, _name in ((operator.add, operator.iadd, "fadd"), (operator.sub, operator.isub, "fsub"),
                             (operator.mul, operator.imul, "fmul"), (operator.truediv, operator.itruediv, "fdiv")):
    _pairs(_op, vec, _arithmetic(_name))
    _pairs(_inplace, vec, _arithmetic(_name))
for _op, _symbol in ((operator.lt, "<"), (operator.gt, ">"), (operator.le, "<="), (operator.ge, ">="),
                     (operator.eq, "=="), (operator.ne, "!=")):
    _pairs(_op, mask, _comparison(_symbol))


@type_callable(operator.and_)
def _type_and(context):
    return lambda a, b: mask if isinstance(a, MaskType) and isinstance(b, MaskType) else None


@lower_builtin(operator.and_, MaskType, MaskType)
def _lower_and(context, builder, sig, args):
    return builder.and_(*args)


@type_callable(operator.neg)
def _type_neg(context):
    return lambda a: vec if isinstance(a, VecType) else None


@lower_builtin(operator.neg, VecType)
def _lower_neg(context, builder, sig, args):
    return builder.fneg(args[0])


# ---------------------------------------------------------------- memory

def _place(context, builder, array_type, array, index, kind):
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), kind.as_pointer())


@intrinsic
def load(typingctx, array, index):
    """WIDTH neighbours of a contiguous float64 array, from a flat index on."""
    def code(context, builder, sig, args):
        at = context.cast(builder, args[1], sig.args[1], types.intp)
        loaded = builder.load(_place(context, builder, sig.args[0], args[0], at, VECTOR))
        loaded.align = 8
        return loaded
    return vec(array, index), code


@intrinsic
def store(typingctx, array, index, value):
    """Write a Vec, or a number WIDTH times, to a contiguous float64 array from a flat index on."""
    def code(context, builder, sig, args):
        at = context.cast(builder, args[1], sig.args[1], types.intp)
        x = _as_vec(context, builder, sig.args[2], args[2])
        builder.store(x, _place(context, builder, sig.args[0], args[0], at, VECTOR)).align = 8
        return context.get_dummy_value()
    return types.void(array, index, value), code


@intrinsic
def gather(typingctx, array, places):
    """The numbers of a contiguous float64 array at each lane's own place, a Vec of whole numbers."""
    def code(context, builder, sig, args):
        indices, found = builder.fptosi(args[1], INTS), ir.Constant(VECTOR, ir.Undefined)
        for lane in range(WIDTH):
            index = builder.extract_element(indices, ir.Constant(INT32, lane))
            number = builder.load(_place(context, builder, sig.args[0], args[0], index, DOUBLE))
            found = builder.insert_element(found, number, ir.Constant(INT32, lane))
        return found
    return vec(array, vec), code


# ---------------------------------------------------------------- lanes and masks

@intrinsic
def splat(typingctx, x):
    """A number in every lane."""
    def code(context, builder, sig, args):
        return _as_vec(context, builder, sig.args[0], args[0])
    return vec(x), code


@intrinsic
def where(typingctx, m, a, b):
    """Lane by lane: a where the mask is set, else b."""
    def code(context, builder, sig, args):
        x, y = (_as_vec(context, builder, kind, v) for kind, v in zip(sig.args[1:], args[1:], strict=True))
        return builder.select(args[0], x, y)
    return vec(m, a, b), code


@intrinsic
def bits(typingctx, m):
    """A Mask as an integer: bit i is lane i."""
    def code(context, builder, sig, args):
        return builder.zext(builder.bitcast(args[0], ir.IntType(WIDTH)), INT64)
    return types.int64(mask), code


# ---------------------------------------------------------------- functions

def _llvm_function(builder, name, arguments):
    kind = ir.FunctionType(VECTOR, [VECTOR] * arguments)
    return cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{WIDTH}f64")


def _call(name, arguments):
    return lambda context, builder, sig, args: builder.call(_llvm_function(builder, name, arguments), args)


@intrinsic
def fabs(typingctx, x):
    """Absolute value."""
    return vec(vec), _call("fabs", 1)


@intrinsic
def sqrt(typingctx, x):
    """Square root, correctly rounded."""
    return vec(vec), _call("sqrt", 1)


@intrinsic
def library_sin(typingctx, x):
    """Sine by the C library, lane by lane: right for any argument, and slow."""
    return vec(vec), _call("sin", 1)


@intrinsic
def library_cos(typingctx, x):
    """Cosine, as `library_sin`."""
    return vec(vec), _call("cos", 1)


@intrinsic
def fma(typingctx, x, y, z):
    """x * y + z with one rounding, on any processor."""
    return vec(vec, vec, vec), _call("fma", 3)


@intrinsic
def log(typingctx, x):
    """Natural logarithm by the C library, lane by lane."""
    return vec(vec), _call("log", 1)


@intrinsic
def single(typingctx, x):
    """Rounded to float32 and back."""
    def code(context, builder, sig, args):
        return builder.fpext(builder.fptrunc(args[0], ir.VectorType(ir.FloatType(), WIDTH)), VECTOR)
    return vec(vec), code


@intrinsic
def copysign(typingctx, x, y):
    """The size of x with the sign of y."""
    return vec(vec, vec), _call("copysign", 2)


@overload(abs)
def _abs(x):
    if isinstance(x, VecType):
        return lambda x: fabs(x)
