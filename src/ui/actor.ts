/** Who acts: whoever was named, else who it can only be, else whoever says so. */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {
  custodyFold,
  findPerson,
  listIdentities,
  parsePublicKey,
  type Person,
  type Roster,
} from '../custody/index.ts'

/** How long an agent may take to list its keys, in ms: no person is needed for that. */
const agentMs = 2_000

/**
 * @param named - `--as`, or KEYRITE_AS.
 * @throws KeyriteError `PERSON_NOT_FOUND` if the name fits nobody, `USAGE` if nobody is named and it cannot be told.
 */
export async function actor(app: Pick<App, 'ledger' | 'world'>, named: string | undefined): Promise<Person> {
  const {roster} = app.ledger.of(custodyFold)
  if (named !== undefined) return findPerson(roster, named)
  const [first, ...others] = roster.values()
  if (first !== undefined && others.length === 0) return first
  const held = await byAgent(roster, app.world.agentSocket)
  if (held !== undefined) return held
  const question = {message: 'Who are you', flag: '--as PERSON'}
  const choices = [...roster.values()]
    .map((person) => ({name: called(person), value: person}))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  if (app.world.ask.interactive) return app.world.ask.choose({...question, choices})
  throw new KeyriteError('USAGE', 'cannot tell who acts: say it with --as', {
    hints: choices.slice(0, 5).map(({value}) => `--as ${value.address ?? value.id}`),
  })
}

/** The one person whose key the agent holds; undefined if there is no agent, or it holds several people's. */
async function byAgent(roster: Roster, socket: string | undefined): Promise<Person | undefined> {
  if (socket === undefined || socket === '') return undefined
  const held = await listIdentities(socket, agentMs).catch((error: unknown) => {
    if (error instanceof KeyriteError) return [] // no agent answers: it says nothing about who acts
    throw error
  })
  const fingerprints = new Set(held.map(({fingerprint}) => fingerprint))
  const theirs = [...roster.values()].filter(({keys}) =>
    keys.some(({key}) => fingerprints.has(parsePublicKey(key).fingerprint)),
  )
  return theirs.length === 1 ? theirs[0] : undefined
}

/** `Alice Example (alice@example.com)`. */
export function called({name, address, id}: Person): string {
  if (name === null || name === address) return address ?? name ?? id
  return address === null ? name : `${name} (${address})`
}

/** A person who says that they act: what entries hold of who ran a command. */
export function stated(person: Person | null): {readonly person: string | null; readonly evidence: 'stated'} {
  return {person: person?.id ?? null, evidence: 'stated'}
}
