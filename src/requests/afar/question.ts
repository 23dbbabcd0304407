/** What a request asks, read from its export. */
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {parseJcs} from '../../base/jcs.ts'
import {enrolledKey, type Person, type Roster} from '../../custody/index.ts'
import {
  authorStandsAside,
  isSolo,
  keyCounts,
  parsePolicy,
  soloInWords,
  type Policy,
} from '../../policy/index.ts'
import {planInWords} from '../document.ts'
import {isRun} from '../operations/writer.ts'
import {parsePlan, type Plan} from '../plan.ts'
import {openedSchema, questionFault, type Opened} from '../question.ts'
import {file, type Content, type Core, type UseReader} from './core.ts'
import {calledHere} from './subject.ts'

export const questionContent: UseReader = {
  fields({entry}) {
    const {names, reason, ticket} = openedSchema.parse(entry.data)
    return [...Object.values(names), reason, ticket]
  },
  read(core) {
    const {content, data, plan, policy} = readQuestion(core)
    demandMay(core, data, plan, policy)
    return content
  },
}

/** The question of an entry, in words, with every document held against what is signed. @throws TypeError. */
export function readQuestion(core: Core): {
  readonly content: Content
  readonly data: Opened
  readonly plan: Plan
  readonly policy: Policy
} {
  const {entry, files, statement} = core
  if (entry.type !== 'quorum.opened') throw new TypeError('it asks for no approval')
  const data = openedSchema.parse(entry.data)
  const planBytes = file(files, 'plan.json')
  const policyBytes = file(files, 'policy.json')
  if (sha256Hex(planBytes) !== data.plan.blob || statement.plan_sha256 !== data.plan.blob)
    throw new TypeError('plan.json is not the plan of the entry and of the statement')
  if (sha256Hex(policyBytes) !== data.policy.blob)
    throw new TypeError('policy.json is not the policy that the entry names')
  const plan = parsePlan(planBytes)
  const policy = parsePolicy(parseJcs(policyBytes))
  const fault = questionFault(entry, data, {
    plan,
    policy,
    roster: core.roster,
    operations: core.operations,
    custody: null,
  })
  if (fault !== undefined) throw new TypeError(fault.message)
  if (entry.seq === core.checkpoint.size && !isRun(plan))
    throw new TypeError('the checkpoint does not cover it, and it is not the question of a take-over')
  if (statement.issued > data.expires)
    throw new TypeError('the statement was issued after the request expired')
  return {
    data,
    plan,
    policy,
    content: {
      id: `r${entry.seq}`,
      digest: data.plan.blob,
      digestOf: 'the plan',
      lines: linesOf(core, data, {plan, policy}),
      effects: effectsOf(core, data),
      environment: plan.profile?.environment ?? null,
    },
  }
}

function demandMay(
  {use, statement, person, entry, now}: Core,
  data: Opened,
  plan: Plan,
  policy: Policy,
): void {
  const id = `r${entry.seq}`
  const refuse = (fact: string): never => {
    throw new KeyriteError('NOT_PERMITTED', `cannot sign ${id} as ${calledHere(person)}: ${fact}`, {
      hints: ['ask whoever sent it: keyrite request show ID says who may answer'],
    })
  }
  if (now.toISOString() > data.expires)
    throw new KeyriteError('REQUEST_STATE', `cannot sign ${id}: it expired ${data.expires}`, {
      hints: ['date -u, to look at this clock', 'ask for a new request'],
    })
  if (use === 'proposal') {
    const aside = authorStandsAside(plan.profile?.environment ?? null, plan.operation)
    if (!aside || entry.actor.person !== person.id) refuse('only the author of a production plan proposes it')
    return
  }
  if (!data.who.includes(person.id)) refuse('they may not answer it')
  const key = enrolledKey(person, statement.key)
  if (key === undefined || !keyCounts(policy, plan.profile?.environment ?? null, key))
    refuse(`key ${statement.key} does not count in ${plan.profile?.environment ?? 'it'}`)
}

function linesOf(
  {roster, operations, open, entry}: Core,
  data: Opened,
  {plan, policy}: {readonly plan: Plan; readonly policy: Policy},
): string[] {
  const text = (field: Parameters<typeof open>[0]): string | null => {
    const value = open(field)
    return typeof value === 'string' ? value : null
  }
  const names = Object.fromEntries(Object.entries(data.names).map(([party, field]) => [party, text(field)]))
  const {profile} = plan
  const [reason, ticket] = [text(data.reason), text(data.ticket)]
  const dated = plan.phases.filter(({earliest, latest}) => earliest !== null || latest !== null)
  return [
    ...(profile?.environment === 'production' ? [`PRODUCTION: profile "${profile.name}".`] : []),
    ...planInWords({roster, policy}, operations, {plan, names}),
    ...(profile === null
      ? []
      : [
          `Profile "${profile.name}" (${profile.kind}, ${profile.environment}): ${identityOf(profile.identity)}.`,
        ]),
    ...dated.map(
      ({name, earliest, latest}) => `Phase "${name}": from ${earliest ?? 'now'} to ${latest ?? 'any time'}.`,
    ),
    `It rests on this: ${plan.rests.join('; ')}.`,
    ...(isSolo(policy) ? [soloInWords(policy)] : []),
    ...(reason === null ? [] : [`Reason given: ${reason}`]),
    ...(ticket === null ? [] : [`Ticket: ${ticket}`]),
    `Asked ${entry.time} by ${nameIn(roster, entry.actor.person)}; it expires ${data.expires}.`,
    `It needs ${data.needs.people} of ${data.who.length} people${data.needs.roles.length === 0 ? '' : `, among them ${data.needs.roles.join(' and ')}`}: ${data.who.map((id) => nameIn(roster, id)).join(', ')}.`,
  ]
}

function identityOf(identity: Readonly<Record<string, string>>): string {
  return Object.entries(identity)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

export function nameIn(roster: Roster, id: string | null): string {
  const person: Person | undefined = id === null ? undefined : roster.get(id)
  return person === undefined ? (id ?? 'nobody named') : calledHere(person)
}

function effectsOf({use}: Core, {needs}: Opened): Content['effects'] {
  if (use === 'proposal')
    return {
      attest:
        'Yes: you stand behind this plan as its author. It is not counted, and others may then approve it.',
    }
  return {
    approve: `Yes: yours counts as one of the ${needs.people} that are needed. Once they are there, exactly this plan may be carried out, all its phases, and nothing else. It cannot be taken back.`,
    reject:
      'No: you answer this request, once and for good. When too few others are left, it can never be met.',
  }
}
