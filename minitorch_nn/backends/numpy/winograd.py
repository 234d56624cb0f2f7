"""3x3 convolutions of stride 1 by Winograd's F(4x4, 3x3): a quarter of the multiplications.

An output tile of 4x4 needs an input tile of 6x6. Both, and the kernel, are mapped by small fixed matrices to 36 numbers
each, where correlation is an elementwise product, summed over the channels: 36 matrix products instead of 144. The maps
of the two axes are joined to one Kronecker product, so that a transform of all tiles of a block is a single matrix
product too: in NumPy that is twice as fast as adding slices.

Float32 results are 5 to 8 times as far from the exact ones as those of im2col: 1e-6 of the root mean square, where
im2col has 2e-7 (64 channels). A nan or an infinity spreads over its tile. Small problems and float64 stay with im2col.

Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), sections 4.1 and 4.3. The points 0,
1, -1, 2, -1/2, infinity: Barabasz, Anderson, Soodhalter, Gregg, "Error Analysis and Improving the Accuracy of Winograd
Convolution for Deep Neural Networks" (2020); 1.3 to 3 times more accurate here than 0, 1, -1, 2, -2.
"""

from __future__ import annotations

import numpy as np

from . import parallel
from .blocks import Block, image_blocks
from .memory import scratch, strided, windows_of

TILE, KERNEL = 4, 3
SPAN = TILE + KERNEL - 1  # edge of the input tile
_POINTS = (0.0, 1.0, -1.0, 2.0, -0.5)  # and infinity
_BLOCK_BYTES = 4 << 20  # the transformed tiles of a block, in and out: long calls, so that threads seldom meet


def _cook_toom() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The maps of one axis: of the output (TILE, SPAN), of the kernel (SPAN, KERNEL), of the input (SPAN, SPAN)."""
    points = np.array(_POINTS)
    others = [np.delete(points, j) for j in range(len(points))]
    scale = np.array([np.prod(p - rest) for p, rest in zip(points, others, strict=True)])
    output = np.zeros((TILE, SPAN))
    output[:, :-1] = points ** np.arange(TILE)[:, None]
    output[-1, -1] = 1
    kernel = np.zeros((SPAN, KERNEL))
    kernel[:-1] = points[:, None] ** np.arange(KERNEL) / scale[:, None]
    kernel[-1, -1] = 1
    source = np.zeros((SPAN, SPAN))
    for j, rest in enumerate(others):
        source[j, :-1] = np.poly(rest)[::-1]
    source[-1] = np.poly(points)[::-1]
    return output, kernel, source


def _both_axes(matrix: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.kron(matrix, matrix), dtype=np.float32)


_OUTPUT, _KERNEL, _INPUT = (_both_axes(m) for m in _cook_toom())
_OUTPUT_ADJOINT, _KERNEL_ADJOINT = np.ascontiguousarray(_OUTPUT.T), np.ascontiguousarray(_KERNEL.T)
_EVERYWHERE = SPAN + 1  # the product at points (1, 1) enters every output of a tile with weight 1


def _tiles(size: tuple[int, int]) -> tuple[int, int]:
    return -(-size[0] // TILE), -(-size[1] // TILE)


def is_faster(
    x_shape: tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    groups: int,
    out_size: tuple[int, int],
    out_channels: int,
    dtype: np.dtype,
) -> bool:
    """Whether this way is open and measured faster: nanoseconds per core, fitted to an AVX-512 machine.

    x_shape is (N, H, W, C).
    """
    if dtype != np.float32 or groups != 1 or kernel != (3, 3) or stride != (1, 1) or dilation != (1, 1):
        return False
    batch, channels = x_shape[0], x_shape[3]
    if min(channels, out_channels) <= 16:  # the products would be too narrow
        return False
    pixels = batch * out_size[0] * out_size[1]
    tiles = batch * _tiles(out_size)[0] * _tiles(out_size)[1]
    pairs = channels * out_channels
    packed = 0.14 * pixels * pairs + 0.7 * pixels * KERNEL * KERNEL * channels
    transformed = 0.75 * tiles * pairs + 2.0 * tiles * TILE * TILE * (channels + out_channels) + 60 * pairs
    return pixels >= 512 and transformed < packed


def _transform(matrix: np.ndarray, tiles: np.ndarray, out: np.ndarray) -> None:
    """out = matrix @ tiles for wide tiles (k, columns), in column chunks that the BLAS multiplies without packing."""
    columns = tiles.shape[1]
    chunk = 512
    whole = columns - columns % chunk
    if whole:
        np.matmul(
            matrix,
            tiles[:, :whole].reshape(-1, whole // chunk, chunk).transpose(1, 0, 2),
            out=out[:, :whole].reshape(-1, whole // chunk, chunk).transpose(1, 0, 2),
        )
    if whole < columns:
        np.matmul(matrix, tiles[:, whole:], out=out[:, whole:])


def _gather(x: np.ndarray, block: Block, tiles_wide: int, edge: int, top: int, left: int) -> np.ndarray:
    """(edge * edge, tiles, C): the tiles of a block, every TILE pixels, zeros outside of x."""
    n0, n1, t0, t1 = block
    extent = (t1 - t0 - 1) * TILE + edge, (tiles_wide - 1) * TILE + edge
    base, offset = windows_of(x, "padded", (n0, n1), (top + t0 * TILE, left), extent)
    n, h, w, c = base.strides
    shape = (edge, edge, n1 - n0, t1 - t0, tiles_wide, x.shape[3])
    tiles = scratch("tiles", shape, x.dtype)
    np.copyto(tiles, strided(base, offset, shape, (h, w, n, TILE * h, TILE * w, c)))
    return tiles.reshape(edge * edge, -1)


def _scatter(tiles: np.ndarray, out: np.ndarray, block: Block, tiles_wide: int) -> None:
    """Write the (16, tiles, O) output tiles of a block to their places in out (N, oh, ow, O)."""
    n0, n1, t0, t1 = block
    channels = out.shape[3]
    target = out[n0:n1, t0 * TILE : t1 * TILE]
    shape = (n1 - n0, (t1 - t0) * TILE, tiles_wide * TILE, channels)
    whole = target if target.shape == shape else scratch("whole", shape, out.dtype)
    view = whole.reshape(n1 - n0, t1 - t0, TILE, tiles_wide, TILE, channels).transpose(2, 4, 0, 1, 3, 5)
    np.copyto(view, tiles.reshape(view.shape))
    if whole is not target:
        target[...] = whole[:, : target.shape[1], : target.shape[2]]


def _spectral_kernel(taps: np.ndarray) -> np.ndarray:
    """taps (3, 3, C, O) in any strides -> (36, C, O)."""
    channels, out_channels = taps.shape[2:]
    # A large kernel in the other order stays in it: transposing it costs more than it saves in the product.
    swap = taps.strides[2] < taps.strides[3] and channels * out_channels > 1 << 14
    flat = np.ascontiguousarray(taps.swapaxes(2, 3) if swap else taps).reshape(KERNEL * KERNEL, -1)
    out = scratch("kernel", (SPAN * SPAN, flat.shape[1]), flat.dtype)
    pieces = parallel.spans(flat.shape[1], 1 << 14)

    def task(index: int) -> None:
        part = slice(*pieces[index])
        np.matmul(_KERNEL, flat[:, part], out=out[:, part])

    parallel.run(task, len(pieces))
    if swap:
        return out.reshape(-1, out_channels, channels).transpose(0, 2, 1)
    return out.reshape(-1, channels, out_channels)


def _tile_blocks(batch: int, tiles: tuple[int, int], channels: int) -> list[Block]:
    """Blocks of tiles: as many as fit the cache, but at least 64 at a time, so that the products are no slivers."""
    tile_bytes = SPAN * SPAN * channels * 4
    return image_blocks(batch, tiles, tile_bytes, max(_BLOCK_BYTES, 64 * tile_bytes))


def correlate(
    x: np.ndarray, taps: np.ndarray, top: int, left: int, out: np.ndarray, bias: np.ndarray | None = None
) -> None:
    """out[n, i, j] = sum over r, s of x[n, top + i + r, left + j + s] @ taps[r, s], plus bias; zeros outside of x.

    x (N, H, W, C), taps (3, 3, C, O), out (N, oh, ow, O) in any strides, all float32.
    """
    kernel = _spectral_kernel(taps)
    channels, out_channels = taps.shape[2:]
    tiles = _tiles((out.shape[1], out.shape[2]))
    blocks = _tile_blocks(out.shape[0], tiles, channels + out_channels)

    def task(index: int) -> None:
        block = blocks[index]
        source = _gather(x, block, tiles[1], SPAN, top, left)
        spectrum = scratch("spectrum", source.shape, x.dtype)
        _transform(_INPUT, source, spectrum)
        count = source.shape[1] // channels
        product = scratch("tiles", (SPAN * SPAN, count, out_channels), x.dtype)
        np.matmul(spectrum.reshape(-1, count, channels), kernel, out=product)
        if bias is not None:
            product[_EVERYWHERE] += bias
        result = scratch("spectrum", (TILE * TILE, count * out_channels), x.dtype)
        _transform(_OUTPUT, product.reshape(SPAN * SPAN, -1), result)
        _scatter(result, out, block, tiles[1])

    parallel.run(task, len(blocks))


def weight_grad(g: np.ndarray, x: np.ndarray, top: int, left: int) -> np.ndarray:
    """(O, 3, 3, C): sum over n, i, j of g[n, i, j, o] x[n, top + i + r, left + j + s, c], by the adjoint maps.

    g (N, oh, ow, O), x (N, H, W, C), float32. Each thread sums its share of the blocks; the shares are added.
    """
    channels, out_channels = x.shape[3], g.shape[3]
    tiles = _tiles((g.shape[1], g.shape[2]))
    blocks = _tile_blocks(g.shape[0], tiles, channels + out_channels)
    shares = parallel.spans(len(blocks), -(-len(blocks) // parallel.get_num_threads()))
    sums = scratch("sums", (len(shares), SPAN * SPAN, out_channels, channels), x.dtype)

    def task(index: int) -> None:
        start, stop = shares[index]
        for number in range(start, stop):
            source = _gather(x, blocks[number], tiles[1], SPAN, top, left)
            spectrum = scratch("spectrum", source.shape, x.dtype)
            _transform(_INPUT, source, spectrum)
            count = source.shape[1] // channels
            upstream = _gather(g, blocks[number], tiles[1], TILE, 0, 0)
            above = scratch("above", (SPAN * SPAN, count * out_channels), x.dtype)
            _transform(_OUTPUT_ADJOINT, upstream, above)
            total = sums[index]
            product = total if number == start else scratch("products", total.shape, x.dtype)
            np.matmul(
                above.reshape(-1, count, out_channels).transpose(0, 2, 1),
                spectrum.reshape(-1, count, channels),
                out=product,
            )
            if number > start:
                total += product

    parallel.run(task, len(shares))
    gw = np.empty((out_channels, KERNEL * KERNEL, channels), x.dtype)
    pieces = parallel.spans(out_channels, max(1, (1 << 13) // channels))

    def collect(index: int) -> None:
        part = slice(*pieces[index])
        total = sums[0, :, part] if len(shares) == 1 else np.add.reduce(sums[:, :, part], axis=0)
        flat = _KERNEL_ADJOINT @ total.reshape(SPAN * SPAN, -1)
        gw[part] = flat.reshape(KERNEL * KERNEL, -1, channels).transpose(1, 0, 2)

    parallel.run(collect, len(pieces))
    return gw.reshape(out_channels, KERNEL, KERNEL, channels)
