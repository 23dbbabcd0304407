"""Changes of a key's state, each with people's approval, in a ceremony that has made and activated it: for attacks.py."""
import functools

from make_bundle import canon, sha


def outside(act):
    """What belongs to no ceremony (docs/ledger-format.md, "A ceremony") is done in none."""
    @functools.wraps(act)
    def done(maker, *given, **said):
        before, maker.place = maker.place, None
        try:
            return act(maker, *given, **said)
        finally:
            maker.place = before
    return done


def asked(maker, operation, change, phases, who=('alice', 'bob'), names=None, reason=None, place='room'):
    """A request that is met. @param place - the profile of the plan, or None: the plan is at no place. @returns the seq of `quorum.met`."""
    plan = {'change': change, 'operation': operation, 'phases': [{'earliest': None, 'latest': None, 'name': n} for n in phases],
            'profile': maker.profile if place == 'room' else place, 'rests': [], 'rule': 'key-use', 'type': 'keyrite.plan/1'}
    reference = maker.blob(canon(plan))
    opened = maker.append('quorum.opened', {
        'operation': operation, 'plan': reference, 'policy': maker.blob(canon(maker.standing_policy)),
        'roster': maker.blob(canon(maker.standing())), 'who': maker.askable(), 'needs': {'people': 2, 'roles': []},
        'nonce': sha(b'move %d' % len(maker.entries)).hex()[:32], 'expires': maker.time(maker.clock + 6000), 'names': names or {},
        'reason': reason, 'ticket': None}, 'moves')
    given = [maker.statement('approval', opened, n, 'approve', reference['blob'], {'reason': None}) for n in who]
    return maker.append('quorum.met', {'opened': opened, 'approvals': given}, 'moves')


def move(maker, start, end, met, version=1, outcome=None, more=None):
    """Intent and outcome. @param outcome - the state that the outcome says, where it is another."""
    key = {'key': 'payments', 'version': version}
    begun = maker.append('key.state.intended', {**key, 'from': start, 'to': end, 'profile': 'room', 'intent': sha(b'%d' % len(maker.entries)).hex()[:32]},
                         'moves', approved=met)
    maker.append('key.state.changed', {**key, 'profile': 'room', 'from': start, 'to': outcome or end, 'intended': begun, 'enforced': 'disabled', 'results': [],
                                       'generation': 3, **(more or {})}, 'moves', approved=met)


def moved(event, start, end, plan=None, met='own', version=1, planned=1, outcome=None, **said):
    """
    A tweak that changes the state of the key, just before its ceremony's step is recorded.

    @param plan - the event that people approved, where it is another
    @param met - what is cited: an approval of its own, that of the first change (`first`), that of the key's making (`made`), none
    @param version - which version is changed, @param planned - which one people approved
    @param said - what the plan's change says otherwise
    """
    def tweak(maker, stage, thing):
        if stage != 'before:step:make' or not maker.first(tweak):
            return
        if met == 'own':
            change = {'class': 'tls', 'enforced': True, 'key': 'payments', 'version': planned, 'from': start, 'to': end, **said}
            maker.cited = [*getattr(maker, 'cited', []), asked(maker, 'key.' + (plan or event), change, [plan or event])]
        made = next(e['approved'] for e in maker.entries if e['type'] == 'key.created')
        cited = {None: lambda: None, 'made': lambda: made, 'first': lambda: maker.cited[0], 'own': lambda: maker.cited[-1]}[met]()
        move(maker, start, end, cited, version, outcome)
    return tweak


def early(place='room', **said):
    """A tweak: what is done with the key was asked before the key stood. @param place, said - what its plan says otherwise"""
    def tweak(maker, stage, thing):
        if stage == 'before:step:welcome' and maker.first(tweak):
            changes = {'classification': 'restricted'}
            met = outside(asked)(maker, 'key.set', {'class': 'tls', 'key': 'payments', 'changes': changes, **said}, ['set'], place=place)
            maker.early = lambda: maker.append('key.set', {'key': 'payments', 'changes': changes}, 'moves', approved=met, ceremony=None)
        elif stage == 'before:step:make' and maker.first(moved):
            maker.early()
    return tweak


WEEK = {'enforced': True, 'grace_days': 30, 'wait_days': 7, 'provider_waits': False, 'order': None, 'due': None, 'kept': []}


def end(maker, operation='key.destroy', phases=('deactivate', 'schedule-destruction', 'destroy'), **said):
    """People approve that the key is destroyed. @returns the seq of `quorum.met`."""
    return asked(maker, operation, {'class': 'tls', 'key': 'payments', 'version': 1, **WEEK, **said}, phases)


def later(maker, days):
    maker.clock += days * 86400


def date(maker, days):
    """Of a destruction that is scheduled now: its intent is the next entry."""
    return {'destroy_at': maker.time(maker.clock + 60 + days * 86400)}


def destroyed(maker, days=(30, 7), met=(0, 0, 0), dates=7, results=(), **said):
    """The whole way. @param days - of grace and wait, as they are kept; @param met - which of two approvals is cited in each phase"""
    asked_for = [end(maker, **said)] + ([end(maker, wait_days=1)] if any(met) else [])
    move(maker, 'active', 'deactivated', asked_for[met[0]])
    later(maker, days[0])
    move(maker, 'deactivated', 'destruction-scheduled', asked_for[met[1]], more=date(maker, dates))
    later(maker, days[1])
    move(maker, 'destruction-scheduled', 'destroyed', asked_for[met[2]], more={'results': list(results)})


def undated(maker):
    met = end(maker)
    move(maker, 'active', 'deactivated', met)
    later(maker, 31)
    move(maker, 'deactivated', 'destruction-scheduled', met)


def cancelled(maker, back='deactivated', said='deactivated'):
    met = end(maker)
    move(maker, 'active', 'deactivated', met)
    later(maker, 30)
    move(maker, 'deactivated', 'destruction-scheduled', met, more=date(maker, 7))
    cancel = asked(maker, 'key.cancel-destroy', {'class': 'tls', 'enforced': True, 'key': 'payments', 'version': 1,
                                                 'from': 'destruction-scheduled', 'to': said}, ['cancel-destroy'])
    move(maker, 'destruction-scheduled', back, cancel)
    return met


@outside
def held(maker, until=100, reason=None, as_class='tls', place='room', **said):
    """@param as_class, place - what the plan says of the key. @returns the seq of the hold"""
    change = {'class': as_class, 'key': 'payments', 'kind': 'legal-hold', 'until': maker.time(maker.clock + until * 86400)}
    why = maker.private('case 17')
    met = asked(maker, 'key.hold', change, ['hold'], reason=why, place=place)
    return maker.append('key.held', {**{k: v for k, v in change.items() if k != 'class'}, 'reason': reason or why, **said}, 'moves', approved=met)


@outside
def released(maker, hold, said=None):
    why = maker.private('closed')
    met = asked(maker, 'key.release-hold', {'class': 'tls', 'key': 'payments', 'hold': hold}, ['release'], reason=why)
    maker.append('key.released', {'key': 'payments', 'hold': hold, 'reason': why, **(said or {})}, 'moves', approved=met)


@outside
def aliased(maker, version=1, alias='payments', said_alias=None):
    """Given an alias, as people approved it. @param said_alias - of the outcome, where it is another"""
    about = {'key': 'payments', 'version': version, 'profile': 'room'}
    met = asked(maker, 'key.alias', {'class': 'tls', 'key': 'payments', 'version': 1, 'alias': 'payments'}, ['alias'])
    begun = maker.append('key.alias.intended', {**about, 'alias': alias, 'from': None, 'intent': sha(b'alias').hex()[:32]}, 'moves', approved=met)
    maker.append('key.aliased', {**about, 'alias': said_alias or alias, 'intended': begun}, 'moves', approved=met)


@outside
def granted(maker, version=1, grantee='role/orders', said=None):
    """A grant, as people approved it. @param said - of the outcome, where it is another"""
    about = {'key': 'payments', 'version': version, 'profile': 'room'}
    terms = {'grantee': grantee, 'operations': ['Decrypt'], 'region': 'eu-central-1'}
    met = asked(maker, 'key.grant', {'class': 'tls', 'key': 'payments', 'version': 1, **terms, 'grantee': 'role/orders'}, ['grant'])
    begun = maker.append('key.grant.intended', {**about, **terms, 'intent': sha(b'grant').hex()[:32]}, 'moves', approved=met)
    maker.append('key.granted', {**about, **terms, **(said or {}), 'id': 'f00d', 'intended': begun}, 'moves', approved=met)


@outside
def ruled(maker, policy=None, said=None):
    """The policy that its service keeps with it, as people approved it. @param said - of the outcome, where it is another"""
    about = {'key': 'payments', 'version': 1, 'profile': 'room'}
    document = {'Statement': []}
    planned = sha(canon(document)).hex()
    terms = {'policy': policy or planned, 'region': 'eu-central-1'}
    texts = {'before': document, 'document': document}
    met = asked(maker, 'key.grant', {'class': 'tls', 'key': 'payments', 'version': 1, **terms, 'policy': planned, **texts}, ['grant'])
    begun = maker.append('key.grant.intended', {**about, **terms, 'intent': sha(b'ruled').hex()[:32]}, 'moves', approved=met)
    maker.append('key.granted', {**about, **terms, **(said or {}), 'id': 'cd' * 32, 'intended': begun}, 'moves', approved=met)


@outside
def deleted(maker, version=1, whole=False, said=None):
    """What is destroyed leaves its service. @param said - of the outcome, where it is another"""
    about = {'key': 'payments', 'version': version, 'profile': 'room', 'whole': whole}
    met = asked(maker, 'key.delete', {'class': 'tls', 'key': 'payments', 'version': 1, 'whole': whole}, ['delete'])
    begun = maker.append('key.delete.intended', {**about, 'intent': sha(b'delete').hex()[:32]}, 'moves', approved=met)
    maker.append('key.deleted', {**about, **(said or {}), 'intended': begun}, 'moves', approved=met)


@outside
def ungranted(maker, grant='f00d', said=None):
    about = {'key': 'payments', 'version': 1, 'profile': 'room'}
    terms = {'grant': grant, 'grantee': 'role/orders', 'region': 'eu-central-1'}
    met = asked(maker, 'key.ungrant', {'class': 'tls', 'key': 'payments', 'version': 1, **terms, 'grant': 'f00d'}, ['ungrant'])
    begun = maker.append('key.ungrant.intended', {**about, **terms, 'intent': sha(b'ungrant').hex()[:32]}, 'moves', approved=met)
    maker.append('key.ungranted', {**about, **terms, **(said or {}), 'intended': begun}, 'moves', approved=met)


@outside
def replicated(maker, regions=('eu-west-1',), primary=None, copies=('eu-west-1',), twice=False):
    """Copied to other regions. @param regions - of the entries, @param copies - where the service is said to have them"""
    about = {'key': 'payments', 'version': 1, 'profile': 'room', 'regions': list(regions), 'primary': primary}
    met = asked(maker, 'key.replicate', {'class': 'tls', 'key': 'payments', 'version': 1, 'regions': ['eu-west-1'], 'primary': None}, ['replicate'])
    for _ in range(2 if twice else 1):
        begun = maker.append('key.replicate.intended', {**about, 'intent': sha(b'copy').hex()[:32]}, 'moves', approved=met)
        there = [{'region': one, 'availability': 'enabled'} for one in copies]
        maker.append('key.replicated', {**about, 'copies': there, 'intended': begun}, 'moves', approved=met)


@outside
def dated(maker, phases=('dates', 'set'), intended=None, outcome=None, plan=None):
    """Its service is told the dates of a key before they are set. @param intended, outcome - where they say other dates"""
    day = {'from': None, 'until': '2027-12-31T00:00:00.000Z'}
    changes = {'expires': day['until']}
    about = {'key': 'payments', 'version': 1, 'profile': 'room'}
    met = asked(maker, 'key.set', {'class': 'tls', 'key': 'payments', 'version': 1, 'dates': day, 'changes': changes, **(plan or {})}, list(phases))
    begun = maker.append('key.dates.intended', {**about, 'dates': intended or day, 'intent': sha(b'dates').hex()[:32]}, 'moves', approved=met)
    maker.append('key.dates.set', {**about, 'dates': outcome or intended or day, 'versions': [1], 'results': [], 'generation': None, 'intended': begun}, 'moves', approved=met)
    maker.append('key.set', {'key': 'payments', 'changes': changes}, 'moves', approved=met)


@outside
def key_set(maker, place='room', **said):
    changes = {'classification': 'restricted', 'labels': ['hipaa']}
    met = asked(maker, 'key.set', {'class': 'tls', 'key': 'payments', 'changes': changes}, ['set'], place=place)
    maker.append('key.set', {'key': 'payments', 'changes': changes, **said}, 'moves', approved=met)


PLACE = {'environment': 'test', 'identity': {'account': '111122223333'}, 'kind': 'aws', 'name': 'cloud'}


@outside
def placed(maker, planned=PLACE, change=None, **said):
    """A place is added. @param planned - the profile of the plan, @param change - what the plan says of it otherwise, @param said - what is added otherwise"""
    met = asked(maker, 'profile.add', {**PLACE, **said, **(change or {})}, ['add'], place=planned)
    maker.append('profile.added', {**PLACE, 'prover': None, 'generation': None, **said}, 'moves', approved=met)


@outside
def cleared(maker, name='cloud', planned=PLACE):
    """A profile is removed."""
    met = asked(maker, 'profile.remove', {'name': name}, ['remove'], place=planned)
    maker.append('profile.removed', {'name': name}, 'moves', approved=met)
