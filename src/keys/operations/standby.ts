/** Making a standby: a further version that waits, unused, to take the key's place in an emergency. */
import {KeyriteError} from '../../base/errors.ts'
import {problem} from '../../ledger/index.ts'
import {enforcedBy} from '../../providers/registry.ts'
import type {Operation, Plan} from '../../requests/index.ts'
import {keyNamed} from '../known.ts'
import {demandStandby} from '../plan-standby.ts'
import {keyVersion, proveWithin} from '../prove.ts'
import {makeVersion} from '../rotation/acts.ts'
import {textOf} from './move.ts'

export const keyStandby: Operation = {
  name: 'key.standby',
  writes: {
    'key.standby.intended': 'make',
    'key.standby.made': 'make',
    'key.standby.failed': 'make',
  },
  begins: ['key.standby.intended'],
  inWords: standbyInWords,
  stillTrue(view, {change}, phase) {
    const key = keyNamed(view, textOf(change['key']))
    if (phase === 'make') {
      demandStandby(view, key, Number(change['version']))
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
    const {versions} = keyNamed(context.ledger, name)
    if (!versions.some(({version}) => version === number))
      await makeVersion(context, name, {number, made, as: 'standby'})
    // In an emergency there is no time to find out that it does not work.
    if (keyVersion(context, name, number).version.tried?.ok !== true) await proveWithin(context, name, number)
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
