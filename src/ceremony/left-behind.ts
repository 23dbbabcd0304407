/** What lies at the provider because of a ceremony, and how to clean it: for whoever ends it before its end. */
import {certificatesFold, type Certificates} from '../certificates/index.ts'
import {keysFold, type OpenIntent} from '../keys/index.ts'
import {requests, type Requests} from '../requests/index.ts'
import {sharesFold, type Shares} from '../shares/index.ts'
import {ceremonyOf, type RunContext} from './run-context.ts'

export interface Left {
  /** In words, as `ceremony.aborted` keeps it. */
  readonly what: string
  /** What is done about it once the ceremony is ended: commands as they are typed, and sentences. */
  readonly clean: readonly string[]
  /** What can still be done instead of ending it. */
  readonly before?: readonly string[]
}

export function leftBehind(context: Pick<RunContext, 'app' | 'id'>): readonly Left[] {
  const {keys} = ceremonyOf(context)
  const {ledger} = context.app
  const {open, keys: all} = ledger.of(keysFold)
  // An intent without an outcome: the provider may have done it, or not.
  const undecided = [...open.values()].filter(({kind, ceremony}) => kind !== 'try' && ceremony === context.id)
  return [
    ...keys.flatMap(({key, version}): Left[] => {
      const profile = all.get(key)?.profile ?? ''
      const state = all.get(key)?.versions.find((one) => one.version === version)?.state
      // What is destroyed is not left behind.
      if (state === 'destroyed') return []
      return [
        {
          what: `key "${key}" version ${version} in profile "${profile}": it was made, and stays until it is destroyed`,
          clean: [
            `keyrite key show ${key}`,
            `keyrite key destroy ${key} --version ${version} --reason "its ceremony was ended" --confirm ${key}@${profile}`,
          ],
        },
      ]
    }),
    ...undecided.map((one) => perhaps(one, context.id)),
    ...changedBehind(ledger.of(requests), context.id),
    ...sharesBehind(ledger.of(sharesFold), context.id),
    ...signedBehind(ledger.of(certificatesFold), context.id),
  ]
}

/** Once the ceremony is ended, what was begun is given up: what the place has by it is then found like anything that this ledger did not make. */
function perhaps({kind, key, version, profile, to}: OpenIntent, ceremony: string): Left {
  const made = kind === 'create' || kind === 'import'
  const thing = `key "${key}" version ${version} in profile "${profile}"`
  return {
    what: made
      ? `perhaps ${thing}: making it was begun, and it is not known whether it was made`
      : `perhaps ${thing} is otherwise than recorded: ${to === null || kind !== 'state' ? `"${kind}"` : `making it ${to}`} was begun, and what came of it is not known`,
    before: [
      `keyrite ceremony resume ${ceremony.slice(0, 8)}`,
      'That asks the provider what came of it, before the ceremony is ended.',
    ],
    clean: [
      `keyrite key sync --profile ${profile}`,
      made
        ? 'If the key was made, that names it with the command that takes it over; then it is destroyed like any other.'
        : 'If something was done there, that says what the provider has, and what to type.',
    ],
  }
}

/** A rotation that was begun, or a key that was taken out of use: the approval ends with the ceremony, what was done does not. */
function changedBehind({all}: Requests, ceremony: string): readonly Left[] {
  return [...all.values()].flatMap(({ceremony: own, operation, plan, done}): Left[] => {
    const rotates = operation === 'key.rotate'
    if (own !== ceremony || done.size === 0 || (!rotates && !operation.startsWith('key.destroy'))) return []
    const key = typeof plan.change['key'] === 'string' ? plan.change['key'] : ''
    return [
      {
        what: `key "${key}": of its ${rotates ? 'rotation' : 'destruction'} ${[...done].join(', ')} were done, and stay so; its approval ends with this ceremony`,
        clean: rotates
          ? [
              `keyrite rotation plan ${key} --dry-run`,
              'That is what would be approved anew, to go on with it.',
            ]
          : [
              `keyrite key show ${key}`,
              'It goes on only by another approval: keyrite key destroy. Where it is scheduled, keyrite key cancel-destroy takes it back.',
            ],
      },
    ]
  })
}

/** Shares that were given out go on opening what they open. */
function sharesBehind({sets, open}: Shares, ceremony: string): readonly Left[] {
  const mine = [...sets.values()].filter((one) => one.ceremony === ceremony)
  return [
    ...mine.map(({name, set, holders, void: ended}): Left => {
      const given = holders.filter((one) => one.given !== null).length
      const opens =
        ended === null && given === holders.length
          ? 'they open what was escrowed'
          : 'they open nothing, as not all were given out'
      return {
        what: `${given} of ${holders.length} shares of set "${name}" (${set.slice(0, 8)}) with their holders: ${opens}`,
        clean: [`keyrite share list`, 'Every holder destroys theirs, and that they did is written down.'],
      }
    }),
    ...[...open.values()]
      .filter(({ceremony: own}) => own === ceremony)
      .map(({set}): Left => ({
        what: `a recovery of set ${set.slice(0, 8)} that was begun: nothing came of it that was recorded`,
        clean: ['keyrite share list', 'Look whether a file was written: it holds the secret.'],
      })),
  ]
}

const called = {'self-signed': 'self-signed certificate', request: 'request for a certificate'} as const

/** What the key signed is out of its hands: it ends with its own last day, and no sooner. */
export function signedBehind({made, open}: Certificates, ceremony: string): readonly Left[] {
  return [
    ...[...made.values()]
      .filter((one) => one.ceremony === ceremony)
      .map(({key, form, sha256, seq}): Left => ({
        what: `${called[form]} of key "${key}", SHA-256 ${sha256}: the key signed it, and that cannot be taken back`,
        clean: [
          `keyrite key certificate ${key} --entry ${seq}`,
          'Give it to nobody; whoever has it already must be told not to trust it.',
        ],
      })),
    ...[...open.values()]
      .filter((one) => one.ceremony === ceremony)
      .map(({key, form}): Left => ({
        what: `perhaps a ${called[form]} of key "${key}": signing it was begun, and it is not known whether the key signed`,
        clean: ['Nobody has what was signed: there is nothing to clean.'],
      })),
  ]
}
