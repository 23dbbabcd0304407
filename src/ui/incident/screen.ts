/** An incident on a screen: what has happened, what is so now, and what to type next. */
import {visible} from '../../base/visible.ts'
import {wrap} from '../../paper/wrap.ts'
import {counted, type Print} from '../print.ts'
import {plainDuration, parseDuration} from '../../base/duration.ts'
import {drillMarked, type IncidentDocument, type LastDrill, type OpenStep} from '../../incidents/index.ts'

/** The first line: whether the key is dead; of a drill, that it is one. */
export function verdictLine(one: IncidentDocument): string {
  return drillMarked(one.drill, verdict(one))
}

function verdict({
  key,
  contained,
  proof,
  firstRefusal,
  refusals,
  lastSuccess,
  open,
}: IncidentDocument): string {
  if (proof === 'proven' && contained)
    return `DEAD: key "${key}" is refused, ${refusals} times in a row since ${clock(firstRefusal)}.`
  if (proof === 'still-usable')
    return `NOT YET DEAD: key "${key}" CAN STILL BE USED: it did what it was asked at ${clock(lastSuccess)}.`
  if (contained) return `NOT YET DEAD: key "${key}" is disabled, and nobody could try it: that is not proved.`
  const left = open.find(({what}) => what.endsWith('is not contained'))
  return left === undefined
    ? `IN USE: key "${key}" is not contained.`
    : `NOT YET DEAD: key "${key}", ${left.what}.`
}

function clock(time: string | null): string {
  return time === null ? 'a time that nobody saw' : `${time.slice(11, 19)}Z`
}

/** Everything about one incident in a screen: the verdict, the facts, what is open and what to type. */
export function incidentLines(print: Print, one: IncidentDocument): readonly string[] {
  const {impact, open, reencrypt} = one
  return [
    one.status === 'open'
      ? verdictLine(one)
      : drillMarked(one.drill, `CLOSED: incident ${one.id} about key "${one.key}" (${one.outcome ?? ''}).`),
    '',
    ...print.facts([
      ['Incident', `${one.id}, ${one.reason}${one.ticket === null ? '' : `, ${one.ticket}`}`],
      ['Drill', one.drill ? 'yes: nothing of it counts as an incident' : null],
      ['Key', `${one.key} in profile ${one.profile}`],
      [
        'Clock',
        `began ${one.startedAt}; ${plainDuration(parseDuration(one.elapsed))} of ${plainDuration(parseDuration(one.limit))}`,
      ],
      ['Last success', one.lastSuccess],
      ['First refusal', one.firstRefusal],
      ['Declared', impact.declared.map(({kind, name}) => `${kind} ${name}`)],
      ['Observed', impact.observed.map(({kind, detail}) => `${kind} ${detail}`)],
      ['Unknown', impact.unknown.join('; ')],
      [
        'Encrypt again',
        reencrypt.map(
          ({key, classification, estimate}) =>
            `${key} (${classification}, ${plainDuration(parseDuration(estimate))})`,
        ),
      ],
      ['In its place', one.replacement === null ? null : inItsPlace(one.replacement)],
      [
        'Rights taken',
        one.stripped.map(({version, taken, left}) => `version ${version}: ${taken}, and ${left} are left`),
      ],
      ['Ratified', one.ratified],
      ['Notes', one.notes.map(({at, note}) => `${at.slice(11, 19)}Z ${note ?? 'withheld'}`)],
      ['Journals', one.journals.map(({id, second}) => `${id.slice(0, 8)}${second ? ' (a second one)' : ''}`)],
    ]),
    ...(open.length === 0 ? [] : ['', `${counted(open.length, 'thing')} to do:`]),
    ...open.flatMap((step) => stepLines(step, print.width)),
    ...(open[0] === undefined
      ? one.status === 'open'
        ? ['', `Next: keyrite incident close ${one.id}`]
        : []
      : ['', `Next: ${open[0].command}`]),
  ]
}

function inItsPlace({version, by, at, proof, aliases}: NonNullable<IncidentDocument['replacement']>): string {
  const how = by === 'standby' ? 'the standby' : 'by the emergency quorum'
  const works = proof === 'proven' ? 'tried, and it works' : 'NOT TRIED'
  const names = aliases.length === 0 ? '' : `, called ${aliases.join(', ')}`
  return `version ${version}, ${how}, since ${clock(at)}: ${works}${names}`
}

/** One thing to do in a line with its command, or in two where that is too long for the screen. */
function stepLines({what, words, due, overdue, command}: OpenStep, width: number): readonly string[] {
  const day = due === null ? '' : `${due.slice(5, 10)} ${due.slice(11, 16)}Z`
  const by = due === null ? '' : overdue ? ` OVERDUE since ${day}` : ` by ${day}`
  const line = visible(`${words ?? what}${by}: ${command}`)
  if (line.length + 2 <= width) return [`  ${line}`]
  return [...wrap(visible(`${words ?? what}${by}:`), width - 2).map((one) => `  ${one}`), `    ${command}`]
}

/** What a contained key means to those who use it, in one sentence. */
export function consequence(purpose: string): string {
  if (purpose === 'sign')
    return 'From then on nothing is signed with it, and whoever needs that fails until another key takes its place. What was signed before is still verified with its public key.'
  if (purpose === 'mac')
    return 'From then on nothing is authenticated with it, and nothing that was is verified.'
  return 'From then on nothing that was encrypted under it can be read, by anybody, until it is given back or another copy is found.'
}

/** What becomes of the version that took its place. */
export function placeInWords(key: string, version: number, again: boolean): string {
  return again
    ? `Version ${version}, which took its place, is contained, too: from then on nothing is in its place.`
    : `Version ${version}, which took its place, is left in use. Where that is in foreign hands, too: keyrite revoke ${key} --again`
}

/** What it means to replace it first. */
export const untilReplaced =
  'Another key is put in its place first: until then whoever has this one can go on using it, and nothing of it is contained.'

/** What hangs on it, in three certainties. */
export function impactLines({impact}: IncidentDocument): readonly string[] {
  const {declared, observed, unknown} = impact
  return [
    `Declared: ${declared.length === 0 ? 'nobody is said to use it' : declared.map(({kind, name}) => `${kind} ${name}`).join(', ')}.`,
    `Observed: ${observed.length === 0 ? 'nothing' : observed.map(({kind, detail}) => `${kind} ${detail}`).join(', ')}.`,
    `Unknown: ${unknown.join('; ')}.`,
  ]
}

/** When the last drill was, and how long it took. */
export function drillInWords(last: LastDrill | null, now: Date): string {
  if (last === null) return 'No drill was held yet: keyrite revoke KEY --drill, with a key of a test profile.'
  const {id, key, startedAt, elapsed, replaced, limit} = last
  const ago = plainDuration(Math.max(0, now.getTime() - Date.parse(startedAt)))
  const took =
    elapsed === null
      ? 'its key was not proved dead'
      : `its key was proved dead after ${plainDuration(parseDuration(elapsed))} of ${plainDuration(parseDuration(limit))}`
  const then =
    replaced === null
      ? 'no other key was put in its place'
      : `another key was in its place after ${plainDuration(parseDuration(replaced))}`
  return `Last drill: ${id}, key "${key}", ${ago} ago: ${took}; ${then}.`
}
