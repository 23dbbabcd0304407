/** `bag`: the number that stands on a tamper-evident bag is read, typed, compared with the one that was recorded before, and recorded. */
import {custodyFold} from '../../custody/index.ts'
import {Private, type DraftObject} from '../../ledger/index.ts'
import type {Material} from '../outline.ts'
import type {BagStep} from '../step.ts'
import {ceremonyOf, peopleIn, type RunContext} from '../run-context.ts'
import {askCompared, deviationAt} from './compared.ts'
import {demandYes} from './confirm.ts'

const questions = {
  seal: 'Are the things above in the bag, is it closed, and is its seal whole',
  check: 'Is the seal whole, and shows nothing that somebody tried to open the bag',
  open: 'Was the seal whole until now, is the bag cut open, and is it empty',
  destroy: 'Is the bag destroyed, so that it cannot be taken for another',
} as const

export async function runBag(context: RunContext, step: BagStep): Promise<DraftObject> {
  const {room} = context
  const contents = [...(step.contents ?? [])]
  if (contents.length > 0)
    room.say([`${step.action === 'seal' ? 'Goes in' : 'Comes out'}: ${inWords(context, contents)}.`])
  const about = {action: step.action, bag: step.bag, ...(contents.length === 0 ? {} : {contents})}
  if (step.action === 'destroy') {
    await demandYes(context, step.id, questions.destroy)
    return about
  }
  // The seal is looked at before it is cut, and the number before anything is put away.
  const before = numberBefore(context, step.bag)
  const number = await askNumber(context, step, before)
  const differs = before !== null && !same(number, before.number)
  await demandYes(context, step.id, questions[step.action])
  const deviation = deviationAt(context, step.id)
  const reader = step.reads === undefined ? {} : {read_by: peopleIn(context, step.reads).map(({id}) => id)}
  return {
    ...about,
    number: new Private(number),
    compared: before === null ? 'nothing' : differs ? 'other' : before.from,
    ...(differs && deviation !== undefined ? {deviation: deviation.name} : {}),
    ...reader,
  }
}

interface Before {
  readonly number: string
  readonly from: 'template' | 'ceremony'
}

/** The number of a bag as this ceremony recorded it last, else as the template has it. */
function numberBefore(context: RunContext, bag: string): Before | null {
  const {view} = context.app.ledger
  for (const done of [...ceremonyOf(context).done].reverse()) {
    if (done.kind !== 'bag' || done.result['bag'] !== bag) continue
    const number = view.open(done.result['number'])
    if (typeof number === 'string') return {number, from: 'ceremony'}
  }
  const number = materialIn(context, bag)?.number
  return number === undefined ? null : {number, from: 'template'}
}

function askNumber(context: RunContext, step: BagStep, before: Before | null): Promise<string> {
  const {roster} = context.app.ledger.of(custodyFold)
  const reads =
    step.reads === undefined
      ? ''
      : `, as ${step.reads} (${peopleIn(context, step.reads)
          .map(({id, name}) => name ?? roster.get(id)?.address ?? id)
          .join(', ')}) reads it aloud`
  return askCompared(
    context,
    {step: step.id, field: 'number', question: `Number on bag "${step.bag}"${reads}`},
    {
      isSame: (text) => before === null || same(text, before.number),
      problem: before === null ? '' : otherNumber(step.bag, before),
      deviates: 'if it is the right bag and another number stands on it',
    },
  )
}

function otherNumber(bag: string, {from}: Before): string {
  return `this is not the number of bag "${bag}" that ${from === 'template' ? 'the template has' : 'was recorded before'}`
}

/** As people write numbers: blanks, and whether letters are capital, do not count. */
function same(one: string, other: string): boolean {
  const plain = (text: string): string => text.replace(/\s/g, '').toUpperCase()
  return plain(one) === plain(other)
}

function inWords(context: RunContext, ids: readonly string[]): string {
  return ids.map((id) => `"${id}" (${materialIn(context, id)?.text ?? 'not declared'})`).join('; ')
}

function materialIn({filled}: RunContext, id: string): Material | undefined {
  return filled.materials.find((one) => one.id === id)
}
