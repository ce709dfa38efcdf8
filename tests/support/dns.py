#!/usr/bin/python3
"""dns.py LOG ADDRESS...: a name server on 127.0.0.1 for a network name space of a test's own.

Brings the loopback interface up with further addresses, prints "ready" and appends a line "NAME TYPE" to LOG for each
question. Names are those of ZONE; each holds what the first, second ... question of type A is answered with, the last
answer again and again.
"""
import fcntl
import socket
import struct
import sys

A, AAAA = 1, 28
SERVFAIL, NXDOMAIN = 2, 3
SIOCSIFADDR, SIOCSIFFLAGS, IFF_UP_RUNNING = 0x8916, 0x8914, 0x41

ZONE = {
    "good.test": [{A: ["1.1.1.1"]}],
    "rebind.test": [{A: ["1.1.1.1"]}, {A: ["127.0.0.1"]}],
    "mixed.test": [{A: ["1.1.1.1", "10.0.0.1"]}],
    "six.test": [{A: ["1.1.1.1"], AAAA: ["::1"]}],
    "mapped.test": [{AAAA: ["::ffff:127.0.0.1"]}],
    "nat64.test": [{AAAA: ["64:ff9b::127.0.0.1"]}],
    "sixtofour.test": [{AAAA: ["2002:7f00:1::1"]}],
    "private.test": [{A: ["127.0.0.1"]}],
    "zero.test": [{A: ["0.0.0.0"]}],
    "metadata.test": [{A: ["169.254.169.254"]}],
    "metadata6.test": [{AAAA: ["fd00:ec2::254"]}],
    "two.test": [{A: ["1.0.0.9", "1.1.1.1"]}],
    "many.test": [{A: [f"1.1.2.{i}" for i in range(20)] + ["192.168.0.1"]}],
    "fail.test": [{SERVFAIL: []}],
    "later.test": [{SERVFAIL: []}, {A: ["1.1.1.1"]}],
    "worse.test": [{SERVFAIL: []}, {A: ["127.0.0.1"]}],
    "empty.test": [{}],
}


def set_up(addresses):
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP_RUNNING))
    for number, address in enumerate(addresses):
        name = f"lo:{number + 1}".encode()
        fcntl.ioctl(control, SIOCSIFADDR,
                    struct.pack("16sH2x4s16x", name, socket.AF_INET, socket.inet_aton(address)))


def read_question(packet):
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode("latin-1"))
        at += 1 + packet[at]
    return ".".join(labels).lower(), struct.unpack("!H", packet[at + 1:at + 3])[0], packet[12:at + 5]


def make_answer(packet, question, kind, step):
    code = NXDOMAIN if step is None else SERVFAIL if SERVFAIL in step else 0
    addresses = [] if code else step.get(kind, [])
    family = socket.AF_INET if kind == A else socket.AF_INET6
    answer = packet[:2] + struct.pack("!HHHHH", 0x8580 | code, 1, len(addresses), 0, 0) + question
    for address in addresses:
        data = socket.inet_pton(family, address)
        answer += struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(data)) + data
    return answer


def main():
    asked = {}
    set_up(sys.argv[2:])
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    print("ready", flush=True)
    while True:
        packet, sender = server.recvfrom(4096)
        name, kind, question = read_question(packet)
        steps = ZONE.get(name)
        with open(sys.argv[1], "a", encoding="latin-1") as log:
            log.write(f"{name} {'A' if kind == A else kind}\n")
        if kind == A:
            asked[name] = asked.get(name, 0) + 1
        step = steps[min(max(asked.get(name, 1), 1), len(steps)) - 1] if steps else None
        server.sendto(make_answer(packet, question, kind, step), sender)


main()
