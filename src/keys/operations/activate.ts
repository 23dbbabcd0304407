/** The phase that makes a pre-active version active: used by key.create (as its second phase) and key.activate alike. */
import {KeyriteError} from '../../base/errors.ts'
import {problem, type Entry, type Problem, type View} from '../../ledger/index.ts'
import {undertake, type ActContext, type Operation, type Plan} from '../../requests/index.ts'
import type {Availability} from '../../providers/ports.ts'
import {keysFold} from '../fold.ts'
import {advance, availabilityOf} from '../lifecycle.ts'
import {keyVersion} from '../prove.ts'
import {openIntent, type Version} from '../state.ts'

export const activationWrites = {
  'key.state.intended': 'activate',
  'key.state.changed': 'activate',
  'key.state.failed': 'activate',
} as const

export const keyActivate: Operation = {
  name: 'key.activate',
  writes: activationWrites,
  begins: ['key.state.intended'],
  inWords: ({change, profile}) => [
    `Activate key "${text(change['key'])}" version ${text(change['version'])} in profile "${profile?.name ?? ''}": from then on it signs, encrypts, or whatever its purpose is.`,
  ],
  stillTrue: demandActivatable,
  judge: judgeActivation,
  matterOf: () => null,
  act: (context, plan) => activate(context, plan),
}

/** @throws KeyriteError `KEY_STATE`, `KEY_NOT_FOUND`. */
function demandActivatable(view: View, plan: Plan): void {
  const {name, version} = demandPreActive(view, plan)
  if (version.tried?.ok !== true) {
    throw new KeyriteError('KEY_STATE', `cannot activate key "${name}": it was not proved yet`, {
      hints: [`keyrite key prove ${name}`],
    })
  }
}

/** @throws KeyriteError `KEY_STATE`, `KEY_NOT_FOUND`. */
export function demandPreActive(
  view: View,
  {change}: Plan,
): {readonly name: string; readonly version: Version} {
  const name = text(change['key'])
  const {keys} = view.of(keysFold)
  const version = keys.get(name)?.versions.find((one) => one.version === change['version'])
  if (version === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot activate key "${name}": there is none`, {
      hints: ['keyrite key list'],
    })
  advance(name, version.state, 'activate')
  return {name, version}
}

export function judgeActivation(_view: View, plan: Plan, entry: Entry): readonly Problem[] {
  const same =
    entry.data['key'] === plan.change['key'] &&
    entry.data['version'] === plan.change['version'] &&
    entry.data['profile'] === plan.profile?.name
  const states =
    entry.type === 'key.state.failed' ||
    (entry.data['from'] === 'pre-active' && entry.data['to'] === 'active')
  return same && states ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
}

/** Makes it available, then asks the provider whether it is. */
export async function activate(context: ActContext, {change}: Plan): Promise<void> {
  const {ledger} = context
  const {key, version} = keyVersion(context, text(change['key']), Number(change['version']))
  const provider = await context.provider(key.profile)
  await undertake<Availability>(context, {
    types: {intended: 'key.state.intended', done: 'key.state.changed', failed: 'key.state.failed'},
    about: {key: key.name, version: version.version, profile: key.profile},
    intended: {from: 'pre-active', to: 'active'},
    open: openIntent(ledger.of(keysFold), 'state', key.name, version.version),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // setting it again has the same effect
    act: () => provider.life.setAvailability(version.ref, availabilityOf.active),
    confirm: async (enforced) => {
      const now = await provider.store.describe(version.ref)
      const ok = now?.availability === availabilityOf.active
      if (!ok)
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `key "${key.name}" is not active: the provider says ${now?.availability ?? 'that it is gone'}`,
          {changed: true, hints: [`keyrite key show ${key.name}`]},
        )
      const results = [
        {
          probe: 'available',
          ok,
          evidence: 'asserted',
          detail: `the provider says that the version is ${now.availability}`,
        },
      ]
      return {
        from: 'pre-active',
        to: 'active',
        enforced,
        results,
        generation: await provider.evidence.generation(),
      }
    },
  })
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
