/** Who writes: here or elsewhere, a key or a take-over that waits, a fork that may come. */
import {join} from 'node:path'
import type {App} from '../../app.ts'
import {doubtfulIn, forkRisks, hasDraft, loadPending, vkeyText} from '../../ledger/index.ts'
import {counted} from '../print.ts'
import {fault, good, note, warning, type Finding} from './finding.ts'

export function writerFindings(app: App): readonly Finding[] {
  return [
    writerFinding(app),
    ...riskFindings(app),
    ...doubtFindings(app),
    ...keyFindings(app),
    ...draftFindings(app),
  ]
}

function writerFinding({ledger: {access}}: App): Finding {
  return access.kind === 'reader'
    ? fault('writer', `reading only: ${access.because}`, 'keyrite ledger take-over --prepare')
    : good('writer', 'this home is where the ledger is written')
}

function riskFindings({ledger}: App): Finding[] {
  return forkRisks(ledger.view.facts).map(({seq, by}) =>
    warning(
      'fork risk',
      `since the ${by} at entry ${seq} the copy of the machine before was not seen`,
      'keyrite ledger compare OTHER',
    ),
  )
}

/** Nothing mends them: they stay, and whoever reads them should know. */
function doubtFindings({ledger: {view}}: App): Finding[] {
  const doubtful = doubtfulIn(view.facts, (seq) => view.entry(seq))
  const [first] = doubtful
  if (first === undefined) return []
  const shown = doubtful.slice(0, 10).join(', ')
  return [
    note(
      'doubtful',
      `${counted(doubtful.length, 'entry')} needed no approval and came after the writer’s key was stolen, so its thief can have written them: ${shown}${doubtful.length > 10 ? ', …' : ''}`,
      `keyrite ledger show ${first}`,
    ),
  ]
}

function keyFindings({ledger, world}: App): Finding[] {
  const {name, vkey} = ledger.view.facts
  const waiting = loadPending(world.state, name)
  if (waiting === undefined) return []
  const own = vkeyText(waiting.key)
  if (own === vkey)
    return [
      fault(
        'waiting key',
        'the ledger was handed over to it, and not taken over yet',
        'keyrite ledger take-over FILE',
      ),
    ]
  const next =
    ledger.access.kind === 'reader'
      ? `keyrite ledger hand-over --to ${own} --out FILE`
      : 'keyrite ledger replace-key'
  return [warning('waiting key', `${own} does not write this ledger yet`, next)]
}

function draftFindings({world: {home}}: App): Finding[] {
  return hasDraft(home)
    ? [
        warning(
          'take-over',
          `one waits for people in "${join(home, 'take-over.draft')}"`,
          'keyrite request list',
        ),
      ]
    : []
}
