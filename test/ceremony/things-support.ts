/** A template in which things lie in bags, a device is connected, and a key is asked about; it lints clean. */
import {describe, expect, test} from '@jest/globals'
import {findings} from './lint-support.ts'
import {changed, lineOf, small, type Change} from './template-support.ts'

/** A way to break it, and all that is said of it. */
export interface Exact {
  readonly name: string
  readonly changes: readonly Change[]
  readonly rule: string
  /** What only the line of the finding holds. */
  readonly line: string
  readonly message: string
}

export function exactly(what: string, rows: readonly Exact[]): void {
  describe(what, () => {
    test.each(rows)('$name is found, and said exactly', ({changes, rule, line, message}) => {
      const text = changed(things, changes)
      const found = findings(text).map(({line: at, rule: of, message: says}) => ({at, of, says}))
      expect(found).toContainEqual({at: lineOf(text, line), of: rule, says: message})
    })
  })
}

export const things = changed(small, [
  [
    'acts:\n',
    `materials:
  - {id: hsm-1, kind: hsm, text: The device., profile: "\${profile}", number: HSM-0001}
  - {id: bag-1, kind: bag, text: The bag from the safe., number: A 1001}
  - {id: bag-2, kind: bag, text: A new bag.}
  - {id: card, kind: token, text: The card of the operators., in: bag-1}
  - {id: stick, kind: medium, text: The memory stick.}
  - {id: safe, kind: safe, text: The safe.}
acts:
  - id: before
    title: Before
    steps:
      - {id: safe-open, kind: confirm, leaves: {safe: open}, by: operator, minutes: 1, text: Open the safe.}
      - {id: bag-check, kind: bag, action: check, bag: bag-1, reads: witness, by: operator, minutes: 1, text: Look at the bag.}
      - {id: bag-open, kind: bag, action: open, bag: bag-1, reads: witness, by: operator, minutes: 1, text: Cut the bag open.}
      - {id: safe-shut, kind: confirm, needs: {safe: open}, leaves: {safe: locked}, by: operator, minutes: 1, text: Shut the safe.}
      - {id: plug, kind: confirm, leaves: {hsm-1: connected, card: connected}, by: operator, minutes: 1, text: Connect device and card.}
      - {id: login, kind: confirm, needs: {hsm-1: connected}, leaves: {card: logged-in}, by: operator, minutes: 1, text: Log the card in.}
`,
  ],
  [
    '      - {id: serial,',
    `      - {id: asked, kind: attest, key: "\${key-name}", evidence: asserted, by: operator, minutes: 1, text: Ask the provider.}
      - {id: picture, kind: photo, subject: The screen., by: witness, minutes: 1, text: Take a picture.}
      - {id: logout, kind: confirm, leaves: {card: connected}, by: operator, minutes: 1, text: Log the card out.}
      - {id: unplug, kind: confirm, leaves: {card: out, hsm-1: off}, by: operator, minutes: 1, text: Unplug both.}
      - {id: seal, kind: bag, action: seal, bag: bag-2, contents: [card, stick], reads: witness, by: operator, minutes: 1, text: Seal the bag.}
      - {id: shred, kind: bag, action: destroy, bag: bag-1, by: operator, minutes: 1, text: Destroy the old bag.}
      - {id: serial,`,
  ],
])
