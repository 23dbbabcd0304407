/** Checks on the entries that make up a request. Each names its rule. */
import {z} from 'zod'
import {sha256Hex} from '../base/bytes.ts'
import {
  custodyFold,
  enrolledKey,
  isMet,
  judgeStatement,
  rosterDocument,
  signedStatement,
  type Needs,
  type Roster,
} from '../custody/index.ts'
import {problem, type Entry, type Problem, type View} from '../ledger/index.ts'
import {authorStandsAside, keyCounts, policyFold} from '../policy/index.ts'
import {factsOf, profilesFold, type ProfileFacts} from '../profiles/index.ts'
import {jcs, jcsBytes, type JsonObject} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import type {Operations} from './operation.ts'
import {isRun} from './operations/writer.ts'
import {parsePlan, type Plan} from './plan.ts'
import {bringsKey, possessor} from './possession.ts'
import {hidden, openedSchema, questionFault} from './question.ts'
import {requests, type Request} from './state.ts'

export const metSchema = lately(
  z.strictObject({
    opened: z.int(),
    approvals: z.array(z.int()).min(1),
    external: z.iso.datetime({precision: 3}).optional(),
  }),
)
export const withdrawnSchema = z.strictObject({opened: z.int(), reason: hidden})

/** What speaks against a plan by the key that it is about: those who know of keys bring it. */
export type AskedFault = (view: Pick<View, 'of'>, plan: Plan) => string | undefined

type Check = (view: View, entry: Entry) => Problem[]

const wrong = (rule: string, entry: Entry, message: string): Problem[] => [problem(rule, entry, message)]

/** The question must be the one that policy and roster make of the plan, so that a thief of the writer key cannot ask for less. */
export function checkOpened(
  view: View,
  entry: Entry,
  operations: Operations,
  askedFault: AskedFault,
): Problem[] {
  const parsed = openedSchema.safeParse(entry.data)
  if (!parsed.success)
    return wrong('quorum', entry, `${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
  const plan = parsePlan(view.blob(parsed.data.plan.blob))
  const {policy, sha256} = view.of(policyFold)
  const custody = view.of(custodyFold)
  const {roster} = custody
  if (parsed.data.policy.blob !== sha256)
    return wrong('quorum', entry, 'the policy is not the one that stands')
  if (parsed.data.roster.blob !== digestOf(roster))
    return wrong('quorum', entry, 'the roster is not the one that stands')
  const fault = questionFault(entry, parsed.data, {plan, policy, roster, operations, custody})
  if (fault !== undefined) return wrong(fault.rule, entry, fault.message)
  if (!profileStands(view, plan)) return wrong('quorum', entry, 'the profile is not the one that stands')
  const asked = askedFault(view, plan)
  return asked === undefined ? [] : wrong('quorum', entry, asked)
}

/** Of the roster as a document, computed once for each state of it. */
function digestOf(roster: Roster): string {
  const digest = digests.get(roster) ?? sha256Hex(jcsBytes(rosterDocument(roster.values())))
  digests.set(roster, digest)
  return digest
}

const digests = new WeakMap<Roster, string>()

/** The request that a statement in an entry is about. */
function about(view: View, entry: Entry): {readonly request: Request; readonly opened: Entry} | undefined {
  const seq = view.seqOf(signedStatement(entry.data).statement.about)
  const request = seq === undefined ? undefined : view.of(requests).all.get(seq)
  const opened = request === undefined ? undefined : view.entry(request.seq)
  return request === undefined || opened === undefined ? undefined : {request, opened}
}

export const checkProposal: Check = (view, entry) => {
  const found = about(view, entry)
  if (found === undefined) return wrong('proposal', entry, 'it is about no request')
  const signed = signedStatement(entry.data)
  if (signed.statement.person !== found.request.author)
    return wrong('proposal', entry, 'it is not signed by the author of the request')
  if (Object.keys(entry.data).join() !== 'signature,statement')
    return wrong('proposal', entry, 'data is not of its form')
  if (found.request.voided !== null)
    return wrong('proposal', entry, `the request is void: ${found.request.voided}`)
  if (found.request.proposed || found.request.met !== null)
    return wrong('proposal', entry, 'the request was proposed, or met, already')
  return judgeStatement(view, entry, view.of(custodyFold).roster, signed, {
    use: 'proposal',
    decisions: ['attest'],
    about: found.opened,
    planSha256: found.request.planSha256,
    state: 'active',
  })
}

/** Whose a key or a recipient is to be signs for it, with a key that the plan gives them, before it is theirs. */
export const checkPossession: Check = (view, entry) => {
  const found = about(view, entry)
  if (found === undefined) return wrong('possession', entry, 'it is about no request')
  const {request, opened} = found
  if (Object.keys(entry.data).join() !== 'signature,statement')
    return wrong('possession', entry, 'data is not of its form')
  const {roster} = view.of(custodyFold)
  const person = possessor(request, roster)
  if (person === null) return wrong('possession', entry, 'the request brings nobody a key')
  const signed = signedStatement(entry.data)
  if (signed.statement.person !== person.id)
    return wrong('possession', entry, `it is not signed by "${person.id}", whose key it is to be`)
  if (request.withdrawn || request.voided !== null || request.done.size > 0)
    return wrong('possession', entry, 'the request was withdrawn, is void, or was carried out already')
  if (request.possession !== null) return wrong('possession', entry, 'it was signed already')
  if (request.met === null && entry.time > request.expires)
    return wrong('possession', entry, `the request expired at ${request.expires}`)
  return judgeStatement(view, entry, new Map([...roster, [person.id, person]]), signed, {
    use: 'possession',
    decisions: ['attest'],
    about: opened,
    planSha256: request.planSha256,
    state: bringsKey(request.plan) ? ['unsigned', 'active', 'suspended'] : 'active',
  })
}

export const checkAnswer: Check = (view, entry) => {
  const found = about(view, entry)
  if (found === undefined) return wrong('approval', entry, 'it is about no request')
  const {request, opened} = found
  const signed = signedStatement(entry.data)
  const {person, key} = signed.statement
  if (
    Object.keys(entry.data).join() !== 'reason,signature,statement' ||
    !hidden.nullable().safeParse(entry.data['reason']).success
  )
    return wrong('approval', entry, 'data is not of its form')
  if (request.withdrawn) return wrong('approval', entry, 'the request was withdrawn')
  if (request.voided !== null) return wrong('approval', entry, `the request is void: ${request.voided}`)
  if (request.met !== null) return wrong('approval', entry, 'the request was met already')
  if (entry.time > request.expires)
    return wrong('approval', entry, `the request expired at ${request.expires}`)
  if (!request.who.some((one) => one.person === person))
    return wrong('approval', entry, `"${person}" may not answer this request`)
  if (request.answers.some((one) => one.person === person))
    return wrong('approval', entry, `"${person}" has answered already: answers are final`)
  if (request.answers.some((one) => one.key === key))
    return wrong('approval', entry, 'this key has answered already')
  return judgeStatement(view, entry, view.of(custodyFold).roster, signed, {
    use: 'approval',
    decisions: ['approve', 'reject'],
    about: opened,
    planSha256: request.planSha256,
    state: 'active',
    run: isRun(request.plan),
  })
}

export const checkMet: Check = (view, entry) => {
  const parsed = metSchema.safeParse(entry.data)
  const request = parsed.success ? view.of(requests).all.get(parsed.data.opened) : undefined
  if (!parsed.success)
    return wrong('quorum', entry, `${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
  if (request === undefined) return wrong('quorum', entry, 'it is about no request')
  if (request.withdrawn || request.met !== null)
    return wrong('quorum', entry, 'the request was withdrawn, or met already')
  if (request.voided !== null) return wrong('quorum', entry, `the request is void: ${request.voided}`)
  // By this clock, and by the provider's: the later of them decides.
  const times = [entry.time, parsed.data.external ?? '', view.of(requests).external ?? '']
  if (times.some((time) => time > request.expires))
    return wrong('quorum', entry, `the request expired at ${request.expires}`)
  if (authorStandsAside(request.plan.profile?.environment ?? null, request.operation) && !request.proposed)
    return wrong('separation-of-duties', entry, 'in production its author signs it first')
  const cited = request.answers.filter(
    (answer) => parsed.data.approvals.includes(answer.seq) && answer.decision === 'approve',
  )
  if (cited.length !== parsed.data.approvals.length)
    return wrong('quorum', entry, 'it cites what is no approval of this request')
  return isMet(
    request.needs,
    cited.filter((answer) => counts(view, request, answer)),
  )
    ? []
    : wrong('quorum', entry, `the quorum is not met: ${inWords(request.needs)}`)
}

export const checkWithdrawn: Check = (view, entry) => {
  const parsed = withdrawnSchema.safeParse(entry.data)
  const request = parsed.success ? view.of(requests).all.get(parsed.data.opened) : undefined
  if (!parsed.success) return wrong('quorum', entry, 'data is not of its form')
  if (request === undefined) return wrong('quorum', entry, 'it is about no request')
  return request.withdrawn || request.begun.size > 0
    ? wrong('quorum', entry, 'it was withdrawn, or begun, already')
    : []
}

/** Whether an answer still counts: its signer is active now, by a key that counts where the plan leads. */
export function counts(
  view: Pick<View, 'of'>,
  request: Request,
  answer: {readonly person: string; readonly key: string},
): boolean {
  const person = view.of(custodyFold).roster.get(answer.person)
  const counting = request.who.find((one) => one.person === answer.person)
  if (person?.state !== 'active' || counting === undefined) return false
  const key = enrolledKey(person, answer.key)
  return (
    key !== undefined && keyCounts(view.of(policyFold).policy, request.plan.profile?.environment ?? null, key)
  )
}

/** Whether the profile of a plan is, fact by fact, the one of that name that stands now. */
export function profileStands(view: Pick<View, 'of'>, {operation, profile}: Plan): boolean {
  if (profile === null || operation === 'profile.add' || operation === 'profile.make') return true
  const standing = view.of(profilesFold).profiles.get(profile.name)
  return standing !== undefined && textOf(standing) === textOf(profile)
}

/** The facts of a profile as text, made once for each. */
function textOf(facts: ProfileFacts): string {
  const text = texts.get(facts) ?? jcs(factsOf(facts) as unknown as JsonObject)
  texts.set(facts, text)
  return text
}

const texts = new WeakMap<ProfileFacts, string>()

function inWords({people, roles}: Needs): string {
  return `${people} people${roles.length === 0 ? '' : `, among them ${roles.join(' and ')}`}`
}
