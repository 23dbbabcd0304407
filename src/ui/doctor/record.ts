/** The ledger as it stands: can it be trusted, can it be written, and is anybody's own pin of it of use. */
import {lstatSync} from 'node:fs'
import type {App} from '../../app.ts'
import {parseCheckpoint} from '../../ledger/note.ts'
import {clockFault, loadPin, verifyLedger} from '../../ledger/index.ts'
import {acknowledgement, pinPath} from '../../ledger/pins.ts'
import {counted} from '../print.ts'
import {failure, fault, good, warning, type Finding} from './finding.ts'

const staleMs = 30 * 24 * 3_600_000

/** @param full - verifies every file, signature and pin, as `ledger verify` does; else it is replayed, as every command does. */
export function ledgerFinding(app: App, full: boolean): Finding {
  const {home, state} = app.world
  try {
    const {size} = app.ledger // opening it also looks whether it is an older copy
    if (!full) return good('ledger', `${counted(size, 'entry')} replayed, each as it must be`)
    const {problems, entries} = verifyLedger({home, state, folds: app.folds, pins: []})
    const [first] = problems
    return first === undefined
      ? good('ledger', `${counted(entries, 'entry')} verified`)
      : fault(
          'ledger',
          `${counted(problems.length, 'problem')}, the first: ${first.message}`,
          'keyrite ledger verify',
        )
  } catch (error) {
    return failure('ledger', error, 'keyrite ledger verify')
  }
}

export function clockFinding({ledger}: App): Finding {
  const {times} = ledger
  const wrong = clockFault(times)
  return wrong === null
    ? good('clock', `${times.wall.toISOString()}, not before the last entry`)
    : fault(
        'clock',
        `${wrong.fact}; if this clock is right: keyrite ledger clock`,
        'timedatectl set-ntp true',
      )
}

export function pinFinding({ledger, world}: App): Finding {
  const verify = 'keyrite ledger verify'
  const {fingerprint} = ledger.view.facts
  try {
    const pin = loadPin(world.state, fingerprint)
    if (pin === undefined)
      return warning('pins', 'you have no pin of this ledger: a rollback could not be seen', verify)
    const {size} = parseCheckpoint(pin)
    const known = acknowledgement(pin, ledger.view.facts)
    if (known !== undefined) return warning('pins', `your pin: ${known.message}`, verify)
    if (size > ledger.size)
      return fault(
        'pins',
        `your pin saw ${counted(size, 'entry')}, the ledger has ${ledger.size}: it was rolled back or cut off, or another machine writes it now`,
        verify,
      )
    const {mtimeMs} = lstatSync(pinPath(world.state, fingerprint))
    const days = Math.floor((world.clock.now().getTime() - mtimeMs) / 86_400_000)
    return days * 86_400_000 >= staleMs && size < ledger.size
      ? warning('pins', `your pin is ${days} days old, and ${ledger.size - size} entries behind`, verify)
      : good('pins', `your pin saw ${size} of ${counted(ledger.size, 'entry')}`)
  } catch (error) {
    if (error instanceof TypeError) return fault('pins', `your pin cannot be read: ${error.message}`, verify)
    return failure('pins', error, verify)
  }
}
