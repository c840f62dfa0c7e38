"""The two matrix products of a network's step, with the activation inside the tile, while its numbers are in registers.

Both are made from what an activation is: functions kept(activation, z), value(activation, h) and slope(activation, h), Vec
to Vec, as systems/activations.py has them.
"""
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from .matmul import accumulate, load_vec, number_times, vec_place
from .simd import INT64, TILE, VECTOR, WIDTH, vec


def _caller(context, builder, function, activation):
    """`function` of (activation, Vec), to be called where code is built; LLVM inlines it."""
    def call(activation, x):
        return function(activation, x)
    signature = vec(activation, vec)
    compiled = context.compile_subroutine(builder, call, signature)
    return lambda *args: context.call_internal(builder, compiled.fndesc, signature, args)


def _forward_tile(rows, columns, kept, value):
    """c[r, v] = h = kept(sum over k of a[r, k] * b[k, v]);  out[r] += value(h) * w[v], for r < rows, v < columns."""
    @intrinsic
    def tile(typingctx, activation, count, a, a0, b, b0, b_k, c, c0, w, w0, out, out0):
        def code(context, builder, sig, args):
            own, count, a, a0, b, b0, b_k, c, c0, w, w0, out, out0 = args
            keep, read = (_caller(context, builder, function, sig.args[0]) for function in (kept, value))
            b_type, c_type, w_type, out_type = (sig.args[i] for i in (4, 7, 9, 11))
            totals = [[cgutils.alloca_once(builder, VECTOR) for _ in range(columns)] for _ in range(rows)]
            for row in totals:
                for total in row:
                    builder.store(VECTOR([0.0] * WIDTH), total)
            with cgutils.for_range(builder, count, intp=INT64) as loop:
                first = builder.add(b0, builder.mul(loop.index, b_k))
                right = [load_vec(builder, vec_place(context, builder, b_type, b, first, v)) for v in range(columns)]
                for r in range(rows):
                    at = builder.add(builder.add(a0, builder.mul(count, INT64(r))), loop.index)
                    number_times(context, builder, sig.args[2], a, at, right, totals[r])
            weights = [load_vec(builder, vec_place(context, builder, w_type, w, w0, v)) for v in range(columns)]
            for r in range(rows):
                place = vec_place(context, builder, out_type, out, out0, r)
                output = load_vec(builder, place)
                for v in range(columns):
                    h = keep(own, builder.load(totals[r][v]))
                    row = builder.add(c0, builder.mul(b_k, INT64(r)))
                    builder.store(h, vec_place(context, builder, c_type, c, row, v)).align = 8
                    product = builder.fmul(read(own, h), weights[v], flags=["contract"])
                    output = builder.fadd(output, product, flags=["contract"])
                builder.store(output, place).align = 8
            return context.get_dummy_value()
        i = types.intp
        return types.void(activation, i, a, i, b, i, i, c, i, w, i, out, i), code
    return tile


def forward_product(kept, value):
    """The function z, out = forward pass of `n` samples."""
    rows, columns = TILE
    big, tall, wide, small = (_forward_tile(r, v, kept, value)
                              for r, v in ((rows, columns), (rows, 1), (1, columns), (1, 1)))

    @njit
    def forward(activation, n, count, m, a, a0, b, b0, c, w0, out):
        """c = kept(a @ b), out = value(c) @ w.

        a: n x count numbers, from a0 on; b, from b0 on: count x m; w, in b too, from w0 on: m; c: n x m; out: n Vecs.
        """
        whole, most = m - m % (columns * WIDTH), n - n % rows
        for i in range(0, n * WIDTH):
            out[i] = 0.0
        for v in range(0, whole, columns * WIDTH):      # columns first, as in matmul.py
            for r in range(0, most, rows):
                big(activation, count, a, a0 + r * count, b, b0 + v, m, c, r * m + v, b, w0 + v, out, r * WIDTH)
            for r in range(most, n):
                wide(activation, count, a, a0 + r * count, b, b0 + v, m, c, r * m + v, b, w0 + v, out, r * WIDTH)
        for v in range(whole, m, WIDTH):
            for r in range(0, most, rows):
                tall(activation, count, a, a0 + r * count, b, b0 + v, m, c, r * m + v, b, w0 + v, out, r * WIDTH)
            for r in range(most, n):
                small(activation, count, a, a0 + r * count, b, b0 + v, m, c, r * m + v, b, w0 + v, out, r * WIDTH)
    return forward


def _backward_tile(rows, columns, value, slope):
    """z[k, v] = d = e[k] * slope(h);  g1[v] += e[k] * value(h);  g[r, v] += a[k, r] * d, where h was z[k, v]."""
    @intrinsic
    def tile(typingctx, activation, count, a, a0, a_k, e, z, z0, z_k, g, g1):
        def code(context, builder, sig, args):
            own, count, a, a0, a_k, e, z, z0, z_k, g, g1 = args
            read, derive = (_caller(context, builder, function, sig.args[0]) for function in (value, slope))
            e_type, z_type = sig.args[5:7]
            places = [[vec_place(context, builder, kind, array, first, v) for v in range(columns)] for kind, array, first in (
                *((sig.args[9], g, builder.add(z0, builder.mul(z_k, INT64(r)))) for r in range(rows)), (sig.args[10], g1, z0))]
            totals = [[cgutils.alloca_once(builder, VECTOR) for _ in range(columns)] for _ in places]
            for row, sums in zip(places, totals, strict=True):
                for place, total in zip(row, sums, strict=True):
                    builder.store(load_vec(builder, place), total)
            with cgutils.for_range(builder, count, intp=INT64) as loop:
                error = load_vec(builder, vec_place(context, builder, e_type, e, builder.mul(loop.index, INT64(WIDTH)), 0))
                first, moved = builder.add(z0, builder.mul(loop.index, z_k)), []
                for v in range(columns):
                    place = vec_place(context, builder, z_type, z, first, v)
                    h = load_vec(builder, place)
                    more = builder.fmul(error, read(own, h), flags=["contract"])
                    builder.store(builder.fadd(builder.load(totals[-1][v]), more, flags=["contract"]), totals[-1][v])
                    moved.append(builder.fmul(error, derive(own, h), flags=["contract"]))
                    builder.store(moved[v], place).align = 8
                step = builder.add(a0, builder.mul(loop.index, a_k))
                for r in range(rows):
                    number_times(context, builder, sig.args[2], a, builder.add(step, INT64(r)), moved, totals[r])
            for row, sums in zip(places, totals, strict=True):
                for place, total in zip(row, sums, strict=True):
                    builder.store(builder.load(total), place).align = 8
            return context.get_dummy_value()
        i = types.intp
        return types.void(activation, i, a, i, i, e, z, i, i, g, g1), code
    return tile


def backward_product(value, slope):
    """The function that adds to the gradients g0 and g1 what `n` samples say."""
    rows, columns = TILE
    big, tall, wide, small = (_backward_tile(r, v, value, slope) for r, v in ((rows, columns), (rows, 1), (1, columns), (1, 1)))

    @njit
    def backward(activation, n, inputs, m, a, a0, e, z, g0, g1):
        """g1 += e @ value(z), g0 += a.T @ (e * slope(z)).  a: n x inputs from a0 on; e: n Vecs; z: n x m, is written over."""
        whole, first = m - m % (columns * WIDTH), rows if inputs >= rows else 1
        for v in range(0, whole, columns * WIDTH):
            if first == rows:
                big(activation, n, a, a0, inputs, e, z, v, m, g0, g1)
            else:
                wide(activation, n, a, a0, inputs, e, z, v, m, g0, g1)
        for v in range(whole, m, WIDTH):
            if first == rows:
                tall(activation, n, a, a0, inputs, e, z, v, m, g0, g1)
            else:
                small(activation, n, a, a0, inputs, e, z, v, m, g0, g1)
        if first < inputs:
            accumulate(inputs - first, n, m, a, a0 + first, 1, inputs, z, 0, g0, first * m)
    return backward
