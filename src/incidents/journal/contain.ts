/**
 * Containing where the ledger cannot be written: by a signed journal, and nothing but containing. Never while the ledger can
 * be written: whoever fills a disk on purpose gains no right that they had not, and everything is in the journal, signed.
 */
import {KeyriteError} from '../../base/errors.ts'
import {hex, sha256Hex} from '../../base/bytes.ts'
import {jcsBytes} from '../../base/jcs.ts'
import {availabilityOf, profileOf, whoTries, type Key} from '../../keys/index.ts'
import {needsOf, policyFold, ruleFor} from '../../policy/index.ts'
import {demandSamePlace} from '../../profiles/index.ts'
import {isMet, type Person, type Signer} from '../../custody/index.ts'
import type {ActContext} from '../../requests/index.ts'
import {containSteps, demandNotWaiting} from '../contain.ts'
import {provable, tryUntil} from '../prove.ts'
import {incidents, openOn, type Incident, type Reason, type Verdict} from '../state.ts'
import {rootHex, rosterDigest} from './judge.ts'
import {Journal} from './write.ts'

export interface Unrecorded {
  readonly journal: string
  readonly path: string
  readonly startedAt: string
  readonly contained: boolean
  readonly proof: Verdict
  readonly lastSuccess: string | null
  readonly firstRefusal: string | null
  readonly refusals: number
  readonly left: readonly {readonly version: number; readonly code: string}[]
}

export interface Wish {
  readonly key: Key
  readonly reason: Reason
  readonly path: (journal: string) => string
  readonly signers: readonly {readonly person: Person; signer(): Promise<Signer>}[]
  readonly withinMs: number
  /** Each line, as it is written. */
  readonly print: (line: string) => void
}

/**
 * @throws KeyriteError `QUORUM_MISSING` before anything is done if too few who may contain sign, `NOT_PERMITTED` if who signs alone contained another key that others have not looked at; `STORAGE` where the journal
 * cannot be written either: then nothing is done.
 */
export async function containByJournal(
  context: Omit<ActContext, 'approved'>,
  {key, reason, path, signers, withinMs, print}: Wish,
): Promise<Unrecorded> {
  const {ledger, random, clock} = context
  const {view} = ledger
  const id = hex(random.bytes(16))
  demandSigners(
    context,
    key,
    signers.map(({person}) => person),
  )
  const open = openOn(ledger.of(incidents), key.name)
  demandNotWaiting(
    view,
    signers.map(({person}) => person.id),
    {seq: open?.seq ?? -1, key: key.name},
  )
  // What took its place in the incident that is open is left in use, as by a revocation that is recorded.
  const acts = open?.acts ?? []
  const steps = containSteps(key, {acts})
  const journal = new Journal(path(id), rootHex(ledger.checkpoint.root), () => clock.now(), print)
  try {
    const opening = journal.write({
      type: 'opened',
      journal: id,
      ledger: view.facts.fingerprint,
      checkpoint: {root: ledger.checkpoint.root, size: ledger.checkpoint.size},
      roster: rosterDigest(view),
      policy: sha256Hex(jcsBytes(view.of(policyFold).policy)),
      key: key.name,
      profile: key.profile,
      versions: steps.map(({act, version}) => ({act: act === 'suspend' ? 'suspend' : 'disable', version})),
      reason,
      by: signers.map(({person}) => person.id),
    })
    const held = await Promise.all(
      signers.map(async (one) => ({person: one.person, signer: await one.signer()})),
    )
    for (const {person, signer} of held) await journal.sign(0, person, signer, view.facts)
    const left: {version: number; code: string}[] = []
    for (const {act, version} of steps) {
      const code = await disable(context, journal, key, act === 'suspend' ? 'suspend' : 'disable', version)
      if (code !== null) left.push({version, code})
    }
    const tried = await prove(context, journal, {key, acts, id}, withinMs)
    const end = journal.write({type: 'ended', proof: tried.proof})
    for (const {person, signer} of held) await journal.sign(end.seq, person, signer, view.facts)
    return {
      journal: id,
      path: journal.path,
      startedAt: opening.time,
      contained: left.length === 0,
      left,
      ...tried,
    }
  } finally {
    journal.close()
  }
}

function demandSigners({ledger}: Pick<ActContext, 'ledger'>, key: Key, people: readonly Person[]): void {
  const {policy} = ledger.of(policyFold)
  const {kind} = profileOf(ledger.view, key.profile)
  const rule = ruleFor(policy, {operation: 'incident.contain', class: key.spec.class, kind})
  const may = people.filter(
    ({roles, state}) =>
      state === 'active' && roles.some((one) => rule.from.includes(one) || rule.roles.includes(one)),
  )
  const approvers = may.map(({id, roles}) => ({person: id, key: id, roles}))
  if (isMet(needsOf(rule), approvers)) return
  throw new KeyriteError(
    'QUORUM_MISSING',
    `cannot contain key "${key.name}": ${rule.people} of ${rule.from.join(', ')} must sign, and ${may.length} did`,
    {hints: ['--sign-with PERSON=KEY', 'keyrite policy explain incident.contain']},
  )
}

/** @returns why the place did not do it; null where it did, and says so. */
async function disable(
  context: Omit<ActContext, 'approved'>,
  journal: Journal,
  key: Key,
  act: 'suspend' | 'disable',
  version: number,
): Promise<string | null> {
  const ref = key.versions.find((one) => one.version === version)?.ref
  if (ref === undefined) throw new TypeError('a step is about a version')
  journal.write({type: 'intended', act, version})
  try {
    const provider = await context.provider(key.profile)
    await demandSamePlace(profileOf(context.ledger.view, key.profile), provider)
    const enforced = await provider.life.setAvailability(ref, availabilityOf.suspended)
    const now = (await provider.store.describe(ref))?.availability
    if (now !== enforced || enforced !== 'disabled')
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `version ${version} is not disabled: the provider says ${now ?? 'that it is gone'}`,
      )
    journal.write({type: 'done', act, version, enforced})
    return null
  } catch (error) {
    if (!(error instanceof KeyriteError) || error.code === 'STORAGE') throw error
    journal.write({type: 'failed', act, version, code: error.code})
    return error.code
  }
}

async function prove(
  context: Omit<ActContext, 'approved'>,
  journal: Journal,
  {key, acts, id}: Pick<Incident, 'acts' | 'id'> & {readonly key: Key},
  withinMs: number,
): Promise<Pick<Unrecorded, 'proof' | 'lastSuccess' | 'firstRefusal' | 'refusals'>> {
  const until = performance.now() + withinMs
  const whole = {...context, approved: -1}
  const orError = async <T>(open: Promise<T>): Promise<T | KeyriteError> => {
    try {
      return await open
    } catch (error) {
      if (error instanceof KeyriteError) return error
      throw error
    }
  }
  const provider = await orError(context.provider(key.profile))
  const tryer = await orError(whoTries(context, key.profile, id).then((one) => one.provider))
  const all: Awaited<ReturnType<typeof tryUntil>>[] = []
  for (const version of provable(key, {acts})) {
    const one = await tryUntil(whole, {provider, tryer}, {key, version}, {until, progress: () => undefined})
    const {proof, refusals, lastSuccess, firstRefusal} = one
    journal.write({
      ...{type: 'tried', version: version.version, proof, refusals},
      last_success: lastSuccess,
      first_refusal: firstRefusal,
    } as const)
    all.push(one)
  }
  const worst = (['still-usable', 'not-proven'] as const).find((each) =>
    all.some(({proof}) => proof === each),
  )
  const first = all.map(({firstRefusal}) => firstRefusal)
  return {
    proof: worst ?? 'proven',
    refusals: Math.min(...all.map(({refusals}) => refusals)),
    lastSuccess:
      all
        .flatMap(({lastSuccess}) => lastSuccess ?? [])
        .sort()
        .at(-1) ?? null,
    firstRefusal: first.includes(null)
      ? null
      : (first
          .flatMap((one) => one ?? [])
          .sort()
          .at(-1) ?? null),
  }
}
