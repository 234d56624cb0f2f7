"""`utils.data`: data sets and loaders, where PyTorch has them."""

from . import data as data
