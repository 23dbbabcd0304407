/** Making a standby: a further version that waits, unused, to take the key's place in an emergency. */
import {KeyriteError} from '../../base/errors.ts'
import {problem} from '../../ledger/index.ts'
import {enforcedBy} from '../../providers/of-kind.ts'
import type {Operation, Plan} from '../../requests/index.ts'
import {keyNamed} from '../known.ts'
import {demandStandby, standbyOf} from '../plan-standby.ts'
import {keyVersion, provedUnder, proveWithin} from '../prove.ts'
import {makeVersion} from '../rotation/acts.ts'
import {textOf} from './move.ts'

export const keyStandby: Operation = {
  name: 'key.standby',
  writes: {
    'key.standby.intended': 'make',
    'key.standby.made': 'make',
    'key.standby.failed': 'make',
    'key.try.intended': 'make',
    'key.tried': 'make',
    'key.try.failed': 'make',
  },
  begins: ['key.standby.intended'],
  // In an emergency there is no time to find out that it does not work: until it is proved, it is not over.
  ends: ['key.tried'],
  unasked: ['key.try.intended', 'key.tried', 'key.try.failed'],
  inWords: standbyInWords,
  stillTrue(view, {change}, phase) {
    const key = keyNamed(view, textOf(change['key']))
    if (phase === 'make') {
      const number = Number(change['version'])
      // One that was made and not proved is proved.
      if (standbyOf(key)?.version !== number) demandStandby(view, key, number)
      return
    }
    throw new KeyriteError(
      'KEY_STATE',
      `cannot promote the standby of key "${key.name}": that is for an emergency, in an open incident on it`,
      {hints: [`keyrite key show ${key.name}`]},
    )
  },
  judge(_view, {change, profile}, entry) {
    const {data} = entry
    const same =
      data['key'] === change['key'] &&
      data['version'] === change['version'] &&
      data['profile'] === profile?.name
    return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
  },
  matterOf: () => null,
  async act(context, {change}) {
    const [name, number] = [textOf(change['key']), Number(change['version'])]
    const made = change['made'] === 'key' ? 'key' : 'version'
    const key = keyNamed(context.ledger, name)
    const there = key.versions.find(({version}) => version === number)
    // Another approval made it: then none is made under this one.
    if (there !== undefined && there.standby !== context.approved)
      demandStandby(context.ledger.view, key, number)
    if (there === undefined) await makeVersion(context, name, {number, made, as: 'standby'})
    await proveWithin(context, name, number)
    // What somebody else had begun to try was tried then, and belongs to no approval.
    if (provedUnder(context, keyVersion(context, name, number).version) !== null)
      await proveWithin(context, name, number)
  },
}

function standbyInWords({change, profile}: Plan): readonly string[] {
  const [key, version] = [textOf(change['key']), textOf(change['version'])]
  const kind = profile?.kind ?? ''
  const where = `in profile "${profile?.name ?? ''}" (${kind}, ${profile?.environment ?? ''})`
  return [
    `Make a standby for key "${key}" ${where}: version ${version}, which is proved to work and then waits, pre-active and unused.`,
    change['made'] === 'key'
      ? 'It is a key of its own there: a version of the same key would be used at once, or is not to be had.'
      : 'It is a version of the same key there, which can wait without being used.',
    enforcedBy(kind, 'probe') === true
      ? `Enforced by the provider itself (${kind}): only probes, while it waits.`
      : `RECORDED, NOT ENFORCED: a provider of kind ${kind} cannot hold it to probes while it waits. Whoever may use the key there could use it.`,
    `In an emergency one emergency contact or security lead alone may put it in the place of the version that is in use: only in an open incident on key "${key}", after that version was contained; a quorum then ratifies it.`,
    'These signatures approve both.',
  ]
}
