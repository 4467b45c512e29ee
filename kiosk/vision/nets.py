"""Runs the small nets of assets/models with onnxruntime: twice as fast here as OpenCV's own engine."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from kiosk.domain.errors import DeviceError

MOST_THREADS = 4

Scores = npt.NDArray[np.float32]


class Net:
    """One net with one input and one output."""

    def __init__(self, model: Path) -> None:
        """Raises DeviceError `recogniser.missing` when the file is not there or is not a net."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = good_threads()
        options.log_severity_level = 3  # errors only: a shape that is told wrongly costs nothing
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the screen wants the other core
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise DeviceError("recogniser.missing", file=model.name) from error
        self._input = self._session.get_inputs()[0].name

    def __call__(self, values: Scores) -> Scores:
        """float32 in the net's own shape to float32; sizes that the net leaves open may change from call to call."""
        return np.asarray(self._session.run(None, {self._input: values})[0], dtype=np.float32)


def good_threads() -> int:
    """How many this process may use well: cores that it is allowed, few enough to leave the screen its share."""
    return max(1, min(MOST_THREADS, len(os.sched_getaffinity(0))))
