"""Forms that bring files: as strictly bounded as all others, read into memory, never written to a disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from sync.central.console.doors import Form, Refused

MOST_BYTES = 6 * 1024 * 1024  # of a whole form
_MOST_FILES, _MOST_FIELDS, _FIELD_BYTES = 20, 20, 64 * 1024


class _InMemory(MultiPartParser):
    spool_max_size = MOST_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class Parcel:
    """`files` by the name that the sender's machine gave them, without folders; empty ones are left out."""

    form: Form
    files: Mapping[str, bytes]


async def parcel_of(request: Request) -> Parcel:
    """Raises Refused: 415, 411 without a length, 413, 400."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "multipart/form-data":
        raise Refused("form", 415)
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise Refused("form", 411)
    if int(length) > MOST_BYTES:
        raise Refused("too_big", 413, most=MOST_BYTES // 1024 // 1024)
    parser = _InMemory(
        request.headers, request.stream(), max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_FIELD_BYTES
    )
    try:
        read = await parser.parse()
    except MultiPartException:
        raise Refused("form", 400) from None
    form: dict[str, str] = {}
    files: dict[str, bytes] = {}
    try:
        for name, value in read.multi_items():
            if not isinstance(value, UploadFile):
                form[name] = value
            elif raw := await value.read():
                files[(value.filename or "").replace("\\", "/").rpartition("/")[2][:80]] = raw
    finally:
        await read.close()
    return Parcel(form, files)


Parcels = Annotated[Parcel, Depends(parcel_of)]
