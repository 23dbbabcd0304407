/** Every act and step: what was to be done, by whom, when it was, and what was recorded. */
import {isObject} from '../../base/jcs.ts'
import {heading, paragraph, strong, table, type Block, type Inline} from '../../paper/document.ts'
import {missingSignatures, type Done} from '../state.ts'
import type {Script, ScriptStep} from './script.ts'
import type {Transcript} from './transcript.ts'
import {gateOf} from './strength.ts'
import {took} from './took.ts'
import {sharesInWords} from './shares.ts'
import {attestInWords, bagInWords} from './things.ts'

const columns = ['Step', 'What was done, and what was recorded', 'By', 'Time', 'Gate, entry']

export function steps(record: Transcript): readonly Block[] {
  return [
    heading(2, 'What was done'),
    paragraph(
      `All times are UTC, on ${record.day} where no date stands with them. In brackets: how long it took, of the minutes that were planned.`,
    ),
    ...record.script.acts.flatMap((act, at) => actBlocks(record, act, at + 1)),
  ]
}

function actBlocks(record: Transcript, act: Script['acts'][number], number: number): readonly Block[] {
  const rows = act.steps.map((step, at): readonly (readonly Inline[])[] => {
    const done = record.ceremony.done.find((one) => one.step === step.id)
    return [
      [`${number}.${at + 1}`],
      [step.text, ...told(record, step, done)],
      [by(record, step, done)],
      times(record, step),
      [gateAndEntry(record, step, done)],
    ]
  })
  return [heading(3, `${number}. ${act.title}`), ...planAgainstClock(record, act), table({columns, rows})]
}

function gateAndEntry({ceremony}: Transcript, {kind}: ScriptStep, done: Done | undefined): string {
  const seq = done?.seq ?? (kind === 'sign-off' ? ceremony.signOff?.seq : undefined)
  return seq === undefined ? gateOf(kind) : `${gateOf(kind)}, ${seq}`
}

/** What an act was planned to take, and took. */
function planAgainstClock(record: Transcript, {steps: all}: Script['acts'][number]): readonly Block[] {
  const planned = all.reduce((sum, {minutes}) => sum + minutes, 0)
  const done = all.flatMap((step) => ranIn(record, step))
  const [first, last] = [done[0], done.at(-1)]
  if (first === undefined || last === undefined) return []
  const whole = done.length === all.length ? '' : ` (${done.length} of ${all.length} steps)`
  return [
    paragraph(
      `Planned: ${planned}\u00a0min. Taken: ${took(first.from, last.to)}${whole}, ${record.time(first.from)} to ${record.time(last.to)}.`,
    ),
  ]
}

interface Ran {
  readonly from: string
  readonly to: string
}

/** When a step ran; the sign-off until everybody had signed. */
function ranIn({ceremony}: Transcript, {id, kind}: ScriptStep): readonly Ran[] {
  const done = ceremony.done.find(({step}) => step === id)
  if (done !== undefined) return [{from: done.started, to: done.at}]
  const {signOff, signed} = ceremony
  if (kind !== 'sign-off' || signOff === null || missingSignatures(ceremony).length > 0) return []
  return [{from: signOff.at, to: signed.at(-1)?.at ?? signOff.at}]
}

function by(record: Transcript, step: ScriptStep, done: Done | undefined): string {
  const names = record.names(done?.by ?? record.holders(step.by ?? ''))
  if (step.by === null) return names
  return names === '' ? step.by : `${step.by}: ${names}`
}

function times(record: Transcript, step: ScriptStep): readonly Inline[] {
  const [ran] = ranIn(record, step)
  if (ran !== undefined) {
    const length = `${took(ran.from, ran.to)} of ${step.minutes}\u00a0min`
    return [`${record.time(ran.from)} to ${record.time(ran.to)} (${length})`]
  }
  const {signOff} = record.ceremony
  const planned = ` (${step.minutes}\u00a0min)`
  return step.kind !== 'sign-off' || signOff === null
    ? [strong('not done'), planned]
    : [`${record.time(signOff.at)} to `, strong('open'), planned]
}

function told(record: Transcript, step: ScriptStep, done: Done | undefined): readonly Inline[] {
  const said =
    step.kind === 'sign-off'
      ? signOffInWords(record)
      : done === undefined
        ? ''
        : inWords(record, step, done.result)
  return said === '' ? [] : [' ', strong('Recorded: '), said]
}

function signOffInWords({ceremony}: Transcript): string {
  if (ceremony.signOff === null) return ''
  const missing = missingSignatures(ceremony).length
  return `${ceremony.signed.length} signed${missing === 0 ? '' : `, ${missing} missing`}.`
}

function inWords(record: Transcript, step: ScriptStep, result: Done['result']): string {
  const say = (name: string): string => record.text(result[name])
  switch (step.kind) {
    case 'confirm':
      return `answered ${say('answer')}.`
    case 'record':
      return fieldsInWords(record, step, result)
    case 'read-aloud':
      return result['sha256'] === undefined
        ? 'read aloud.'
        : `read aloud, and the same as on paper: SHA-256 ${short(say('sha256'))}`
    case 'clock':
      return `the machine said ${say('utc')} (zone ${say('zone')}); compared with a clock in the room (${say('compared')}).`
    case 'machine':
      return 'see “Machine and device”.'
    case 'quorum':
      return `${say('request')} met at entry ${say('met')} by ${say('approvals')} approvals; plan ${short(say('plan_sha256'))}`
    case 'key.create':
      return `key “${say('key')}” version ${say('version')}, at the provider ${say('provider')}; protection ${say('level')} (${say('evidence')}).`
    case 'key.import':
      return `key “${say('key')}” version ${say('version')}, brought from outside, at the provider ${say('provider')}; SHA-256 as approved ${short(say('sha256'))}; protection from then on ${say('level')} (${say('evidence')}).`
    case 'key.verify':
      return `${result['ok'] === true ? 'every check was good' : 'NOT every check was good'}; see entry ${say('entry')} under “Keys”.`
    case 'certificate.self-sign':
    case 'certificate.request':
    case 'certificate.verify':
      return `${result['form'] === 'request' ? 'request' : `certificate, serial number ${say('serial')},`} of key “${say('key')}” version ${say('version')}, entry ${say('entry')}${result['ok'] === true ? ', as approved and signed by the key; the fingerprint was read aloud and compared' : ''}${result['file'] === 'same' ? '; the file that goes out holds the same bytes' : ''}: SHA-256 ${say('sha256')}`
    case 'shares.split':
    case 'shares.receive':
    case 'shares.combine':
    case 'share.check':
      return sharesInWords(record, step.kind, result)
    case 'bag':
      return bagInWords(record, result)
    case 'photo':
      return `shows ${say('subject')}; reference ${say('reference')}${result['sha256'] === undefined ? '' : `; SHA-256 of the file ${say('sha256')}`}.`
    case 'attest':
      return attestInWords(record, result)
    case 'key.activate':
      return `key “${say('key')}” is ${say('state')}; the provider itself enforces: ${say('enforced')}.`
    case 'key.rotate':
      return `key “${say('key')}” version ${say('version')} is ${say('state')}, to take the place of version ${say('from')}; ${left(say)} keyrite rotation run ${say('key')}.`
    case 'key.destroy':
      return `key “${say('key')}” version ${say('version')} is ${say('state')}; ${result['next'] === null ? 'nothing is left to be done' : `${left(say)} keyrite key destroy ${say('key')}`}.`
    case 'pause':
      return `paused for ${say('minutes')} minutes (entry ${say('paused')}).`
    case 'sign-off':
      return ''
    default:
      return factsInWords(record, result)
  }
}

/** What the signatures of this ceremony still allow outside it. */
function left(say: (name: string) => string): string {
  return `${say('next')} comes next and the rest after it, by ${say('request')} and outside this ceremony, with`
}

/** What a kind of step that has no words of its own recorded, as it is called there. */
function factsInWords(record: Transcript, result: Done['result']): string {
  return Object.entries(result)
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${record.text(value)}`)
    .join('; ')
}

/** The beginning of a digest that stands in full elsewhere in the minutes. */
function short(digest: string): string {
  return `${digest.slice(0, 12)}…`
}

/** Each field by what was asked. */
function fieldsInWords(
  record: Transcript,
  step: ScriptStep,
  {fields, compared, deviation}: Done['result'],
): string {
  const held = isObject(compared) ? compared : {}
  return Object.entries(isObject(fields) ? fields : {})
    .map(([name, value]) => {
      const asked = step.fields.find((one) => one.name === name)?.text ?? name
      const said = comparedInWords[record.text(held[name])] ?? ''
      const why =
        held[name] === 'other' && deviation !== undefined ? ` (deviation ${record.text(deviation)})` : ''
      return `${asked}: ${record.text(value)}${said}${why}`
    })
    .join('; ')
}

/** Of the digest of a public key. */
const comparedInWords: Readonly<Record<string, string>> = {
  same: ', the same as of the key',
  other: ', ANOTHER than of the key',
  nothing: ', compared with nothing',
}
