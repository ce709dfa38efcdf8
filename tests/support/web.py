#!/usr/bin/python3
"""web.py LOG ADDRESS:PORT [CERT KEY]: a web server for tests that also answers as no good server would.

Prints its port (0 takes a free one), and appends a line "TIME PATH HEADERS" to LOG for each request. PATH decides
the answer; see ANSWERS.
"""
import socket
import ssl
import sys
import threading
import time
import urllib.parse

FLAKY = {}


def plain(body, status="200 OK", headers=()):
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def drip(connection, first, piece, pause):
    connection.sendall(first)
    while True:
        connection.sendall(piece)
        time.sleep(pause)


def flaky(name, count):
    """Fails `count` times for each name."""
    FLAKY[name] = FLAKY.get(name, 0) + 1
    return plain(b"sound") if FLAKY[name] > count else plain(b"busy", "503 Busy")


def answer(connection, path, query):
    if path == "/redirect":
        return plain(b"moved", "302 Found", ["Location: " + query, "Set-Cookie: a=b"])
    if path == "/status":
        return plain(b"body of an error", query + " Some")
    if path == "/flaky":
        return flaky(query, 2)
    if path == "/big":
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {int(query) << 20}\r\n\r\n".encode())
        for _ in range(int(query)):
            connection.sendall(b"\0" * (1 << 20))
        return b""
    if path == "/slow":
        drip(connection, b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.1)
    if path == "/endless":
        drip(connection, b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536, 0)
    if path == "/headers":
        drip(connection, b"HTTP/1.1 200 OK\r\n", b"X-Filler: " + b"x" * 1000 + b"\r\n", 0)
    if path == "/silent":
        time.sleep(60)
    return ANSWERS.get(path, plain(b"nothing", "404 Not Found"))


ANSWERS = {
    "/sound.wav": plain(b"sound"),
    "/loop": plain(b"", "302 Found", ["Location: /loop"]),
    "/nowhere": plain(b"", "302 Found"),
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsou\r\n2\r\nnd\r\n0\r\n\r\n",
    "/close": b"HTTP/1.1 200 OK\r\n\r\nsound",
    "/continue": b"HTTP/1.1 100 Continue\r\n\r\n" + plain(b"sound"),
    "/short": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsound",
    "/long": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsound and more",
    "/huge": b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\nsound",
    "/partial": plain(b"sou", "206 Partial Content"),
    "/empty": b"",
    "/old": b"sound without any header",
    "/forged": plain(b"200\nsound", "404 200\t200", ["Location: 200", "X: 200\r\n 200"]),
    "/twice": plain(b"", "302 Found", ["Location: /sound.wav", "Location: http://169.254.169.254/"]),
}


def serve(connection, log, context):
    try:
        connection.settimeout(60)
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return
            head += piece
        lines = head.decode("latin-1").split("\r\n")
        target = lines[0].split(" ")[1]
        with open(log, "a", encoding="latin-1") as file:
            file.write(f"{time.monotonic():.3f} {target} {' | '.join(lines[1:-2])}\n")
        path, _, query = target.partition("?")
        connection.sendall(answer(connection, path, urllib.parse.unquote(query, "latin-1")))
    except (OSError, IndexError):
        pass  # the other end is gone, or speaks no HTTP
    finally:
        connection.close()


def main():
    log, place = sys.argv[1:3]
    context = None
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
    host, port = place.rsplit(":", 1)
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, int(port)))
    listener.listen(64)
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, log, context), daemon=True).start()


main()
