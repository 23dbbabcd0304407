"""Checkpoints and pins: C2SP signed notes by the key that was in force (docs/ledger-format.md, section 2)."""
import re

import ed25519
from tables import verify

need = verify.need


def parsed(note, name):
    """(size, root, key id, signature, signed bytes) of a note of this ledger, spelled in its one way."""
    found = re.fullmatch('(.*)\n(0|[1-9][0-9]{0,15})\n(.{44})\n\n— (.*) (.{92})\n', note.decode())
    need('it is not a checkpoint of this ledger', checkpoint=found and found[1] == found[4] == name)
    root, signed = verify.decode64(found[3]), verify.decode64(found[5])
    need('its root or signature has another length', checkpoint=len(root) == 32 and len(signed) == 68)
    return int(found[2]), root, signed[:4], signed[4:], '\n'.join([found[1], found[2], found[3], '']).encode()


def by(note, name, writers):
    """(size, root) of a note that is signed by the key in force at its size. writers: (since, key id, key) in order."""
    size, root, key_id, signature, signed = parsed(note, name)
    _, wanted, key = [one for one in writers if one[0] <= size][-1]
    need('it is not by the key that wrote at size %d' % size, checkpoint_signature=key_id == wanted
         and ed25519.good(key, signature, signed))
    return size, root


def check_stored(whole, checkpoints):
    """Each stored checkpoint, the newest of which covers every entry; none lies within the run of a take-over."""
    newest = max(checkpoints, default=0)
    with whole.guard('checkpoints'):
        need('the newest checkpoint covers %d of %d entries' % (newest, len(whole.leaves)), checkpoint=newest == len(whole.leaves))
    for size, note in checkpoints.items():
        with whole.guard('checkpoints/%d' % size):
            said, root = by(note, whole.name, whole.writers)
            need('it is of another size, or has another root', checkpoint=said == size, root=root == whole.root_at(size))
            need('it lies within a run that one append wrote', writer_run=not any(low < size <= high for low, high in whole.runs))


def pin(whole, note):
    """'continued', or 'acknowledged' where an entry says that such a copy was seen. @throws Bad where the ledger is none that continues it."""
    size, root, key_id, signature, signed = parsed(note, whole.name)
    signer = [key for since, known, key in whole.writers if known == key_id and ed25519.good(key, signature, signed)]
    need('no key of this ledger signed it', pin=signer)
    in_force = [key for since, _, key in whole.writers if since <= size][-1]
    if in_force == signer[0] and size <= len(whole.leaves) and (size == 0 or whole.root_at(size) == root):
        return 'continued'
    need('the ledger does not continue it: it was rolled back, or is another branch',
         pin=note in whole.lost or any(key == signer[0] and low < size <= high for key, low, high in whole.given_up)
         or (size, root) in whole.branched)
    return 'acknowledged'
