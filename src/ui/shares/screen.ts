/** One share on the screen, once: in the alternate screen, typed back row by row, and gone with its scrollback. */
import {shareRows, readRow, faultOf} from '../../shares/index.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {Ask} from '../ask.ts'

export interface Screen {
  /** To the terminal, as it is. */
  readonly write: (text: string) => void
  /** Whether it can be cleared: a terminal that is not plain. */
  readonly clears: boolean
  /** A terminal that cannot: nothing in the clear is shown on it. */
  readonly stays: boolean
}

/** The terminal that people look at; a plain one is never cleared. */
export function screenOf(
  output: {readonly isTTY: boolean; readonly write: (text: string) => void},
  plain: boolean,
): Screen {
  return {
    write: (text) => {
      output.write(text)
    },
    clears: output.isTTY && !plain,
    stays: output.isTTY && plain,
  }
}

/** Before anything is split. @throws KeyriteError `NO_TERMINAL`, or `UNSUPPORTED` where what is shown would stay. */
export function demandClears({clears, stays}: Screen): void {
  if (clears) return
  if (!stays)
    throw new KeyriteError(
      'NO_TERMINAL',
      'cannot show a share here: there is no terminal that could be cleared',
      {
        hints: [
          '--holder PERSON=passphrase',
          'keyrite custodian set-recipient PERSON',
          'the same on a terminal',
        ],
      },
    )
  throw new KeyriteError('UNSUPPORTED', 'cannot show a share here: this terminal is not to be cleared', {
    hints: ['--holder PERSON=passphrase', 'keyrite custodian set-recipient PERSON', 'without --plain'],
  })
}

const enter = '\x1b[?1049h\x1b[2J\x1b[H'
/** Screen and scrollback, then back to what was there before. */
const leave = '\x1b[2J\x1b[3J\x1b[H\x1b[?1049l'
const clear = '\x1b[2J\x1b[3J\x1b[H'

/**
 * Shows the rows, then hides them, and has each typed back.
 * @param rows - wiped afterwards.
 */
export async function showOnce(
  {write, clears}: Screen,
  ask: Ask,
  head: readonly string[],
  rows: readonly Buffer[],
): Promise<void> {
  try {
    write(clears ? enter : '')
    show()
    await ask.text({
      message: 'Write the rows down. Then press Enter, and they are hidden',
      flag: '--holder PERSON=passphrase',
    })
    for (let row = 1; row <= shareRows; row++) {
      write(clears ? clear : '')
      write('Type the row from your note; nothing, and Enter, shows all rows again.\n')
      for (;;) {
        const message = `Row ${row} of ${shareRows}`
        const typed = await (ask.letters ?? ask.secret)({message, flag: '--holder PERSON=passphrase'})
        const read = typed.consume((bytes) =>
          bytes.length === 0 ? null : readRow('s', row, shareRows, bytes),
        )
        if (read === null) {
          write(clears ? clear : '')
          show()
          await ask.text({message: 'Press Enter to hide them', flag: '--holder PERSON=passphrase'})
          write(clears ? clear : '')
        } else if (read.kind !== 'good') write(`  Row ${row}: ${faultOf(read)}.\n`)
        else if (same(read.bytes, row)) break
        else write(`  Row ${row} is a good row, but not of this share.\n`)
      }
    }
  } finally {
    write(clears ? leave : '')
    for (const row of rows) row.fill(0)
  }

  function show(): void {
    for (const line of head) write(`${line}\n`)
    write('\n')
    for (const row of rows) write(`  ${row.toString('latin1')}\n`)
    write('\nThere is no 1, b, i or o in it. Every row ends with letters that check it.\n\n')
  }

  function same(bytes: Buffer, row: number): boolean {
    const shown = readRow('s', row, shareRows, rows[row - 1]?.subarray(3) ?? Buffer.alloc(0))
    const good = shown.kind === 'good' && shown.bytes.equals(bytes)
    if (shown.kind === 'good') shown.bytes.fill(0)
    bytes.fill(0)
    return good
  }
}
