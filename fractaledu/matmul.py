"""Matrix products over (row, lane) whose tiles stay in registers, for networks trained WIDTH at a time."""
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from .simd import DOUBLE, INT64, TILE, VECTOR, WIDTH, _llvm_function, _place, _splat


def vec_place(context, builder, kind, array, first, v):
    """The address of the v-th Vec after array[first], where code is built."""
    return _place(context, builder, kind, array, builder.add(first, INT64(v * WIDTH)), VECTOR)


def load_vec(builder, place):
    """The Vec at an address."""
    loaded = builder.load(place)
    loaded.align = 8
    return loaded


def number_times(context, builder, kind, array, at, right, totals):
    """totals[v] += array[at] * right[v]; the totals are variables."""
    left = _splat(builder, builder.load(_place(context, builder, kind, array, at, DOUBLE)))
    fma = _llvm_function(builder, "fmuladd", 3)
    for b, total in zip(right, totals, strict=True):
        builder.store(builder.call(fma, [left, b, builder.load(total)]), total)


def _tile(rows, columns, add):
    """A piece of a product: c[r, v] (+)= sum over k < count of a[r, k] * b[k, v].

    `a` holds numbers, `b` and `c` hold Vecs; r < rows, v < columns.  Places and strides count float64.
    """
    @intrinsic
    def product(typingctx, count, a, a0, a_row, a_k, b, b0, b_k, c, c0, c_row):
        def code(context, builder, sig, args):
            count, a, a0, a_row, a_k, b, b0, b_k, c, c0, c_row = args
            a_type, b_type, c_type = sig.args[1], sig.args[5], sig.args[8]
            firsts = [builder.add(c0, builder.mul(c_row, INT64(r))) for r in range(rows)]
            places = [[vec_place(context, builder, c_type, c, firsts[r], v) for v in range(columns)] for r in range(rows)]
            totals = [[cgutils.alloca_once(builder, VECTOR) for _ in range(columns)] for _ in range(rows)]
            for r in range(rows):
                for v in range(columns):
                    builder.store(load_vec(builder, places[r][v]) if add else VECTOR([0.0] * WIDTH), totals[r][v])
            a_rows = [builder.add(a0, builder.mul(a_row, INT64(r))) for r in range(rows)]
            with cgutils.for_range(builder, count, intp=INT64) as loop:
                b_row = builder.add(b0, builder.mul(loop.index, b_k))
                right = [load_vec(builder, vec_place(context, builder, b_type, b, b_row, v)) for v in range(columns)]
                step = builder.mul(loop.index, a_k)
                for r in range(rows):
                    number_times(context, builder, a_type, a, builder.add(a_rows[r], step), right, totals[r])
            for r in range(rows):
                for v in range(columns):
                    builder.store(builder.load(totals[r][v]), places[r][v]).align = 8
            return context.get_dummy_value()
        i = types.intp
        return types.void(i, a, i, i, i, b, i, i, c, i, i), code
    return product


def _product(add):
    rows, columns = TILE
    big, tall, wide, small = (_tile(r, v, add) for r, v in ((rows, columns), (rows, 1), (1, columns), (1, 1)))

    @njit
    def product(n, count, m, a, a0, a_row, a_k, b, b0, c, c0):
        """c (+)= a @ b.  a: n x count numbers, from a0 on; b, from b0 on: count x m; c, from c0 on: n x m; WIDTH divides m."""
        whole, most = m - m % (columns * WIDTH), n - n % rows
        for v in range(0, whole, columns * WIDTH):      # columns first: what a tile reads of b stays in the nearest cache
            for r in range(0, most, rows):
                big(count, a, a0 + r * a_row, a_row, a_k, b, b0 + v, m, c, c0 + r * m + v, m)
            for r in range(most, n):
                wide(count, a, a0 + r * a_row, a_row, a_k, b, b0 + v, m, c, c0 + r * m + v, m)
        for v in range(whole, m, WIDTH):
            for r in range(0, most, rows):
                tall(count, a, a0 + r * a_row, a_row, a_k, b, b0 + v, m, c, c0 + r * m + v, m)
            for r in range(most, n):
                small(count, a, a0 + r * a_row, a_row, a_k, b, b0 + v, m, c, c0 + r * m + v, m)
    return product


multiply = _product(add=False)          # c  = a @ b
accumulate = _product(add=True)         # c += a @ b
