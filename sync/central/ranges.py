"""A body that may be fetched in pieces (RFC 9110, 13 and 14): what a kiosk has of it already is not sent again."""

import re

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from sync.central.openapi import MASTER_TYPE

_RANGE = re.compile(r"bytes=([0-9]{1,12})-([0-9]{1,12})?")


def piece(request: Request, whole: bytes, etag: str) -> Response:
    """200 with all of it, 206 with the range that was asked for, 304 when it is known, 416 beyond its end.

    Without `If-Range` that names this very version a range means nothing: half of one and half of another is no file.
    """
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range") != etag:
        return Response(whole, headers=headers, media_type=MASTER_TYPE)
    first = int(asked[1])
    last = min(int(asked[2]), len(whole) - 1) if asked[2] else len(whole) - 1
    if first > last:
        return JSONResponse({"cause": "range"}, 416, {"Content-Range": f"bytes */{len(whole)}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{len(whole)}"
    return Response(whole[first : last + 1], 206, headers, media_type=MASTER_TYPE)
