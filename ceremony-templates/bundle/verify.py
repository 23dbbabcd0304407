#!/usr/bin/env python3
"""Checks a keyrite ceremony bundle without keyrite: python3 -I verify.py [DIR] [--ledger FINGERPRINT]

Python 3.8+ and its standard library; signatures by ssh-keygen, or by openssl where that is missing.
L and B in the comments are sections of ledger-format.md and bundle-format.md (B6: "How it is judged", point 6).
Exit status: 0 ok, 6 problems (each one line: PROBLEM file | entry | rule | sentence), 2 cannot check."""
import sys
if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    sys.path.pop(0)  # Python looks beside the script first: a json.py put into the bundle must not run
import argparse, base64, functools, hashlib, json, os, re, shutil, stat, subprocess, tempfile  # noqa: E401

MOST = 64 << 20  # bytes of one file; a larger one is not read
SK_ED, SK_EC = "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"
ALGORITHMS = {"ssh-ed25519": ["ssh-ed25519"], SK_ED: [SK_ED], SK_EC: [SK_EC], "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
              **{c: [c] for c in ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")}}
USES = {"founding": (["attest"], "ledger.opened"), "proposal": (["attest"], "quorum.opened"),
        "approval": (["approve", "reject"], "quorum.opened"), "transcript": (["attest"], "signoff.opened")}
ENTRY = "v=int ledger=text seq=seq prev=hex64 time=time type=text actor=dict approved=seq? ceremony=hex32? tool=dict data=dict"
STATEMENT = ("about=hex64 checkpoint=dict decision=text issued=time key=text ledger=hex64 person=id plan_sha256=hex64? roles=list "
             "type=text use=text")
PLAN = "change=dict operation=text phases=list profile=dict? rests=list rule=text type=text"
SIGNED = "statement=dict signature=text"
OUTCOME = "intended=seq key=text version=int "
TYPES = {  # L6
    "ledger.opened": "organisation=text vkey=text policy=blob roster=blob people=list continues=null",
    "founder.signed": SIGNED, "proposal.signed": SIGNED, "transcript.signed": SIGNED, "approval.given": SIGNED + " reason=private?",
    "profile.added": "name=text kind=text environment=text identity=dict prover=text? generation=int?", "profile.removed": "name=text",
    "quorum.opened": "operation=text plan=blob policy=blob roster=blob who=ids needs=dict nonce=hex32 expires=time names=dict "
                     "reason=private? ticket=private?",
    "quorum.met": "opened=seq approvals=list", "quorum.withdrawn": "opened=seq reason=private",
    "key.create.intended": "key=text version=int profile=text intent=hex32 before=list",
    "key.created": OUTCOME + "profile=text ref=dict spec=dict public=blob? protection=dict generation=int?",
    "key.create.failed": OUTCOME + "code=text", "key.try.failed": OUTCOME + "code=text", "key.state.failed": OUTCOME + "code=text",
    "key.try.intended": "key=text version=int profile=text intent=hex32 probes=list",
    "key.tried": OUTCOME + "ok=any results=list sample=dict? generation=int?",
    "key.state.intended": "key=text version=int profile=text intent=hex32 from=text to=text",
    "key.state.changed": OUTCOME + "from=text to=text enforced=any results=list generation=int?",
    "ceremony.opened": "template=blob title=text parameters=dict participants=list profile=dict? location=private machine=dict",
    "step.done": "step=text kind=text started=time minutes=any by=ids result=dict",
    "ceremony.stopped": "step=any reason=private", "ceremony.resumed": "step=any present=ids", "ceremony.aborted": "reason=private left=list",
    "signoff.opened": "round=int template_sha256=hex64 first=seq count=seq root=text keys=list sets=list deviations=list",
    "bundle.made": "sha256=hex64 level=text checkpoint=dict", "attempt.refused": "operation=text key=text? code=text"}
# L5: the acts that need an approval: type -> (the phase it belongs to, the operations whose plan may hold that phase)
CREATE, ACTIVATE = ("create", ("key.create",)), ("activate", ("key.activate", "key.create"))
ACTS = {"profile.added": ("add", ("profile.add",)), "profile.removed": ("remove", ("profile.remove",)),
        "key.create.intended": CREATE, "key.created": CREATE, "key.create.failed": CREATE,
        "key.state.intended": ACTIVATE, "key.state.changed": ACTIVATE, "key.state.failed": ACTIVATE}
INTENTS = {"key.created": "key.create", "key.create.failed": "key.create", "key.tried": "key.try", "key.try.failed": "key.try",
           "key.state.changed": "key.state", "key.state.failed": "key.state"}
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
PERSON = re.compile(r"p-[0-9a-f]{16}")
TOP = {"VERIFY.md", "verify.py", "bundle.json", "checkpoint", "openings.json", "allowed_signers", "roster.json", "policy.json",
       "template.yaml", "minutes.html", "minutes.txt", "SHA256SUMS", "SHA256SUMS.sig"}
PLACES = re.compile(r"entries/[0-9]{6,}\.json|proofs/[0-9]{6,}\.tlog-proof|blobs/[0-9a-f]{64}|statements/[0-9]{6,}\.(json|sig)"
                    r"|keys/[a-z0-9][a-z0-9._-]*\.pem")

class Bad(Exception):
    """A rule is broken: args are the rule's name and a sentence."""

def need(true, rule, sentence):
    if not true:
        raise Bad(rule, sentence)

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def clean(text):
    """Text that is not ours, with control, bidi and invisible characters made visible."""
    return "".join(c if c.isprintable() else "\\u%04x" % ord(c) for c in str(text))[:300]

def decode64(text, rule="base64"):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad(rule, "this is not base64: %r" % text[:40])
    need(base64.b64encode(raw).decode() == text, rule, "base64 is not in its one canonical spelling")
    return raw

# --- L1: canonical JSON, entries, private values, blobs ---

def jcs(x):
    if x is None or isinstance(x, (bool, str)):
        return json.dumps(x, ensure_ascii=False)
    if isinstance(x, int):
        need(abs(x) < 1 << 53, "canonical-json", "an integer is beyond 2^53-1")
        return str(x)
    if isinstance(x, list):
        return "[" + ",".join(map(jcs, x)) + "]"
    names = sorted(x, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(jcs(name) + ":" + jcs(x[name]) for name in names) + "}"

def canon(x):
    return jcs(x).encode("utf-8")

def parse(data):
    def integer(text):
        need(len(text) < 18, "canonical-json", "an integer is beyond 2^53-1")
        return int(text)

    def never(text):
        raise Bad("canonical-json", "numbers are integers only, not " + text[:20])
    try:
        value = json.loads(data.decode("utf-8"), parse_int=integer, parse_float=never, parse_constant=never)
        same = canon(value) == data
    except (ValueError, RecursionError) as error:
        raise Bad("canonical-json", "cannot be read as JSON: " + str(error)[:100])
    need(same, "canonical-json", "the bytes are not the canonical JSON (RFC 8785) of what they say")
    return value

def is_hex(x, digits):
    return isinstance(x, str) and re.fullmatch("[0-9a-f]{%d}" % digits, x) is not None

def is_private(x):
    return isinstance(x, dict) and set(x) == {"$"} and is_hex(x["$"], 64)

def is_blob(x):
    return (isinstance(x, dict) and set(x) == {"blob", "size", "type"} and is_hex(x["blob"], 64) and type(x["size"]) is int
            and isinstance(x["type"], str))

def is_id(x):
    return isinstance(x, str) and PERSON.fullmatch(x) is not None

def texts(x):
    return isinstance(x, list) and all(isinstance(y, str) for y in x)

KINDS = {"any": lambda x: True, "null": lambda x: x is None, "text": lambda x: isinstance(x, str), "int": lambda x: type(x) is int,
         "seq": lambda x: type(x) is int and x >= 0, "dict": lambda x: isinstance(x, dict), "list": lambda x: isinstance(x, list),
         "hex32": lambda x: is_hex(x, 32), "hex64": lambda x: is_hex(x, 64), "private": is_private, "blob": is_blob, "id": is_id,
         "time": lambda x: isinstance(x, str) and TIME.fullmatch(x) is not None, "texts": texts, "texts?": lambda x: x is None or texts(x),
         "ids": lambda x: isinstance(x, list) and all(map(is_id, x)) and len(set(x)) == len(x)}

def shape(x, members, what):
    """`x` has exactly these members, each of its kind (`name=kind`; `?` allows null)."""
    wanted = dict(m.split("=") for m in members.split())
    need(isinstance(x, dict) and set(x) == set(wanted), "members", what + " must have exactly the members " + ", ".join(wanted))
    for name, kind in wanted.items():
        fits = x[name] is None if kind[-1] == "?" and x[name] is None else KINDS[kind.rstrip("?")](x[name])
        need(fits, "members", "%s: %s is not %s" % (what, name, kind))

def references(x, private, blobs):
    """Collects every private value and blob reference in `x` (L1: such objects are never anything else)."""
    if isinstance(x, dict):
        need("$" not in x or is_private(x), "private", "an object with the member $ is not a private value")
        need("blob" not in x or is_blob(x), "blob", "an object with the member blob is not a reference to a blob")
        if is_private(x):
            private.add(x["$"])
        elif is_blob(x):
            blobs.append(x)
    for y in x.values() if isinstance(x, dict) else x if isinstance(x, list) else ():
        references(y, private, blobs)

# --- L1, L2: Merkle tree (RFC 6962, RFC 9162 section 2.1.3.2), checkpoint, proof ---

def leaf_hash(data):
    return sha256(b"\0", data)

def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1", tree_root(leaves[:k]), tree_root(leaves[k:]))

def root_by_proof(leaf, index, size, hashes):
    first, last, found = index, size - 1, leaf
    need(index < size, "proof", "the entry is beyond the checkpoint's size")
    for other in hashes:
        need(last > 0, "proof", "the proof is too long")
        if first & 1 or first == last:
            found = sha256(b"\1", other, found)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            found = sha256(b"\1", found, other)
        first, last = first >> 1, last >> 1
    need(last == 0, "proof", "the proof is too short")
    return found

def read_checkpoint(data, name, public):
    lines = data.decode("utf-8").split("\n")
    need(len(lines) == 6 and re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]), "checkpoint", "this is not a checkpoint of six lines")
    need(lines[0] == name, "checkpoint", "its origin is not this ledger's name")
    root, signature = decode64(lines[2]), decode64(lines[4][len("— " + name + " "):])
    body = "\n".join(lines[:3]) + "\n"
    spelled = body + "\n— " + name + " " + base64.b64encode(signature).decode() + "\n"
    need(spelled.encode() == data and len(root) == 32 and len(signature) == 68, "checkpoint", "it is not spelled as the format says")
    need(signature[:4] == sha256(name.encode() + b"\n\1" + public)[:4], "checkpoint", "the key id is not that of the writer's key")
    held = openssl_holds("ssh-ed25519", [public], body.encode(), signature[4:]) if ed25519_works() else None
    need(held is not False, "checkpoint-signature", "the signature is not by the writer's key")
    return int(lines[1]), root, held

# --- L3: SSH signatures ---

def fields(data, kinds):
    """Reads SSH wire data: s string, u uint32, b byte; nothing may follow."""
    out = []
    for kind in kinds:
        n = 1 if kind == "b" else 4
        need(len(data) >= n, "sshsig", "it ends too early")
        number, data = int.from_bytes(data[:n], "big"), data[n:]
        if kind == "s":
            need(len(data) >= number, "sshsig", "it ends too early")
            number, data = data[:number], data[number:]
        out.append(number)
    need(not data, "sshsig", "bytes follow its end")
    return out

def wire(*strings):
    return b"".join(len(s).to_bytes(4, "big") + s for s in strings)

def key_parts(line):
    """The type and the parts of `<ssh type> <base64>`."""
    need(re.fullmatch(r"[a-z0-9@.-]+ [A-Za-z0-9+/]+=*", line), "key", "a key is not written as <ssh type> <base64>")
    kind, blob = line.split(" ")[0], decode64(line.split(" ")[1])
    need(kind in ALGORITHMS, "unsupported", "this verifier does not know the key type " + kind)
    count = {"ssh-ed25519": 1, SK_ED: 2, SK_EC: 3, "ssh-rsa": 2}.get(kind, 2)
    named, *parts = fields(blob, "s" * (count + 1))
    need(named == kind.encode(), "key", "the type within the key is another than that before it")
    need("ed25519" not in kind or len(parts[0]) == 32, "key", "an Ed25519 key must have 32 bytes")
    return kind, parts

def fingerprint(line):
    return "SHA256:" + base64.b64encode(sha256(decode64(line.split(" ")[1]))).decode().rstrip("=")

def armor(blob):
    text = base64.b64encode(blob).decode()
    lines = [text[i:i + 70] for i in range(0, len(text), 70)]
    return ("\n".join(["-----BEGIN SSH SIGNATURE-----"] + lines + ["-----END SSH SIGNATURE-----"]) + "\n").encode()

@functools.lru_cache(maxsize=None)
def sshsig_problem(line, namespace, message, blob):
    """None, or (rule, sentence): what is wrong with an SSHSIG by this key over this message."""
    try:
        check_sshsig(line, namespace, message, blob)
    except Bad as bad:
        return bad.args
    return None

def check_sshsig(line, namespace, message, blob):
    kind, parts = key_parts(line)
    need(blob[:10] == b"SSHSIG\0\0\0\1", "sshsig", "it does not begin as an SSHSIG of version 1")
    public, space, reserved, digest, inner = fields(blob[10:], "sssss")
    need(public == decode64(line.split(" ")[1]), "sshsig-key", "it was made with another key than the roster's")
    need(space == namespace.encode(), "sshsig-namespace", "it is for the namespace " + clean(space.decode("utf-8", "replace")))
    need(reserved == b"", "sshsig", "its reserved field is not empty")
    need(digest in (b"sha512", b"sha256"), "unsupported", "its hash is neither sha512 nor sha256")
    algorithm, signature, *touch = fields(inner, "ssbu" if kind.startswith("sk-") else "ss")
    need(algorithm.decode("latin-1") in ALGORITHMS[kind], "unsupported", "a signature algorithm that is not allowed for this key")
    need(not touch or touch[0] & 1, "user-presence", "the security key was not touched (its flags lack bit 0x01)")
    if shutil.which("ssh-keygen"):
        need(ssh_keygen_holds(line, namespace, message, blob), "signature", "ssh-keygen does not accept it")
        return
    signed = b"SSHSIG" + wire(space, reserved, digest, hashlib.new(digest.decode(), message).digest())
    if touch:
        signed = sha256(parts[-1]) + bytes(touch[:1]) + touch[1].to_bytes(4, "big") + sha256(signed)
    need("ed25519" not in kind or ed25519_works(), "unsupported", "this openssl cannot check Ed25519, and there is no ssh-keygen")
    need(openssl_holds(algorithm.decode(), parts, signed, signature), "signature", "openssl does not accept it")

def run(arguments, files, message):
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        done = subprocess.run(arguments, cwd=folder, input=message, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
        return done.returncode == 0

def ssh_keygen_holds(line, namespace, message, blob):
    allowed = 'signer namespaces="%s" %s\n' % (namespace, line)
    return run([shutil.which("ssh-keygen"), "-Y", "verify", "-f", "allowed", "-I", "signer", "-n", namespace, "-s", "sig"],
               {"allowed": allowed.encode(), "sig": armor(blob)}, message)

def der(tag, *parts):
    data = b"".join(parts)
    size = len(data).to_bytes((len(data).bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([len(data)]) if len(data) < 128 else bytes([0x80 | len(size)]) + size) + data

def openssl_holds(algorithm, parts, message, signature):
    """The raw signature by openssl, for the algorithms in ALGORITHMS."""
    curve = re.search("nistp(256|384|521)", algorithm)
    if "ed25519" in algorithm:
        spki = der(0x30, der(0x30, bytes.fromhex("06032b6570")), der(3, b"\0", parts[0]))
    elif curve:
        oid = {"256": "06082a8648ce3d030107", "384": "06052b81040022", "521": "06052b81040023"}[curve.group(1)]
        spki = der(0x30, der(0x30, bytes.fromhex("06072a8648ce3d0201" + oid)), der(3, b"\0", parts[1]))
        signature = der(0x30, *[der(2, number) for number in fields(signature, "ss")])
    else:
        numbers = der(0x30, der(2, parts[1]), der(2, parts[0]))
        spki = der(0x30, der(0x30, bytes.fromhex("06092a864886f70d0101010500")), der(3, b"\0", numbers))
    hashed = {"256": "-sha256", "384": "-sha384", "521": "-sha512"}.get(curve.group(1)) if curve else "-sha" + algorithm[-3:]
    tool, files = shutil.which("openssl"), {"key": pem(spki), "sig": signature, "message": message}
    if "ed25519" in algorithm:
        return run([tool, "pkeyutl", "-verify", "-pubin", "-inkey", "key", "-rawin", "-in", "message", "-sigfile", "sig"], files, b"")
    return run([tool, "dgst", hashed, "-verify", "key", "-signature", "sig", "message"], files, b"")

@functools.lru_cache(maxsize=None)
def ed25519_works():
    """Whether there is an openssl that checks Ed25519: tried on RFC 8032 section 7.1, test 2."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
    return bool(shutil.which("openssl")) and openssl_holds("ssh-ed25519", [public], b"\x72", signature)

def pem(spki):
    text = base64.b64encode(spki).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return ("\n".join(["-----BEGIN PUBLIC KEY-----"] + lines + ["-----END PUBLIC KEY-----"]) + "\n").encode()

# --- what the entries mean: L3 to L7. An entry with a problem changes nothing here ---

class Ledger:
    def __init__(self, bundle):
        self.bundle, self.fingerprint = bundle, bundle.leaves[0].hex()
        self.people, self.policy, self.policy_seq, self.organisation = {}, None, None, None
        self.entries, self.by_leaf, self.answers = {}, {}, {}
        self.quorums, self.withdrawn, self.met, self.used = {}, set(), {}, set()
        self.profiles, self.keys, self.done = {}, {}, set()
        self.opened, self.judged_at_opening, self.signoffs = None, None, []

    def judge(self, e):
        need(e["seq"] == 0 or self.people, "opened", "there is no good entry 0 to judge this by")
        need((e["seq"] == 0) == (e["type"] == "ledger.opened"), "opened", "entry 0 and only it is ledger.opened")
        person = e["actor"]["person"]
        need(e["seq"] == 0 or person is None or person in self.people, "actor", "the actor is not in the roster")
        allowed = e["approved"]
        need(allowed is None or allowed in self.met or allowed == self.policy_seq, "approved",
             "entry %s, which it cites, is no quorum.met and did not set the policy" % allowed)
        if "intended" in e["data"]:
            self.check_intent(e, e["data"], self.entries.get(e["data"]["intended"]))
        use = self.check_approval(e, e["data"], *ACTS[e["type"]]) if e["type"] in ACTS else None
        rule = getattr(self, e["type"].replace(".", "_"), None)
        keep = rule(e, e["data"]) if rule else None
        self.entries[e["seq"]] = e
        self.by_leaf[self.bundle.leaves[e["seq"]].hex()] = e["seq"]
        self.used.add(use)
        self.done.add(e["data"].get("intended"))
        if keep:
            keep()

    def roster(self):
        return {"people": [self.people[i] for i in sorted(self.people)], "type": "keyrite.roster/1"}

    def ledger_opened(self, e, d):
        need(re.fullmatch("[A-Za-z0-9._-]+", d["organisation"]), "organisation", "it is not letters, digits, '.', '-' and '_'")
        need(e["ledger"].startswith(d["organisation"] + "/ledger/"), "organisation", "the ledger's name does not begin with it")
        roster, policy = self.bundle.json_blob(d["roster"]), self.bundle.json_blob(d["policy"])
        shape(roster, "people=list type=text", "the roster")
        for p in roster["people"]:
            shape(p, "id=id keys=list recipient=any roles=texts state=text", "a person of the roster")
            for key in p["keys"]:
                shape(key, "class=text key=text", "a key of the roster")
                key_parts(key["key"])
            need(p["roles"] == sorted(set(p["roles"])) and p["state"] == "unsigned", "roster", "roles are sorted; founders are unsigned")
        ids = [p["id"] for p in roster["people"]]
        need(ids and ids == sorted(set(ids)) and roster["type"] == "keyrite.roster/1", "roster", "people are sorted, each stands once")
        for p in d["people"]:
            shape(p, "id=id name=private address=private", "a person of entry 0")
        need([p["id"] for p in d["people"]] == ids, "roster", "the people of entry 0 are not those of its roster")
        for rule in policy["rules"]:
            shape(rule, "classes=texts? from=texts id=text kinds=texts? operations=texts people=seq roles=texts", "a rule of the policy")
        need(policy["type"] == "keyrite.policy/1" and texts(policy.get("stated_keys", [])), "policy", "this is not a keyrite.policy/1")

        def keep():
            self.people, self.policy, self.policy_seq = {p["id"]: p for p in roster["people"]}, policy, e["seq"]
            self.organisation = d["organisation"]
        return keep

    def statement(self, e, use):
        """L3: returns the entry it is about and the signer's key; keeps nothing."""
        s, signature = e["data"]["statement"], decode64(e["data"]["signature"])
        shape(s, STATEMENT, "the statement")
        need(s["type"] == "keyrite.statement/1" and s["use"] == use, "statement-use", "its type or use is not that of this entry")
        need(s["decision"] in USES[use][0], "statement-decision", "the decision is not one of this use")
        about = self.entries.get(self.by_leaf.get(s["about"]))
        need(about and about["type"] == USES[use][1], "statement-about", "it is not about a good %s before it" % USES[use][1])
        need(s["ledger"] == self.fingerprint, "statement-ledger", "it is about another ledger")
        plan = about["data"]["plan"]["blob"] if use in ("approval", "proposal") else None
        need(s["plan_sha256"] == plan, "statement-plan", "its plan is not that of entry %d" % about["seq"])
        shape(s["checkpoint"], "root=text size=seq", "its checkpoint")
        size, known = s["checkpoint"]["size"], self.bundle.root_at(s["checkpoint"]["size"])
        need(about["seq"] < size <= e["seq"], "statement-checkpoint", "no checkpoint of that size can have been seen")
        root = decode64(s["checkpoint"]["root"])
        need(len(root) == 32 and known in (None, root), "statement-checkpoint", "this ledger had another root at size %d" % size)
        person = self.people.get(s["person"])
        need(person, "statement-person", "the signer is not in the roster")
        need(person["state"] == ("unsigned" if use == "founding" else "active"), "statement-person", "the signer is " + person["state"])
        need(s["roles"] == person["roles"], "statement-roles", "these are not the signer's roles in the roster")
        keys = [k for k in person["keys"] if fingerprint(k["key"]) == s["key"]]
        need(keys, "statement-key", "the roster gives the signer no such key")
        answer = (s["about"], s["person"], use)
        need(answer not in self.answers, "one-answer", "entry %s is the answer of this person" % self.answers.get(answer))
        namespace = "keyrite-%s-v1@%s" % (use, self.organisation)
        problem = sshsig_problem(keys[0]["key"], namespace, canon(s), signature)
        need(not problem, *(problem or ("", "")))
        return about, keys[0], lambda: self.answers.update({answer: e["seq"]})

    def founder_signed(self, e, d):
        keep = self.statement(e, "founding")[2]
        return lambda: (keep(), self.people[d["statement"]["person"]].update(state="active"))

    def transcript_signed(self, e, d):
        return self.statement(e, "transcript")[2]

    def proposal_signed(self, e, d):
        about, _, keep = self.statement(e, "proposal")
        need(d["statement"]["person"] not in about["data"]["who"], "proposal", "the author is among those who answer")
        return lambda: (keep(), self.quorums[about["seq"]]["proposals"].append(e["seq"]))

    def approval_given(self, e, d):
        about, key, keep = self.statement(e, "approval")
        need(d["statement"]["person"] in about["data"]["who"], "who", "the quorum does not ask this person")
        return lambda: (keep(), self.quorums[about["seq"]]["answers"].update({e["seq"]: key}))

    def rule_for(self, operation, key_class, kind):
        """L4: the first rule that fits; `...` stands for a class that is not known yet."""
        for rule in self.policy["rules"]:
            fits = rule["classes"] is None or key_class in rule["classes"] or (key_class is ... and rule["people"] == 0)
            if operation in rule["operations"] and fits and (rule["kinds"] is None or kind in rule["kinds"]):
                return rule
        raise Bad("policy", "no rule of the policy is about " + operation)

    def quorum_opened(self, e, d):
        plan = self.bundle.json_blob(d["plan"])
        shape(plan, PLAN, "the plan")
        for phase in plan["phases"]:
            shape(phase, "earliest=time? latest=time? name=text", "a phase of the plan")
        need(d["policy"]["blob"] == sha256(canon(self.policy)).hex(), "policy", "this is not the policy that stands")
        need(d["roster"]["blob"] == sha256(canon(self.roster())).hex(), "roster", "this is not the roster that stands")
        need(plan["type"] == "keyrite.plan/1" and plan["operation"] == d["operation"], "plan", "the plan is for another operation")
        profile = plan["profile"]
        need(profile is None or profile["name"] not in self.profiles or self.profiles[profile["name"]] == profile, "plan-profile",
             "the plan's profile is not the one that was added under that name")
        need(profile is None or profile["name"] in self.profiles or d["operation"] == "profile.add", "plan-profile", "it was never added")
        rule = self.rule_for(d["operation"], plan["change"].get("class"), profile and profile["kind"])
        need(plan["rule"] == rule["id"], "policy", "the rule that applies is %s, not %s" % (rule["id"], plan["rule"]))
        need(d["needs"] == {"people": rule["people"], "roles": rule["roles"]}, "needs", "they are not those of the rule")
        may = {i for i, p in self.people.items() if p["state"] == "active" and set(p["roles"]) & set(rule["from"] + rule["roles"])}
        need(d["who"] == sorted(d["who"]) and set(d["who"]) <= may, "who", "somebody asked is not active or has no role of the rule")
        need(d["expires"] > e["time"], "expires", "it expires before it is opened")
        return lambda: self.quorums.update({e["seq"]: {"plan": plan, "entry": e, "answers": {}, "proposals": []}})

    def quorum_withdrawn(self, e, d):
        need(d["opened"] in self.quorums and d["opened"] not in self.met.values(), "withdrawn", "no open quorum is there")
        return lambda: self.withdrawn.add(d["opened"])

    def counts(self, key, production):
        hardware = key["class"] in ("attested", "asserted") and key["key"].startswith("sk-")
        return not production or hardware or fingerprint(key["key"]) in self.policy.get("stated_keys", [])

    def quorum_met(self, e, d):
        """L5: different people, different keys, an assignment of roles, nobody late."""
        quorum = self.quorums.get(d["opened"])
        need(quorum and d["opened"] not in self.withdrawn, "quorum", "no open quorum stands at entry %s" % d["opened"])
        need(d["opened"] not in self.met.values(), "quorum-twice", "that quorum was met before")
        need(len(set(d["approvals"])) == len(d["approvals"]), "quorum-approvals", "an approval is cited twice")
        opened, production = quorum["entry"]["data"], (quorum["plan"]["profile"] or {}).get("environment") == "production"
        need(not production or quorum["proposals"], "proposal", "nobody proposed it; production needs a signed author")
        counted = {}
        for seq in d["approvals"]:
            need(seq in quorum["answers"], "quorum-approvals", "entry %s is no good approval of this quorum" % seq)
            s, key = self.entries[seq]["data"]["statement"], quorum["answers"][seq]
            need(s["decision"] == "approve", "quorum-approvals", "entry %d is a rejection" % seq)
            need(self.entries[seq]["time"] <= opened["expires"], "expired", "entry %d came after the quorum expired" % seq)
            need(self.counts(key, production), "production-keys", "the key of entry %d does not count in production" % seq)
            counted.setdefault(key["key"], s["person"])
        need(e["time"] <= opened["expires"], "expired", "it was met after it expired")
        people = sorted(set(counted.values()))
        need(len(people) >= opened["needs"]["people"], "quorum-people", "%d different people with different keys approved, %d are needed"
             % (len(people), opened["needs"]["people"]))
        need(self.assigned(opened["needs"]["roles"], people), "quorum-roles", "no different people for %s" % opened["needs"]["roles"])
        return lambda: self.met.update({e["seq"]: d["opened"]})

    def assigned(self, roles, people):
        """Whether each role can be given to a different person (augmenting paths)."""
        holder = {}

        def place(role, tried):
            for person in people:
                if roles[role] in self.people[person]["roles"] and person not in tried:
                    tried.add(person)
                    if person not in holder or place(holder[person], tried):
                        holder[person] = role
                        return True
            return False
        return len(roles) <= len(people) and all(place(role, set()) for role in range(len(roles)))

    def check_intent(self, e, d, intent):
        need(intent and intent["type"] == INTENTS[e["type"]] + ".intended", "intent", "entry %s is no intent of this" % d["intended"])
        need(d["intended"] not in self.done, "one-outcome", "entry %d has its outcome already" % d["intended"])
        same = all(intent["data"][name] == d[name] for name in ("key", "version", "profile", "from", "to") if name in d)
        need(same and intent["approved"] == e["approved"], "intent", "it differs from its intent, entry %d" % d["intended"])

    def check_approval(self, e, d, phase, operations):
        """L5: an act cites a quorum.met, once for each phase and type, or the policy whose rule needs nobody."""
        cited, intent = e["approved"], self.entries.get(d.get("intended"), e)["data"]
        need(cited is not None, "approved", "this act cites no approval")
        profile = d if phase in ("add", "remove") else self.profiles.get(intent["profile"])
        need(profile, "profile", "the profile was never added")
        if cited == self.policy_seq:
            spec = d.get("spec") or self.keys.get((d.get("key"), d.get("version")), {}).get("spec") or {"class": ...}
            kind = self.profiles.get(d["name"], d)["kind"] if phase == "remove" else profile["kind"]
            need(self.rule_for(operations[0], spec.get("class"), kind)["people"] == 0, "approved", "the policy's rule needs people")
            return None
        plan = self.quorums[self.met[cited]]["plan"]
        phases = [p for p in plan["phases"] if p["name"] == phase]
        need(plan["operation"] in operations and phases, "approved", "entry %d approved %s, not this" % (cited, plan["operation"]))
        need((cited, phase, e["type"]) not in self.used, "approved-twice", "entry %d was used for this phase and type before" % cited)
        for p in phases:
            soon, late = (p["earliest"] or "") > e["time"], p["latest"] is not None and p["latest"] < e["time"]
            need(not soon and (not late or "intended" in d), "phase", "it is outside the dates of the phase")
        change = dict(plan["change"], profile=(plan["profile"] or {}).get("name"))
        compared = ("name", "kind", "environment", "identity") if phase in ("add", "remove") else ("key", "profile")
        said = [name for name in compared + (("version", "from", "to") if phase == "activate" else ("version",))
                if name in d and (name in compared or name in change)]
        need(all(change.get(name) == d[name] for name in said), "plan", "it is not what the plan of entry %d says" % self.met[cited])
        need("spec" not in d or d["spec"] == plan["change"], "plan", "the spec is not the plan's change")
        return cited, phase, e["type"]

    def profile_added(self, e, d):
        need(d["name"] not in self.profiles, "profile", "a profile of that name stands")
        return lambda: self.profiles.update({d["name"]: {n: d[n] for n in ("name", "kind", "environment", "identity")}})

    def profile_removed(self, e, d):
        need(d["name"] in self.profiles, "profile", "no profile of that name stands")
        return lambda: self.profiles.pop(d["name"])

    def key_create_intended(self, e, d):
        need((d["key"], d["version"]) not in self.keys, "key", "that version was created before")

    def key_created(self, e, d):
        self.key_create_intended(e, d)
        return lambda: self.keys.update({(d["key"], d["version"]): {"spec": d["spec"], "state": "pre-active", "public": d["public"]}})

    def key_try_intended(self, e, d):
        need((d["key"], d["version"]) in self.keys, "key", "that version was never created")

    def key_state_intended(self, e, d):
        key = self.keys.get((d["key"], d["version"]))
        need(key and key["state"] == d["from"], "state", "the key's state is not what it says it leaves")
        need((d["from"], d["to"]) == ("pre-active", "active"), "state", "this verifier knows no other change than activation")

    def key_state_changed(self, e, d):
        self.key_state_intended(e, d)
        return lambda: self.keys[(d["key"], d["version"])].update(state=d["to"])

    def ceremony_opened(self, e, d):
        for p in d["participants"]:
            shape(p, "people=ids role=text", "a participant")
        if e["ceremony"] != self.bundle.ceremony:
            return None
        need(self.opened is None, "ceremony", "this ceremony was opened before")
        standing = (canon(self.roster()), canon(self.policy))
        return lambda: self.__dict__.update(opened=e, judged_at_opening=standing)

    def signoff_opened(self, e, d):
        """B6: root, count and first over this ceremony's entries before it."""
        if e["ceremony"] != self.bundle.ceremony:
            return None
        need(self.opened, "signoff", "the ceremony was never opened")
        before = [seq for seq in self.bundle.of_ceremony if seq < e["seq"]]
        need(d["count"] == len(before), "signoff-count", "%d entries of this ceremony are here, not %d" % (len(before), d["count"]))
        need(d["first"] == before[0], "signoff-first", "the first entry of this ceremony is %d" % before[0])
        root = tree_root([self.bundle.leaves[seq] for seq in before])
        need(decode64(d["root"]) == root, "signoff-root", "the root over this ceremony's entries is another")
        need(d["template_sha256"] == self.opened["data"]["template"]["blob"], "signoff-template", "it is not the template that was opened")
        for key in d["keys"]:
            shape(key, "key=text version=int", "a key of the sign-off")
        made = {(x["data"]["key"], x["data"]["version"]) for x in self.of(self.bundle.ceremony, "key.created")}
        listed = {(key["key"], key["version"]) for key in d["keys"]}
        need(made <= listed <= set(self.keys), "signoff-keys", "its keys are not those that were made")
        need(d["round"] == len(self.signoffs) + 1, "signoff-round", "it is round %d" % (len(self.signoffs) + 1))
        return lambda: self.signoffs.append(e)

    def of(self, ceremony, prefix):
        return [x for x in self.entries.values() if x["ceremony"] == ceremony and x["type"].startswith(prefix)]

# --- the folder: B1 to B5, and what follows from the entries ---

class Bundle:
    def __init__(self, folder):
        self.problems, self.files, self.folder = [], {}, folder
        self.leaves, self.entries, self.of_ceremony, self.roots = {}, {}, [], {}
        self.counted = {"proofs": 0, "openings": 0, "blobs": 0, "derived": 0}
        self.ceremony, self.ledger, self.checkpoint, self.names, self.about = None, None, None, {}, {}

    def problem(self, file, seq, rule, sentence):
        self.problems.append("PROBLEM %s | %s | %s | %s" % (clean(file), "-" if seq is None else seq, rule, clean(sentence)))

    def guard(self, file, seq, step, *arguments):
        """Runs one check; whatever goes wrong in it is a problem of that file, never a traceback."""
        try:
            return step(*arguments)
        except Bad as bad:
            self.problem(file, seq, *bad.args)
        except subprocess.TimeoutExpired:
            self.problem(file, seq, "timeout", "the check of a signature did not end")
        except Exception as error:  # hostile data of a form that no rule above foresaw
            self.problem(file, seq, "malformed", "%s: %s" % (type(error).__name__, error))
        return None

    def read(self, path=""):
        for item in sorted(os.scandir(os.path.join(self.folder, path)), key=lambda item: item.name):
            name, mode = path + item.name, item.stat(follow_symlinks=False)
            if stat.S_ISDIR(mode.st_mode) and path == "" and name in ("entries", "proofs", "blobs", "statements", "keys"):
                self.read(name + "/")
            elif not stat.S_ISREG(mode.st_mode) or mode.st_size > MOST or not (name in TOP or PLACES.fullmatch(name)):
                self.problem(name, None, "files", "this does not belong into a bundle")
            else:
                with open(item.path, "rb") as file:
                    self.files[name] = file.read(MOST)

    def file(self, name):
        need(name in self.files, "files", name + " is missing")
        return self.files[name]

    def check_sums(self):
        lines = ["%s  %s\n" % (sha256(self.files[name]).hex(), name) for name in sorted(self.files) if not name.startswith("SHA256SUMS")]
        listed = self.file("SHA256SUMS").decode("utf-8").splitlines(True)
        for line in sorted(set(lines) ^ set(listed)):
            self.problem(line[66:].strip() or "SHA256SUMS", None, "sums", "it is missing, not listed, or not as listed: " + line[:64])
        need(listed == lines, "sums", "SHA256SUMS is not the sorted list of these files")

    def json_blob(self, reference):
        data = self.file("blobs/" + reference["blob"])
        need(sha256(data).hex() == reference["blob"], "blob", "a blob has not the digest that it is called by")
        return parse(data)

    def root_at(self, size):
        """The ledger's root at a size, where all entries before it are here; else None."""
        if size not in self.roots:
            here = size <= len(self.leaves) and all(seq in self.leaves for seq in range(size))
            self.roots[size] = tree_root([self.leaves[seq] for seq in range(size)]) if here else None
        return self.roots[size]

    def check_head(self):
        """The anchor's candidate, the writer's key, its two signatures (B1, B2), bundle.json."""
        first, about = parse(self.file("entries/000000.json")), parse(self.file("bundle.json"))
        self.leaves[0] = leaf_hash(self.files["entries/000000.json"])
        self.about, self.ceremony, self.name = about, about["ceremony"], first["ledger"]
        organisation = first["data"]["organisation"]
        need(re.fullmatch(r"[A-Za-z0-9._-]+/ledger/[0-9a-f]{32}", self.name), "ledger", "the name is not ORGANISATION/ledger/<32 hex>")
        vkey = re.fullmatch(re.escape(self.name) + r"\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})", first["data"]["vkey"])
        need(vkey, "vkey", "entry 0 holds no verifier key of this ledger")
        public = decode64(vkey.group(2))
        need(public[:1] == b"\1" and vkey.group(1) == sha256(self.name.encode() + b"\n" + public).hex()[:8], "vkey", "its key id is wrong")
        self.writer = "ssh-ed25519 " + base64.b64encode(wire(b"ssh-ed25519", public[1:])).decode()
        self.space, self.organisation = "keyrite-bundle-v1@" + organisation, organisation
        self.guard("SHA256SUMS.sig", None, self.check_sums_signature)
        self.checkpoint = self.guard("checkpoint", None, lambda: read_checkpoint(self.file("checkpoint"), self.name, public[1:]))
        self.guard("bundle.json", None, self.check_about, about)

    def check_sums_signature(self):
        text = self.file("SHA256SUMS.sig")
        blob = decode64("".join(text.decode("ascii").split("\n")[1:-2]))
        need(armor(blob) == text, "sshsig", "it is not armored as ssh-keygen writes it")
        problem = sshsig_problem(self.writer, self.space, self.file("SHA256SUMS"), blob)
        need(not problem, *(problem or ("", "")))

    def check_about(self, about):
        shape(about, "ceremony=hex32 entries=list fingerprint=hex64 ledger=text level=text tool=dict type=text", "bundle.json")
        shape(about["tool"], "sha256=hex64 version=text", "its tool")
        seqs = [int(name[8:-5]) for name in self.files if name.startswith("entries/")]
        need(about["entries"] == sorted(seqs), "entries", "it lists other entries than those that are here")
        need(about["type"] == "keyrite.bundle/1" and about["level"] in ("full", "restricted", "public"), "type", "type or level is unknown")
        need((about["fingerprint"], about["ledger"]) == (self.leaves[0].hex(), self.name), "ledger", "it names another ledger")

    def check_entries(self):
        """B3, B4 and, entry by entry, the meaning (B5)."""
        private, blobs, time = set(), [], ""
        paths = sorted((int(name[8:-5]), name) for name in self.files if name.startswith("entries/"))
        for seq, path in paths:
            self.leaves[seq] = leaf_hash(self.files[path])
        self.ledger = Ledger(self)
        for seq, path in paths:
            e = self.guard(path, seq, self.check_entry, seq, path, time, private, blobs)
            if e:
                time, self.entries[seq] = e["time"], e
                self.guard(path, seq, self.ledger.judge, e)
            proof = "proofs/%06d.tlog-proof" % seq
            self.guard(proof, seq, self.check_proof, seq, proof)
        if self.checkpoint:
            whole = self.root_at(self.checkpoint[0])
            if whole not in (None, self.checkpoint[1]):
                self.problem("checkpoint", None, "root", "the root over all entries is another")
        self.guard("openings.json", None, self.check_openings, private)
        self.guard("blobs", None, self.check_blobs, blobs)

    def check_entry(self, seq, path, time, private, blobs):
        data = self.files[path]
        need(path == "entries/%06d.json" % seq and len(data) <= 65535, "entry", "misnamed, or more than 65535 bytes")
        e = parse(data)
        if isinstance(e, dict) and e.get("ceremony") == self.ceremony:
            self.of_ceremony.append(seq)  # counted for the sign-off whatever else is wrong with it
        shape(e, ENTRY, "the entry")
        shape(e["actor"], "evidence=text host=private person=id?", "its actor")
        shape(e["tool"], "sha256=hex64 version=text", "its tool")
        need(e["v"] == 1 and e["actor"]["evidence"] in ("signed", "stated"), "members", "v or actor.evidence is unknown")
        need(e["seq"] == seq, "seq", "it says that it is entry %d" % e["seq"])
        need(e["ledger"] == self.name, "ledger", "it is of another ledger")
        before = "00" * 32 if seq == 0 else self.leaves[seq - 1].hex() if seq - 1 in self.leaves else e["prev"]
        need(e["prev"] == before, "prev", "it does not follow the entry before it")
        need(e["time"] >= time, "time", "it is earlier than the entry before it")
        need(e["type"] in TYPES, "unknown-type", "this verifier does not know the type " + e["type"])
        shape(e["data"], TYPES[e["type"]], e["type"])
        references(e, private, blobs)
        return e

    def check_proof(self, seq, path):
        need(self.checkpoint, "proof", "there is no good checkpoint for it")
        head, _, note = self.file(path).decode("utf-8").partition("\n\n")
        lines = head.split("\n")
        need(lines[:2] == ["c2sp.org/tlog-proof@v1", "index %d" % seq], "proof", "it does not begin as a proof of entry %d" % seq)
        need(note.encode() == self.files["checkpoint"], "proof", "it is for another checkpoint")
        hashes = [decode64(line) for line in lines[2:]]
        need(all(len(h) == 32 for h in hashes), "proof", "a hash has not 32 bytes")
        need(root_by_proof(self.leaves[seq], seq, self.checkpoint[0], hashes) == self.checkpoint[1], "proof", "it leads to another root")
        self.counted["proofs"] += 1

    def check_openings(self, private):
        openings = parse(self.file("openings.json"))
        for name, opening in openings.items():
            shape(opening, "salt=hex64 value=any", "an opening")
            found = sha256(b"keyrite/v1/field\n", bytes.fromhex(opening["salt"]), canon(opening["value"])).hex()
            need(found == name, "opening", "the opening of %s gives another commitment" % name[:64])
        need(set(openings) <= private, "opening-more", "an opening is here for which no entry holds a private value")
        need(self.about["level"] != "full" or set(openings) == private, "opening-missing", "%d private values have no opening"
             % len(private - set(openings)))
        need(self.about["level"] != "public" or not openings, "opening-more", "a public bundle holds no opening")
        self.counted["openings"] = len(openings)
        for p in (self.entries.get(0) or {"data": {"people": []}})["data"]["people"]:
            if p["name"]["$"] in openings:
                self.names[p["id"]] = clean(openings[p["name"]["$"]]["value"])

    def check_blobs(self, blobs):
        for reference in blobs:
            data = self.files.get("blobs/" + reference["blob"])
            need(data is not None, "blob-missing", "the blob %s is not here" % reference["blob"])
            need(sha256(data).hex() == reference["blob"], "blob", "blob %s has another digest" % reference["blob"])
            need(len(data) == reference["size"], "blob", "blob %s has not %d bytes" % (reference["blob"], reference["size"]))
        here = {name[6:] for name in self.files if name.startswith("blobs/")}
        need(here == {r["blob"] for r in blobs}, "blob-more", "a blob is here that no entry refers to")
        self.counted["blobs"] = len(here)

    def check_derived(self):
        """B, "follows from them": every file that is made from entries and blobs, byte for byte."""
        wanted, ledger = {}, self.ledger
        for seq, e in self.entries.items():
            if "statement" in e["data"]:
                wanted["statements/%06d.json" % seq] = canon(e["data"]["statement"])
                wanted["statements/%06d.sig" % seq] = armor(decode64(e["data"]["signature"]))
        asked = ledger.of(self.ceremony, "quorum.opened")
        if asked:
            judged = [self.files.get("blobs/" + asked[-1]["data"][name]["blob"]) for name in ("roster", "policy")]
        else:
            judged = ledger.judged_at_opening
        need(ledger.opened and judged, "ceremony", "there is no good ceremony.opened of the ceremony that bundle.json names")
        wanted["roster.json"], wanted["policy.json"] = judged
        wanted["template.yaml"] = self.files.get("blobs/" + ledger.opened["data"]["template"]["blob"])
        spaces = ",".join("keyrite-%s-v1@%s" % (use, self.organisation) for use in sorted(USES))
        lines = ['%s namespaces="%s" %s\n' % (p["id"], spaces, k["key"]) for p in parse(judged[0])["people"] for k in p["keys"]]
        lines.append('writer namespaces="%s" %s\n' % (self.space, self.writer))
        wanted["allowed_signers"] = "".join(lines).encode()
        for x in ledger.of(self.ceremony, "key."):
            public = ledger.keys.get((x["data"]["key"], x["data"]["version"]), {}).get("public")
            if public:
                wanted["keys/%s-v%d.pem" % (x["data"]["key"], x["data"]["version"])] = pem(self.files["blobs/" + public["blob"]])
        for name, data in sorted(wanted.items()):
            if self.files.get(name) != data:
                self.problem(name, None, "derived", "it is not what follows from the entries, or it is missing")
        for name in sorted(self.files):
            if name.startswith(("keys/", "statements/")) and name not in wanted or name.startswith("proofs/") and int(
                    name[7:-11]) not in self.leaves:
                self.problem(name, None, "files", "no entry gives reason for this file")
        for name in sorted(TOP):
            self.guard(name, None, self.file, name)
        self.counted["derived"] = len(wanted)

    def check(self):
        self.guard(".", None, self.read)
        self.guard("SHA256SUMS", None, self.check_sums)
        self.guard("entries/000000.json", 0, self.check_head)
        if self.leaves and hasattr(self, "writer"):
            self.guard("entries", None, self.check_entries)
            self.guard(".", None, self.check_derived)

# --- the report ---

def person_words(bundle, person):
    return person + (' "%s"' % bundle.names[person] if person in bundle.names else "")

def report(bundle, given):
    found = bundle.leaves[0].hex() if 0 in bundle.leaves else "(there is no entry 0)"
    if given and given != found:
        bundle.problem("entries/000000.json", 0, "anchor", "this is ledger %s, not the one you gave" % found)
        yield "not anchored: ledger %s is NOT the one you gave, %s" % (found, given)
    elif given:
        yield "anchored: ledger %s is the one you gave" % found
    else:
        yield "not anchored: this bundle agrees with itself. Compare with the paper: " + found
    ledger, count = bundle.ledger, bundle.counted
    tool = "ssh-keygen" if shutil.which("ssh-keygen") else "openssl"
    yield "checked: %d files; %d entries of a ledger of %s; %d proofs; %d openings; %d blobs; %d files made again; %d statements by %s" % (
        len(bundle.files), len(bundle.entries), bundle.checkpoint[0] if bundle.checkpoint else "unknown size", count["proofs"],
        count["openings"], count["blobs"], count["derived"], len(ledger.answers) if ledger else 0, tool)
    if bundle.checkpoint and bundle.root_at(bundle.checkpoint[0]) is None:
        yield "not checked: entries that are not here, and checkpoints in statements of sizes beyond what is here"
    if bundle.checkpoint and bundle.checkpoint[2] is None:
        yield "not checked: the checkpoint's own signature (no openssl for Ed25519); SHA256SUMS.sig by the same key covers it"
    yield "not checked: minutes.html and minutes.txt are not made again (SHA256SUMS covers them)"
    if ledger:
        yield from quorum_lines(bundle, ledger)
        yield from signoff_lines(bundle, ledger)

def quorum_lines(bundle, ledger):
    for seq, opened in ledger.met.items():
        quorum, met = ledger.quorums[opened], ledger.entries[seq]["data"]
        needs, plan = quorum["entry"]["data"]["needs"], quorum["plan"]
        roles = ", among them " + " and ".join(needs["roles"]) if needs["roles"] else ""
        yield clean('quorum: entry %d: %s %s by rule %s needs %d people%s; %d approved:' % (
            seq, plan["operation"], plan["change"].get("key", ""), plan["rule"], needs["people"], roles, len(met["approvals"])))
        for approval in met["approvals"]:
            s, key = ledger.entries[approval]["data"]["statement"], quorum["answers"][approval]
            yield clean("  %s, %s, with a key of class %s (%s)" % (
                person_words(bundle, s["person"]), "/".join(s["roles"]), key["class"], key["key"].split(" ")[0]))
    answered = {e["data"]["intended"] for e in ledger.entries.values() if "intended" in e["data"]}
    for seq, e in ledger.entries.items():
        if e["type"].endswith(".intended") and seq not in answered:
            yield "open: entry %d, %s, has no outcome here" % (seq, e["type"])

def signoff_lines(bundle, ledger):
    if not ledger.signoffs:
        yield "status: not signed off"
        return
    last = ledger.signoffs[-1]
    about = bundle.leaves[last["seq"]].hex()
    asked = sorted({p for part in ledger.opened["data"]["participants"] for p in part["people"]})
    signed = {person for leaf, person, use in ledger.answers if use == "transcript" and leaf == about}
    for person in asked:
        yield "%s: %s, the transcript (entry %d, round %d)" % (
            "signed" if person in signed else "missing", person_words(bundle, person), last["seq"], last["data"]["round"])
    yield "status: " + ("signed off by all participants" if signed.issuperset(asked) else "waiting for signatures")

def main(arguments=None):
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="Checks a keyrite ceremony bundle.")
    parser.add_argument("folder", nargs="?", default=here, metavar="DIR")
    parser.add_argument("--ledger", metavar="FINGERPRINT", help="64 hex digits, from the paper")
    options = parser.parse_args(arguments)
    given = re.sub(r"[\s:]", "", options.ledger or "").lower()
    if options.ledger is not None and not is_hex(given, 64):
        parser.error("FINGERPRINT must be 64 hex digits")
    if not os.path.isdir(options.folder):
        parser.error("no folder is there: " + clean(options.folder))
    if not shutil.which("ssh-keygen") and not shutil.which("openssl"):
        parser.error("cannot check any signature: neither ssh-keygen nor openssl is installed")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    bundle = Bundle(options.folder)
    bundle.check()
    for line in report(bundle, given):
        print(line)
    for line in bundle.problems:
        print(line)
    print("%d problems" % len(bundle.problems) if bundle.problems else "ok")
    return 6 if bundle.problems else 0

if __name__ == "__main__":
    sys.exit(main())
