"""Writes pictures.tsv: small pictures in the kinds of files that people have, and what Pillow reads in them.

Needs Debian's python3-pil and python3-numpy (Pillow 9.4.0 there): /usr/bin/python3 pictures.py > pictures.tsv
Columns: name, SHA-256 of convert('RGB'), SHA-256 of convert('L'), the file in base64.
"""
import base64
import hashlib
import io
import struct
import zlib

import numpy
from PIL import Image

WIDTH, HEIGHT = 19, 14
y, x, c = numpy.meshgrid(numpy.arange(HEIGHT), numpy.arange(WIDTH), numpy.arange(3), indexing="ij")
PIXELS = ((x * x // 2 + 11 * y + x * y // 3 + 40 * c) % 256).astype(numpy.uint8)
colour = Image.fromarray(PIXELS)
alpha = Image.merge("RGBA", (*colour.split(), Image.fromarray(PIXELS[..., 1])))
palette = colour.quantize(16)
random = numpy.random.default_rng(1)


def row(name, contents):
    picture = Image.open(io.BytesIO(contents))
    rgb, grey = (hashlib.sha256(picture.convert(mode).tobytes()).hexdigest() for mode in ("RGB", "L"))
    print(name, rgb, grey, base64.b64encode(contents).decode(), sep="\t")


def saved(name, picture, kind, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    row(name, file.getvalue())


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(name, depth, colour_type, values, extra=b"", interlace=0):
    """A PNG of a kind that Pillow does not write; each line of values is a line of the picture."""
    width = values.shape[1] * 8 // depth if values.ndim == 2 else values.shape[1]
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)) if interlace else ((0, 0, 1, 1),)
    lines = b"".join(b"\0" + line.tobytes() for left, top, across, down in passes for line in values[top::down, left::across])
    header = struct.pack(">IIBBBBB", width, values.shape[0], depth, colour_type, 0, 0, interlace)
    row(name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def tiff_big_endian(values, rows):
    """A grey TIFF as scanners write it: big-endian, 0 is white, in strips of so many rows."""
    height, width = values.shape
    strips = [values[top:top + rows].tobytes() for top in range(0, height, rows)]
    offsets = [8 + sum(map(len, strips[:i])) for i in range(len(strips))]
    arrays = [struct.pack(f">{len(strips)}I", *numbers) for numbers in (offsets, map(len, strips))]
    first = 8 + values.size
    fields = [(256, 3, width), (257, 3, height), (258, 3, 8), (259, 3, 1), (262, 3, 0), (273, 4, first), (277, 3, 1), (278, 3, rows), (279, 4, first + len(arrays[0]))]
    entries = b"".join(
        struct.pack(">HHIHH", tag, kind, 1, value, 0) if kind == 3 else struct.pack(">HHII", tag, kind, len(strips), value) for tag, kind, value in fields)
    return struct.pack(">2sHI", b"MM", 42, first + sum(map(len, arrays))) + b"".join(strips + arrays) + struct.pack(">H", len(fields)) + entries + struct.pack(">I", 0)


def noise(*shape, kind="u1", below=256):
    return random.integers(0, below, shape).astype(kind)


for subsampling, kind in enumerate(("444", "422", "420")):
    saved(f"jpeg-{kind}", colour, "JPEG", quality=85, subsampling=subsampling)
saved("jpeg-progressive", colour, "JPEG", quality=80, progressive=True)
saved("jpeg-grey", colour.convert("L"), "JPEG")
saved("jpeg-cmyk", Image.merge("CMYK", [Image.fromarray(noise(16, 16)) for _ in range(4)]), "JPEG", quality=90)
saved("jpeg-one-pixel", colour.crop((3, 3, 4, 4)), "JPEG")
turned = Image.Exif()
turned[0x112] = 6
saved("jpeg-turned-in-exif", colour, "JPEG", exif=turned)
saved("png-colour", colour, "PNG")
saved("png-grey", colour.convert("L"), "PNG")
saved("png-grey-alpha", colour.convert("LA"), "PNG")
saved("png-black-and-white", colour.convert("1"), "PNG")
saved("png-alpha", alpha, "PNG")
saved("png-palette", palette, "PNG")
saved("png-palette-transparent", palette, "PNG", transparency=3)
saved("png-palette-of-4", colour.quantize(4), "PNG")
saved("png-transparent-colour", colour, "PNG", transparency=tuple(int(value) for value in PIXELS[0, 0]))
png("png-grey-2-bits", 2, 0, noise(9, 4))
png("png-grey-4-bits", 4, 0, noise(9, 8))
png("png-colour-16-bits", 16, 2, noise(9, 13, 3, kind=">u2", below=65536))
png("png-alpha-16-bits", 16, 6, noise(9, 13, 4, kind=">u2", below=65536))
png("png-gamma", 8, 2, noise(9, 13, 3), extra=chunk(b"gAMA", struct.pack(">I", 100000)))
png("png-interlaced", 8, 2, noise(9, 13, 3), interlace=1)
saved("bmp-colour", colour, "BMP")
saved("bmp-grey", colour.convert("L"), "BMP")
saved("bmp-palette", palette, "BMP")
saved("bmp-black-and-white", colour.convert("1"), "BMP")
saved("bmp-alpha", alpha, "BMP")
saved("webp-lossless", colour, "WEBP", lossless=True)
saved("webp", colour, "WEBP", quality=80)
saved("webp-alpha", alpha, "WEBP", quality=80)
saved("webp-animated", colour, "WEBP", save_all=True, append_images=[colour.rotate(90)], quality=70)
saved("gif", colour.quantize(32), "GIF")
saved("gif-transparent", colour.quantize(32), "GIF", transparency=3)
saved("ppm-raw", colour, "PPM")
saved("pgm-raw", colour.convert("L"), "PPM")
saved("pbm-raw", colour.convert("1"), "PPM")
row("pgm-raw-of-13-levels", b"P5 # a comment\n 7 5\n12\n" + noise(5, 7, below=13).tobytes())
row("ppm-plain", b"P3\n3 2 99 # three by two\n" + b" ".join(b"%d" % value for value in noise(18, below=100)) + b"\n")
row("pgm-plain", b"P2\n6 3\n255\n" + b"\n".join(b"%d" % value for value in noise(18)) + b"\n")
row("pbm-plain", b"P1\n7 3\n1010011 # one line, without spaces\n0 0 1 1 1 0 1\n1101\n000\n")
saved("tiff-colour", colour, "TIFF")
saved("tiff-grey", colour.convert("L"), "TIFF")
saved("tiff-alpha", alpha, "TIFF")
saved("tiff-grey-alpha", colour.convert("LA"), "TIFF")
saved("tiff-palette", palette, "TIFF")
for compression in ("tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits"):
    saved(f"tiff-{compression}", colour, "TIFF", compression=compression)
saved("tiff-lzw-differences", colour, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
saved("tiff-lzw-lowest-bit-first", colour, "TIFF", compression="tiff_lzw", tiffinfo={266: 2})
saved("tiff-lowest-bit-first", colour.convert("L"), "TIFF", tiffinfo={266: 2})
saved("tiff-packbits-called-differences", colour, "TIFF", compression="packbits", tiffinfo={317: 2})
saved("tiff-lzw-long", Image.fromarray(numpy.tile(PIXELS, (5, 4, 1)) + numpy.arange(70, dtype="u1")[:, None, None]), "TIFF", compression="tiff_lzw")
row("tiff-big-endian-white-is-zero-in-strips", tiff_big_endian(noise(7, 9), 3))
