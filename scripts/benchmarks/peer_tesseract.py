"""Driver of Debian's tesseract for `bench read`: one JSON line in (a picture's path), one out (text, milliseconds).

As the public KTP readers call it, a process for each picture. `page`: the whole grey frame, Indonesian. `strip`: digits
only, on the number's line cut out along the corners that expected.csv gives, which no real reader knows.
"""

import json
import resource
import subprocess
import sys
import time

import cv2
import numpy as np

STRIP = (640, 48)
OPTIONS = {
    "page": ["-l", "ind"],
    "strip": ["-l", "eng", "--psm", "7", "-c", "tessedit_char_whitelist=0123456789"],
}


def main() -> None:
    how = sys.argv[1]
    print(json.dumps({"load_s": 0.0}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        picture = cv2.imread(asked["file"], cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise SystemExit(f"{asked['file']} cannot be read")
        began, cpu = time.perf_counter(), _cpu()
        if how == "strip":
            picture = cut(picture, asked["corners"])
        stored = cv2.imencode(".png", picture)[1].tobytes()
        command = ["tesseract", "stdin", "stdout", *OPTIONS[how]]
        done = subprocess.run(command, input=stored, capture_output=True, check=False, timeout=60)
        told = {
            "ms": (time.perf_counter() - began) * 1000,
            "cpu_ms": (_cpu() - cpu) * 1000,
            "lines": done.stdout.decode(errors="replace").splitlines(),
        }
        print(json.dumps(told), flush=True)


def cut(picture: cv2.typing.MatLike, corners: list[list[float]]) -> cv2.typing.MatLike:
    width, height = STRIP
    flat = np.array([[8, 8], [width - 8, 8], [width - 8, height - 8], [8, height - 8]], np.float32)
    return cv2.warpPerspective(picture, cv2.getPerspectiveTransform(np.array(corners, np.float32), flat), STRIP)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime + time.process_time()


if __name__ == "__main__":
    main()
