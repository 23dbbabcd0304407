/** The printed script: the template for people in a room. */
import {fromHex} from '../../base/bytes.ts'
import {words} from '../../base/words.ts'
import type {Doc} from '../../paper/document.ts'
import {acts} from './acts.ts'
import {cover} from './cover.ts'
import {ending} from './ending.ts'
import type {Printing} from './printing.ts'

/** Equal templates, ledgers and values give equal scripts: no clock and no machine is in them. */
export function scriptOf(printing: Printing): Doc {
  const {filled, ledger, standby} = printing
  return {
    title: `Script: ${filled.title}`,
    language: 'en',
    rehearsal: ledger?.rehearsal ?? false,
    dated: standby ?? new Date(0),
    running: {
      head: filled.title,
      foot: [`Template SHA-256 ${filled.sha256}`, words(fromHex(filled.sha256)).join(' ')],
    },
    blocks: [...cover(printing), ...acts(printing), ...ending(printing)],
  }
}
