"""A rotation of the key of a ceremony that has made and activated it, phase by phase: for attacks.py."""
from make_bundle import canon, pid, sha
from moves import asked

KEY = {'key': 'payments', 'profile': 'room'}
PHASES = ('open', 'version', 'accept', 'primary', 'retire', 'rollback')
SCHEDULE = {'every': 'PT10M', 'overdue': 'P1D', 'limit': 'P9D', 'verification': 'PT5M', 'grace': 'PT5M', 'notice': 'P1D', 'mode': 'automatic'}
HOOK = {'name': 'tell', 'phase': 'accept', 'classes': None, 'program': '/bin/true', 'sha256': 'ab' * 32, 'timeout': 'PT1M'}


def schedule(hooks=(), **said):
    """The policy has a schedule for the class of the key, and hooks."""
    def tweak(maker, stage, thing):
        if stage == 'policy':
            thing.update(rotation={'tls': {**SCHEDULE, **said}}, hooks=list(hooks))
    return tweak


def intent(maker):
    return sha(b'rotation %d' % len(maker.entries)).hex()[:32]


class Rotation:
    def __init__(self, maker, met, ceremony='moves'):
        self.maker, self.met, self.opened = maker, met, None

    def write(self, kind, data, label='rotation', approved=-1, place=...):
        return self.maker.append(kind, data, label, approved=self.met if approved == -1 else approved, ceremony=self.maker.room if place is ... else place)

    def open(self, automatic=False, **said):
        self.opened = self.write('rotation.opened', {**KEY, 'from': 1, 'to': 2, 'due': None, 'verification': 'PT5M', 'grace': 'PT5M',
                                                     'automatic': automatic, **said})

    def version(self, number=2, public='writer2', **said):
        begun = self.write('key.rotate.intended', {**KEY, 'version': number, 'intent': intent(self.maker), 'before': []})
        made = self.maker.blob(self.maker.keys.raw[public], 'application/pkix-spki')
        self.write('key.rotated', {**KEY, 'version': number, 'intended': begun, 'ref': {'key': 'k1', 'version': str(number)}, 'public': made,
                                   'protection': {'level': 'software', 'fips': None, 'evidence': 'stated', 'detail': 'file'}, 'generation': 4, **said})
        if public != 'product' and number == 2:
            self.maker.versions = {**getattr(self.maker, 'versions', {}), 2: public}

    def standby(self, number=2, public='writer2', **said):
        begun = self.write('key.standby.intended', {**KEY, 'version': number, 'intent': intent(self.maker), 'before': []})
        made = self.maker.blob(self.maker.keys.raw[public], 'application/pkix-spki')
        self.write('key.standby.made', {**KEY, 'version': number, 'intended': begun, 'ref': {'key': 'k2', 'version': '1'}, 'public': made,
                                        'protection': {'level': 'software', 'fips': None, 'evidence': 'stated', 'detail': 'file'}, 'generation': 4, **said})
        self.maker.versions = {**getattr(self.maker, 'versions', {}), number: public}

    def tried(self, ok=True, approved=None, version=2):
        about = {**KEY, 'version': version}
        begun = self.write('key.try.intended', {**about, 'intent': intent(self.maker), 'probes': ['sign']}, approved=approved)
        self.write('key.tried', {**about, 'intended': begun, 'ok': ok, 'results': [], 'sample': None, 'generation': 4}, approved=approved)

    def move(self, version, start, end):
        about = {**KEY, 'version': version, 'from': start, 'to': end}
        begun = self.write('key.state.intended', {**about, 'intent': intent(self.maker)})
        self.write('key.state.changed', {**about, 'intended': begun, 'enforced': 'enabled', 'results': [], 'generation': 5})

    def accept(self):
        self.move(2, 'pre-active', 'active')

    def primary(self, start=1, end=2, outcome=None):
        about = {**KEY, 'from': start, 'to': end}
        begun = self.write('key.primary.intended', {**about, 'intent': intent(self.maker)})
        self.write('key.primary.changed', {**about, 'intended': begun, 'results': [], 'generation': 5, **(outcome or {})})

    def rollback(self):
        self.primary(2, 1)

    def retire(self, version=1):
        self.move(version, 'active', 'deactivated')

    def wait(self):
        self.maker.clock += 600

    def hooked(self, ok=True, **said):
        self.write('rotation.hooked', {'rotation': self.opened, 'key': 'payments', 'phase': 'accept', 'hook': 'tell', 'sha256': 'ab' * 32,
                                       'input_sha256': 'cd' * 32, 'ok': ok, 'exit': 0 if ok else 1, 'output': None, **said}, approved=None)

    def note(self, word, **said):
        self.write('rotation.' + word, {'rotation': self.opened, 'key': 'payments', 'reason': self.maker.private('so'), **said}, approved=None, place=None)


def rotated(acts, automatic=False, policy=None, plan=None, operation='key.rotate', phases=PHASES):
    """A tweak that rotates the key just before its ceremony's step is recorded. @param acts - what is done, in order: names, or calls."""
    def tweak(maker, stage, thing):
        if policy is not None:
            policy(maker, stage, thing)
        if stage != 'before:step:make' or not maker.first(tweak):
            return
        maker.room = None if automatic else 'ce' * 16
        change = {'class': 'tls', 'key': 'payments', 'from': 1, 'to': 2, 'verification': 'PT5M', 'grace': 'PT5M', **(plan or {})}
        if automatic:
            maker.clock += 900
        met = 0 if automatic else asked(maker, operation, change, phases)
        rotation = Rotation(maker, met)
        for act in acts:
            if callable(act):
                act(rotation)
            else:
                getattr(rotation, act)(**({'automatic': True} if automatic and act == 'open' else {}))
    return tweak


def do(name, *given, **said):
    return lambda rotation: getattr(rotation, name)(*given, **said)


def stands_by(acts, operation='key.standby', phases=('make', 'promote'), **plan):
    """A tweak by which people approve a standby of the key."""
    return rotated(acts, operation=operation, phases=phases, plan={'version': 2, 'made': 'key', **plan})


def scheduled(operation='key.schedule', begun=90, said=90):
    """A tweak by which people approve a schedule of 90 days. @param begun, said - the days of intent and outcome"""
    def terms(days):
        return {'everyDays': days, 'beforeExpiryDays': None, 'expireAfterDays': None, 'notifyBeforeExpiryDays': None}

    def act(rotation):
        about = {**KEY, 'version': 1}
        intended = rotation.write('key.schedule.intended', {**about, 'intent': intent(rotation.maker), 'terms': terms(begun)})
        rotation.write('key.schedule.set', {**about, 'intended': intended, 'terms': terms(said), 'next': None, 'generation': 4})
    return rotated([act], operation=operation, phases=('set',), plan={'version': 1, 'terms': terms(90)})


def outside(rotation):
    """What follows is done outside every ceremony."""
    rotation.maker.room = None


def aborted(rotation):
    rotation.maker.append('ceremony.aborted', {'reason': rotation.maker.private('smoke'), 'left': []}, 'rotation')
    rotation.maker.room = None


WHOLE = ['open', 'version', 'tried', 'accept', 'wait', 'primary', 'wait', 'retire']
GOOD = [
    ('a key is rotated under one approval, phase by phase', None, rotated(WHOLE)),
    ('a rotation that a ceremony approved and began goes on outside it', None, rotated([*WHOLE[:4], outside, *WHOLE[4:]])),
    ('a rotation is taken back under the same approval', None, rotated([*WHOLE[:6], 'rollback'])),
    ('a rotation is paused, and goes on', None, rotated([*WHOLE[:3], do('note', 'paused'), do('note', 'resumed'), *WHOLE[3:]])),
    ('programs are told, and then the overlap begins', None, rotated([*WHOLE[:4], 'hooked', *WHOLE[4:]], policy=schedule([HOOK]))),
    ('the policy alone rotates a key that is due', None, rotated(WHOLE, automatic=True, policy=schedule())),
    ('the provider’s own schedule is set', None, scheduled()),
    ('a standby is made, tried, and waits', None, stands_by(['standby', 'tried'])),
    ('a standby is tried under the approval that made it, again where it was in vain', None, stands_by(['standby', do('tried', False, -1), do('tried', True, -1)])),
]
BAD = [
    ('a rotation that a ceremony approved and did not begin is begun outside it', 'approved', rotated([outside, *WHOLE])),
    ('a rotation goes on outside a ceremony that was aborted', 'approved', rotated([*WHOLE[:4], aborted, *WHOLE[4:6]])),
    ('another schedule than was intended', 'intent', scheduled(said=60)),
    ('another schedule than the plan says', 'plan', scheduled(begun=60)),
    ('a schedule under a plan to rotate the key', 'approved', scheduled(operation='key.rotate')),
    ('a standby under a plan to rotate the key', 'approved', rotated(['standby'])),
    ('a standby for another key than the plan says', 'plan', stands_by(['standby'], key='other')),
    ('two standbys under one approval', 'plan', stands_by(['standby', do('standby', 3, 'writer3')])),
    ('a trial of another version than the standby cites its approval', 'approved', stands_by(['standby', do('tried', True, -1, 1)])),
    ('a trial cites what approved a rotation', 'approved', rotated(['open', 'version', do('tried', True, -1)])),
    ('a standby that is not the next version', 'key', stands_by([do('standby', 3)], version=3)),
    ('a standby of the public key that is in use', 'key', stands_by([do('standby', 2, 'product')])),
    ('a standby is used without a word of an emergency', 'approved', stands_by(['standby', 'tried', 'accept'])),
    ('a standby is primary without a word of an emergency', 'rotation', stands_by(['standby', 'tried', 'primary'])),
    ('a version without a rotation', 'rotation', rotated(['version'])),
    ('a rotation under no approval', 'approved', rotated([lambda r: setattr(r, 'met', None), 'open'])),
    ('a rotation under a plan to suspend the key', 'approved', rotated(['open'], operation='key.suspend', phases=('suspend',))),
    ('a rotation under a plan for another key', 'plan', rotated(['open'], plan={'key': 'other'})),
    ('a rotation to another version than the plan says', 'plan', rotated(['open'], plan={'to': 3})),
    ('an overlap that was not approved', 'plan', rotated([do('open', verification='PT0S')])),
    ('a rotation from a version that is not primary', 'rotation', rotated([do('open', **{'from': 2, 'to': 3})], plan={'from': 2, 'to': 3})),
    ('a version is made twice under one approval', 'rotation', rotated(['open', 'version', do('version', 2, 'writer3')])),
    ('another version than the next', 'rotation', rotated(['open', do('version', 3)])),
    ('the public key of the old version again', 'key', rotated(['open', do('version', 2, 'product')])),
    ('a new version is accepted without proof', 'key-state', rotated(['open', 'version', 'accept'])),
    ('a new version is accepted after a proof that failed', 'key-state', rotated(['open', 'version', do('tried', ok=False), 'accept'])),
    ('the new version is primary before it was accepted', 'rotation', rotated(['open', 'version', 'tried', 'primary'])),
    ('the new version is primary at once', 'rotation', rotated(['open', 'version', 'tried', 'accept', 'primary'])),
    ('the old version is retired at once', 'rotation', rotated([*WHOLE[:6], 'retire'])),
    ('the new version is retired', 'rotation', rotated([*WHOLE[:7], do('retire', 2)])),
    ('the old version is retired before the new one is primary', 'rotation', rotated([*WHOLE[:5], 'retire'])),
    ('the outcome of another change of primary', 'intent', rotated([*WHOLE[:5], do('primary', outcome={'to': 1})])),
    ('it goes on while it is paused', 'rotation', rotated([*WHOLE[:3], do('note', 'paused'), 'accept'])),
    ('it goes on after it was given up', 'rotation', rotated([*WHOLE[:3], do('note', 'stopped'), 'accept'])),
    ('it is paused twice', 'rotation', rotated([*WHOLE[:3], do('note', 'paused'), do('note', 'paused')])),
    ('a note on another rotation', 'rotation', rotated([*WHOLE[:3], do('note', 'paused', rotation=1)])),
    ('it is taken back before it was done', 'rotation', rotated([*WHOLE[:5], 'rollback'])),
    ('it is taken back after the old version was retired', 'rotation', rotated([*WHOLE, 'rollback'])),
    ('it goes on without the program that must be told', 'rotation', rotated(WHOLE[:6], policy=schedule([HOOK]))),
    ('it goes on after the program failed', 'rotation', rotated([*WHOLE[:4], do('hooked', ok=False), *WHOLE[4:6]], policy=schedule([HOOK]))),
    ('a program that is not the one of the policy', 'rotation', rotated([*WHOLE[:4], do('hooked', sha256='ef' * 32)], policy=schedule([HOOK]))),
    ('a program that failed and is called good', 'rotation', rotated([*WHOLE[:4], do('hooked', exit=1)], policy=schedule([HOOK]))),
    ('the policy alone, and it does not say so', 'approved', rotated(['open'], automatic=True)),
    ('the policy alone, of a class that people approve', 'approved', rotated(['open'], automatic=True, policy=schedule(mode='approved'))),
    ('the policy alone, before it is due', 'approved', rotated(['open'], automatic=True, policy=schedule(every='P90D'))),
    ('the policy alone, with a shorter overlap', 'approved', rotated([do('open', automatic=True, verification='PT1M')], automatic=True, policy=schedule())),
    ('the policy alone takes one back', 'approved', rotated([*WHOLE[:6], 'rollback'], automatic=True, policy=schedule())),
    ('the policy alone, after one was given up', 'approved', rotated(
        ['open', 'version', 'tried', 'accept', do('note', 'stopped'), do('wait'), do('wait'), 'open'], automatic=True, policy=schedule())),
    ('an approval by people is called the policy’s', 'rotation', rotated([do('open', automatic=True)])),
]
