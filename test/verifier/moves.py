"""Changes of a key's state, each with people's approval, in a ceremony that has made and activated it: for attacks.py."""
from make_bundle import canon, sha


def asked(maker, operation, change, phases, who=('alice', 'bob'), names=None, reason=None):
    """A request that is met. @returns the seq of `quorum.met`."""
    plan = {'change': change, 'operation': operation, 'phases': [{'earliest': None, 'latest': None, 'name': n} for n in phases],
            'profile': maker.profile, 'rests': [], 'rule': 'key-use', 'type': 'keyrite.plan/1'}
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
    maker.append('key.state.changed', {**key, 'from': start, 'to': outcome or end, 'intended': begun, 'enforced': 'disabled', 'results': [],
                                       'generation': 3, **(more or {})}, 'moves', approved=met)


def moved(event, start, end, plan=None, met='own', version=1, planned=1, outcome=None, **said):
    """
    A tweak that changes the state of the key, just before its ceremony's step is recorded.

    @param plan - the event that people approved, where it is another
    @param met - what is cited: an approval of its own, that of the first change (`first`), that of the key's making (`made`), none
    @param version - which version is changed, @param planned - which one people approved
    @param said - what the plan's change says otherwise
    """
    done = []

    def tweak(maker, stage, thing):
        if stage != 'before:step:make' or done:
            return
        done.append(1)
        if met == 'own':
            change = {'class': 'data', 'enforced': True, 'key': 'payments', 'version': planned, 'from': start, 'to': end, **said}
            maker.cited = [*getattr(maker, 'cited', []), asked(maker, 'key.' + (plan or event), change, [plan or event])]
        made = next(e['approved'] for e in maker.entries if e['type'] == 'key.created')
        cited = {None: lambda: None, 'made': lambda: made, 'first': lambda: maker.cited[0], 'own': lambda: maker.cited[-1]}[met]()
        move(maker, start, end, cited, version, outcome)
    return tweak
