/** A ceremony in which every kind of step occurs, on a key that is made at once; it is broken off in every way. */
import {shortTemplate} from './room.ts'

const after = (text: string, id: string, ...steps: readonly string[]): string => {
  const line = new RegExp(`^ {6}- \\{id: ${id},.*\\n`, 'm').exec(text)?.[0]
  if (line === undefined) throw new Error(`there is a step "${id}"`)
  return text.replace(line, () => line + steps.map((step) => `      - {${step}}\n`).join(''))
}

const says = (name: string): string =>
  `subject: {organization: Example, common-name: ${name}}, usage: [digital-signature]`

/** The kinds that it has are held against those that there are. */
export const everyKindTemplate = [
  (text: string) =>
    text.replace(
      'acts:\n',
      `materials:
  - {id: old-bag, kind: bag, text: The bag from the safe., number: A 1001}
  - {id: new-bag, kind: bag, text: A new bag.}
  - {id: stick, kind: medium, text: The memory stick., in: old-bag}
acts:
`,
    ),
  (text: string) =>
    after(
      text,
      'seal',
      'id: words, kind: read-aloud, what: ledger, by: operator, minutes: 1, text: The words are read.',
      'id: look, kind: bag, action: check, bag: old-bag, reads: witness, by: operator, minutes: 1, text: The bag is looked at.',
      'id: cut, kind: bag, action: open, bag: old-bag, reads: witness, by: operator, minutes: 1, text: The bag is cut open.',
      'id: picture, kind: photo, subject: The table., by: witness, minutes: 1, text: A picture is taken.',
      'id: lunch, kind: pause, by: operator, minutes: 1, text: The room has lunch.',
    ),
  (text: string) =>
    after(
      text,
      'approve',
      'id: approve-self, kind: quorum, for: [certify], by: custodian, minutes: 5, text: Each custodian signs the plan.',
      'id: approve-asking, kind: quorum, for: [request], by: custodian, minutes: 5, text: Each custodian signs the plan.',
    ),
  (text: string) =>
    after(
      text,
      'use',
      'id: protection, kind: attest, key: "${key-name}", by: operator, minutes: 1, text: The provider is asked.',
      `id: certify, kind: certificate.self-sign, key: "\${key-name}", ${says('Of itself')}, not-before: 2026-11-01, not-after: 2036-10-30, by: operator, minutes: 1, text: The key signs.`,
      'id: certified, kind: certificate.verify, of: certify, by: operator, minutes: 1, text: It is compared.',
      `id: request, kind: certificate.request, key: "\${key-name}", ${says('Asked for')}, by: operator, minutes: 1, text: The key signs.`,
      'id: requested, kind: certificate.verify, of: request, by: operator, minutes: 1, text: It is compared.',
      'id: wrap, kind: bag, action: seal, bag: new-bag, contents: [stick], reads: witness, by: operator, minutes: 1, text: The bag is sealed.',
      'id: shred, kind: bag, action: destroy, bag: old-bag, by: operator, minutes: 1, text: The old bag is cut through.',
    ),
].reduce((text, change) => change(text), shortTemplate)

/** Its steps, the sign-off among them. */
export const everyKindSteps = everyKindTemplate.match(/^ {6}- \{id: /gm)?.length ?? 0

/** What is typed, by field. */
export const typedInEveryKind: Readonly<Record<string, string>> = {
  ...{number: 'A 1001', reference: 'camera 1', seal: 'B-1'},
}

const handled = (): object => ({answer: {number: typedInEveryKind['number'], confirm: 'yes'}})
/** The same in an answers file, with something that is done otherwise, and a pause that the template does not foresee. */
export const everyKindAnswers = {
  steps: {
    ...{look: handled(), cut: handled(), wrap: handled()},
    seal: {answer: typedInEveryKind['seal']},
    picture: {answer: {reference: typedInEveryKind['reference']}},
  },
  deviations: [
    ...[{step: 'picture', what: 'two', why: 'one was blurred', 'decided-by': 'alice', 'agreed-by': ['bob']}],
  ],
  pauses: [{step: 'clock', remain: ['alice']}],
}
