"""Makes the placeholder voice with espeak-ng, measures it, and makes the click, success and failure sounds.

scripts/make-voice [--language id …] [--all] [--measure]

Only clips that are missing or whose sentence has changed are made; a recorded file is never touched. What was made from
which sentence stands in assets/voice/<language>/made.txt. Needs espeak-ng and vorbis-tools (apt-get install).
"""

import argparse
import array
import hashlib
import math
import re
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kiosk import words  # noqa: E402
from kiosk.ui.prompts import SOUNDS, VOICE, every_clip  # noqa: E402

RATE = 22_050  # Hz; espeak-ng's own
CODED = ("--quality", "-1", "--resample", "16000")  # oggenc: about 18 kbit/s for one channel of speech
PEAK = 0.89  # -1 dB full scale
LOUDNESS = -20.0  # dB full scale, of the loud half of a clip
EDGE_S = 0.08  # silence left before and after

# espeak-ng voice, words a minute, pitch. It has no Javanese: the Indonesian voice reads it, slower, and so with the
# wrong vowels for å and è. A native speaker's recording must replace it.
VOICES = {"id": ("id", 140, 48), "jv": ("id", 128, 46), "en": ("en-gb", 150, 48)}

# Written one way, said another way.
SAID: dict[str, list[tuple[str, str]]] = {
    "id": [
        (r"Ibu/Bapak", "Ibu atau Bapak"),
        (r"\bBPJS\b", "be pe je es"),
        (r"\bKTP\b", "ka te pe"),
        (r"\bNIK\b", "nik"),
        (r"\bHP\b", "ha pe"),
        (r"\bSMS\b", "es em es"),
        (r"\bWA\b", "we a"),
        (r"\bKIS\b", "kis"),
        (r"\b08\b", "nol delapan"),
    ],
    "en": [(r"\bKTP\b", "K T P"), (r"\bBPJS\b", "B P J S"), (r"\bNIK\b", "nick"), (r"\bSMS\b", "S M S")],
}
SAID["jv"] = [("Ibu/Bapak", "Ibu utawi Bapak"), (r"\b08\b", "nol wolu"), *SAID["id"][1:-1]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", nargs="+", default=list(VOICES), choices=list(VOICES))
    parser.add_argument("--all", action="store_true", help="make every clip anew that was made before")
    parser.add_argument("--measure", action="store_true", help="only tell how long and how loud the clips are")
    choice = parser.parse_args()
    missing = [tool for tool in ("espeak-ng", "oggenc", "oggdec") if not shutil.which(tool)]
    if missing:
        print(f"{', '.join(missing)} missing: apt-get install espeak-ng vorbis-tools", file=sys.stderr)
        return 1
    if choice.measure:
        return max(measure(language) for language in choice.language)
    for language in choice.language:
        make(language, anew=choice.all)
    make_sounds()
    size = sum(path.stat().st_size for path in VOICE.rglob("*") if path.is_file())
    print(f"{size / 2**20:.1f} MiB in {VOICE.relative_to(ROOT)}")
    return 0


def make(language: str, *, anew: bool) -> None:
    folder = VOICE / language
    folder.mkdir(parents=True, exist_ok=True)
    known = words.load(language)
    wanted = {id: said(language, known(id)) for id in sorted(every_clip(known))}
    marks = {id: mark(VOICES[language], text) for id, text in wanted.items()}
    list_ = folder / "made.txt"
    rows = list_.read_text(encoding="utf-8").splitlines() if list_.exists() else []
    before = dict(row.split(" ") for row in rows)
    for id in sorted(before.keys() - wanted.keys()):
        (folder / f"{id}.ogg").unlink(missing_ok=True)
        print(f"{language}/{id}: no longer spoken")
    after, count = {}, 0
    for id, text in wanted.items():
        path = folder / f"{id}.ogg"
        recorded = path.exists() and before.get(id, "").partition(":")[2] != digest(path)
        if recorded:
            continue
        if anew or not path.exists() or before[id].partition(":")[0] != marks[id]:
            speak(VOICES[language], text, path)
            count += 1
        after[id] = f"{marks[id]}:{digest(path)}"
    list_.write_text("".join(f"{id} {value}\n" for id, value in sorted(after.items())), encoding="utf-8")
    print(f"{language}: {len(wanted)} clips, {count} made, {len(wanted) - len(after)} recorded by a person")


def said(language: str, sentence: str) -> str:
    text = sentence.replace("\n", " ").replace("…", ".").replace("“", "").replace("”", "").replace(" · ", ". ")
    for written, spoken in SAID[language]:
        text = re.sub(written, spoken, text)
    return text


def mark(voice: tuple[str, int, int], text: str) -> str:
    return hashlib.sha256(f"{voice} {CODED} {LOUDNESS} {text}".encode()).hexdigest()[:12]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def speak(voice: tuple[str, int, int], text: str, to: Path) -> None:
    name, speed, pitch = voice
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.wav"
        subprocess.run(
            ["espeak-ng", "-v", name, "-s", str(speed), "-p", str(pitch), "-g", "1", "-w", raw, text], check=True
        )
        encode(levelled(trimmed(read(raw))), to, *CODED)


def trimmed(samples: list[float]) -> list[float]:
    """Silence before and after cut down to `EDGE_S`."""
    loud = [at for at, value in enumerate(samples) if abs(value) > 0.01]
    if not loud:
        raise SystemExit("espeak-ng said nothing")
    edge = int(EDGE_S * RATE)
    return [0.0] * edge + samples[loud[0] : loud[-1] + 1] + [0.0] * edge


def levelled(samples: list[float]) -> list[float]:
    """Brought to one loudness; never clipped."""
    gain = min(10 ** ((LOUDNESS - loudness(samples)) / 20), PEAK / max(map(abs, samples)))
    return [value * gain for value in samples]


def loudness(samples: list[float]) -> float:
    """dB full scale, root mean square over the louder half of pieces of 50 ms."""
    piece = RATE // 20
    powers = sorted(
        sum(v * v for v in samples[at : at + piece]) / piece for at in range(0, max(len(samples) - piece, 1), piece)
    )
    half = powers[len(powers) // 2 :]
    return 10 * math.log10(max(sum(half) / len(half), 1e-12))


def read(path: Path) -> list[float]:
    """Samples -1 … 1 of one channel."""
    with wave.open(str(path)) as file:
        return [value / 32768 for value in array.array("h", file.readframes(file.getnframes()))]


def encode(samples: list[float], to: Path, *coded: str) -> None:
    with tempfile.NamedTemporaryFile(suffix=".wav") as made:
        with wave.open(made.name, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(array.array("h", [round(value * 32767) for value in samples]).tobytes())
        subprocess.run(["oggenc", "--quiet", *coded, "--serial", "1", "--output", to, made.name], check=True)


def make_sounds() -> None:
    """A click of wood, two rising notes for success, two falling ones for failure: quiet and short, not alarms."""
    SOUNDS.mkdir(parents=True, exist_ok=True)
    encode(tone([(1250.0, 0.0, 0.045)], decay=90, level=0.30), SOUNDS / "click.ogg")
    encode(tone([(659.3, 0.0, 0.30), (987.8, 0.11, 0.45)], decay=8, level=0.30), SOUNDS / "good.ogg")
    encode(tone([(392.0, 0.0, 0.25), (293.7, 0.14, 0.40)], decay=9, level=0.30), SOUNDS / "bad.ogg")


def tone(notes: list[tuple[float, float, float]], *, decay: float, level: float) -> list[float]:
    """Notes as (Hz, begin, end) in seconds; struck, with one soft overtone."""
    samples = [0.0] * int(RATE * (max(end for _, _, end in notes) + 0.02))
    for hertz, begin, end in notes:
        for at in range(int(begin * RATE), int(end * RATE)):
            t = at / RATE - begin
            rise, fall = min(t / 0.004, 1.0), min((end - begin - t) / 0.02, 1.0)
            wave_ = math.sin(math.tau * hertz * t) + 0.25 * math.sin(math.tau * 2 * hertz * t)
            samples[at] += level * rise * fall * math.exp(-decay * t) * wave_
    return samples


def measure(language: str) -> int:
    """Length, loudness, peak and silent share of each clip; 1 when one is too long, silent or clipped."""
    bad = 0
    lengths = []
    for path in sorted((VOICE / language).glob("*.ogg")):
        with tempfile.NamedTemporaryFile(suffix=".wav") as decoded:
            subprocess.run(["oggdec", "--quiet", "--output", decoded.name, path], check=True)
            samples = read(Path(decoded.name))
            with wave.open(decoded.name) as file:
                rate = file.getframerate()
        seconds, peak = len(samples) / rate, max(map(abs, samples))
        silent = sum(abs(value) < 0.005 for value in samples) / len(samples)
        lengths.append(seconds)
        if not 0.3 <= seconds <= 15 or peak >= 0.999 or silent > 0.6 or not -30 <= loudness(samples) <= -14:
            bad = 1
            print(f"{language}/{path.stem}: {seconds:.1f} s, {loudness(samples):.0f} dB, peak {peak:.2f}, {silent:.0%}")
    print(f"{language}: {len(lengths)} clips, {sum(lengths):.0f} s, the longest {max(lengths, default=0):.1f} s")
    return bad


if __name__ == "__main__":
    sys.exit(main())
