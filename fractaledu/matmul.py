"""Matrix products over (row, lane) whose tiles stay in registers, for networks trained WIDTH at a time."""
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from .simd import DOUBLE, INT64, TILE, VECTOR, WIDTH, _llvm_function, _place, _splat


def _tile(rows, columns, add):
    """A piece of a product: c[r, v] (+)= sum over k < count of a[r, k] * b[k, v].

    `a` holds numbers, `b` and `c` hold Vecs; r < rows, v < columns.  Places and strides count float64.
    """
    @intrinsic
    def product(typingctx, count, a, a0, a_row, a_k, b, b0, b_k, c, c0, c_row):
        def code(context, builder, sig, args):
            count, a, a0, a_row, a_k, b, b0, b_k, c, c0, c_row = args
            a_type, b_type, c_type = sig.args[1], sig.args[5], sig.args[8]

            def vec_at(kind, array, first, v):
                return _place(context, builder, kind, array, builder.add(first, INT64(v * WIDTH)), VECTOR)

            def load_vec(place):
                loaded = builder.load(place)
                loaded.align = 8
                return loaded

            firsts = [builder.add(c0, builder.mul(c_row, INT64(r))) for r in range(rows)]
            places = [[vec_at(c_type, c, firsts[r], v) for v in range(columns)] for r in range(rows)]
            totals = [[cgutils.alloca_once(builder, VECTOR) for _ in range(columns)] for _ in range(rows)]
            zero = VECTOR([DOUBLE(0.0)] * WIDTH)
            for r in range(rows):
                for v in range(columns):
                    builder.store(load_vec(places[r][v]) if add else zero, totals[r][v])
            a_rows = [builder.add(a0, builder.mul(a_row, INT64(r))) for r in range(rows)]
            fma = _llvm_function(builder, "fmuladd", 3)
            with cgutils.for_range(builder, count, intp=INT64) as loop:
                b_row = builder.add(b0, builder.mul(loop.index, b_k))
                right = [load_vec(vec_at(b_type, b, b_row, v)) for v in range(columns)]
                step = builder.mul(loop.index, a_k)
                for r in range(rows):
                    number = builder.load(_place(context, builder, a_type, a, builder.add(a_rows[r], step), DOUBLE))
                    left = _splat(builder, number)
                    for v in range(columns):
                        total = builder.load(totals[r][v])
                        builder.store(builder.call(fma, [left, right[v], total]), totals[r][v])
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
    def product(n, count, m, a, a0, a_row, a_k, b, b0, c):
        """c (+)= a @ b.  a: n x count numbers, from a0 on; b, from b0 on: count x m; c: n x m; WIDTH divides m."""
        whole = m - m % (columns * WIDTH)
        r = 0
        while r < n:
            at = a0 + r * a_row
            if r + rows <= n:
                for v in range(0, whole, columns * WIDTH):
                    big(count, a, at, a_row, a_k, b, b0 + v, m, c, r * m + v, m)
                for v in range(whole, m, WIDTH):
                    tall(count, a, at, a_row, a_k, b, b0 + v, m, c, r * m + v, m)
                r += rows
            else:
                for v in range(0, whole, columns * WIDTH):
                    wide(count, a, at, a_row, a_k, b, b0 + v, m, c, r * m + v, m)
                for v in range(whole, m, WIDTH):
                    small(count, a, at, a_row, a_k, b, b0 + v, m, c, r * m + v, m)
                r += 1
    return product


multiply = _product(add=False)          # c  = a @ b
accumulate = _product(add=True)         # c += a @ b
