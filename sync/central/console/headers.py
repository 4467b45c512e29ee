"""What every answer of the console tells a browser: nothing foreign, nothing inline, no frame, nothing kept."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000; includeSubDomains"


class Headers:
    """ASGI middleware. HSTS only where TLS ends before us: on plain HTTP it must not be said (RFC 6797, 7.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        tls = scope["scheme"] == "https" or (b"x-forwarded-proto", b"https") in scope["headers"]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                said = {name.lower() for name, _ in headers}
                more = dict(_HEADERS) | ({"Strict-Transport-Security": _HSTS} if tls else {})
                more |= {} if b"cache-control" in said else {"Cache-Control": "no-store"}
                headers += [(name.lower().encode(), value.encode()) for name, value in more.items()]
            await send(message)

        await self._app(scope, receive, sending)
