/** What this machine and whoever acts need for a revocation, beside the place: each line that says no says what mends it. */
import {existsSync, statfsSync} from 'node:fs'
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, type Person} from '../../custody/index.ts'
import type {PreflightLine} from '../../incidents/index.ts'
import {profileOf, type Key} from '../../keys/index.ts'
import {eligible, policyFold, rolesAsked, ruleFor, untold} from '../../policy/index.ts'
import {called} from '../actor.ts'
import {signers} from '../flags.ts'
import {shellWord} from '../doctor/finding.ts'
import {ownKey} from './signs.ts'

/** What the entries, signatures and the journal of one incident need at most, with room to spare. */
const leastBytes = 16_000_000

type Line = Pick<PreflightLine, 'detail'> & {readonly fix?: string}

export async function ownLines(
  app: App,
  {
    person,
    key,
    signWith,
  }: {readonly person: Person; readonly key: Key; readonly signWith: readonly string[] | undefined},
): Promise<readonly PreflightLine[]> {
  return Promise.all([
    line('ledger', () => ledgerLine(app)),
    line('signer', () => signerLine(app, person, key, signWith)),
    line('told', () => toldLine(app)),
  ])
}

async function line(name: string, look: () => Line | Promise<Line>): Promise<PreflightLine> {
  try {
    const {detail, fix = null} = await look()
    return {name, ok: fix === null, detail, fix}
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    return {
      name,
      ok: false,
      detail: `${error.code}: ${error.message}`,
      fix: error.hints[0] ?? 'keyrite doctor',
    }
  }
}

/** It was written to a moment ago, or nobody would look. */
function ledgerLine({world: {home}}: App): Line {
  const {bavail, bsize} = statfsSync(home)
  const free = bavail * bsize
  if (free >= leastBytes) return {detail: 'it can be written here'}
  return {
    detail: `only ${Math.floor(free / 1_000_000)} MB are free where it lies (${home})`,
    fix: 'free some there; if nothing can be recorded any more, the same command again with --unrecorded --journal PATH, on another disk',
  }
}

async function signerLine(
  app: App,
  person: Person,
  {profile, spec}: Key,
  signWith: readonly string[] | undefined,
): Promise<Line> {
  const {policy} = app.ledger.of(policyFold)
  const {kind, environment} = profileOf(app.ledger.view, profile)
  const rule = ruleFor(policy, {operation: 'incident.contain', class: spec.class, kind})
  const given = signers(signWith?.slice())
  const gone = given.find(({path}) => !existsSync(path))
  if (gone !== undefined)
    return {detail: `"${gone.path}" is not there`, fix: `--sign-with ${gone.person}=FILE, where that key is`}
  const may = eligible(rule, app.ledger.of(custodyFold).roster)
  if (given.length === 0 && !may.some(({id}) => id === person.id))
    return {
      detail: `${called(person)} may not contain it: that takes ${rolesAsked(rule).join(' or ')}`,
      fix: `--sign-with PERSON=KEY, of one of ${may.map(called).join(', ')}`,
    }
  if (rule.people > Math.max(1, given.length))
    return {
      detail: `it takes ${rule.people} people, of ${may.map(called).join(', ')}`,
      fix: 'call another of them; --sign-with PERSON=KEY for each',
    }
  if (given.length > 0) return {detail: `the keys of ${given.map((one) => one.person).join(', ')} are here`}
  if ((await ownKey(app, person, environment === 'test')) !== undefined)
    return {detail: `a key of ${called(person)} is here`}
  return {
    detail: `no key of ${called(person)} is in ssh-agent or in ~/.ssh`,
    fix: `ssh-add FILE, or --sign-with ${shellWord(person.address ?? person.id)}=FILE`,
  }
}

/** Whether the channels of the policy can be used from here; whom they reach stands at the end. */
function toldLine(app: App): Line {
  const {policy} = app.ledger.of(policyFold)
  const {notifications = []} = policy
  const missed = untold(policy)
  if (notifications.length === 0)
    return {
      detail: 'the policy has no channel by which anybody is told',
      fix: `tell ${missed.join(', ')} yourself; keyrite incident card has the numbers`,
    }
  const local = app.way.channels()
  const lacks = notifications.find(({name, kind}) => {
    const file = local.get(name)?.secretFile
    return file === undefined ? kind !== 'mail' : !existsSync(file)
  })
  if (lacks !== undefined)
    return {
      detail: `channel "${lacks.name}" has no secret on this machine`,
      fix: `keyrite notification connect ${lacks.name} --secret-file FILE; then keyrite notification send --now`,
    }
  return {detail: `${notifications.map(({name}) => name).join(', ')} can be used from here`}
}
