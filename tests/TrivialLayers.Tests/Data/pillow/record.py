"""Records what torchvision's evaluation transform makes of a picture from a formula; prints the rows of ImageFolderTests.

Needs Debian's python3-torchvision: /usr/bin/python3 record.py
The picture: (3 x² + 5 y + x y + 70 c) mod 256 in column x, row y, channel c.
"""
import hashlib

import numpy
from PIL import Image
from torchvision import transforms

for width, height, resize, crop in ((53, 37, 20, 16), (37, 53, 20, 17), (40, 40, 64, 51), (33, 20, 20, 20)):
    y, x, c = numpy.meshgrid(numpy.arange(height), numpy.arange(width), numpy.arange(3), indexing="ij")
    picture = Image.fromarray(((3 * x * x + 5 * y + x * y + 70 * c) % 256).astype(numpy.uint8))
    cropped = transforms.CenterCrop(crop)(transforms.Resize(resize)(picture))
    print(width, height, resize, crop, hashlib.sha256(numpy.asarray(cropped).tobytes()).hexdigest())
