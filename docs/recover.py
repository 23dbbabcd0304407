#!/usr/bin/env python3
"""Puts shares of keyrite-share/1 together. Python 3.9 and its standard library; nothing of keyrite.

    recover.py SHARE... [--wrapped FILE] [--out WRAPPED]   texts of shares, as `age -d` gives them or as they were typed
    recover.py --unpad FILE                                what `openssl enc` made, without its padding, to stdout

The first prints the set, the key of the set and its check value, and writes the wrapped secret: what openssl needs.
recover-without-keyrite.md says what to do with it. Run it on a machine that is off every network.
"""
import hashlib
import os
import re
import sys

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
SIZES = (72, 264, 1032, 4104)


class Refused(Exception):
    pass


def take(row, kind, number, called):
    """The 15 bytes of a row of 28 letters."""
    word = re.sub(r"[ \t]", "", row)
    if word.lower() != word and word.upper() != word:
        raise Refused(f"{called}: capitals and small letters are mixed")
    values = [LETTERS.find(letter) for letter in word.lower()]
    if len(values) != 28 or -1 in values:
        raise Refused(f"{called}: expected 28 letters of {LETTERS}")
    bits = "".join(format(value, "05b") for value in values)
    data = int(bits[:120], 2).to_bytes(15, "big")
    digest = hashlib.sha256(b"keyrite/v1/row\n" + kind + number.to_bytes(2, "big") + data).digest()
    if format(int.from_bytes(digest[:3], "big"), "024b")[:20] != bits[120:]:
        raise Refused(f"{called}: mistyped, or not in its place")
    return data


def check(kind, *parts):
    return hashlib.sha256(b"keyrite/v1/" + kind + b"-text\n" + b"".join(parts)).digest()[:5]


def share_of(rows, name):
    data = b"".join(take(row, b"s", at + 1, f"{name}, row {at + 1}") for at, row in enumerate(rows))
    if len(data) != 60 or check(b"share", data[:55]) != data[55:]:
        raise Refused(f"{name}: its rows do not belong together")
    version, index, threshold, holders = data[:4]
    if version != 1 or data[54] != 0 or not 1 <= index <= holders or not 2 <= threshold <= holders:
        raise Refused(f"{name}: not a share of keyrite-share/1")
    return {"name": name, "index": index, "threshold": threshold, "set": data[4:20], "points": data[20:53]}


def wrapped_of(rows, set_id, name):
    data = b"".join(take(row, b"w", at + 1, f"{name}, row {at + 1} of the wrapped secret") for at, row in enumerate(rows))
    body, size = data[:-5], int.from_bytes(data[32:34], "big")
    if check(b"wrapped", set_id, body) != data[-5:] or size not in SIZES or any(body[34 + size:]):
        raise Refused(f"{name}: the wrapped secret is not one of this set")
    return body[:32], body[34:34 + size]


def read(path):
    """A share and what it was given with: rows in a file, typed rows alone, or the one line of a QR code."""
    with (sys.stdin if path == "-" else open(path, encoding="utf-8")) as file:
        text = file.read(65536)
    if text.startswith("KEYRITE-SHARE/1"):
        words = text.split()[1:]
        rows, _, more = (words, None, []) if "W" not in words else (words[:words.index("W")], None, words[words.index("W") + 1:])
    else:
        first, _, second = text.partition("\nwrapped\n")
        numbered = [re.fullmatch(r"[0-9]+ +([a-zA-Z0-9 ]+)", line.rstrip()) for line in first.splitlines()]
        rows = [found.group(1) for found in numbered if found]
        more = [line[4:] for line in second.splitlines() if line.strip()]
    share = share_of(rows, path)
    return share, wrapped_of(more, share["set"], path) if more else None


def read_wrapped(path, set_id):
    with open(path, encoding="utf-8") as file:
        lines = file.read(65536).partition("\n\n")[2].splitlines()
    return wrapped_of([line[4:] for line in lines], set_id, path)


def field():
    """GF(256) by x^8 + x^4 + x^3 + x^2 + 1."""
    powers, logs, x = [0] * 255, [0] * 256, 1
    for at in range(255):
        powers[at], logs[x] = x, at
        x = (x << 1) ^ (0x11D if x & 0x80 else 0)
    return powers, logs


def combine(shares):
    """Lagrange at 0, byte by byte."""
    powers, logs = field()
    out = bytearray(33)
    for one in shares:
        factor = 0
        for other in shares:
            if other is not one:
                factor += logs[other["index"]] - logs[one["index"] ^ other["index"]]
        for at, point in enumerate(one["points"]):
            if point:
                out[at] ^= powers[(logs[point] + factor) % 255]
    if out[0] != 1:
        raise Refused("these shares give no key: one of them is not what was split")
    return bytes(out[1:])


def kcv_of(key, set_id):
    """HKDF-SHA256 (RFC 5869), 32 bytes."""
    import hmac
    pseudo = hmac.new(set_id, key, hashlib.sha256).digest()
    return hmac.new(pseudo, b"keyrite/v1/kcv\x01", hashlib.sha256).digest()


def recover(paths, wrapped_path, out):
    read_all = [read(path) for path in paths]
    shares = [share for share, _ in read_all]
    first = shares[0]
    for at, share in enumerate(shares):
        if share["set"] != first["set"] or share["threshold"] != first["threshold"]:
            raise Refused(f"{share['name']}: of another set than {first['name']}")
        if share["index"] in [one["index"] for one in shares[:at]]:
            raise Refused(f"{share['name']}: share {share['index']} was given already")
    if len(shares) != first["threshold"]:
        raise Refused(f"need {first['threshold']} shares, have {len(shares)}")
    given = [wrapped for _, wrapped in read_all if wrapped]
    if wrapped_path:
        given = [read_wrapped(wrapped_path, first["set"])]
    if not given:
        raise Refused("no share brings the wrapped secret: --wrapped FILE")
    if any(one != given[0] for one in given):
        raise Refused("the wrapped secrets that were given differ")
    kcv, wrapped = given[0]
    key = combine(shares)
    if kcv_of(key, first["set"]) != kcv:
        raise Refused("these shares give another key: one of them is not what was split")
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(wrapped)
    print(f"SET={first['set'].hex()}\nKEY={key.hex()}\nKCV={kcv.hex()}")


def unpad(path):
    with open(path, "rb") as file:
        whole = file.read(4097)
    length = int.from_bytes(whole[:2], "big")
    if len(whole) not in (64, 256, 1024, 4096) or not 0 < length <= len(whole) - 2 or any(whole[2 + length:]):
        raise Refused(f"{path}: not padded as keyrite pads")
    sys.stdout.buffer.write(whole[2:2 + length])


def main(words):
    if len(words) == 2 and words[0] == "--unpad":
        return unpad(words[1])
    options = {"--wrapped": None, "--out": "wrapped.bin"}
    paths = []
    while words:
        word = words.pop(0)
        if word in options and words:
            options[word] = words.pop(0)
        elif word.startswith("--"):
            raise Refused(f"unknown: {word}")
        else:
            paths.append(word)
    if not paths:
        raise Refused(__doc__.strip())
    return recover(paths, options["--wrapped"], options["--out"])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (Refused, OSError, UnicodeDecodeError) as error:
        sys.exit(f"refused: {error}")
