/** A ledger to test on: people whose keys are in memory, founded in a folder that is gone afterwards. */
import {randomBytes} from 'node:crypto'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {App} from '../../src/app.ts'
import {custodyFold, generateEd25519, type Person, type Role, type Signer} from '../../src/custody/index.ts'
import {foundingData, foundPeople, signFounding} from '../../src/custody/found.ts'
import {foundLedger} from '../../src/ledger/index.ts'
import {planCreate, proveKey, type KeyWish} from '../../src/keys/index.ts'
import {defaultPolicy, type Policy} from '../../src/policy/index.ts'
import {answer, apply, meet, openRequest} from '../../src/requests/index.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {surroundingsOf, type World} from './run.ts'

/** Someone of the roster, with the key that only this test has. */
export interface Founder {
  readonly person: Person
  readonly signer: Signer
  readonly key: ReturnType<typeof generateEd25519>
}

export interface TestLedger {
  readonly world: World & {readonly home: string; readonly state: string}
  readonly founders: readonly Founder[]
  /** Opens it as a program does; the caller closes it. */
  open(): App
  /** Does something with it open, and closes it. */
  using<T>(work: (app: App) => Promise<T> | T): Promise<T>
  remove(): void
}

export interface Wanted {
  readonly people?: number
  /** How many of them sign; all unless told. */
  readonly signed?: number
  readonly policy?: Policy
  readonly now?: () => Date
  /** Names and addresses of the first of them, instead of the usual ones. */
  readonly called?: readonly (readonly [name: string, address: string])[]
  /** Whether the fifth of them is also of the legal department, which nobody is otherwise. */
  readonly legal?: boolean
  /** Whether the policy names the founders' keys, so that they count in production. */
  readonly statedKeys?: boolean
  /** Whether it is that of a rehearsal. */
  readonly rehearsal?: boolean
}

const names = ['Alice', 'Bob', 'Carol', 'Dan', 'Erin', 'Frank', 'Grace']
const rolesOf: readonly (readonly Role[])[] = [
  ['custodian', 'security-lead'],
  ['ciso', 'custodian'],
  ['custodian', 'emergency-contact'],
  ['custodian', 'emergency-contact'],
]

/** An empty world: a home and a state folder that are not there yet. */
export function emptyWorld(): World & {readonly remove: () => void} {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-test-'))
  return {
    home: join(folder, 'home'),
    state: join(folder, 'state', 'keyrite'),
    remove: () => {
      rmSync(folder, {recursive: true, force: true})
    },
  }
}

export async function makeLedger({
  people = 5,
  signed = people,
  policy: given = defaultPolicy,
  now,
  called = [],
  legal = false,
  statedKeys = false,
  rehearsal = false,
}: Wanted = {}): Promise<TestLedger> {
  const {remove, ...empty} = emptyWorld()
  const world = now === undefined ? empty : {...empty, now}
  const open = (): App =>
    new App({...surroundingsOf(world), ask: nobody, command: 'keyrite test', say: () => undefined})
  const founders = foundersOf(people, called, legal)
  const keys = founders.map(({key}) => key.publicKey.fingerprint)
  const policy = statedKeys ? {...given, stated_keys: keys} : given
  const app = open()
  const ledger = await foundLedger(app.ledgerWorld, {
    organisation: 'example.com',
    rehearsal,
    actor: {person: null, evidence: 'stated'},
    data: foundingData(founders.map(({person}) => person).sort(byId), policy),
  })
  for (const {person, signer} of founders.slice(0, signed)) await signFounding(ledger, person, signer)
  ledger.close()
  return {
    world,
    founders,
    open,
    remove,
    using: async (work) => {
      const one = open()
      try {
        return await work(one)
      } finally {
        await one.close()
      }
    },
  }
}

function foundersOf(count: number, called: NonNullable<Wanted['called']>, legal: boolean): Founder[] {
  const keys = Array.from({length: count}, generateEd25519)
  const people = foundPeople(
    keys.map(({publicKey}, at) => ({
      name: called[at]?.[0] ?? names[at] ?? `Person ${at}`,
      address: called[at]?.[1] ?? `${(names[at] ?? `person${at}`).toLowerCase()}@example.com`,
      key: publicKey.text,
      roles: rolesOf[at] ?? (legal && at === 4 ? ['custodian', 'legal'] : ['custodian']),
    })),
    {bytes: (length) => randomBytes(length)},
  )
  return keys.map((key) => {
    const person = people.find(({keys: theirs}) => theirs[0]?.key === key.publicKey.text)
    if (person === undefined) throw new Error('every founder is among the people')
    return {person, key, signer: key.signer}
  })
}

const byId = (a: Person, b: Person): number => (a.id < b.id ? -1 : 1)

const nobody = {interactive: false} as App['world']['ask']

/** Makes a key on the local profile `profile`, approved by as many founders as policy asks for. */
export async function makeKey(
  app: App,
  founders: readonly Founder[],
  wish: Partial<KeyWish> & Pick<KeyWish, 'name' | 'profile'>,
): Promise<void> {
  const actor = founders[0]?.person ?? null
  const context = contextFor(app, actor)
  const {plan, names} = planCreate(app.ledger.view, {
    algorithm: 'ec-p256',
    scheme: null,
    purpose: 'sign',
    class: 'jwt-signing',
    classification: 'confidential',
    owner: 'Payments Team',
    consumers: [],
    parent: null,
    expires: null,
    activate: true,
    ...wish,
  })
  let request = await openRequest(context, {plan, names, reason: null, ticket: null, only: null})
  for (const {person, signer} of founders.filter((_, at) => at < request.needs.people)) {
    const enrolled = app.ledger.of(custodyFold).roster.get(person.id)
    if (enrolled === undefined) throw new Error('a founder is in the roster')
    request = await answer(context, request, {person: enrolled, signer, decision: 'approve', reason: null})
  }
  const met = await meet(context, request)
  await apply(context, app.operations, met, ['create'])
  await proveKey({...context, approved: met.met ?? -1}, wish.name, 1)
  await apply(context, app.operations, met)
}
