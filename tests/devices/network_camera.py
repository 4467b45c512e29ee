"""A network camera as a process of its own: `network_camera.py mjpeg|rtsp|silent|refuse PORT`. Ends when killed.

mjpeg: pictures one after the other over HTTP. rtsp: RFC 2326 with RTP/JPEG (RFC 2435) inside the same TCP connection.
silent: takes the connection and says nothing. refuse: 401 to everything.
"""

import itertools
import socketserver
import struct
import sys
import time

import cv2
import numpy as np

WIDTH, HEIGHT, FPS, FRAGMENT = 1280, 720, 20, 8000
STANDARD_SUBSAMPLING = 1  # RFC 2435 type 1: 4:2:0


def pictures() -> "itertools.cycle[bytes]":
    made = []
    for place in range(10):
        image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        cv2.circle(image, (200 + place * 80, 360), 90, (40, 200, 240), -1)
        made.append(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes())
    return itertools.cycle(made)


class Visitor(socketserver.StreamRequestHandler):
    def request_lines(self) -> list[str]:
        lines = []
        while line := self.rfile.readline().decode("latin-1").strip():
            lines.append(line)
        return lines


class Mjpeg(Visitor):
    def handle(self) -> None:
        self.request_lines()
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=card\r\n\r\n")
        for picture in pictures():
            head = f"--card\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
            self.wfile.write(head.encode() + picture + b"\r\n")
            time.sleep(1 / FPS)


class Silent(Visitor):
    def handle(self) -> None:
        time.sleep(3600)


class Refuse(Visitor):
    def handle(self) -> None:
        first, *lines = self.request_lines()
        number = next((line for line in lines if line.lower().startswith("cseq")), "CSeq: 1")
        protocol = first.rsplit(" ", 1)[-1]
        answer = f"{protocol} 401 Unauthorized\r\n{number}\r\nWWW-Authenticate: Basic realm=camera\r\n\r\n"
        self.wfile.write(answer.encode())


class Rtsp(Visitor):
    def handle(self) -> None:
        while lines := self.request_lines():
            method, url, _ = lines[0].split()
            heads = dict(line.split(": ", 1) for line in lines[1:])
            body, more = "", ""
            if method == "OPTIONS":
                more = "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
            elif method == "DESCRIBE":
                body = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:0\r\n"
                more = f"Content-Type: application/sdp\r\nContent-Base: {url}/\r\nContent-Length: {len(body)}\r\n"
            elif method == "SETUP":
                assert "RTP/AVP/TCP" in heads["Transport"], heads["Transport"]
                more = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
            answer = f"RTSP/1.0 200 OK\r\nCSeq: {heads['CSeq']}\r\nSession: 1\r\n{more}\r\n{body}"
            self.wfile.write(answer.encode())
            if method == "PLAY":
                self.play()

    def play(self) -> None:
        sequence = 0
        for number, picture in enumerate(pictures()):
            tables, scan = taken_apart(picture)
            for at in range(0, len(scan), FRAGMENT):
                part = scan[at : at + FRAGMENT]
                last = at + FRAGMENT >= len(scan)
                jpeg = struct.pack("!II", at, 0)[:4] + bytes([STANDARD_SUBSAMPLING, 255, WIDTH // 8, HEIGHT // 8])
                if at == 0:
                    jpeg += struct.pack("!BBH", 0, 0, len(tables)) + tables
                stamp = number * 90_000 // FPS
                packet = struct.pack("!BBHII", 0x80, 26 | last << 7, sequence & 0xFFFF, stamp, 7) + jpeg + part
                self.wfile.write(struct.pack("!cBH", b"$", 0, len(packet)) + packet)
                sequence += 1
            time.sleep(1 / FPS)


def taken_apart(jpeg: bytes) -> tuple[bytes, bytes]:
    """Quantisation tables and the coded picture of a baseline JPEG with the standard Huffman tables."""
    tables, at = b"", 2
    while True:
        marker, length = struct.unpack_from("!HH", jpeg, at)
        if marker == 0xFFDB:
            segment = jpeg[at + 4 : at + 2 + length]
            tables += b"".join(segment[start + 1 : start + 65] for start in range(0, len(segment), 65))
        at += 2 + length
        if marker == 0xFFDA:
            return tables, jpeg[at:-2]


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A viewer that leaves breaks the pipe; everything else is told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


if __name__ == "__main__":
    kind, port = sys.argv[1:]
    handler = {"mjpeg": Mjpeg, "rtsp": Rtsp, "silent": Silent, "refuse": Refuse}[kind]
    with Server(("127.0.0.1", int(port)), handler) as server:
        print("ready", flush=True)
        server.serve_forever()
