/** That the draft of a post-mortem was written meets the duty to draft it. */
import {basename} from 'node:path'
import type {App} from '../../app.ts'
import {duties, meetDuty, type Duty} from '../../duties/index.ts'
import type {Person} from '../../custody/index.ts'
import {openOwed, isOpen, type Incident} from '../../incidents/index.ts'
import {stated} from '../actor.ts'
import {contextFor} from '../gather.ts'

/**
 * Where this machine writes the ledger, the duty is opened if it is not there, and recorded as done.
 * @returns its id, null where none was met now; and what to say of it.
 */
export async function draftIsThere(
  app: App,
  incident: Incident,
  {path, sha256}: {readonly path: string; readonly sha256: string},
  actor: () => Promise<Person>,
): Promise<{readonly duty: string | null; readonly words: string}> {
  const {ledger} = app
  if (ledger.access.kind !== 'writer')
    return {
      duty: null,
      words: `This machine does not write the ledger: record it where it is written: keyrite duty done post-mortem --evidence ${path}`,
    }
  const there = dutyOf(app, incident)
  if (there?.done !== undefined && there.done !== null)
    return {
      duty: null,
      words: `The duty ${there.id} was done before, ${there.done.at}: nothing was recorded.`,
    }
  const person = await actor()
  if (there === undefined && isOpen(incident)) await openOwed(contextFor(app, person), incident)
  const owed = dutyOf(app, incident)
  if (owed === undefined)
    return {duty: null, words: 'Nobody owes one, for nothing was contained: nothing was recorded.'}
  await meetDuty(ledger, owed, {...stated(person), person: person.id}, {file: basename(path), sha256})
  return {duty: owed.id, words: `Duty ${owed.id} (${owed.name}) is recorded as done.`}
}

function dutyOf({ledger}: App, {seq}: Incident): Duty | undefined {
  return [...ledger.of(duties).values()].find(
    ({source, name}) => source === seq && name.endsWith('post-mortem'),
  )
}
