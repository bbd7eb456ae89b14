"""Names for the arrays that pass between the modules here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]  # (height, width, 3)
Grey = NDArray[np.uint8]  # (height, width)
Landmarks = NDArray[np.float64]  # (478, 3): x and y in pixels of the picture, z in the same scale, larger is farther
