"""Keys that were there already, or were outside: taken over, or brought, with people's approval just before a ceremony's step is recorded: for attacks.py."""
from moves import asked, outside


def rows(*names, there=None):
    """@param there - what their place calls all of them, where that is one thing."""
    return [{'key': name, 'algorithm': 'ed25519', 'scheme': 'eddsa', 'purpose': 'sign', 'primary': 2,
             'versions': [{'ref': {'key': there or name + '-there', 'version': n}, 'state': state, 'created': created}
                          for n, state, created in (('1', 'deactivated', None), ('2', 'active', '2020-01-01T00:00:00.000Z'))]} for name in names]


@outside
def adopted(maker, names=('theirs', 'more'), operation='key.adopt', met=None, there=None, **said):
    """@param names - of the keys that are taken over, @param said - of their entries, otherwise. @returns the seq of `quorum.met`."""
    change = {'class': 'tls', 'classification': 'internal', 'owner': 'owner', 'consumers': [], 'keys': rows('theirs', 'more', there=there)}
    met = met or asked(maker, operation, change, ['adopt'], names={'owner': maker.private('Orders team')})
    half = maker.blob(maker.keys.raw['product'], 'application/pkix-spki')
    maker.adopted = {*getattr(maker, 'adopted', ()), *names}
    for row in rows(*names, there=there):
        spec = {name: change[name] for name in ('class', 'classification', 'owner', 'consumers')}
        spec.update({name: row[name] for name in ('key', 'algorithm', 'scheme', 'purpose')}, version=1, parent=None, expires=None)
        safe = {'level': 'software', 'fips': None, 'evidence': 'asserted', 'detail': 'file'}
        versions = [{**one, 'public': half, 'protection': safe} for one in row['versions']]
        data = {'key': row['key'], 'profile': 'room', 'spec': spec, 'primary': 2, 'versions': versions, 'generation': 3}
        for name, other in said.items():
            data[name] = other(data[name]) if callable(other) else other
        maker.append('key.adopted', data, 'moves', approved=met)
    return met


def without(name):
    return lambda thing: {member: x for member, x in thing.items() if member != name}


def version(**said):
    return lambda versions: [{**versions[0], **said}] + versions[1:]


def brought(maker, operation='key.import', named=None, **said):
    """A key from outside. @param named - the SHA-256 of its public half, as people approved it. @param said - of the entry of what came of it, otherwise."""
    spec = {'class': 'tls', 'classification': 'internal', 'owner': 'owner', 'consumers': [], 'key': 'brought', 'algorithm': 'ed25519',
            'scheme': 'eddsa', 'purpose': 'sign', 'version': 1, 'parent': None, 'expires': None}
    half = maker.blob(maker.keys.raw['product'], 'application/pkix-spki')
    spec.update({'material_sha256': named or half['blob']})
    met = asked(maker, operation, spec, ['import'], names={'owner': maker.private('Orders team')})
    about = {'key': 'brought', 'version': 1, 'profile': 'room'}
    begun = maker.append('key.import.intended', {**about, 'intent': 'cd' * 16, 'before': []}, 'moves', approved=met)
    maker.brought = 'brought'
    maker.append('key.imported', {**about, 'intended': begun, 'ref': {'key': 'b', 'version': '1'}, 'spec': spec, 'public': half, 'generation': 3,
                                  'protection': {'level': 'software', 'fips': None, 'evidence': 'asserted', 'detail': 'file'}, **said}, 'moves', approved=met)
