"""HTTP/2 by hand, to say what no client library would."""

import socket
import struct
import time
from dataclasses import dataclass

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, CONTINUATION = 0, 1, 3, 4, 6, 7, 9
END_STREAM, END_HEADERS, ACK = 1, 4, 1
CANCEL = 8
FRAME_SIZE_MAX = 16384


@dataclass(frozen=True)
class Frame:
    kind: int
    flags: int
    stream: int
    payload: bytes


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def integer(value):
    """With a prefix of seven bits (RFC 7541, 5.1), no Huffman code."""
    if value < 127:
        return bytes([value])
    out = bytearray([127])
    value -= 127
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    out.append(value)
    return bytes(out)


def field(name, value):
    """A literal that is not indexed."""
    name, value = name.encode(), value.encode()
    return b"\0" + integer(len(name)) + name + integer(len(value)) + value


def head(method, target, *more):
    fields = [(":method", method), (":scheme", "http"), (":authority", "x"), (":path", target)]
    return b"".join(field(name, value) for name, value in [*fields, *more])


def header_frames(stream, block, flags=END_STREAM):
    """HEADERS and as many CONTINUATIONs as it takes."""
    parts = [block[i:i + FRAME_SIZE_MAX] for i in range(0, len(block), FRAME_SIZE_MAX)] or [b""]
    out = b""
    for index, part in enumerate(parts):
        last = END_HEADERS if index == len(parts) - 1 else 0
        kind = HEADERS if index == 0 else CONTINUATION
        out += frame(kind, last | (flags if index == 0 else 0), stream, part)
    return out


class RawConnection:
    """One connection; the peer closing it is an answer like any other."""

    def __init__(self, address, greets=True):
        self.peer = socket.create_connection(address, 10)
        self.buffer = b""
        self.isClosed = False
        if greets:
            self.send(PREFACE + frame(SETTINGS, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.peer.close()

    def send(self, data):
        """Sends all of it, or notes that the peer takes no more."""
        self.peer.settimeout(10)
        try:
            self.peer.sendall(data)
        except OSError:
            self.isClosed = True

    def frames(self, seconds):
        """The frames that come within a time, or until the peer closes."""
        deadline = time.monotonic() + seconds
        while True:
            while len(self.buffer) >= 9:
                size = int.from_bytes(self.buffer[:3], "big")
                if len(self.buffer) < 9 + size:
                    break
                kind, flags, stream = struct.unpack(">BBI", self.buffer[3:9])
                payload = self.buffer[9:9 + size]
                self.buffer = self.buffer[9 + size:]
                yield Frame(kind, flags, stream & 0x7FFFFFFF, payload)
            left = deadline - time.monotonic()
            if left <= 0 or self.isClosed and not self.buffer and left < seconds - 1:
                return
            self.peer.settimeout(left)
            try:
                chunk = self.peer.recv(65536)
            except TimeoutError:
                return
            except OSError:
                chunk = b""
            if not chunk:
                self.isClosed = True
                return
            self.buffer += chunk

    def body(self, stream, seconds=15):
        """The body of the answer on a stream; None when it is reset or the connection ends."""
        body = b""
        for one in self.frames(seconds):
            if one.kind == GOAWAY or one.kind == RST_STREAM and one.stream == stream:
                return None
            if one.stream == stream and one.kind == DATA:
                body += one.payload
            if one.stream == stream and one.kind in (HEADERS, DATA) and one.flags & END_STREAM:
                return body
        return None

    def ends(self, seconds=15):
        """Whether the peer gives the connection up: GOAWAY, or it closes."""
        for one in self.frames(seconds):
            if one.kind == GOAWAY:
                return True
        return self.isClosed
