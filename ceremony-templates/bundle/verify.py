#!/usr/bin/env python3
"""Checks a keyrite ceremony bundle without keyrite: python3 -I verify.py [DIR] [--ledger FINGERPRINT]

With --rehearsal the bundle of a rehearsal, which is refused without; every line then says REHEARSAL.
Needs Python 3.8 and ssh-keygen; openssl for certificates. L5 is section 5 of ledger-format.md, B3 point 3
of "How it is judged" in bundle-format.md. Exit status: 0 ok; 6 for lines "PROBLEM file | entry | rule |
sentence"; 2 cannot check. It checks who approved what, and that only that was done, by people, keys, policy
and writer in force at each entry. Only `keyrite ceremony verify` checks as well
- the signature within `checkpoint`, and proofs/: where entries are left out, a line "not checked" says so;
- the signature within a certificate or request, where there is no openssl: a line "not checked" says so;
- attestations of security keys; what `ledger.restored`, `branch.absorbed`, `continues` say of other copies;
- members of data that no rule here reads; the form of rosters, policies, plans, blob references beyond what
  is used here; what trying a key gave; rules of retention, and which key stands under which;
- that steps and sign-off follow the template, and acts the ceremony's state; SHA256SUMS' order; that
  allowed_signers, roster.json, policy.json, script, minutes say what the entries say."""
import sys
if __name__ == "__main__" and not sys.flags.isolated:
    sys.path.pop(0)  # Python looks beside the script first: a json.py put into the bundle must not run
import argparse, base64, contextlib, hashlib, ipaddress, itertools, json, pathlib, re, shutil, subprocess
import tempfile
from datetime import datetime, timedelta
ENTRY = re.compile(r'''  # L1: an entry is canonical, so that there is one way to spell its members
    {"actor":{"evidence":"(signed|stated)","host":{"[$]":"[0-9a-f]{64}"},"person":(null|"p-[0-9a-f]{16}")},
    "approved":(null|[0-9]+),"ceremony":(null|"[0-9a-f]{32}"),"data":{.*},"ledger":"[^"]*",
    "prev":"[0-9a-f]{64}","seq":[0-9]+,"time":"[^"]*",
    "tool":{"sha256":"[0-9a-f]{64}","version":"([^"\\]|\\.)*"},"type":"[a-z.]+","v":1}''', re.S | re.X)
MIXED = re.compile('''  # L1: to Python true is 1: a number that is called true, and the other way round
    "(approvals|count|deviations|first|from|generation|hold|index|indices|intended|minutes|opened|primary|
    rotation|round|seq|size|threshold|to|version|versions)":(true|false|\\[[0-9,]*(true|false))|
    "(automatic|ok|whole)":[0-9-]''', re.X)
STATEMENT = set("about checkpoint decision issued key ledger person plan_sha256 roles type use".split())
SIGNED = {  # L3: an entry with a statement -> use, type of the entry it is about
    "founder.signed": ("founding", "ledger.opened"), "proposal.signed": ("proposal", "quorum.opened"),
    "approval.given": ("approval", "quorum.opened"), "transcript.signed": ("transcript", "signoff.opened"),
    "participant.present": ("presence", "ceremony.opened"),
    "possession.signed": ("possession", "quorum.opened"), "shares.receipt": ("receipt", "shares.")}
ACTS = {kind: (None if phase == "-" else phase, operations.split(","), sets.split(","))
        for kind, phase, operations, sets in (row.split() for row in """
    profile.added add profile.add name,kind,environment,identity,prover
    profile.removed remove profile.remove name
    key.import.intended import share.combine,key.import key,version
    key.create.intended create key.create key,version | key.state.intended - - key,version,from,to
    key.rotate.intended - key.rotate key | key.primary.intended - key.rotate key
    key.standby.intended make key.standby key,version
    key.delete.intended delete key.delete key,version,whole
    key.replicate.intended replicate key.replicate,key.create key,version,regions,primary
    key.alias.intended alias key.alias,key.create key,version,alias
    key.grant.intended grant key.grant key,version,grantee,operations,region,policy
    key.ungrant.intended ungrant key.ungrant key,version,grant,grantee,region
    key.schedule.intended set key.schedule key,version,terms
    key.dates.intended dates key.set key,version,dates
    rotation.opened open key.rotate key,from,to,verification,grace
    certificate.make.intended sign certificate.sign key,version,form""".replace("\n", "|").split("|")
                                            if row.strip())}
# L5: an act that needs approval -> phase, operations whose plan may hold it, what its plan sets
ENDS = ["key.destroy", "key.destroy-held"]  # L5: operations whose plans have several phases
STATES = {  # L6: event -> from which state, to which; the operation is called as the event, or is one of ALSO
    "activate": (["pre-active"], "active"), "suspend": (["active"], "suspended"),
    "resume": (["suspended"], "active"), "deactivate": (["active", "suspended"], "deactivated"),
    "compromise": (["pre-active", "active", "suspended", "deactivated"], "compromised"),
    "schedule-destruction": (["pre-active", "deactivated", "compromised"], "destruction-scheduled"),
    "destroy": (["pre-active", "destruction-scheduled"], "destroyed")}
FOLLOWING = {"version": "accept", "accept": "primary", "primary": "retire"}  # L6: of a rotation
GRAVE = ("root", "kek", "backup", "escrow-master")  # L6: classes that no policy rotates alone
NIGHT = {"incident.contain": "suspend", "key.unrevoke": "resume", "incident.ratify": "compromise"}  # L6
REPLACES = ["incident.contain", "incident.replace"]  # L6: what may put another version in its place
ALSO = {"activate": ["key.create", "key.import"], "deactivate": ENDS, "schedule-destruction": ENDS,
        "destroy": ENDS}
ATTRIBUTES = {  # L6: of the subject of a certificate, and the kind of string that it is
    "domain-component": ("0.9.2342.19200300.100.1.25", 22), "country": ("2.5.4.6", 19),
    "state": ("2.5.4.8", 12), "locality": ("2.5.4.7", 12), "organization": ("2.5.4.10", 12),
    "organizational-unit": ("2.5.4.11", 12), "common-name": ("2.5.4.3", 12), "serial-number": ("2.5.4.5", 19)}
ALIVE = ["unsigned", "active", "suspended"]
PEOPLE = {  # L6: a change of the roster -> what its plan calls it, the states in which a person may be
    "custodian.enrolled": ("enroll", []), "custodian.suspended": ("suspend", ["active"]),
    "custodian.confirmed": ("confirm", ["suspended"]), "custodian.restored": ("restore", ["suspended"]),
    "custodian.retired": ("retire", ALIVE), "custodian.key.replaced": ("replace-key", ALIVE),
    "custodian.recipient.set": ("set-recipient", ["active"])}
PROVED = ("enroll", "replace-key", "set-recipient")  # L5: changes that need a statement of possession before
WHOLE = {  # L5: an act whose data is exactly what its plan says -> operation, phase
    **{kind: ("custodian.change", "change") for kind in PEOPLE},
    "custodian.suspended": ("custodian.suspend", "suspend"), "policy.adopted": ("policy.adopt", "adopt"),
    "writer.changed": ("ledger.writer", "change"), "ledger.restored": ("ledger.restore", "restore"),
    "openings.erased": ("ledger.erase", "erase"), "key.set": ("key.set", "set"),
    "key.held": ("key.hold", "hold"), "key.released": ("key.release-hold", "release")}
OUTCOMES = {kind: act for pair in """key.created:key.create key.tried:key.try key.state.changed:key.state
    key.rotated:key.rotate key.schedule.set:key.schedule key.dates.set:key.dates key.imported:key.import
    key.standby.made:key.standby key.primary.changed:key.primary key.replicated:key.replicate
    key.aliased:key.alias key.granted:key.grant key.ungranted:key.ungrant key.deleted:key.delete
    certificate.made:certificate.make""".split() for done, act in [pair.split(":")]
            for kind in (done, act + ".failed")}  # L5: what ends an act -> which
OTHERS = """ledger.opened quorum.opened quorum.met quorum.withdrawn key.try.intended ceremony.opened
    step.done ceremony.stopped ceremony.paused ceremony.resumed ceremony.aborted deviation.recorded
    signoff.opened bundle.made attempt.refused duty.opened clock.anomaly branch.absorbed
    key.adopted rotation.hooked rotation.paused rotation.resumed rotation.stopped shares.split
    shares.given shares.void shares.drill.opened shares.combine.intended shares.combined
    shares.combine.failed key.usage""".split()
FILES = """VERIFY.md verify.py bundle.json checkpoint openings.json allowed_signers roster.json policy.json
    minutes.html minutes.pdf minutes.txt SHA256SUMS SHA256SUMS.sig""".split()
DRILLED = ("shares.split", "shares.drill.opened")  # L3: what a receipt is about
SHARES = {"shares.split": "split", "shares.combine.intended": "combine"}  # L5: what begins a phase
ORDER = (1 << 252) + 27742317777372353535851937790883648493  # RFC 8032: of the group of Ed25519
TIME = re.compile("[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}[.][0-9]{3}Z")
ENVIRONMENTS = ["production", "staging", "development", "test"]
BESIDE = {"approval": {"reason"}, "receipt": {"set", "index"}}  # L6: what stands beside a statement
OUTSIDE = re.compile("""  # L6: what belongs to no ceremony
    (founder|possession|custodian|policy|profile|writer|ledger|openings|clock|branch)[.]|rotation[.](p|re|s)|
    key[.](set$|held|released|adopted|usage|dates|delete|grant|ungrant|replica|alias)""", re.X)

class Bad(Exception):
    """A rule is broken. Its arguments: the rule's name, and a sentence."""

def need(sentence, **rules):  # each is kept, in this order; `_` in a name stands for `-`
    for rule, kept in rules.items():
        if not kept:
            raise Bad(rule.replace("_", "-"), sentence)

def is_time(text):  # L1: of a day and an hour that there are
    with contextlib.suppress(ValueError):
        return TIME.fullmatch(text) and datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")

def sha256(data):
    return hashlib.sha256(data).digest()

def encode64(data):
    return base64.b64encode(data).decode()

def decode64(text):
    data = base64.b64decode(text, validate=True)
    need("base64 is not in its one canonical spelling", base64=encode64(data) == text)
    return data

def canon(x):  # L1: canonical JSON (RFC 8785)
    if isinstance(x, dict):
        names = sorted(x, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(canon(name) + b":" + canon(x[name]) for name in names) + b"}"
    if isinstance(x, list):
        return b"[" + b",".join(map(canon, x)) + b"]"
    need("an integer is beyond 2^53-1", canonical_json=not isinstance(x, int) or abs(x) < 1 << 53)
    return json.dumps(x, ensure_ascii=False).encode()

def parse(data):  # int() refuses fractions and NaN; digits beyond 17 are cut, so that the bytes differ
    x = json.loads(data.decode(), parse_int=lambda text: int(text[:17]), parse_float=int, parse_constant=int)
    need("the bytes are not the canonical JSON of what they say", canonical_json=canon(x) == data)
    return x

def tree_root(leaves):  # L1: RFC 6962 section 2.1
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + tree_root(leaves[:k]) + tree_root(leaves[k:]))

def unwire(data, most=99):  # the SSH strings that it is made of, and of nothing else; after `most`, the rest
    found = []
    while data and most > len(found):
        size = 4 + int.from_bytes(data[:4], "big")
        need("it ends too early, or bytes follow its end", sshsig=4 <= size <= len(data))
        found.append(data[4:size])
        data = data[size:]
    return found + [data] * (most < 99)

def fingerprint(line):
    return "SHA256:" + encode64(sha256(decode64(line.split(" ")[1]))).rstrip("=")

def later(time, period):  # L6: an ISO 8601 duration after it
    form = r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
    weeks, days, hours, minutes, seconds = (int(n or 0) for n in re.fullmatch(form, period, re.A).groups())
    span = timedelta(days + 7 * weeks, seconds + 60 * minutes + 3600 * hours)
    end = datetime.strptime(time, "%Y-%m-%dT%H:%M:%S.%fZ") + span
    return end.isoformat(timespec="milliseconds") + "Z"

def pair(line):  # what it is verified with, however the key is dressed: type, application, exponent
    return unwire(decode64(line.split(" ")[1]))[1 if "ed25519" in line else 2]

def reference(x):  # how an entry refers to the blob that holds this document
    return x and {"blob": sha256(canon(x)).hex(), "size": len(canon(x)), "type": "application/json"}

def unmet(needs, people):  # L5: what these people cannot meet, "people" or "roles" (Hall's theorem); or None
    roles = needs["roles"]
    need("more roles than this verifier can assign", unsupported=len(roles) <= 12)
    if len(people) < needs["people"]:
        return "people"
    for some in (some for n in range(len(roles)) for some in itertools.combinations(roles, n + 1)):
        if len([person for person in people if set(some) & set(person["roles"])]) < len(some):
            return "roles"
    return None

def people_fields(e):  # B, "Levels": private values that say who somebody is, or at which machine
    d, kind = e["data"], e["type"]
    named = {"ledger.opened": d.get("people"), "quorum.opened": d.get("names"),
             "custodian.enrolled": [d.get("name"), d.get("address")]}.get(kind)
    return re.findall('{"[$]":"([0-9a-f]{64})"}', canon([e["actor"]["host"], named]).decode())

def armor(label, data, columns):
    lines = re.findall(".{1,%d}" % columns, encode64(data))
    return "\n".join(["-----BEGIN %s-----" % label, *lines, "-----END %s-----\n" % label]).encode()

def ran(command, message=b"", **files):  # in a folder that holds these files
    with tempfile.TemporaryDirectory() as folder:
        for name, held in files.items():
            pathlib.Path(folder, name).write_bytes(held)
        return subprocess.run(command.split(" "), cwd=folder, input=message, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=60)

def one_spelling(kind, text, made):  # L3: what ssh-keygen takes in several
    if "ed25519" in kind:
        return int.from_bytes(made[32:], "little") < ORDER
    if kind == "ssh-rsa":
        return len(made) == len(unwire(decode64(text))[2].lstrip(b"\0"))
    return all(number[:1] > b"\0" or number[1:2] > b"\x7f" for number in unwire(made))

def check_sshsig(line, namespace, message, blob):  # L3; of sk- keys the touch, which ssh-keygen ignores
    kind, text = line.split(" ")
    key, said, *_, inner = unwire(blob[10:])
    algorithm, made, touch = unwire(inner, 2)
    web, touch = touch[5:], touch[:5]  # a byte of flags, four of a counter; what a browser adds
    known = algorithm in ([b"rsa-sha2-256", b"rsa-sha2-512"] if kind == "ssh-rsa" else [kind.encode()]) or (
        kind[:8] == "sk-ecdsa" and algorithm == b"webauthn-" + kind.encode())
    need("it is by another key than the roster's", sshsig_key=key == decode64(text))
    need("it was signed in a rehearsal and this is none, or the other way round",
         rehearsal=said.startswith(b"keyrite-rehearsal-") == namespace.startswith("keyrite-rehearsal-"))
    need("its algorithm is not that of the key, or too weak", unsupported=known)
    need("bytes follow its end", sshsig=len(touch) == 5 * (kind[:3] == "sk-") and (
        len(unwire(web)) == 3 * (algorithm[:3] == b"web")))
    need("the security key was not touched", user_presence=not touch or touch[0] & 1)
    need("it is spelled in another than its one way", signature=one_spelling(kind, text, made))
    done = ran("ssh-keygen -Y verify -f allowed -I signer -s sig -n " + namespace, message,
               allowed=b"signer " + line.encode(), sig=armor("SSH SIGNATURE", blob, 70))
    need("not by this key, over this, for " + namespace, signature=done.returncode == 0)
    return int.from_bytes(touch[1:], "big")  # 0: it does not count, or is no security key

def der(tag, *parts):  # one element of DER
    body = b"".join(parts)
    size = len(body).to_bytes(1 if len(body) < 256 else 2, "big")
    return bytes([tag, *([] if len(body) < 128 else [128 + len(size)])]) + size + body

def integer(n):
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))

def oid(text):
    first, second, *arcs = map(int, text.split("."))
    groups = [[n >> 7 * i & 127 | (128 if i else 0) for i in range(((n or 1).bit_length() - 1) // 7, -1, -1)]
              for n in arcs]
    return der(6, bytes([40 * first + second]), *map(bytes, groups))

def algorithm(scheme):  # L6: AlgorithmIdentifier of a signature
    size, rsa = scheme[-3:], "1.2.840.113549.1.1.%d"
    which = {"256": 1, "384": 2, "512": 3}.get(size)
    if scheme[:2] == "ps":
        digest = der(48, oid("2.16.840.1.101.3.4.2.%d" % which), b"\5\0")
        mask = der(48, oid(rsa % 8), digest)
        salt = der(0xa2, integer(int(size) // 8))
        return der(48, oid(rsa % 10), der(48, der(0xa0, digest), der(0xa1, mask), salt))
    if scheme[:2] == "rs":
        return der(48, oid(rsa % (10 + which)), b"\5\0")
    return der(48, oid("1.2.840.10045.4.3.%d" % (1 + which) if which else "1.3.101.112"))

def general_name(one, spans=False):
    tag, body = {"email": 0x81, "dns": 0x82, "uri": 0x86, "ip": 0x87}[one["kind"]], one["value"].encode()
    if one["kind"] == "ip":
        net = ipaddress.ip_network(one["value"])
        body = net.network_address.packed + (net.netmask.packed if spans else b"")
    return der(tag, body)

def moment(text):
    digits = re.sub("[-T:]|[.]000", "", text).encode()
    return der(23, digits[2:]) if digits < b"2050" else der(24, digits)

def content(element):
    return element[2 + max(0, element[1] - 128):]

def certificate_bytes(c, scheme, spki, serial):  # L6: the one TBSCertificate or CertificationRequestInfo
    after = content(spki)
    key_id, yes = sha256(content(after[2 + after[1]:])[1:])[:20], b"\1\1\xff"
    subject = der(48, *(der(49, der(48, oid(ATTRIBUTES[a["type"]][0]), der(
        ATTRIBUTES[a["type"]][1], a["value"].encode()))) for a in c["subject"]))
    bits = [{"digital-signature": 0, "non-repudiation": 1, "key-cert-sign": 5, "crl-sign": 6}[u]
            for u in c["usage"]]
    under = {"server-auth": 1, "client-auth": 2, "code-signing": 3, "email-protection": 4,
             "time-stamping": 8, "ocsp-signing": 9}
    spans = [der(tag, *(der(48, general_name(n, True)) for n in c[kind]))
             for tag, kind in ((0xa0, "permitted"), (0xa1, "excluded")) if c[kind]]
    policies = [der(48, oid(p["oid"]), b"" if p["cps"] is None else der(48, der(
        48, oid("1.3.6.1.5.5.7.2.1"), der(22, p["cps"].encode())))) for p in c["policies"]]
    path = b"" if c["path_length"] is None else integer(c["path_length"])
    listed = [  # number under 2.5.29, critical, whether it says something, value
        (14, False, True, der(4, key_id)), (35, False, serial, der(48, der(0x80, key_id))),
        (19, True, True, der(48, yes if c["authority"] else b"", path)),
        (15, True, bits, der(3, bytes([7 - max(bits, default=7), sum(128 >> bit for bit in bits)]))),
        (37, False, c["extended_usage"],
         der(48, *(oid("1.3.6.1.5.5.7.3.%d" % under[u]) for u in c["extended_usage"]))),
        (17, False, c["names"], der(48, *map(general_name, c["names"]))),
        (30, True, spans, der(48, *spans)), (32, False, policies, der(48, *policies))]
    extensions = der(48, *(der(48, oid("2.5.29.%d" % number), yes if critical else b"", der(4, value))
                           for number, critical, said, value in listed if said))
    if c["form"] == "request":
        wanted = der(48, oid("1.2.840.113549.1.9.14"), der(49, extensions))
        return der(48, integer(0), subject, spki, der(0xa0, wanted))
    dates = der(48, moment(c["not_before"]), moment(c["not_after"]))
    return der(48, der(0xa0, integer(2)), integer(int(serial, 16)), algorithm(scheme), subject, dates,
               subject, spki, der(0xa3, extensions))

def signs_itself(pem, request):  # L6: openssl holds the signature within against the key within
    how = "req -verify -noout -in c" if request else (
        "verify -check_ss_sig -partial_chain -no_check_time -CAfile c c")
    done = ran("openssl " + how, c=pem)
    return done.returncode == 0 and (b"verify OK" if request else b"c: OK") in done.stdout

class Bundle:  # a folder, checked in the order of B; each entry is judged by the good ones before it
    def __init__(self, folder):
        self.folder, self.files, self.wanted = folder, {}, dict.fromkeys(FILES)
        for name in """leaves entries answers people profiles keys quorums met sets drills recoveries public
                turns primary since states holds suspended contested provers homes served newest""".split():
            setattr(self, name, {})  # turns: key -> the last rotation; provers: profile -> the one that tries
        for name in """private naming used serials moving proved places had there counters erased
                aborted""".split():  # its keys, or None; states: version -> state, that before, its entry;
            setattr(self, name, set())  # holds: seq of key.held -> key, until; served: place -> environment
        self.problems, self.mine, self.writers, self.deviations = [], [], [], []
        self.script = self.opened = self.signoff = self.checkpoint = None
        self.external, self.org, self.policy_seq, self.round = "", "", 0, 0
        self.rehearsal = self.unsure = False

    def problem(self, file, seq, rule, sentence):
        words = (ascii(str(word))[1:-1] for word in (file, "-" if seq is None else seq, rule, sentence))
        self.problems.append("PROBLEM " + " | ".join(words))  # ascii: the words may be a forger's

    @contextlib.contextmanager
    def guard(self, file, seq=None):  # what goes wrong within is a problem of this file, never a traceback
        try:
            yield
        except Exception as error:  # if not Bad: a member is missing, or of a form that no rule here foresaw
            self.problem(file, seq, *(error.args if isinstance(error, Bad) else ("malformed", repr(error))))

    def blob(self, digest):
        data = self.wanted["blobs/" + digest] = self.files.get("blobs/" + digest)
        need("blob " + digest, blob_missing=data is not None, blob=sha256(data or b"").hex() == digest)
        return data

    def root_at(self, size):  # None where an entry before it is not here
        here = size <= len(self.leaves) and all(seq in self.leaves for seq in range(size))
        return tree_root([self.leaves[seq] for seq in range(size)]) if here else None

    def check(self):
        with self.guard("."):
            for path in sorted(pathlib.Path(self.folder).rglob("*")):
                name = path.relative_to(self.folder).as_posix()
                if path.is_file() and not path.is_symlink():
                    self.files[name] = path.read_bytes()
                elif path.is_symlink() or not path.is_dir() or "/" in name:
                    self.problem(name, None, "files", "this does not belong into a bundle")
        with self.guard("SHA256SUMS"):
            names = sorted(set(self.files) - {"SHA256SUMS", "SHA256SUMS.sig"})
            lines = ["%s  %s\n" % (sha256(self.files[name]).hex(), name) for name in names]
            for line in sorted(set(lines) ^ set(self.files["SHA256SUMS"].decode().splitlines(True))):
                self.problem(line[66:].strip(), None, "sums", "it is missing, not listed, or not as listed")
        with self.guard("entries/000000.json", 0):  # the anchor names the ledger and its first writer (L2)
            first = parse(self.files["entries/000000.json"])
            self.name = first["ledger"]
            named = re.fullmatch("([A-Za-z0-9._-]+)/ledger/[0-9a-f]{32}", self.name)
            need("its name is ill-formed", ledger=named and named[1] == first["data"]["organisation"])
            self.org, self.rehearsal = named[1], "rehearsal" in first["data"]
            self.writers.append((0, *self.read_vkey(first["data"]["vkey"])))
        with self.guard("bundle.json"):
            self.check_entries(parse(self.files["bundle.json"]))
        with self.guard("SHA256SUMS.sig"):  # by whoever writes now
            blob = decode64("".join(self.files["SHA256SUMS.sig"].decode().split("\n")[1:-2]))
            self.wanted["SHA256SUMS.sig"] = armor("SSH SIGNATURE", blob, 70)
            writer = "ssh-ed25519 " + encode64(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + self.writers[-1][2])
            check_sshsig(writer, self.namespace("bundle"), self.files["SHA256SUMS"], blob)
        with self.guard("checkpoint"):
            text = self.files["checkpoint"].decode()
            note = re.fullmatch("(.*)\n(0|[1-9][0-9]{0,15})\n(.{44})\n\n— (.*) (.{92})\n", text)
            need("it is not a checkpoint of this ledger", checkpoint=note and note[1] == note[4] == self.name)
            size, root = int(note[2]), decode64(note[3])
            wrote = [key_id for since, key_id, _ in self.writers if since <= size][-1]
            need("it is by another key than wrote at its size", checkpoint=decode64(note[5])[:4] == wrote)
            self.checkpoint, same = (size, root), self.root_at(size) in (None, root)
            need("the checkpoint has another root", root=same and size > max(self.leaves))
        with self.guard("openings.json"):
            openings, level = parse(self.files["openings.json"]), self.level
            for name, opening in openings.items():
                field = b"keyrite/v1/field\n" + bytes.fromhex(opening["salt"]) + canon(opening["value"])
                need("it gives another digest", opening=sha256(field).hex() == name and len(opening) == 2)
            there = self.private - self.erased  # what was erased must be gone
            there -= {"full": set(), "restricted": self.naming, "public": there}[level]
            need("not of its level", opening_more=not set(openings) - there,
                 opening_missing=level != "full" or not there - set(openings))
        for name in sorted(set(self.wanted) | set(self.files)):
            if name not in self.wanted or name not in self.files:
                self.problem(name, None, "files", "it is missing, or nothing gives reason for it")
            elif self.wanted[name] not in (None, self.files[name]):
                self.problem(name, None, "derived", "it is not what follows from the entries")

    def namespace(self, use):  # L3: in a rehearsal one for all, so that nothing signed there counts elsewhere
        return "keyrite-%s-v1@%s" % ("rehearsal" if self.rehearsal else use, self.org)

    def read_vkey(self, vkey):  # L2: its id, and the key
        key = decode64(vkey[-44:])
        key_id = sha256(self.name.encode() + b"\n" + key)[:4]
        good = "%s+%s+%s" % (self.name, key_id.hex(), encode64(b"\1" + key[1:]))
        need("it holds no verifier key of this ledger", vkey=vkey == good)
        return key_id, key[1:]

    def check_entries(self, about):  # B3: the chain, and the root if every entry is here
        self.level, self.ceremony, time = about["level"], about["ceremony"], ""
        seqs = sorted(int(name[8:-5]) for name in self.files if name.startswith("entries/"))
        need("it does not list the entries that are here", entries=about["entries"] == seqs)
        for seq in seqs:
            name = "entries/%06d.json" % seq
            self.wanted.update({name: None, "proofs/%06d.tlog-proof" % seq: None})
            with self.guard(name, seq):
                self.leaves[seq] = sha256(b"\0" + self.files[name])
                e = parse(self.files[name])
                self.check_envelope(e, seq, time, self.files[name].decode())
                time = e["time"]
                self.judge(e, seq, e["data"], e["type"])
                self.entries[seq] = e
        same = (about["ledger"], about["fingerprint"]) == (self.name, self.leaves[0].hex())
        level = about["type"] == "keyrite.bundle/1" and self.level in ("full", "restricted", "public")
        need("it names another ledger, ceremony or level", ledger=same, type=level, ceremony=self.opened)

    def check_envelope(self, e, seq, time, text):  # L1: members, place, private values and blobs
        if e["ceremony"] == self.ceremony:
            self.mine.append(seq)  # counted for the sign-off whatever else is wrong with it
        need("it is not of the form of L1", members=ENTRY.fullmatch(text) and is_time(e["time"])
             and len(text.encode()) < 65536 and not MIXED.search(text))
        before = self.leaves[seq - 1].hex() if seq - 1 in self.leaves else e["prev"] if seq else "0" * 64
        need("it does not stand where it says", seq=e["seq"] == seq, ledger=e["ledger"] == self.name,
             prev=e["prev"] == before, time=e["time"] >= time or e["type"] == "clock.anomaly")
        need("no type", unknown_type=e["type"] in {*SIGNED, *ACTS, *WHOLE, *OUTCOMES, *OTHERS})
        found = re.findall('{"[$]":"([0-9a-f]{64})"}', text)
        need("an object with the member $ is no private value", private=len(found) == text.count('"$":'))
        self.private.update(found)
        self.naming.update(people_fields(e))
        blobs = re.findall('{"blob":"([0-9a-f]{64})","size":([0-9]+),"type":"([^"]*)"}', text)
        for digest, size, kind in blobs:
            kept = kind not in ("application/yaml", "application/octet-stream") or self.level == "full"
            here = kept or "blobs/" + digest in self.files
            need("a blob has another size", blob=not here or len(self.blob(digest)) == int(size))
            if e["type"] == "ceremony.opened" and e["ceremony"] == self.ceremony and here:
                self.script = self.wanted["template.yaml"] = self.blob(digest)
                self.wanted.update({"script.html": None, "script.pdf": None})
                bears = digest.encode() in self.files.get("script.html", digest.encode())
                need("the script does not bear the digest of the template", derived=bears)

    def judge(self, e, seq, d, kind):  # L3 to L6: its meaning; everything is checked before a change
        cited, first = e["approved"], kind == "ledger.opened"
        need("only entry 0 opens the ledger", opened=first == (seq == 0) and (first or 0 in self.entries))
        self.lapse(max(e["time"], d.get("previous", "")) if kind == "clock.anomaly" else e["time"])
        self.begun = None
        if first:
            need("it says more than that it is one, or continues a ledger",
                 rehearsal=not self.rehearsal or (d["rehearsal"] is True and d["continues"] is None))
            self.policy = parse(self.blob(d["policy"]["blob"]))
            self.people = {person["id"]: person for person in parse(self.blob(d["roster"]["blob"]))["people"]}
            self.had = {pair(key["key"]) for person in self.people.values() for key in person["keys"]}
        actors = {None, *self.people, *([d["statement"]["person"]] if kind == "possession.signed" else [])}
        need("actor, ceremony or approval is not there", actor=e["actor"]["person"] in actors,
             ceremony=e["ceremony"] != self.ceremony or (kind == "ceremony.opened") == (not self.opened),
             approved=self.is_placed(e, self.entries.get(d.get("intended"), e)["data"])
             if cited in self.met else (
                 cited is None or cited == self.policy_seq < seq
                 or kind in OUTCOMES and self.entries.get(d["intended"], {}).get("approved") == cited),
             outside=e["ceremony"] is None or not OUTSIDE.match(kind),
             home=kind[:4] != "key." or d.get("profile") in (None, self.homes.get(
                 d["key"], d.get("profile"))))
        if kind in OUTCOMES:
            self.check_outcome(e, d, self.entries.get(d["intended"]), OUTCOMES[kind] + ".intended")
            self.change_state(e, d, (d["key"], d.get("version")))
            self.advance(e, d, kind)
        if kind.startswith("rotation."):
            self.check_rotation(e, d, kind, self.turns.get(d["key"]))
        replaced = self.check_replaced(e, d, kind)
        if replaced:
            self.check_act(e, d, replaced, REPLACES, ["key"])
        elif kind in ("key.rotate.intended", "key.primary.intended") or kind == "key.state.intended" and (
                self.rotates(e)):
            phase = self.check_turn(e, d, kind)
            self.check_act(e, d, phase, ["key.rotate"] + ["key.rollback"] * (phase == "rollback"), ["key"])
            self.moving.update([(d["key"], d["version"])] if kind == "key.state.intended" else [])
        elif kind == "key.state.intended":
            phase = self.check_move(d)
            night = self.check_night(e, d, phase)
            name = "%s-%d" % (phase, d["version"]) if night else phase
            self.check_act(e, d, name, ["key." + phase] + ALSO.get(phase, []) + night, ACTS[kind][2])
            self.check_end(e, d, phase, self.met[e["approved"]]["plan"])
            self.moving.add((d["key"], d["version"]))
        elif kind in ACTS:
            self.check_act(e, d, *ACTS[kind])
        elif kind == "key.try.intended" and cited is not None:  # what it cites is a plan of this standby
            plan = self.met.get(cited, {"plan": {"operation": None}})["plan"]
            need("it needs no approval but that of its standby", approved=plan["operation"] == "key.standby"
                 and (d["key"], d["version"]) == (plan["change"]["key"], plan["change"]["version"]))
        elif kind == "key.adopted":
            self.check_adopted(e, d)
        if kind in ["key.%s.intended" % act for act in ("replicate", "alias", "grant", "ungrant")]:
            need("no such version, or it is destroyed",
                 key=self.states.get((d["key"], d["version"]), ["destroyed"])[0] != "destroyed")
        elif kind == "key.delete.intended":
            meant = [state[0] for (key, version), state in self.states.items()
                     if key == d["key"] and (d["whole"] or version == d["version"])]
            need("not all that is deleted is destroyed", key=set(meant) == {"destroyed"})
        elif kind == "certificate.make.intended":
            self.check_certificate(e, d)
        if kind in WHOLE:
            self.check_whole(e, d, kind, *WHOLE[kind])
        if kind in SIGNED:
            about, person, key = self.check_statement(e, d["statement"], *SIGNED[kind])
            quorum = self.quorums.get(about["seq"])
        if kind.startswith("shares."):
            self.check_shares(e, d, kind, kind == "shares.receipt" and about)
        if kind == "founder.signed":
            person["state"] = "active"
        if kind == "quorum.opened":
            self.quorums[seq] = self.check_question(e, d, parse(self.blob(d["plan"]["blob"])))
        elif kind == "proposal.signed":
            need("it is by another than its author, or it is closed",
                 proposal=person["id"] == about["actor"]["person"], quorum_closed=not quorum["closed"])
            quorum["proposed"] = True
        elif kind == "possession.signed":
            need("it is closed", quorum_closed=quorum["closed"] in (None, "met"))
            quorum["possession"] = key["key"]
        elif kind == "approval.given":
            need("nobody asked this person, or not any more", who=person["id"] in about["data"]["who"],
                 expired=e["time"] <= about["data"]["expires"], quorum_closed=not quorum["closed"])
            quorum["answers"][seq] = key
        elif kind == "quorum.met":
            need("it is about no request that is good", quorum_opened=d["opened"] in self.quorums)
            self.met[seq] = self.check_count(e, d, self.quorums[d["opened"]])
        elif kind == "quorum.withdrawn":
            quorum = self.quorums[d["opened"]]
            began = [x for x in self.used if isinstance(x, tuple) and self.met.get(x[0]) is quorum]
            need("it was withdrawn, or begun, before", members=set(d) == {"opened", "reason"},
                 quorum_closed=quorum["closed"] != "withdrawn" and not began)
            quorum["closed"] = "withdrawn"
            self.met = {n: x for n, x in self.met.items() if x["seq"] != d["opened"]}
        elif kind == "profile.added":
            facts = {name: d[name] for name in ("name", "kind", "environment", "identity")}
            tries = {**self.profiles.get(d["prover"], {}), "name": d["name"]}
            name, prover = d["name"], d["prover"]  # one that stands may be given another prover
            again = self.profiles.get(name) == facts and self.provers[name] != prover
            need("a profile of that name stands, it is production's in a rehearsal, or its prover is none",
                 profile=name not in self.profiles or again, environment=d["environment"] in ENVIRONMENTS
                 and self.served.setdefault(canon(d["identity"]), d["environment"]) == d["environment"],
                 rehearsal=not self.rehearsal or d["environment"] != "production",
                 prover=prover is None or tries == facts and prover != name and not self.provers[prover]
                 and name not in self.provers.values())
            self.profiles[name], self.provers[name] = facts, prover
        elif kind == "profile.removed":
            making = [x for n, x in self.entries.items() if x["ceremony"] not in self.aborted
                      and x["type"] in ("key.create.intended", "key.import.intended") and n not in self.used]
            lives = {*self.homes.values()} | {x["data"]["profile"] for x in making}
            need("it tries the keys of a profile that stands, or keys live in it",
                 prover=d["name"] not in self.provers.values(), profile=d["name"] not in lives)
            del self.profiles[d["name"]], self.provers[d["name"]]
        elif kind == "ceremony.aborted":
            self.aborted.add(e["ceremony"])
        elif kind == "clock.anomaly":
            self.set_clock(e, d)
        elif kind == "participant.present":
            need("it is about another ceremony", presence=about["ceremony"] == e["ceremony"])
        if d.get("generation") is not None:  # L6: the place was not put back to an older state since
            at = canon(self.profiles[d["name" if kind == "profile.added" else "profile"]]["identity"])
            need("it is older than was recorded", generation=d["generation"] >= self.newest.get(at, 0))
            self.newest[at] = d["generation"]  # of a place, by its identity
        if e["ceremony"] == self.ceremony and self.ceremony:
            self.check_own(e, seq, d, kind)
        self.used.add(self.begun)

    def check_own(self, e, seq, d, kind):  # L6: who takes part, deviations, and rounds of signatures
        if kind == "ceremony.opened":
            self.opened = d
            self.there = {person for part in d["participants"] for person in part["people"]}
            need("somebody who takes part is not active", takes_part=self.there <= {
                name for name, person in self.people.items() if person["state"] == "active"})
        here = {"ceremony.paused": "remain", "ceremony.resumed": "present", "step.done": "by"}
        named = {*d.get(here.get(kind), []), *d.get("agreed_by", [])} | {d.get("decided_by")} - {None}
        if kind in ("participant.present", "transcript.signed"):
            named.add(d["statement"]["person"])
        need("somebody is named who takes no part", takes_part=self.there.issuperset(named))
        due = self.deviations and self.deviations[-1] > (self.signoff or 0)
        if kind == "participant.present":
            need("the sign-off was opened before", presence=not self.signoff)
        elif kind == "deviation.recorded":
            self.deviations.append(seq)
        elif kind == "transcript.signed":
            need("not of the last round, or a deviation came after it", signoff_round=not due
                 and d["statement"]["about"] == self.leaves.get(self.signoff, b"").hex())
        elif kind == "signoff.opened":
            before = [self.leaves[n] for n in self.mine if n < seq]
            need("it is the second without a deviation, or over other entries",
                 signoff_twice=not self.signoff or due, signoff_round=d["round"] == self.round + 1,
                 signoff_count=d["count"] == len(before), signoff_first=d["first"] == self.mine[0],
                 signoff_root=d["root"] == encode64(tree_root(before)),
                 signoff_sets=d["sets"] == [s for s, x in self.sets.items()
                                            if x["ceremony"] == e["ceremony"]],
                 signoff_deviations=d["deviations"] == self.deviations)
            self.signoff, self.round = seq, d["round"]

    def lapse(self, time):  # L6: a suspension that the roster quorum did not confirm ends by itself
        for name in [name for name, (until, _) in self.suspended.items() if until and until <= time]:
            self.end_suspension(name)

    def end_suspension(self, name):  # who signed for one that nobody confirmed cannot do so again
        until, people = self.suspended.pop(name)
        self.people[name]["state"] = "active"
        self.contested.setdefault(name, set()).update(people if until else ())

    def set_clock(self, e, d):  # L1: a person sets it; what was asked by a time that is given up is void
        last = self.entries.get(e["seq"] - 1, {"time": d["previous"]})["time"]
        need("it does not say which time follows which", clock=(d["wall"], d["previous"]) == (e["time"], last)
             and (e["approved"], e["ceremony"]) == (None, None) and e["actor"]["person"])
        if e["time"] < d["previous"]:
            self.external = ""
            for quorum in self.quorums.values():
                quorum["closed"] = quorum["closed"] or "void"
                quorum["reached"] = max(quorum["reached"], d["previous"])

    def signer(self, use, about, name):  # L3: the person, keys that count, states in which they may sign
        person, states = self.people.get(name), ["unsigned" if use == "founding" else "active"]
        if use != "possession":
            return person, person["keys"] if person else [], states
        change = self.quorums[about["seq"]]["plan"]["change"]
        need("it is not about them, or needs no key of theirs",
             possession=change["person"] == name and change["act"] in PROVED)
        if change["act"] == "enroll":
            need("they are in the roster", possession=person is None)
            return {**change, "id": name, "state": "active"}, change["keys"], states
        if change["act"] == "set-recipient":
            return person, person["keys"], states
        return person, [key for key in change["keys"] if key not in person["keys"]], ALIVE

    def check_statement(self, e, s, use, kind):  # L3: all that makes a statement count
        about = {self.leaves[n].hex(): x for n, x in self.entries.items()}.get(s["about"], {"type": None})
        beside = {*e["data"]} - BESIDE.get(use, set())
        need("it is about no " + kind, members=set(s) == STATEMENT and beside == {"statement", "signature"}
             and set(s["checkpoint"]) == {"root", "size"},
             statement_about=about["type"] == kind or kind == "shares." and about["type"] in DRILLED)
        size, root, actor = s["checkpoint"]["size"], s["checkpoint"]["root"], e["actor"]
        person, keys, states = self.signer(use, about, s["person"])
        need("the signer is not " + states[0], statement_person=person and person["state"] in states)
        keys = [key for key in keys if fingerprint(key["key"]) == s["key"]]
        run = use == "approval" and self.quorums[about["seq"]]["run"]  # then they saw the head before the run
        seen = self.root_at(size) in (None, decode64(root)) and (
            size == about["seq"] if run else about["seq"] < size <= e["seq"])
        plan = (about["data"]["plan"] if kind == "quorum.opened" else e["data"].get("text", {})).get("blob")
        need("it does not say what entries and roster say", members=is_time(s["issued"]),
             statement_use=(s["type"], s["use"]) == ("keyrite.statement/1", use),
             statement_ledger=s["ledger"] == self.leaves[0].hex(), statement_plan=s["plan_sha256"] == plan,
             statement_decision=s["decision"] in (["approve", "reject"] if use == "approval" else ["attest"]),
             statement_roles=s["roles"] == person["roles"], statement_key=keys, statement_checkpoint=seen,
             actor=(actor["evidence"], actor["person"]) == ("signed", s["person"]))
        need("this person answered before", one_answer=(s["about"], s["person"], use) not in self.answers)
        signature = decode64(e["data"]["signature"])
        count = s["key"], check_sshsig(keys[0]["key"], self.namespace(use), canon(s), signature)
        need("its counter was seen before: the security key was cloned", clone=count not in self.counters)
        self.counters.update([count] if count[1] else [])
        self.wanted["statements/%06d.json" % e["seq"]] = canon(s)
        self.wanted["statements/%06d.sig" % e["seq"]] = armor("SSH SIGNATURE", signature, 70)
        self.answers[s["about"], s["person"], use] = e["seq"]
        return about, person, keys[0]

    def rule_for(self, operation, key_class, kind, policy=None):  # L4; a class not known: ...
        for rule in (policy or self.policy)["rules"]:
            known = key_class if key_class is not ... or rule["people"] else (rule["classes"] or [None])[0]
            fits = rule["classes"] is None or known in rule["classes"]
            if operation in rule["operations"] and fits and (rule["kinds"] is None or kind in rule["kinds"]):
                return rule
        raise Bad("policy", "no rule is about " + operation)

    def eligible(self, rule):  # L5: who may answer, whatever it is about
        roles = {*rule["from"], *rule["roles"]}
        return [p for p in self.people.values() if p["state"] == "active" and roles.intersection(p["roles"])]

    def can_change(self, without=None, policy=None, operation="custodian.change"):  # L5
        rule = self.rule_for(operation, None, None, policy)
        return rule["people"] > 0 and not unmet(rule, [p for p in self.eligible(rule) if p["id"] != without])

    def check_question(self, e, d, plan):  # L5: it follows from plan, policy and roster
        profile, people = plan["profile"] or {}, [self.people[name] for name in sorted(self.people)]
        rule = self.rule_for(d["operation"], plan["change"].get("class"), profile.get("kind"))
        roster, whom = canon({"people": people, "type": "keyrite.roster/1"}), plan["change"].get("person")
        may = {p["id"] for p in self.eligible(rule)}  # nobody decides on themselves, but to be suspended
        if d["operation"] == "custodian.change":
            may.discard(whom)
        elif d["operation"] == "custodian.suspend" and self.people[whom]["state"] == "active":
            may.add(whom)
        elif d["operation"] == "incident.ratify":  # nor on what they contained
            may -= set(plan["change"]["apart"])
        new = profile if d["operation"] in ("profile.add", "profile.make") else None
        apart = profile.get("environment") == "production" and d["operation"] != "incident.contain"
        judged = d["policy"]["blob"] == sha256(canon(self.policy)).hex() and plan["rule"] == rule["id"]
        need("it does not follow from plan, policy, roster and profiles", policy=judged,
             plan_profile=not profile or canon(profile) == canon(new or self.profiles.get(profile["name"])),
             plan=plan["operation"] == d["operation"], roster=d["roster"]["blob"] == sha256(roster).hex(),
             needs=canon(d["needs"]) == canon({"people": rule["people"], "roles": sorted(rule["roles"])}),
             who=d["who"] == sorted(may & {*d["who"]}),
             author=not apart or e["actor"]["person"] not in d["who"],
             expires=is_time(d["expires"]) and e["time"] < d["expires"] <= later(
                 e["time"], self.policy["times"]["request"]))
        self.check_about(plan)
        return {"plan": plan, "asked": d, "answers": {}, "proposed": False, "closed": None, "reached": "",
                "possession": None, "seq": e["seq"], "yes": set(),
                "run": d["operation"] == "ledger.restore" or plan["change"].get("by") == "take-over"}

    def check_about(self, plan):  # L5: class and place are those of the key, once it stands
        operation, change, profile = plan["operation"], plan["change"], plan["profile"] or {}
        name = change.get("what", self.sets.get(change.get("set"), {"what": change})["what"]).get("key")
        home = self.profiles[self.homes[name]] if name in self.homes else None
        recovers, loads = operation == "share.combine", operation == "backup.load"
        of = home and None if loads or operation == "share.split" else home and self.keys[name, 1]["class"]
        away = loads or operation == "backup.put-back" or recovers and change["to"] == "key"
        fact = "environment" if away else "name"
        need("people are asked as for a key of another class, or of another place",
             plan_class=not home or recovers or change.get("class") == of,
             plan_place=not home or profile.get(fact) == home[fact])

    def check_count(self, e, d, quorum):  # L5: different people and keys, a role each, nobody late
        asked, holders = quorum["asked"], {}
        production = (quorum["plan"]["profile"] or {}).get("environment") == "production"
        alone = quorum["plan"]["operation"] == "incident.contain"  # its author may answer it
        outer = max(d.get("external", ""), self.external)
        need("it is closed, nobody proposed it, or it expired", quorum_twice=not quorum["closed"],
             members=set(d) - {"external"} == {"opened", "approvals"},
             external=is_time(d.get("external", e["time"])),
             proposal=quorum["proposed"] or alone or not production,
             expired=max(e["time"], outer) <= asked["expires"],
             quorum_approvals=len(set(d["approvals"])) == len(d["approvals"]))
        for seq in d["approvals"]:
            s = (key := quorum["answers"].get(seq)) and self.entries[seq]["data"]["statement"]
            need("it cites no yes to this question", quorum_approvals=key and s["decision"] == "approve")
            quorum["yes"].add(s["person"])
            strong = key["key"].startswith("sk-") and key["class"] in ("attested", "asserted")
            counts = strong or not production or fingerprint(key["key"]) in self.policy.get("stated_keys", [])
            person = self.people[s["person"]]  # as they are now: who was suspended since does not count
            if counts and person["state"] == "active" and key in person["keys"]:
                holders.setdefault(pair(key["key"]), person["id"])
        missing = unmet(asked["needs"], [self.people[name] for name in sorted(set(holders.values()))])
        need("too few people with different keys that count", quorum_people=missing != "people")
        need("no different people for each role", quorum_roles=missing != "roles")
        quorum["closed"], self.external = "met", outer
        return quorum

    def to_be_signed(self, e, d, serial):  # L6: what the plan, the key and the serial number stand for
        key, plan = (d["key"], d["version"]), self.met[e["approved"]]["plan"]["change"]
        scheme, spki = self.keys[key]["scheme"], self.blob(self.public[key]["blob"])
        return certificate_bytes(plan, scheme, spki, serial), algorithm(scheme)

    def check_certificate(self, e, d):  # L6: exactly the bytes that were approved, under a new serial number
        need("no quorum is cited", approved=e["approved"] in self.met)
        serial = d["serial"]
        need("its serial number is not of its form, or was given before",
             serial=(serial is None) == (d["form"] == "request") and (d["key"], serial) not in self.serials
             and (serial is None or re.fullmatch("(0[1-9a-f]|[1-7][0-9a-f])([0-9a-f]{2}){7,19}", serial)))
        tbs, _ = self.to_be_signed(e, d, serial)
        need("it is not what was approved", tbs=sha256(tbs).hex() == d["tbs_sha256"])
        self.serials.update([(d["key"], serial)] if serial else [])

    def check_made(self, e, d, intent):  # L6: these bytes, the key's algorithm, and some signature
        (tbs, named), whole = self.to_be_signed(e, d, intent["serial"]), self.blob(d["certificate"]["blob"])
        request = intent["form"] == "request"
        rest = whole[whole.find(tbs) + len(tbs + named):]
        need("it is not what was approved", certificate=d["form"] == intent["form"]
             and d["certificate"]["type"] == "application/" + ("pkcs10" if request else "pkix-cert")
             and whole == der(48, tbs, named, rest) and rest[:1] == b"\3")
        label = "CERTIFICATE REQUEST" if request else "CERTIFICATE"
        if shutil.which("openssl"):
            good = signs_itself(armor(label, whole, 64), request)
            need("its key did not sign it", certificate_signature=good)
        else:
            self.unsure = True
        name = "certificates/%s-v%d-%06d.pem" % (d["key"], d["version"], e["seq"])
        self.wanted.update({name: armor(label, whole, 64)} if e["ceremony"] == self.ceremony else {})

    def check_move(self, d):  # L6: the event that leads from the state it is in to the other
        key, move = (d["key"], d["version"]), (d["from"], d["to"])
        state, before, _ = self.states.get(key, (None, None, None))
        need("it is not in that state, or another change is under way",
             key_state=state == move[0] and key not in self.moving)
        events = [name for name, (some, to) in STATES.items() if move[0] in some and move[1] == to]
        events += ["cancel-destroy"] if move == ("destruction-scheduled", before) else []
        events += ["compromise"] if move == ("destroyed", "destroyed") else []
        need("no path leads there, or it was not proved before it is activated",
             key_state=events and (events != ["activate"] or key in self.proved))
        return events[0]

    def check_night(self, e, d, phase):  # L6: what an incident contained is given back, or ended, by a quorum
        since = self.met.get(self.states[(d["key"], d["version"])][2]["approved"])  # of its state
        cited = self.met.get(e["approved"], {"plan": {"operation": None}, "yes": set()})
        operation = cited["plan"]["operation"]
        if since and since["plan"]["operation"] == "incident.contain" and d["from"] == "suspended":
            need("an incident contained it", contained=operation == "key.unrevoke" or phase == "compromise")
            need("who contained it ratifies that",
                 ratified=operation != "incident.ratify" or not cited["yes"] & since["yes"])
        return [operation] if NIGHT.get(operation) == phase else []

    def check_replaced(self, e, d, kind):  # L6: another version in the place of what an incident contains
        plan, key = self.met.get(e["approved"], {"plan": {"operation": None}})["plan"], d.get("key")
        contained, made = plan["operation"] == "incident.contain", kind == "key.standby.intended"
        kinds = ("key.state.intended", "key.primary.intended", "key.alias.intended")
        if plan["operation"] not in REPLACES or d.get("to") == "suspended" or made and contained or (
                kind not in kinds and not made):
            return None
        to = plan["change"].get("promote")
        if not to:
            return None  # then it is judged as any other
        number = d["to"] if kind == "key.primary.intended" else d["version"]
        need("another thing was approved", plan=number == to["version"] and (
            "alias" not in d or d["alias"] in to["aliases"]))
        alive = [n for (k, n), (state, *_) in self.states.items() if k == key and state == "active"]
        need("one person promotes nothing before all else is contained",
             contained=not contained or not {*alive} - {number})
        if kind == "key.state.intended":
            since = self.states[key, number][2]["approved"]
            cited = self.met.get(since, {"plan": {"operation": None}})["plan"]["operation"]
            need("it is no standby that a quorum approved", standby=not contained or cited == "key.standby")
            phase = "%s-%d" % (self.check_move(d), number)
            self.moving.add((key, number))
            return phase
        if kind == "key.primary.intended":
            need("it is not of the versions that were approved", primary=number in alive
                 and self.primary[key] == d["from"] == to["from"])
            return "primary-%d" % number
        return "make" if made else "alias:" + d["alias"]

    def check_end(self, e, d, phase, plan):  # L5: grace and wait are over, and no hold stands against it
        if plan["operation"] not in ENDS or phase == "deactivate":
            return
        state, _, since = self.states[(d["key"], d["version"])]
        if state == "deactivated":
            need("its time of grace is not over",
                 phase=e["time"] >= later(since["time"], "P%dD" % plan["change"]["grace_days"]))
        if phase == "destroy" and state == "destruction-scheduled":
            own = "schedule-destruction" in [p["name"] for p in plan["phases"]]
            need("its wait is not over, or another approval scheduled it",
                 destroy_at=e["time"] >= since["data"]["destroy_at"],
                 approved=not own or since["approved"] == e["approved"])
        held = [key == d["key"] and until >= e["time"] for key, until in self.holds.values()]
        need("a hold stands against it", held=plan["operation"] != "key.destroy" or not any(held))

    def change_state(self, e, d, key):  # L6: of its outcome
        if e["type"] == "key.tried" and "enforced" in d:
            taken = "suspended deactivated compromised".split()  # only these are asked for again
            need("no use is taken away", key_state=self.states[key][0] in taken)
        elif e["type"] == "key.tried":
            self.proved = self.proved | {key} if d["ok"] else self.proved - {key}
        elif e["type"] == "key.state.changed":
            need("a date belongs to a scheduled destruction, and to nothing else",
                 key_state=("destroy_at" in d) == (d["to"] == "destruction-scheduled"))
            if d["to"] == "destruction-scheduled":
                plan, begun = self.met[e["approved"]]["plan"], self.entries[d["intended"]]["time"]
                need("it is to be destroyed before the wait is over that was approved",
                     destroy_at=d["destroy_at"] >= later(begun, "P%dD" % plan["change"]["wait_days"]))
            need("it is called destroyed, and not everything that was tried says so", key_state=all(
                line["ok"] for line in d["results"] if (d["from"] == "destroyed") < (d["to"] == "destroyed")))
            if d["from"] != "destroyed":
                self.states[key] = (d["to"], d["from"], e)
        if e["type"].startswith("key.state."):
            self.moving.discard(key)

    def stand(self, key, spec, public, state):  # L6: a version, whose public half is in the bundle
        self.keys[key], self.public[key], self.states[key] = spec, public, state
        if public:
            self.wanted["keys/%s-v%d.pem" % key] = armor("PUBLIC KEY", self.blob(public["blob"]), 64)

    def rotates(self, e):  # whether what it cites approves rotations
        return e["approved"] == self.policy_seq or (
            self.met.get(e["approved"], {"plan": {"operation": None}})["plan"]["operation"] == "key.rotate")

    def check_turn(self, e, d, kind):  # L6: the phase that comes next, of the right versions, in time
        key, turn, version = d["key"], self.turns.get(d["key"]), d.get("version")
        need("no rotation of this key was opened", rotation=turn)
        old, new, move = turn["from"], turn["to"], (d.get("from"), d.get("to"))
        if kind == "key.state.intended":
            phase = {"activate": "accept", "deactivate": "retire"}.get(self.check_move(d))
        else:
            phase = "version" if version else "primary" if d["to"] > d["from"] else "rollback"
        same = {"version": version == new, "accept": version == new, "retire": version == old,
                "primary": move == (old, new) and self.states[key, new][0] == "active",
                "rollback": move == (new, old) and self.primary[key] == new
                and self.states[key, old][0] == "active"}.get(phase)
        need("it is not of the versions that are rotated", rotation=same and (
            phase != "version" or (key, new) not in self.keys))
        if phase != "rollback":
            told = all((turn["last"], hook["name"], hook["sha256"]) in turn["told"]
                       for hook in self.policy.get("hooks", []) if hook["phase"] == turn["last"]
                       and (hook["classes"] is None or self.keys[key, 1]["class"] in hook["classes"]))
            need("its phase does not come next, or not yet", rotation=turn["next"] == phase and told
                 and turn["due"] <= e["time"] and not turn["paused"])
            need("another approval opened it", rotation=e["approved"] == (
                self.policy_seq if turn["automatic"] else turn["approved"]))
        return phase

    def check_rotation(self, e, d, kind, turn):  # L6: one at a time, and what is said of it
        key = d["key"]
        if kind == "rotation.opened":
            alone = e["approved"] == self.policy_seq
            state = self.states.get((key, d["to"]), [None])[0]
            newest = max(n for k, n in self.keys if k == key)
            need("another runs, or its versions are not those there", rotation=d["automatic"] == alone
                 and self.primary[key] == d["from"] < d["to"] and (not alone or not (turn and turn["next"]))
                 and (state in ("pre-active", "active") or d["to"] == newest + 1))
            since = self.since.get((key, d["to"]))
            last = "accept" if state == "active" else "version" if state else "open"
            self.turns[key] = {**d, "seq": e["seq"], "approved": e["approved"], "paused": False,
                               "told": set(), "last": last, "stopped": False,
                               "next": FOLLOWING.get(last, "version"),
                               "due": later(since, d["verification"]) if state == "active" else e["time"],
                               "before": turn}
            return
        need("it is about no rotation of this key, or not the last", rotation=turn
             and turn["seq"] == d["rotation"] and e["approved"] is None)
        if kind == "rotation.hooked":
            hook = [x for x in self.policy.get("hooks", []) if (x["name"], x["phase"], x["sha256"])
                    == (d["hook"], d["phase"], d["sha256"])]
            need("it is not a program of the policy, or did not go as it says",
                 rotation=hook and d["ok"] == (d["exit"] == 0))
            if d["ok"]:
                turn["told"].add((d["phase"], d["hook"], d["sha256"]))
            if d["ok"] and turn["next"] and turn["last"] == d["phase"]:
                self.turn_to(turn, d["phase"], e["time"])
            return
        need("it is over, or nobody says that they did it", rotation=turn["next"] and e["actor"]["person"])
        need("it is paused already, or is not", rotation=kind == "rotation.stopped"
             or turn["paused"] == (kind == "rotation.resumed"))
        turn["paused"] = kind == "rotation.paused"
        if kind == "rotation.stopped":
            turn["next"], turn["stopped"] = None, True

    def turn_to(self, turn, phase, time):  # L6: what follows a phase, and when
        following = FOLLOWING.get(phase)
        wait = {"primary": "verification", "retire": "grace"}.get(following)
        turn.update({"last": phase, "next": following, "due": later(time, turn[wait]) if wait else time})

    def advance(self, e, d, kind):  # L6: what an outcome means for versions, and for the rotation of the key
        key, turn = d["key"], self.turns.get(d["key"])
        if kind in ("key.created", "key.imported"):
            self.primary[key] = d["version"]
        elif kind in ("key.rotated", "key.standby.made"):
            name, newest = (key, d["version"]), max(n for k, n in self.keys if k == key)
            twin = [n for (k, n), blob in self.public.items() if k == key and blob and blob == d["public"]]
            need("it was there before, or is not the next", key=newest + 1 == d["version"] and not twin)
            self.stand(name, self.keys[key, 1], d["public"], ("pre-active", None, e))
            if kind == "key.rotated":
                self.turn_to(turn, "version", e["time"])
        elif kind == "key.primary.changed":
            self.primary[key] = d["to"]
            if turn and d["to"] in (turn["to"], turn["from"]):
                self.turn_to(turn, "primary" if d["to"] == turn["to"] else "rollback", e["time"])
            if turn and (d["to"] != turn["to"] or self.states[key, turn["from"]][0] != "active"):
                turn["next"] = None
        elif kind == "key.state.changed":
            if d["to"] == "active":
                self.since.setdefault((key, d["version"]), e["time"])
            if turn and turn["next"] and d["version"] == turn["to"]:
                if d["to"] != "active":
                    turn["next"] = None
                elif turn["last"] == "version":
                    self.turn_to(turn, "accept", e["time"])
            elif turn and turn["last"] == "primary" and d["version"] == turn["from"] and d["to"] != "active":
                turn.update({"next": None, "last": "retire" if d["to"] == "deactivated" else "primary"})

    def check_alone(self, e, d, phase):  # L6: the policy itself approves it: of this class, when it is due
        key = d["key"]
        schedule = self.policy.get("rotation", {}).get(self.keys[key, 1]["class"], {"mode": None})
        need("the policy does not rotate it alone", approved=schedule["mode"] == "automatic"
             and self.keys[key, 1]["class"] not in GRAVE and e["ceremony"] is None and phase != "rollback")
        if phase != "open":
            return need("it was not opened so", approved=self.turns[key]["automatic"])
        active = [n for (k, n), (state, *_) in self.states.items() if k == key and state == "active"]
        need("none is active", approved=active)
        due = later(self.since[key, max(active)], schedule["every"])
        expires = self.keys[key, 1].get("expires")
        before = self.turns[key]["before"]
        need("it is not due, has another overlap, or the last was given up",
             approved=min(due, expires or due) <= e["time"]
             and (d["verification"], d["grace"]) == (schedule["verification"], schedule["grace"])
             and not (before and (before["stopped"] or before["last"] == "rollback")))

    def check_act(self, e, d, phase, operations, compared):  # L5: what it cites allows it, once
        facts = {name: d.get(name) for name in ("name", "kind", "environment", "identity")}
        profile = facts if phase == "add" else self.profiles.get(
            d["name" if phase == "remove" else "profile"])
        need("nothing is cited, or no such profile", profile=profile, approved=e["approved"] is not None)
        if e["approved"] == self.policy_seq and operations[0] == "key.rotate":
            return self.check_alone(e, d, phase)
        if e["approved"] == self.policy_seq:
            key_class = self.keys.get((d.get("key"), d.get("version")), {"class": ...})["class"]
            rule = self.rule_for(operations[0], key_class, profile["kind"])
            return need("the rule needs people", approved=rule["people"] == 0)
        plan = self.met[e["approved"]]["plan"]
        change = {"prover": None, **(plan["change"].get("spec") or plan["change"])}
        one = len(plan["phases"]) == 1  # from and to are those of the plan, where it is for one change only
        same = all(canon(d[name]) == canon(change[name]) for name in compared
                   if name in ("key", "name") or name in change and (
                       one or phase == "open" or name not in ("from", "to")))
        need("another thing was approved", approved=plan["operation"] in operations,
             plan=same and canon(plan["profile"]) == canon(profile) and (
                 not operations[0].startswith("profile.") or {*plan["change"]} - {"again", "prover"} == (
                     {*facts} if phase == "add" else {"name"})))
        self.check_phase(e, phase)

    def is_placed(self, e, said):  # L5: in the ceremony of its quorum; or that did phase one, and left it
        plan, at = self.met[e["approved"]]["plan"], self.entries[self.met[e["approved"]]["seq"]]["ceremony"]
        first = plan["phases"][0]["name"]
        began = {(e["approved"], kind, first) for kind in ("rotation.opened", "key.state.intended")}
        return at == e["ceremony"] or (
            e["ceremony"] is None and plan["operation"] in [*ENDS, "key.rotate"] and at not in self.aborted
            and began & self.used and (first == "open" or said.get("to") != STATES[first][1]))

    def check_phase(self, e, phase):  # L5: the plan has it, once, and now is the time
        quorum, now = self.met[e["approved"]], e["time"]
        dates = [p for p in quorum["plan"]["phases"] if p["name"] == phase]
        need("another time was approved, or it was begun before", approved=dates,
             approved_twice=(e["approved"], e["type"], phase) not in self.used,
             phase=all((p["earliest"] or "") <= now and max(now, quorum["reached"]) <= (p["latest"] or "9")
                       for p in dates))
        self.check_about(quorum["plan"])
        self.begun = (e["approved"], e["type"], phase)

    def check_whole(self, e, d, kind, operation, phase):  # L5: it says what its plan says, and fits
        need("no quorum is cited", approved=e["approved"] in self.met)
        quorum, asked = self.met[e["approved"]], self.met[e["approved"]]["asked"]
        said = dict(quorum["plan"]["change"])
        named = quorum["plan"]["operation"], said.pop("act", None)
        need("another thing was approved", approved=named == (operation, PEOPLE.get(kind, [None])[0]))
        self.check_phase(e, phase)
        said.update({"attestation": reference(said["attestation"])} if "attestation" in said else {})
        if kind == "custodian.enrolled":
            said.update({name: asked["names"][name] for name in ("name", "address")})
        elif kind == "custodian.suspended":
            said.update(self.suspension(e, d["person"], quorum["yes"]), reason=asked["reason"])
        elif kind == "policy.adopted":
            said = {"policy": reference(said["document"])}
        elif kind.startswith("key."):
            said = {name: said[name] for name in said if name not in ("class", "version", "dates")}
            said.update({} if kind == "key.set" else {"reason": asked["reason"]})
        elif kind not in PEOPLE:
            said["reason"] = d["reason"]  # a private value of its own
        need("it is not what was approved", plan=canon(d) == canon(said))
        if kind in PEOPLE:
            self.change_person(d, kind, quorum["possession"], quorum["yes"])
        elif kind == "policy.adopted":
            self.adopt(e["seq"], quorum["plan"]["change"])
        elif kind == "openings.erased":
            self.erased.update(d["commitments"])
        elif kind.startswith("key."):
            need("no such key, or hold", key=d["key"] in [name for name, _ in self.keys],
                 held=self.holds.get(d.get("hold"), (d["key"],))[0] == d["key"]
                 and (kind != "key.released" or d["hold"] in self.holds))
            self.holds.update({e["seq"]: (d["key"], d["until"])} if kind == "key.held" else {})
            self.holds.pop(d.get("hold"), None)
        else:
            self.change_writer(e, d, quorum)

    def suspension(self, e, name, people):  # L6: by its holder without end; by others for 72 hours, and once
        if name in people:
            return {"by": "holder", "until": None}
        need("they did so before and nobody confirmed it, or too few would be left",
             suspension=not self.contested.get(name, set()) & people and self.can_change(name))
        return {"by": "security-lead", "until": later(e["time"], "PT72H")}

    def change_person(self, d, kind, proof, people):  # L6
        name, (act, states) = d["person"], PEOPLE[kind]
        person = self.people.get(name, {"state": None, "keys": []})
        need("they are " + str(person["state"]), person_state=person["state"] in (states or [None]))
        need("nobody showed that they hold the key", possession=act not in PROVED or proof and (
            act != "set-recipient" or proof in [key["key"] for key in person["keys"]]))
        if "keys" in d:
            self.check_keys(d["keys"], person["keys"], d["attestation"])
            self.had.update(pair(key["key"]) for key in d["keys"])
        if act == "suspend":
            person["state"], self.suspended[name] = "suspended", (d["until"], people)
        elif act == "confirm":
            need("it lasts already", suspension=self.suspended[name][0])
            self.suspended[name] = None, set()
        elif act == "restore":
            self.end_suspension(name)
        elif act == "retire":
            need("too few would be left to change the roster", retired=self.can_change(name))
            self.suspended.pop(name, None)
            person["state"] = "retired"
        else:
            new = {member: d[member] for member in ("keys", "recipient", "roles") if member in d}
            self.people[name] = {"id": name, **person, "state": person["state"] or "active", **new}

    def check_keys(self, keys, before, attestation):  # L4: one new key, which nobody ever had
        old = [key["key"] for key in before]
        added = [key for key in keys if key["key"] not in old]
        need("not exactly one key is new, or another changed", person_keys=len(added) == 1
             and len({key["key"] for key in keys}) == len(keys) == 1 + sum(key in before for key in keys))
        kind, text = added[0]["key"].split(" ")
        sk = kind.startswith("sk-")
        wanted = "attested" if attestation else "asserted" if sk else "stated"
        need("it was somebody's before, or is not of its kind or class",
             person_keys=added[0]["class"] == wanted and pair(added[0]["key"]) not in self.had
             and (sk or not attestation) and unwire(decode64(text))[0].decode() == kind)

    def adopt(self, seq, change):  # L5: it stands from now on; policy and people must be changeable under it
        new, old = change["document"], sha256(canon(self.policy)).hex()
        need("it replaces another policy, or is not the one it says",
             policy=(change["replaces"], change["sha256"]) == (old, sha256(canon(new)).hex()))
        need("nobody could change policy or people any more", locked_out=all(
            self.can_change(None, new, one) for one in ("policy.adopt", "custodian.change")))
        self.policy, self.policy_seq = new, seq
        for quorum in self.quorums.values():
            quorum["closed"] = quorum["closed"] or "void"

    def change_writer(self, e, d, quorum):  # L2: from which size on the new key signs
        (key_id, key), seq, start = self.read_vkey(d["vkey"]), e["seq"], quorum["seq"]
        need("that key wrote before", writer=key not in [old for *_, old in self.writers])
        if quorum["run"]:  # question, answers, quorum and this, and nothing between: no checkpoint lies in it
            run = [self.entries.get(n, {"type": None}) for n in range(start, seq)]
            kinds = ["quorum.opened"] + ["approval.given"] * (len(run) - 2) + ["quorum.met"]
            need("it does not end the run of its own quorum", writer_run=[x["type"] for x in run] == kinds
                 and e["approved"] == seq - 1 and {*range(start + 1, seq - 1)} <= {*quorum["answers"]})
        at = d.get("from") or {"size": start, "root": encode64(self.root_at(start) or b"")}
        need("it is not restored from where its run begins",
             writer=at["size"] == start and self.root_at(start) in (None, decode64(at["root"])))
        self.writers.append((seq + (1 if quorum["run"] else 2), key_id, key))

    def check_outcome(self, e, d, intent, kind):  # L5, L6: after its intent, once, and as the plan says
        need("no intent", intent=intent and (intent["type"], intent["approved"]) == (kind, e["approved"]))
        said = {"from", "to"} if e["type"] == "key.state.changed" else (
            {"profile", "regions", "primary", "alias", "grantee", "operations", "region", "grant", "whole",
             "policy"} & set(d))
        which = {"from", "to"} if kind == "key.primary.intended" else {"version"}
        same = all(intent["data"][name] == d[name] for name in {"key", *which, *said})
        for name in {"terms", "dates"} & {*d}:
            same = same and canon(d[name]) == canon(intent["data"].get(name, d[name]))
        need("it differs, or is the second", intent=same, one_outcome=d["intended"] not in self.used)
        if "ref" in d:
            self.places.add((d["profile"], d["ref"]["key"], d["ref"]["version"]))
        if e["type"] in ("key.created", "key.imported"):
            key, plan = (d["key"], d["version"]), self.met.get(e["approved"], {}).get("plan")
            kind = self.profiles[intent["data"]["profile"]]["kind"]
            free = not plan and self.rule_for("key.create", d["spec"]["class"], kind)["people"] == 0
            change = plan and (plan["change"].get("spec") or plan["change"])
            same = plan and canon(d["spec"]) == canon(change)
            named = d["spec"].get("material_sha256") if d["public"] else None
            need("it exists, or is not what was approved", key=key not in self.keys, plan=(
                (same or free) and named in (None, (d["public"] or {}).get("blob"))))
            self.stand(key, d["spec"], d["public"], ("pre-active", None, e))
            self.homes[d["key"]] = intent["data"]["profile"]
        need("it is called copied, and not every copy is there",
             key={*d.get("regions", [])} <= {copy["region"] for copy in d.get("copies", [])})
        if e["type"] == "certificate.made":
            self.check_made(e, d, intent["data"])
        self.used.add(d["intended"])

    def check_adopted(self, e, d):  # L6: a key of the list that was approved, as it says; each material once
        need("no quorum is cited", approved=e["approved"] in self.met)
        plan, versions = self.met[e["approved"]]["plan"], d["versions"]
        need("another thing was approved", approved=plan["operation"] == "key.adopt")
        self.check_phase(e, "adopt")
        self.begun = None  # many keys in one phase
        row = ([x for x in plan["change"]["keys"] if x["key"] == d["key"]] or [{"versions": None}])[0]
        said = [{name: x[name] for name in ("ref", "state", "created")} for x in versions]
        spec = {**plan["change"], **row}
        spec = {name: spec[name] for name in set(spec) - {"keys", "primary", "versions"}}
        spec.update({"version": 1, "parent": None, "expires": None})
        need("it is not what was approved", plan=plan["profile"] == self.profiles.get(d["profile"])
             and canon([spec, d["primary"], said]) == canon([d["spec"], row.get("primary"), row["versions"]]))
        places = {(d["profile"], x["ref"]["key"], x["ref"]["version"]) for x in versions} - self.places
        need("it is there already", key=(d["key"], 1) not in self.keys and len(places) == len(versions)
             and d["primary"] <= len(versions))
        self.places.update(places)
        self.primary[d["key"]], self.homes[d["key"]] = d["primary"], d["profile"]
        for key, x in (((d["key"], n), x) for n, x in enumerate(versions, 1)):
            self.stand(key, d["spec"], x["public"], (x["state"], None, e))
            self.since.update({key: x["created"] or e["time"]} if x["state"] == "active" else {})

    def check_shares(self, e, d, kind, about):  # L6: sets of shares
        if kind in SHARES:
            need("no quorum is cited", approved=e["approved"] in self.met)
            plan = self.met[e["approved"]]["plan"]
            need("another thing was approved", approved=plan["operation"] == "share." + SHARES[kind])
            self.check_phase(e, SHARES[kind])
        if kind == "shares.split":
            return self.check_split(e, d, plan["change"])
        one, now = self.sets.get(d["set"]), e["time"]
        need("there is no such set, or it is void", shares=one and not one["void"])
        whole = len(one["given"]) == len(one["holders"])
        holder = one["holders"][d["index"] - 1] if "index" in d else None
        if kind == "shares.given":
            clear = holder["delivery"] in ("card", "screen")
            need("it was given before, elsewhere, or who covered it is not said where it is in the clear",
                 shares=d["index"] > 0 and d["index"] not in one["given"] and e["ceremony"] == one["ceremony"]
                 and clear == (d["covered_by"] is not None))
            one["given"].add(d["index"])
        elif kind == "shares.receipt":
            drill = self.drills.get(about["seq"], {"set": None})
            need("not by its holder, before it was given, or about another set",
                 shares=d["statement"]["person"] == holder["person"] and d["index"] in one["given"]
                 and d["index"] > 0 and (about["seq"] == one["seq"] or drill["set"] == d["set"]))
            drill.get("missing", set()).discard(holder["person"])
        elif kind == "shares.void":
            need("all of its shares were given out", shares=not whole)
            one["void"] = True
        elif kind == "shares.drill.opened":
            waits = [x for x in self.drills.values() if x["set"] == d["set"] and x["missing"]]
            need("its dates, or one is on, or shares were not given out",
                 shares=whole and not waits and now < d["until"] < d["next"])
            self.drills[e["seq"]] = {"set": d["set"], "missing": {x["person"] for x in one["holders"]}}
        elif kind == "shares.combine.intended":
            need("another set or way was approved, or one is on",
                 shares=d["set"] not in self.recoveries.values(),
                 plan=(d["set"], d["to"]) == (plan["change"]["set"], plan["change"]["to"]))
            self.recoveries[e["seq"]] = d["set"]
        else:
            intent, least = self.entries.get(d["intended"]), one["threshold"]
            need("no intent", intent=self.recoveries.pop(d["intended"], None) == d["set"]
                 and intent["approved"] == e["approved"])
            need("not by as many shares as the set needs", shares=kind == "shares.combine.failed" or (
                 d["indices"] == sorted({*d["indices"]}) and len(d["indices"]) == least
                 and 0 < d["indices"][0] and d["indices"][-1] <= len(one["holders"])))

    def check_split(self, e, d, change):  # L6: what was approved, commitments to all, sealed where it can be
        holders, old = d["holders"], self.sets.get(d["replaces"])
        said = {name: d[name] for name in ("name", "what", "threshold", "replaces")}
        said["holders"] = [{name: x[name] for name in ("person", "delivery", "to")} for x in holders]
        need("it is not what was approved", plan=canon(said) == canon(change))
        here = [self.people.get(x["person"], {"state": None}) for x in holders]
        sealed = all((p["recipient"] or None, x["delivery"] == "sealed") == (
            x["to"] if p["recipient"] else None, bool(p["recipient"])) for p, x in zip(here, holders)
                     if p["state"] == "active")
        need("its shares, holders or wrapped secret are not as they must be",
             shares=d["set"] not in self.sets and 2 <= d["threshold"] <= len(holders) and sealed
             and [x["index"] for x in holders] == list(range(1, len(holders) + 1))
             and len({x["commitment"] for x in holders}) == len({p.get("id") for p in here}) == len(holders)
             and all(p["state"] == "active" for p in here) and d["wrapped"]["size"] in (72, 264, 1032, 4104)
             and (d["replaces"] is None or old and not old["replaced"]))
        if old:
            old["replaced"] = True
        self.sets[d["set"]] = {"holders": holders, "threshold": d["threshold"], "given": set(), "void": False,
                               "replaced": False, "ceremony": e["ceremony"], "seq": e["seq"],
                               "what": d["what"]}

    def report(self):
        for seq, quorum in self.met.items():
            cited = [self.entries[n]["data"]["statement"] for n in self.entries[seq]["data"]["approvals"]]
            given = ", ".join("%s (%s)" % (s["person"], "/".join(s["roles"])) for s in cited)
            yield "quorum: {operation} by rule {rule}: approved by ".format(**quorum["plan"]) + given
        if self.checkpoint and self.root_at(self.checkpoint[0]) is None:
            yield "not checked: the checkpoint's root, as entries are left out"
        if self.unsure:
            yield "not checked: the signature within certificates and requests: there is no openssl here"
        if not self.script:
            yield "not checked: the template is withheld at level " + self.level
        for number, seq in enumerate(self.deviations, 1):
            yield "deviation D%d: entry %d, at step %s" % (number, seq, self.entries[seq]["data"]["step"])
        due = self.deviations and self.deviations[-1] > (self.signoff or 0)
        about = not due and self.signoff and self.leaves[self.signoff].hex()
        if self.round > 1 or self.signoff and due:
            yield "signatures count of round %d%s" % (self.round + bool(due), ", not yet open" if due else "")
        for person in sorted(self.there):
            if (self.leaves[self.mine[0]].hex(), person, "presence") not in self.answers:
                yield "presence stated, not signed: " + person
            yield ("signed: " if (about, person, "transcript") in self.answers else "missing: ") + person

def main(arguments=None):
    parser = argparse.ArgumentParser(description="Checks a keyrite ceremony bundle.")
    parser.add_argument("folder", nargs="?", default=pathlib.Path(__file__).resolve().parent, metavar="DIR")
    parser.add_argument("--ledger", metavar="FINGERPRINT", help="64 hex digits, from the paper",
                        type=lambda text: re.fullmatch("[0-9a-f]{64}", re.sub(r"[\s:]", "", text).lower())[0])
    parser.add_argument("--rehearsal", action="store_true", help="check that of a rehearsal, and no other")
    options = parser.parse_args(arguments)
    if not pathlib.Path(options.folder).is_dir() or not shutil.which("ssh-keygen"):
        parser.error("cannot check: no such folder, or no ssh-keygen on this machine")
    bundle = Bundle(options.folder)
    bundle.check()
    found = bundle.leaves[0].hex() if 0 in bundle.leaves else "(there is no entry 0)"
    if bundle.rehearsal != options.rehearsal:
        says = "this is a rehearsal, and proves nothing else: --rehearsal checks it as one"
        bundle.problem("entries/000000.json", 0, "rehearsal", says if bundle.rehearsal else "this is none")
    if not options.ledger:
        lines = ["not anchored: this bundle agrees with itself. Compare with the paper: " + found]
    elif options.ledger == found:
        lines = ["anchored: ledger %s is the one you gave" % found]
    else:
        bundle.problem("entries/000000.json", 0, "anchor", "this is ledger %s, not the one you gave" % found)
        lines = ["not anchored: this is NOT the ledger that you gave, but " + found]
    with bundle.guard("."):
        lines.extend(ascii(line)[1:-1] for line in bundle.report())
    lines.extend(bundle.problems + ["%d problems" % len(bundle.problems) if bundle.problems else "ok"])
    print("\n".join(("REHEARSAL  " if bundle.rehearsal else "") + line for line in lines))
    return 6 if bundle.problems else 0

if __name__ == "__main__":
    sys.exit(main())
