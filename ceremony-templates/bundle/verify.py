#!/usr/bin/env python3
"""Checks a keyrite ceremony bundle without keyrite: python3 -I verify.py [DIR] [--ledger FINGERPRINT]

Needs Python 3.8 and ssh-keygen. L5 is section 5 of ledger-format.md, B3 point 3 of "How it is judged" in
bundle-format.md. Exit status: 0 ok; 6 for lines "PROBLEM file | entry | rule | sentence"; 2 cannot check.
It checks who approved what, and that only that was done. Only `keyrite ceremony verify` checks as well
- the signature within `checkpoint`, and proofs/: where entries are left out, a line "not checked" says so;
- members of data that no rule here reads; the form of rosters, policies, plans, blob references beyond what
  is used here; the length of entries; how long a request is open; which state a tried or changed key is in;
- that steps and sign-off follow the template, and acts the ceremony's state; SHA256SUMS' order; that
  allowed_signers, roster.json, policy.json, template.yaml, the minutes say what the entries say."""
import sys
if __name__ == "__main__" and not sys.flags.isolated:
    sys.path.pop(0)  # Python looks beside the script first: a json.py put into the bundle must not run
import argparse, base64, contextlib, hashlib, itertools, json, pathlib, re, shutil, subprocess, tempfile
ENTRY = set("v ledger seq prev time type actor approved ceremony tool data".split())
STATEMENT = set("about checkpoint decision issued key ledger person plan_sha256 roles type use".split())
SIGNED = {  # L3: an entry with a statement -> use, type of the entry it is about
    "founder.signed": ("founding", "ledger.opened"), "proposal.signed": ("proposal", "quorum.opened"),
    "approval.given": ("approval", "quorum.opened"), "transcript.signed": ("transcript", "signoff.opened")}
ACTS = {  # L5: an act that needs approval -> phase, operations whose plan may hold it, what its plan sets
    "profile.added": ("add", ["profile.add"], ["name", "kind", "environment", "identity"]),
    "profile.removed": ("remove", ["profile.remove"], ["name"]),
    "key.create.intended": ("create", ["key.create"], ["key", "version"]),
    "key.state.intended": ("activate", ["key.activate", "key.create"], ["key", "version", "from", "to"])}
OUTCOMES = {"key.created": "key.create", "key.create.failed": "key.create", "key.tried": "key.try",
            "key.try.failed": "key.try", "key.state.changed": "key.state", "key.state.failed": "key.state"}
OTHERS = """ledger.opened quorum.opened quorum.met quorum.withdrawn key.try.intended ceremony.opened
    step.done ceremony.stopped ceremony.resumed ceremony.aborted signoff.opened bundle.made attempt.refused
    duty.opened""".split()
FILES = """VERIFY.md verify.py bundle.json checkpoint openings.json allowed_signers roster.json policy.json
    template.yaml minutes.html minutes.txt SHA256SUMS SHA256SUMS.sig""".split()
TIME = re.compile("[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}[.][0-9]{3}Z")

class Bad(Exception):
    """A rule is broken. Its arguments: the rule's name, and a sentence."""

def need(sentence, **rules):  # each is kept, in this order; `_` in a name stands for `-`
    for rule, kept in rules.items():
        if not kept:
            raise Bad(rule.replace("_", "-"), sentence)

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

def unwire(data):  # the SSH strings that it is made of, and of nothing else
    found = []
    while data:
        size = 4 + int.from_bytes(data[:4], "big")
        need("it ends too early, or bytes follow its end", sshsig=4 <= size <= len(data))
        found.append(data[4:size])
        data = data[size:]
    return found

def fingerprint(line):
    return "SHA256:" + encode64(sha256(decode64(line.split(" ")[1]))).rstrip("=")

def armor(label, data, columns):
    lines = re.findall(".{1,%d}" % columns, encode64(data))
    return "\n".join(["-----BEGIN %s-----" % label, *lines, "-----END %s-----\n" % label]).encode()

def check_sshsig(line, namespace, message, blob):  # L3; of sk- keys the touch, which ssh-keygen ignores
    kind, text = line.split(" ")
    key, *_, inner = unwire(blob[10:])
    touch = inner[-5:] if kind[:3] == "sk-" else b""  # a byte of flags, four of a counter
    algorithm = unwire(inner[:len(inner) - len(touch)])[0]
    known = algorithm in ([b"rsa-sha2-256", b"rsa-sha2-512"] if kind == "ssh-rsa" else [kind.encode()])
    need("it is by another key than the roster's", sshsig_key=key == decode64(text))
    need("its algorithm is not that of the key, or too weak", unsupported=known)
    need("the security key was not touched", user_presence=not touch or touch[0] & 1)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "allowed").write_text("signer " + line)
        pathlib.Path(folder, "sig").write_bytes(armor("SSH SIGNATURE", blob, 70))
        command = "ssh-keygen -Y verify -f allowed -I signer -s sig -n " + namespace
        done = subprocess.run(command.split(" "), cwd=folder, input=message, capture_output=True, timeout=60)
    need("not by this key, over this, for " + namespace, signature=done.returncode == 0)

class Bundle:  # a folder, checked in the order of B; each entry is judged by the good ones before it
    def __init__(self, folder):
        self.folder, self.files, self.problems, self.wanted = folder, {}, [], dict.fromkeys(FILES)
        self.leaves, self.entries, self.private, self.mine, self.answers = {}, {}, set(), [], {}
        self.people, self.profiles, self.keys, self.quorums, self.met = {}, {}, {}, {}, {}
        self.used, self.opened, self.signoff, self.checkpoint = set(), None, None, None

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
        with self.guard("entries/000000.json", 0):  # the anchor names the ledger and the writer's key (L2)
            first = parse(self.files["entries/000000.json"])
            self.name, vkey = first["ledger"], first["data"]["vkey"]
            named = re.fullmatch("([A-Za-z0-9._-]+)/ledger/[0-9a-f]{32}", self.name)
            need("its name is ill-formed", ledger=named and named[1] == first["data"]["organisation"])
            self.org, public = named[1], decode64(vkey[-44:])
            self.key_id = sha256(self.name.encode() + b"\n" + public)[:4]
            self.writer = "ssh-ed25519 " + encode64(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + public[1:])
            wanted = "%s+%s+%s" % (self.name, self.key_id.hex(), encode64(b"\1" + public[1:]))
            need("it holds no verifier key of this ledger", vkey=vkey == wanted)
        with self.guard("SHA256SUMS.sig"):
            blob = decode64("".join(self.files["SHA256SUMS.sig"].decode().split("\n")[1:-2]))
            self.wanted["SHA256SUMS.sig"] = armor("SSH SIGNATURE", blob, 70)
            check_sshsig(self.writer, "keyrite-bundle-v1@" + self.org, self.files["SHA256SUMS"], blob)
        with self.guard("checkpoint"):
            text = self.files["checkpoint"].decode()
            note = re.fullmatch("(.*)\n(0|[1-9][0-9]{0,15})\n(.{44})\n\n— (.*) (.{92})\n", text)
            good = note and note[1] == note[4] == self.name and decode64(note[5])[:4] == self.key_id
            need("it is not a checkpoint of this ledger", checkpoint=good)
            self.checkpoint = int(note[2]), decode64(note[3])
        with self.guard("bundle.json"):
            self.check_entries(parse(self.files["bundle.json"]))
        with self.guard("openings.json"):
            openings, level = parse(self.files["openings.json"]), self.level
            for name, opening in openings.items():
                field = b"keyrite/v1/field\n" + bytes.fromhex(opening["salt"]) + canon(opening["value"])
                need("it gives another digest", opening=sha256(field).hex() == name and len(opening) == 2)
            extra = set(openings) - (self.private if level != "public" else set())
            missing = self.private - set(openings) if level == "full" else set()
            need("not those of its level", opening_more=not extra, opening_missing=not missing)
        for name in sorted(set(self.wanted) | set(self.files)):
            if name not in self.wanted or name not in self.files:
                self.problem(name, None, "files", "it is missing, or nothing gives reason for it")
            elif self.wanted[name] not in (None, self.files[name]):
                self.problem(name, None, "derived", "it is not what follows from the entries")

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
        size, root = self.checkpoint
        need("the checkpoint has another root", root=size > seqs[-1] and self.root_at(size) in (None, root))

    def check_envelope(self, e, seq, time, text):  # L1: members, place, private values and blobs
        if e["ceremony"] == self.ceremony:
            self.mine.append(seq)  # counted for the sign-off whatever else is wrong with it
        need("its members are not those of L1", members=set(e) == ENTRY and canon(e["v"]) == b"1"
             and TIME.fullmatch(e["time"]) and type(e["approved"]) in (int, type(None)))
        before = self.leaves[seq - 1].hex() if seq - 1 in self.leaves else e["prev"] if seq else "0" * 64
        need("it does not stand where it says", seq=e["seq"] == seq, ledger=e["ledger"] == self.name,
             prev=e["prev"] == before, time=e["time"] >= time)
        need("its type is not known", unknown_type=e["type"] in {*SIGNED, *ACTS, *OUTCOMES, *OTHERS})
        found = re.findall('{"[$]":"([0-9a-f]{64})"}', text)
        need("an object with the member $ is no private value", private=len(found) == text.count('"$":'))
        self.private.update(found)
        for digest, size in re.findall('{"blob":"([0-9a-f]{64})","size":([0-9]+),"type":"[^"]*"}', text):
            need("a blob has another size", blob=len(self.blob(digest)) == int(size))

    def judge(self, e, seq, d, kind):  # L3 to L6: its meaning; everything is checked before a change
        cited, first = e["approved"], kind == "ledger.opened"
        need("only entry 0 opens the ledger", opened=first == (seq == 0) and (first or 0 in self.entries))
        if first:
            self.policy = parse(self.blob(d["policy"]["blob"]))
            self.people = {person["id"]: person for person in parse(self.blob(d["roster"]["blob"]))["people"]}
        need("actor, ceremony or approval is not there", actor=e["actor"]["person"] in [None, *self.people],
             ceremony=e["ceremony"] != self.ceremony or (kind == "ceremony.opened") == (not self.opened),
             approved=cited in [None, *self.met] or cited == 0 < seq)
        if kind in OUTCOMES:
            self.check_outcome(e, d, self.entries.get(d["intended"]), OUTCOMES[kind] + ".intended")
        if kind in ACTS:
            self.check_act(e, d, *ACTS[kind])
        if kind in SIGNED:
            about, person, key = self.check_statement(e, d["statement"], *SIGNED[kind])
        if kind == "founder.signed":
            person["state"] = "active"
        elif kind == "quorum.opened":
            self.quorums[seq] = self.check_question(e, d, parse(self.blob(d["plan"]["blob"])))
        elif kind == "proposal.signed":
            need("its author is asked to answer too", proposal=person["id"] not in about["data"]["who"])
            self.quorums[about["seq"]]["proposed"] = True
        elif kind == "approval.given":
            need("nobody asked this person", who=person["id"] in about["data"]["who"])
            self.quorums[about["seq"]]["answers"][seq] = key
        elif kind == "quorum.met":
            self.met[seq] = self.check_count(e, d, self.quorums[d["opened"]])
        elif kind == "quorum.withdrawn":
            self.quorums[d["opened"]]["closed"] = True
            self.met = {n: x for n, x in self.met.items() if self.entries[n]["data"]["opened"] != d["opened"]}
        elif kind == "profile.added":
            need("a profile of that name stands", profile=d["name"] not in self.profiles)
            self.profiles[d["name"]] = {name: d[name] for name in ("name", "kind", "environment", "identity")}
        elif kind == "profile.removed":
            del self.profiles[d["name"]]
        elif kind == "ceremony.opened" and e["ceremony"] == self.ceremony:
            self.opened = d
        elif kind == "signoff.opened" and e["ceremony"] == self.ceremony:
            before = [self.leaves[n] for n in self.mine if n < seq]
            need("it is the second, or over other entries", signoff_twice=not self.signoff,
                 signoff_count=d["count"] == len(before), signoff_first=d["first"] == self.mine[0],
                 signoff_root=d["root"] == encode64(tree_root(before)))
            self.signoff = seq
        self.used.add((cited, kind))

    def check_statement(self, e, s, use, kind):  # L3: all that makes a statement count
        about = {self.leaves[n].hex(): x for n, x in self.entries.items()}.get(s["about"], {"type": None})
        need("it is about no " + kind, members=set(s) == STATEMENT, statement_about=about["type"] == kind)
        person, size, root = self.people.get(s["person"]), s["checkpoint"]["size"], s["checkpoint"]["root"]
        state, actor = "unsigned" if use == "founding" else "active", e["actor"]
        need("the signer is not " + state, statement_person=person and person["state"] == state)
        keys = [key for key in person["keys"] if fingerprint(key["key"]) == s["key"]]
        seen = about["seq"] < size <= e["seq"] and self.root_at(size) in (None, decode64(root))
        plan = about["data"]["plan"]["blob"] if kind == "quorum.opened" else None
        need("it does not say what entries and roster say", members=TIME.fullmatch(s["issued"]),
             statement_use=(s["type"], s["use"]) == ("keyrite.statement/1", use),
             statement_ledger=s["ledger"] == self.leaves[0].hex(), statement_plan=s["plan_sha256"] == plan,
             statement_decision=s["decision"] in (["approve", "reject"] if use == "approval" else ["attest"]),
             statement_roles=s["roles"] == person["roles"], statement_key=keys, statement_checkpoint=seen,
             actor=(actor["evidence"], actor["person"]) == ("signed", s["person"]))
        need("this person answered before", one_answer=(s["about"], s["person"], use) not in self.answers)
        signature, space = decode64(e["data"]["signature"]), "keyrite-%s-v1@%s" % (use, self.org)
        check_sshsig(keys[0]["key"], space, canon(s), signature)
        self.wanted["statements/%06d.json" % e["seq"]] = canon(s)
        self.wanted["statements/%06d.sig" % e["seq"]] = armor("SSH SIGNATURE", signature, 70)
        self.answers[s["about"], s["person"], use] = e["seq"]
        return about, person, keys[0]

    def rule_for(self, operation, key_class, kind):  # L4; a class not known yet (...) fits for nobody
        for rule in self.policy["rules"]:
            known = key_class if key_class is not ... or rule["people"] else (rule["classes"] or [None])[0]
            fits = rule["classes"] is None or known in rule["classes"]
            if operation in rule["operations"] and fits and (rule["kinds"] is None or kind in rule["kinds"]):
                return rule
        raise Bad("policy", "no rule is about " + operation)

    def check_question(self, e, d, plan):  # L5: it follows from plan, policy and roster
        profile, people = plan["profile"] or {}, [self.people[name] for name in sorted(self.people)]
        rule = self.rule_for(d["operation"], plan["change"].get("class"), profile.get("kind"))
        roles, roster = {*rule["from"], *rule["roles"]}, canon({"people": people, "type": "keyrite.roster/1"})
        may = {p["id"] for p in people if p["state"] == "active" and roles.intersection(p["roles"])}
        new = plan["profile"] if d["operation"] == "profile.add" else None
        judged = d["policy"]["blob"] == sha256(canon(self.policy)).hex() and plan["rule"] == rule["id"]
        need("it does not follow from plan, policy, roster and profiles", policy=judged,
             plan_profile=not profile or canon(profile) == canon(self.profiles.get(profile["name"], new)),
             plan=plan["operation"] == d["operation"], roster=d["roster"]["blob"] == sha256(roster).hex(),
             needs=canon(d["needs"]) == canon({"people": rule["people"], "roles": rule["roles"]}),
             who=d["who"] == sorted(may & {*d["who"]}),
             expires=TIME.fullmatch(d["expires"]) and d["expires"] > e["time"])
        return {"plan": plan, "asked": d, "answers": {}, "proposed": False, "closed": False}

    def check_count(self, e, d, quorum):  # L5: different people and keys, a role each, nobody late
        asked, plan, holders = quorum["asked"], quorum["plan"], {}
        production = (plan["profile"] or {}).get("environment") == "production"
        need("it is closed, nobody proposed it, or it expired", quorum_twice=not quorum["closed"],
             proposal=quorum["proposed"] or not production, expired=e["time"] <= asked["expires"])
        for seq in d["approvals"]:
            need("what it cites is no answer to this question", quorum_approvals=seq in quorum["answers"])
            given, key = self.entries[seq], quorum["answers"][seq]
            s = given["data"]["statement"]
            strong = key["key"].startswith("sk-") and key["class"] in ("attested", "asserted")
            counts = strong or not production or fingerprint(key["key"]) in self.policy.get("stated_keys", [])
            need("an approval does not count", production_keys=counts,
                 quorum_approvals=s["decision"] == "approve", expired=given["time"] <= asked["expires"])
            holders.setdefault(key["key"], s["person"])
        people, roles = set(holders.values()), asked["needs"]["roles"]
        need("an approval is cited twice", quorum_approvals=len(set(d["approvals"])) == len(d["approvals"]))
        need("too few people with different keys", quorum_people=len(people) >= asked["needs"]["people"])
        need("more roles than this verifier can assign", unsupported=len(roles) <= 12)
        for some in (some for n in range(len(roles)) for some in itertools.combinations(roles, n + 1)):
            able = [person for person in people if set(some) & set(self.people[person]["roles"])]
            need("no different people for each role", quorum_roles=len(able) >= len(some))  # Hall's theorem
        quorum["closed"] = True
        return plan

    def check_act(self, e, d, phase, operations, compared):  # L5: what it cites allows it, once
        profile = d if phase == "add" else self.profiles.get(d["name" if phase == "remove" else "profile"])
        need("nothing is cited, or no such profile", profile=profile, approved=e["approved"] is not None)
        if e["approved"] == 0:
            key_class = self.keys.get((d.get("key"), d.get("version")), {"class": ...})["class"]
            rule = self.rule_for(operations[0], key_class, profile["kind"])
            return need("the rule needs people", approved=rule["people"] == 0)
        plan = self.met[e["approved"]]
        dates = [p for p in plan["phases"] if p["name"] == phase]
        change = {"from": "pre-active", "to": "active", **plan["change"]}
        same = all(d[name] == change[name] for name in compared if name in change or name in ("key", "name"))
        need("another act was approved, or another time", approved=plan["operation"] in operations and dates,
             approved_twice=(e["approved"], e["type"]) not in self.used,
             plan=same and (phase in ("add", "remove") or plan["profile"] == profile),
             phase=all((p["earliest"] or "") <= e["time"] <= (p["latest"] or "9") for p in dates))

    def check_outcome(self, e, d, intent, kind):  # L5, L6: after its intent, once, and as the plan says
        need("it names no good intent before it", intent=intent and intent["type"] == kind)
        said = {"key", "version"} | ({"profile", "from", "to"} & set(d))
        same = all(intent["data"][name] == d[name] for name in said) and intent["approved"] == e["approved"]
        need("it differs, or is the second", intent=same, one_outcome=d["intended"] not in self.used)
        if e["type"] == "key.created":
            key, plan = (d["key"], d["version"]), self.met.get(e["approved"])
            kind = self.profiles[intent["data"]["profile"]]["kind"]
            free = not plan and self.rule_for("key.create", d["spec"]["class"], kind)["people"] == 0
            same = plan and canon(d["spec"]) == canon(plan["change"])
            need("it exists, or is not what was approved", key=key not in self.keys, plan=same or free)
            if d["public"]:
                self.wanted["keys/%s-v%d.pem" % key] = armor("PUBLIC KEY", self.blob(d["public"]["blob"]), 64)
            self.keys[key] = d["spec"]
        self.used.add(d["intended"])

    def report(self):
        for seq, plan in self.met.items():
            cited = [self.entries[n]["data"]["statement"] for n in self.entries[seq]["data"]["approvals"]]
            given = ", ".join("%s (%s)" % (s["person"], "/".join(s["roles"])) for s in cited)
            yield "quorum: %s by rule %s: approved by %s" % (plan["operation"], plan["rule"], given)
        if self.checkpoint and self.root_at(self.checkpoint[0]) is None:
            yield "not checked: the checkpoint's root, as entries are left out"
        about = self.signoff and self.leaves[self.signoff].hex()
        for person in sorted({person for part in self.opened["participants"] for person in part["people"]}):
            yield ("signed: " if (about, person, "transcript") in self.answers else "missing: ") + person

def main(arguments=None):
    parser = argparse.ArgumentParser(description="Checks a keyrite ceremony bundle.")
    parser.add_argument("folder", nargs="?", default=pathlib.Path(__file__).resolve().parent, metavar="DIR")
    parser.add_argument("--ledger", metavar="FINGERPRINT", help="64 hex digits, from the paper",
                        type=lambda text: re.fullmatch("[0-9a-f]{64}", re.sub(r"[\s:]", "", text).lower())[0])
    options = parser.parse_args(arguments)
    if not pathlib.Path(options.folder).is_dir() or not shutil.which("ssh-keygen"):
        parser.error("cannot check: no such folder, or no ssh-keygen on this machine")
    bundle = Bundle(options.folder)
    bundle.check()
    found = bundle.leaves[0].hex() if 0 in bundle.leaves else "(there is no entry 0)"
    if options.ledger and options.ledger != found:
        bundle.problem("entries/000000.json", 0, "anchor", "this is ledger %s, not the one you gave" % found)
        print("not anchored: this is NOT the ledger that you gave, but " + found)
    elif options.ledger:
        print("anchored: ledger %s is the one you gave" % found)
    else:
        print("not anchored: this bundle agrees with itself. Compare with the paper: " + found)
    with bundle.guard("."):
        for line in bundle.report():
            print(ascii(line)[1:-1])
    print("\n".join(bundle.problems + ["%d problems" % len(bundle.problems) if bundle.problems else "ok"]))
    return 6 if bundle.problems else 0

if __name__ == "__main__":
    sys.exit(main())
