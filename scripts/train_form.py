"""Trains the dictionary for packed enrolments from made-up ones, or says with --check what it saves.

Only for a new form: a dictionary that has been used in a market goes on to be shipped, because sealed records name it.
Nobody in here exists: names are drawn from common parts, numbers at random, and the regions of their NIK are real.
"""

import argparse
import csv
import random
import sys
import uuid
from datetime import date, timedelta
from pathlib import Path

import zstandard

from kiosk import form, tables
from kiosk.domain.enrolment import Consent, Enrolment
from kiosk.domain.tariff import BASIC, FULL, Month
from kiosk.resources import CONFIG
from kiosk.store.enrolments import new_id

DICT_ID = 3  # the version of the form; below 256 it takes one byte of the frame
SIZE = 24 * 1024
SAMPLES = 8000
FIRST = (
    "SITI SRI DEWI ENDANG SUMARNI SUPARMI WAGINEM TUKINEM SUTINI SUMIYATI RATNA WULAN INDAH PURNAMA LESTARI RINI "
    "YULI NUR AISYAH FATIMAH KHOTIMAH MARYAM TRI DWI EKO AGUS BUDI SLAMET JOKO BAMBANG SUTRISNO SUPRIYADI SUGENG "
    "WAHYU MUHAMMAD AHMAD ABDUL SUNARTO SUYATNO TEGUH HERI DIDIK ARIF RUDI HARYANTO SETIAWAN PRASETYO KURNIAWAN "
    "WIJAYA ANI YANTI MURNI PARTINI SARINAH NGATINEM PONIYEM LASMI SULASTRI KARTINI RATMI MULYANI RAHAYU NINGSIH "
    "ASTUTI AMINAH NURHASANAH NURHAYATI ROHMAH ROHANI HALIMAH KHASANAH MASRUROH ZULAIKHAH SUMINI SUPINI SAMINI "
    "TUMINI WAGIYEM PARIYEM PAIJEM SUKINI SUKARNI SUWARNI SUHARNI SUPARTI SUMIRAH SUWARTI SUMARTI SUYATI SUGIYATI "
    "SUGIYARTI MARTINI HARTINI HARTATI SUHARTATI WINARNI WINARTI WIDAYATI PURWANTI PURWATI PURWANINGSIH WAHYUNI "
    "WAHYUNINGSIH ERNAWATI TITIK TUTIK LILIK LILIS ENI ENDAH ERNI YUNI YUNIATI IKA INTAN ANISA PUTRI AYU DYAH "
    "DIAN DINA FITRI FITRIANI RINA RATIH RETNO RATRI MEGA MAYA NOVI NOVITA NITA DESI DEVI LIA LINA EVI EVA ESTI "
    "EMI TATIK NANIK MIMIN KARMI KARSI KASMI KASINEM SAKINEM SATINEM SADINEM WAKINEM LEGINEM PAINEM NGADINEM "
    "NGADIYEM SURATI SURATMI SURIP SURATMAN SUKARDI SUKIMAN SUKIRMAN SUMARDI SUMARNO SUMANTO SUPARDI SUPARMAN "
    "SUPARNO SUPRAPTI SURYADI SURYANI SURONO SUROSO SUWARNO SUWANTO SUWITO SUYONO SUYANTO SULARDI SULARNO "
    "SULISTYO SUTARNO SUTARMAN SUTIMAN SUTOPO SUTANTO SUDARNO SUDARTO SUDARYANTO SUDIRMAN SUGIMAN SUGIYONO "
    "SUGIYANTO SUHARDI SUHARNO SUHARTO WAGIMAN WAGIMIN WAGIYO WALUYO WARSITO WARDOYO WIDADA YULIANTO YATNO YATMI "
    "TARNO TARMI TUKIMIN TUKIMAN TUGIMIN TUGIMAN TRIYONO TRIYANTO TRISNO PARJO PARMIN PARMAN PARDI PAIMAN PAIMIN "
    "PONIMAN PONIMIN PRIYONO PRIYANTO NGADIMIN NGADIMAN NGATIMIN NGATIMAN MULYONO MUJIONO MUJIYEM MUJIYATI MISDI "
    "MARYONO MARYANTO MARSUDI MARDI LEGIMAN LEGIMIN KASIMIN KASIMAN KARYADI KARTO ISMAIL ISMAWATI IWAN INDRA IMAM "
    "IBRAHIM HENDRA HERU HERMAN HASAN HUSEIN HADI GUNAWAN GIMAN GIYANTO FAJAR FAUZI EDI DWIYANTO DARSONO DARMANTO "
    "DARYANTO DARMI DARSI CIPTO CAHYO BEJO BASUKI BAYU ARIS ARIYANTO ANTON ANDI ANDRI ANGGA ALI ALFIAN ADI ACHMAD "
    "MOCHAMAD MOHAMAD YUSUF YOHANES YUDI ZAINAL ZAENAL ROHMAD ROHMAT RIYANTO RIYADI RAHMAT RIZKI REZA ROFIQ "
    "KHOIRUL"
)
LAST = (
    "WATI LESTARI NINGSIH RAHAYU HANDAYANI SUSANTI WIDODO SANTOSO HARTONO NUGROHO SAPUTRA SETIAWAN WIBOWO HIDAYAT "
    "SUTRISNO RAHMAN PURWANTO UTOMO MULYADI SISWANTO KUSUMA PRATIWI ANGGRAINI PERMATASARI OKTAVIANI KURNIASIH "
    "SUHARTINI SULISTYOWATI PUJIASTUTI WIDYASTUTI HASTUTI SUPRAPTO SUDARMAN HARYONO MARGONO SUBAGYO WIRYONO "
    "ATMOJO WULANDARI HARYATI HARYANI HANDOKO HARTANTO HERMAWAN HERAWATI INDRAYANI INDRIANI IRAWAN ISKANDAR "
    "ISTIQOMAH JATMIKO KURNIAWATI KUSUMAWATI KUSWANTO LUKITO MAHARANI MARDIANTO MAULANA MEGAWATI MUSTOFA NOVIANTI "
    "NUGRAHA NURJANAH NURAINI PAMUNGKAS PANGESTU PRABOWO PRAMONO PRANOTO PRASETYA PRASTOWO PRAYITNO PRIHATIN "
    "PURBOWATI PURNOMO PURNAMASARI PUSPITASARI RACHMAWATI RAHMAWATI RAHARJO RATNASARI RIYANTI ROHMAN SAFITRI "
    "SAPUTRI SARI SASONGKO SETYOWATI SETYANINGSIH SETYAWAN SISWOYO SOLIKHAH SUBEKTI SUDIBYO SUGIARTO "
    "SULISTYANINGSIH SULISTYANTO SUMARSONO SURYANTO SURYANINGSIH SUSILO SUSILOWATI SUTANTI SUWANDI SYARIFAH "
    "TRIYANI TRIYANTI UTAMI UTAMININGSIH WAHYUDI WAHYUNI WARDANI WICAKSONO WIDIASTUTI WIDIYANTO WIDYANINGSIH "
    "WIGUNA WINARSIH WINARTO WULANSARI YULIANTI YULIANA YUNIARTI YUWONO ZULFIKAR PURWANINGRUM PURWANINGSIH HADI "
    "HADIWIJAYA MARTOYO DIHARJO WIROYUDO SASTRODIHARJO"
)
CELLS = ("811", "812", "813", "821", "822", "852", "853", "856", "857", "858", "877", "878", "895", "896", "899")


def made(rng: random.Random, places: list[tuple[str, str]], occupations: list[tuple[str, str]]) -> Enrolment:
    """One trader as a kiosk keeps them, with the figures of the shipped tariff."""
    market, branch = rng.choice(places)
    born = date(1960, 1, 1) + timedelta(days=rng.randrange(45 * 365))
    woman = rng.random() < 0.65
    district = rng.choice(_districts(rng))
    nik = f"{district}{born.day + 40 * woman:02}{born:%m%y}{rng.randrange(1, 30):04}"
    occupation, sector = rng.choice(occupations)
    months, start = rng.choice((1, 3, 3, 6, 12)), Month(2026, 11) + rng.randrange(14)
    income = rng.choice((1_000_000, 1_000_000, 1_000_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 5_000_000))
    programmes = rng.choice((BASIC, BASIC, FULL))
    quote = tables.tariff().quote(income=income, programmes=programmes, sector=sector, start=start, months=months)
    language = rng.choice(("id", "jv", "jv", "en"))
    id = new_id()
    at_ms = (id.int >> 80) + rng.randrange(3_000, 40_000)
    given = (True, rng.random() < 0.6, rng.random() < 0.7)
    purposes = ("registration", "association", "reminders")
    phone = "" if rng.random() < 0.1 else f"+62{rng.choice(CELLS)}{rng.randrange(10**7, 10**8)}"
    name = " ".join((*rng.sample(FIRST.split(), rng.choice((1, 2, 2))), rng.choice(LAST.split())))
    return Enrolment(
        id=id, nik=nik, name=name, birth_date=born,
        sex="female" if woman else "male", source=rng.choice(("ktp", "ktp", "ktp", "qr", "typed", "wedge", "form")),
        occupations=(occupation,), sector=sector, employer=rng.random() < 0.1, married=rng.random() < 0.7,
        income=income, programmes=programmes, months=months, start=start, total=quote.total, base=quote.base,
        market=market, branch=branch, language=language, phone=phone,
        consents=tuple(Consent(p, g, "2026-11", language, at_ms) for p, g in zip(purposes, given, strict=True)),
        warnings=() if rng.random() < 0.9 else (rng.choice(("region_unknown", "birth_date_differs", "too_old")),),
        association=rng.choice(("KOP", "PGS", "PGJ", "PGD")) if given[1] else "",
        replaces=uuid.UUID(int=rng.getrandbits(128)) if rng.random() < 0.02 else None,
    )  # fmt: skip


def _districts(rng: random.Random) -> list[str]:
    """Most traders live where the market is: Solo Raya and Yogyakarta."""
    near = ("3372", "3372", "3372", "3311", "3313", "3309", "3310", "3314", "3471", "3404", "3402")
    return [f"{rng.choice(near)}{rng.randrange(1, 13):02}"]


def _rows(name: str, *columns: str) -> list[tuple[str, ...]]:
    with (CONFIG / name).open(encoding="utf-8", newline="") as file:
        return [tuple(row[column] for column in columns) for row in csv.DictReader(file)]


def samples(seed: int, number: int) -> list[Enrolment]:
    rng = random.Random(seed)
    places = [(market, _branch(regency)) for market, regency in _rows("markets.csv", "name", "regency")]
    occupations = [(id, sector) for id, sector in _rows("occupations.csv", "id", "sector")]
    return [made(rng, places, occupations) for _ in range(number)]


def _branch(regency: str) -> str:
    return "Yogyakarta" if "Yogya" in regency else "Surakarta"


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes the dictionary for packed enrolments.")
    parser.add_argument("--check", action="store_true", help="only say what the shipped dictionary saves")
    if not parser.parse_args().check:
        plain = [form.plain_bytes(enrolment) for enrolment in samples(1, SAMPLES)]
        trained = zstandard.train_dictionary(SIZE, plain, dict_id=DICT_ID, level=19)
        Path(form.DICTIONARY).write_bytes(trained.as_bytes())
    others = samples(2, 500)  # not those that it was made from
    sizes = sorted(len(form.pack(one)) for one in others)
    plain_sizes = sorted(len(form.plain_bytes(one)) for one in others)
    middle, late = len(sizes) // 2, len(sizes) * 95 // 100
    print(f"{plain_sizes[middle]} → {sizes[middle]} bytes in the middle, {sizes[late]} at 95 %, {sizes[-1]} at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
