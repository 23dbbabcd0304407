"""Attacks on certificates and requests; groups.py runs them.

The certificates are made here from docs/ledger-format.md, section 6, sharing no code with keyrite or verify.py; a thief of the
writer key, or a key that was lent, could make every one of them."""
import shutil
import tempfile
import traceback

from attacks import at, both, judged, maker_at, verify
from make_bundle import Maker, b64, canon, sha

SERIAL = '3a' + '17' * 15
KEY = {'key': 'payments', 'version': 1}


def der(tag, *parts):
    body = b''.join(parts)
    size = len(body)
    head = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + head + body


ED25519 = der(0x30, b'\x06\x03\x2b\x65\x70')
ISSUED = {'form': 'self-signed', 'not_before': '2026-11-01T00:00:00.000Z', 'not_after': '2036-10-31T23:59:59.000Z'}
ASKED = {'form': 'request', 'not_before': None, 'not_after': None}


def wish(said):
    return {**KEY, 'class': 'tls', 'subject': [{'type': 'common-name', 'value': 'Payments'}], 'authority': False, 'path_length': None,
            'usage': ['digital-signature'], 'extended_usage': [], 'names': [], 'permitted': [], 'excluded': [], 'policies': [], **said}


def to_be_signed(plan, spki, serial):
    name = der(0x30, *(der(0x31, der(0x30, b'\x06\x03\x55\x04\x03', der(0x0c, a['value'].encode()))) for a in plan['subject']))
    key_id = sha(spki[-32:])[:20]
    extension = lambda last, critical, value: der(0x30, b'\x06\x03\x55\x1d' + bytes([last]), b'\1\1\xff' if critical else b'', der(4, value))
    extensions = der(
        0x30, extension(14, False, der(4, key_id)), extension(35, False, der(0x30, der(0x80, key_id))) if serial else b'',
        extension(19, True, der(0x30)), extension(15, True, b'\x03\x02\x07\x80'))
    if plan['form'] == 'request':
        return der(0x30, b'\2\1\0', name, spki, der(0xa0, der(0x30, b'\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e', der(0x31, extensions))))
    dates = der(0x30, *(der(0x17, plan[one].replace('-', '').replace(':', '').replace('T', '')[2:14].encode() + b'Z') for one in ('not_before', 'not_after')))
    return der(0x30, der(0xa0, b'\2\1\2'), der(2, bytes.fromhex(serial)), ED25519, name, dates, name, spki, der(0xa3, extensions))


def asked(maker, plan, scope):
    """The quorum that a certificate takes. Returns the seq of quorum.met."""
    maker.scope = scope + '/'
    document = {'change': plan, 'operation': 'certificate.sign', 'phases': [{'earliest': None, 'latest': None, 'name': 'sign'}],
                'profile': maker.profile, 'rests': [], 'rule': 'certificates', 'type': 'keyrite.plan/1'}
    blob = maker.blob(canon(document))
    opened = maker.append('quorum.opened', {
        'operation': 'certificate.sign', 'plan': blob, 'policy': maker.blob(canon(maker.standing_policy)),
        'roster': maker.blob(canon(maker.standing())), 'who': maker.askable(), 'needs': {'people': 2, 'roles': []},
        'nonce': sha(scope.encode()).hex()[:32], 'expires': maker.time(maker.clock + 6000), 'names': {}, 'reason': None, 'ticket': None})
    given = [maker.statement('approval', opened, n, 'approve', blob['blob'], {'reason': None}) for n in ('alice', 'bob')]
    met = maker.append('quorum.met', {'opened': opened, 'approvals': given}, scope + '/quorum.met')
    maker.scope = ''
    return met


def certify(said, scope='certificate', met=None, serial=SERIAL, signer='product', signed=None, made=True):
    """Approved, signed by the key, and recorded. `signed` changes what is signed, after it was approved."""
    def act(maker):
        plan = wish(said)
        approved = asked(maker, plan, scope) if met is None else met(maker)
        request, spki = plan['form'] == 'request', maker.keys.raw['product']
        number = None if request else serial
        tbs = to_be_signed({**plan, **(signed or {})}, spki, number)
        begun = maker.append('certificate.make.intended', {
            **KEY, 'profile': 'room', 'form': plan['form'], 'intent': sha(scope.encode()).hex()[:32], 'serial': number,
            'tbs_sha256': sha(tbs).hex()}, scope + '/intended', approved=approved)
        whole = der(0x30, tbs, ED25519, der(3, b'\0' + maker.keys.sign_raw(signer, tbs)))
        maker.tweak(maker, 'whole:' + scope, maker.__dict__.setdefault('bent', {}))
        whole = maker.bent.get(scope, lambda one: one)(whole)
        kind = 'application/' + ('pkcs10' if request else 'pkix-cert')
        if made:
            done = maker.append('certificate.made', {
                **KEY, 'intended': begun, 'profile': 'room', 'form': plan['form'], 'certificate': maker.blob(whole, kind), 'generation': 3},
                scope + '/made', approved=approved)
            maker.__dict__.setdefault('certificates', {})[done] = ('CERTIFICATE REQUEST' if request else 'CERTIFICATE', whole)
    return maker_at('before:deviation.recorded', act)


def schemed(maker, stage, thing):
    """The key of this ceremony says its scheme, and the policy speaks of certificates."""
    if stage == 'plan':
        thing['change']['scheme'] = 'eddsa'
    elif stage == 'policy':
        thing['rules'].append({**thing['rules'][-1], 'id': 'certificates', 'operations': ['certificate.sign']})
    elif stage == 'files':
        for seq, (label, whole) in getattr(maker, 'certificates', {}).items():
            text = b64(whole)
            lines = [text[i:i + 64] for i in range(0, len(text), 64)]
            thing['certificates/payments-v1-%06d.pem' % seq] = ('-----BEGIN %s-----\n%s\n-----END %s-----\n' % (label, '\n'.join(lines), label)).encode()


def bent(scope, change):
    """Changes the finished bytes, after the key signed them."""
    return at('whole:' + scope, lambda ways: ways.update({scope: change}))


def data(label, **values):
    return at('entry:' + label, lambda entry: entry['data'].update(values))


def of_key(maker):
    return next(e['seq'] for e in maker.entries if e['type'] == 'quorum.met')


def of_first(maker):
    return [e['seq'] for e in maker.entries if e['type'] == 'quorum.met'][-1]


def flipped(whole):
    return whole[:-1] + bytes([whole[-1] ^ 1])


def renamed(files):
    name = next(n for n in files if n.startswith('certificates/'))
    files[name.replace('payments', 'other')] = files.pop(name)


def one():
    return certify(ISSUED)


def two():
    return certify(ASKED, 'request')


ROWS = [
    ('a certificate that the key signed for itself', None, one()),
    ('a request', None, two()),
    ('a certificate, and a request beside it', None, [one(), two()]),
    ('an intent without outcome does no harm', None, certify(ISSUED, made=False)),
    ('another subject than was approved', 'tbs', certify(ISSUED, signed={'subject': [{'type': 'common-name', 'value': 'Others'}]})),
    ('a longer life than was approved', 'tbs', certify(ISSUED, signed={'not_after': '2046-10-31T23:59:59.000Z'})),
    ('another digest of what is signed', 'tbs', both(data('certificate/intended', tbs_sha256='ab' * 32), one())),
    ('a request was approved, and a certificate is made', 'plan', both(data('request/intended', form='self-signed', serial=SERIAL), two())),
    ('a certificate under the approval of a key', 'approved', certify(ISSUED, met=of_key)),
    ('a certificate without approval', 'approved', certify(ISSUED, met=lambda maker: None)),
    ('a certificate allowed by the founding', 'approved', certify(ISSUED, met=lambda maker: 0)),
    ('two certificates under one approval', 'approved-twice', [one(), certify(ISSUED, 'second', met=of_first, serial='3b' + '17' * 15)]),
    ('a serial number that was given before', 'serial', [one(), certify(ISSUED, 'second')]),
    ('a serial number of four bytes', 'serial', certify(ISSUED, serial='3a171717')),
    ('a serial number that reads as negative', 'serial', certify(ISSUED, serial='ba' + '17' * 15)),
    ('a certificate without a serial number', 'serial', both(data('certificate/intended', serial=None), one())),
    ('a request with one', 'serial', both(data('request/intended', serial=SERIAL), two())),
    ('other bytes than those that were signed', 'certificate', both(bent('certificate', lambda whole: whole.replace(b'Payments', b'Paymentz')), one())),
    ('bytes after its end', 'certificate', both(bent('certificate', lambda whole: whole + b'\0'), one())),
    ('it calls itself a request', 'certificate', both(data('certificate/made', form='request'), one())),
    ('it is of another key', 'intent', both(data('certificate/made', key='other'), one())),
    ('it was made twice', 'one-outcome', [one(), lambda maker, stage, thing: again(maker) if stage == 'before:deviation.recorded' else None]),
    ('an outcome of no intent', 'intent', both(data('certificate/made', intended=3), one())),
    ('its file says something else', 'derived', both(one(), at('files', lambda files: files.update({n: files[n] + b'x\n' for n in files if n.startswith('certificates/')})))),
    ('its file is missing', 'files', both(one(), at('files', lambda files: [files.pop(n) for n in list(files) if n.startswith('certificates/')] and None))),
    ('its file is called as that of another key', 'files', both(one(), at('files', renamed))),
    ('a signature by another key', 'certificate-signature', certify(ISSUED, signer='writer')),
    ('a bit of its signature is another', 'certificate-signature', both(bent('certificate', flipped), one())),
    ('a request signed by another key', 'certificate-signature', certify(ASKED, 'request', signer='writer')),
    ('a bit of the signature of a request is another', 'certificate-signature', both(bent('request', flipped), two())),
]


def again(maker):
    if hasattr(maker, 'twice'):
        return
    maker.twice = True
    old = next(e for e in maker.entries if e['type'] == 'certificate.made')
    maker.append('certificate.made', old['data'], 'copy', approved=old['approved'])


def whole(tweaks):
    """One tweak of what a row lists, with what all of them need."""
    tweaks = tweaks if isinstance(tweaks, list) else [tweaks]

    def tweak(maker, stage, thing):
        schemed(maker, stage, thing)
        return next((said for said in [one(maker, stage, thing) for one in tweaks] if said), None)
    return tweak


def row(keys, name, rule, tweaks):
    folder = tempfile.mkdtemp(dir=keys.folder)
    try:
        maker = Maker(keys, whole(tweaks))
        maker.ledger()
        maker.write(folder)
        status, rules, text = judged(folder)
        if (status, rules) == (0, []) if rule is None else (status == 6 and rule in rules):
            return None
        return {'name': name, 'expected': rule, 'status': status, 'rules': rules, 'text': text[-900:]}
    except BaseException:
        return {'name': name, 'thrown': traceback.format_exc()[-900:]}
    finally:
        shutil.rmtree(folder)


def without_openssl(keys):
    """Where there is no openssl, a wrong signature is not seen, and that it was not looked at is said."""
    def tweak(maker, stage, thing):
        schemed(maker, stage, thing)
        return certify(ISSUED, signer='writer')(maker, stage, thing) if not hasattr(maker, 'certificates') else None
    folder = tempfile.mkdtemp(dir=keys.folder)
    maker = Maker(keys, tweak)
    maker.ledger()
    maker.write(folder)
    which = verify.shutil.which
    verify.shutil.which = lambda name: None if name == 'openssl' else which(name)
    try:
        status, rules, text = judged(folder)
    finally:
        verify.shutil.which = which
    line = 'not checked: the signature within certificates and requests: there is no openssl here'
    return None if (status, rules) == (0, []) and line in text else {'name': 'without openssl', 'status': status, 'text': text[-900:]}


def certificates(keys):
    return [row(keys, *each) for each in ROWS] + [without_openssl(keys)]
