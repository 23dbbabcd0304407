/** An examined request as its signer reads it, on the screen and in `words.txt`. */
import {fromHex} from '../../base/bytes.ts'
import {wordLines} from '../../base/words.ts'
import type {Examined} from './core.ts'
import {calledHere} from './subject.ts'

const titles = {
  certificate: 'You are asked to sign that it was done:',
  approval: 'You are asked to approve or to reject',
  proposal: 'You are asked to sign, as its author,',
  founding: 'You are asked to sign',
  possession: 'You are asked to show that you hold your key, for',
  transcript: 'You are asked to sign the transcript of',
} as const

export function wordsOf({
  use,
  facts,
  person,
  statement,
  content,
  checkpoint,
  erased,
}: Examined): readonly string[] {
  return [
    ...(facts.rehearsal ? ['REHEARSAL: what you sign here counts nowhere else.', ''] : []),
    `${titles[use]} ${content.id} of ${facts.organisation}.`,
    '',
    ...content.lines,
    ...erased.map(
      ({seq, count}) =>
        `ERASED by entry ${seq}, and so not shown here: ${count} of the names and texts that belong to this.`,
    ),
    '',
    `SHA-256 of ${content.digestOf}: ${content.digest}`,
    ...wordLines(fromHex(content.digest)),
    '',
    `You are ${calledHere(person)}, ${person.id}, with ${statement.key}; roles: ${person.roles.join(', ')}.`,
    ...Object.values(content.effects),
    '',
    `Ledger ${facts.name}, as of ${checkpoint.size} entries, fingerprint ${facts.fingerprint}`,
    ...(content.digest === facts.fingerprint ? [] : wordLines(fromHex(facts.fingerprint))),
  ]
}
