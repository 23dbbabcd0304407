"""Reads a log as C2SP has it, from the specifications alone: tlog-tiles, tlog-checkpoint, tlog-proof.

read-log.py tiles DIR VKEY          says size, root and the SHA-256 of all entries, one after the other
read-log.py proof FILE ENTRY VKEY   says index, size and root
read-log.py log DIR VKEY PIN…       the same as tiles, where the key that signs was changed: by section 2 of docs/ledger-format.md, from the
                                    key of entry 0 on; each pin is an older checkpoint. Says besides how many keys wrote, and the pins' sizes
Fails where anything does not fit. Ed25519 is RFC 8032, section 6.
"""
import base64, hashlib, json, os, sys

sha256 = lambda data: hashlib.sha256(data).digest()
leaf_hash = lambda entry: sha256(b"\0" + entry)
node = lambda left, right: sha256(b"\1" + left + right)


def demand(fact, what):
    if not fact:
        sys.exit(f"wrong: {what}")


# --- Ed25519
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    """Extended homogeneous coordinates, RFC 8032 section 5.1.4: no inversion at each step."""
    A, B = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    C, E = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    F, G, H, I = B - A, E - C, E + C, B + A
    return F * G % P, H * I % P, G * H % P, F * I % P


def times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def same(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point_of(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    demand((x * x - square) % P == 0 and y < P, "a point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519(key, message, signature):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % Q
    return s < Q and same(times(s, BASE), add(point_of(r), times(h, point_of(key))))


# --- checkpoint
def checkpoint(text, vkey):
    name, key_id, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    demand(key[0] == 1 and len(key) == 33, "the key's type")
    demand(sha256(name.encode() + b"\n" + key)[:4].hex() == key_id, "the key's id")
    body, signature = text.split("\n\n")
    demand(signature.startswith(f"\u2014 {name} ") and signature.endswith("\n"), "the signature line")
    blob = base64.b64decode(signature.split(" ")[2])
    demand(blob[:4].hex() == key_id, "whose signature")
    demand(ed25519(key[1:], (body + "\n").encode(), blob[4:]), "the signature")
    origin, size, root = body.split("\n")[:3]
    demand(origin == name, "the origin")
    return int(size), base64.b64decode(root)


# --- tiles
def tile_path(level, index):
    text = f"{index % 1000:03d}"
    while index >= 1000:
        index //= 1000
        text = f"x{index % 1000:03d}/{text}"
    return f"tile/{level}/{text}"


def tiles(folder, level, count):
    """The files of a level that together hold `count` hashes (or entries), each with how many it holds."""
    for index in range((count + 255) // 256):
        width = min(256, count - index * 256)
        path = tile_path(level, index) + ("" if width == 256 else f".p/{width}")
        expected.add(path)
        with open(os.path.join(folder, path), "rb") as file:
            yield file.read(), width


def entries_of(data, width):
    for _ in range(width):
        length = int.from_bytes(data[:2], "big")
        demand(len(data) >= 2 + length, "the length of an entry")
        yield data[2 : 2 + length]
        data = data[2 + length :]
    demand(data == b"", "the end of a bundle")


def root_of(hashes):
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node(root_of(hashes[:split]), root_of(hashes[split:]))


def text_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def bundled(folder, size):
    return [entry for data, width in tiles(folder, "entries", size) for entry in entries_of(data, width)]


def read_tiles(folder, vkey):
    size, root = checkpoint(text_of(os.path.join(folder, "checkpoint")), vkey)
    expected.add("checkpoint")
    entries = bundled(folder, size)
    hashes = [leaf_hash(entry) for entry in entries]
    demand(root_of(hashes) == root, "the root of the bundles")
    level = 0
    while hashes:
        stored = [data[at : at + 32] for data, width in tiles(folder, level, len(hashes)) for at in range(0, width * 32, 32)]
        demand(stored == hashes, f"the tiles of level {level}")
        hashes = [root_of(hashes[at : at + 256]) for at in range(0, len(hashes) // 256 * 256, 256)]
        level += 1
    found = {os.path.relpath(os.path.join(at, name), folder) for at, _, names in os.walk(folder) for name in names}
    demand(found == expected, f"what lies in the folder: {sorted(found ^ expected)}")
    return {"size": size, "root": root.hex(), "levels": level, "sha256": sha256(b"".join(entries)).hex()}


# --- who writes
def read_log(folder, vkey, *pins):
    newest = os.path.join(folder, "checkpoint")
    entries = bundled(folder, int(text_of(newest).split("\n")[1]))
    writers = [(0, vkey)]
    for seq, data in enumerate(map(json.loads, entries)):
        if data["type"] in ("writer.changed", "ledger.restored"):
            released = data["data"].get("by") in ("hand-over", "replacement")
            writers.append((seq + 2 if released else seq + 1, data["data"]["vkey"]))
    demand(json.loads(entries[0])["data"]["vkey"] == vkey, "the key of entry 0")

    def key_at(size):
        return [key for since, key in writers if since <= size][-1]

    seen = []
    for pin in pins:
        size = int(text_of(pin).split("\n")[1])
        size, root = checkpoint(text_of(pin), key_at(size))
        demand(root_of([leaf_hash(entry) for entry in entries[:size]]) == root, "the root of a pin")
        seen.append(size)
    return {**read_tiles(folder, key_at(len(entries))), "keys": len(writers), "pins": seen}


# --- proof
def read_proof(path, entry, vkey):
    with open(path, encoding="utf-8", newline="") as file:
        head, note = file.read().split("\n\n", 1)
    first, index, *hashes = head.split("\n")
    demand(first == "c2sp.org/tlog-proof@v1" and index.startswith("index "), "the head of the proof")
    index, hashes = int(index[6:]), [base64.b64decode(one) for one in hashes]
    size, root = checkpoint(note, vkey)
    with open(entry, "rb") as file:
        found = fold(leaf_hash(file.read()), index, size, hashes)
    demand(found == root and not hashes, "the proof")
    return {"index": index, "size": size, "root": root.hex()}


def fold(leaf, index, size, hashes):
    """RFC 9162 section 2.1.3.1, backwards: the last hash is that of the other half."""
    demand(0 <= index < size, "the index")
    if size == 1:
        return leaf
    demand(hashes, "the length of the proof")
    split = 1
    while split * 2 < size:
        split *= 2
    other = hashes.pop()
    if index < split:
        return node(fold(leaf, index, split, hashes), other)
    return node(other, fold(leaf, index - split, size - split, hashes))


expected = set()
print(json.dumps({"tiles": read_tiles, "proof": read_proof, "log": read_log}[sys.argv[1]](*sys.argv[2:])))
