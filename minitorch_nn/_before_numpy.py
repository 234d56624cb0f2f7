"""What libraries read when they are loaded, set before the first import of NumPy; this module must be imported first.

OpenBLAS keeps its threads spinning for some 25 ms after a product, on cores that the next kernel wants: a convolution
after a product took 1.7 times as long. 2 ** 20 cycles, about 0.4 ms, keep them awake from one product to the next and
no longer. A value that the user has set stays; where NumPy is loaded already it is too late, and all works, less well.
"""

from __future__ import annotations

import os
import sys

if "numpy" not in sys.modules:
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")
