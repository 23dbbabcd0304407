/** What somebody signs to show that they hold the key which a change of the roster brings them. */
import {parsePublicKey, type Person, type Roster} from '../../custody/index.ts'
import type {Entry} from '../../ledger/index.ts'
import {parsePlan} from '../plan.ts'
import {possessor} from '../possession.ts'
import {openedSchema} from '../question.ts'
import {file, type Content, type UseReader} from './core.ts'
import type {Files} from './layout.ts'
import type {Open} from './openings.ts'
import {readQuestion} from './question.ts'

/** Who is asked, as the plan has them. @throws TypeError if the plan brings nobody a key. */
export function possessorIn(files: Files, entry: Entry, roster: Roster, open: Open): Person {
  const data = openedSchema.parse(entry.data)
  const names = Object.fromEntries(
    Object.entries(data.names).map(([party, field]) => {
      const value = open(field)
      return [party, typeof value === 'string' ? value : null]
    }),
  )
  const person = possessor({plan: parsePlan(file(files, 'plan.json')), names}, roster)
  if (person === null) throw new TypeError('the plan brings nobody a key')
  return person
}

export const possessionContent: UseReader = {
  fields({entry}) {
    const {names, reason, ticket} = openedSchema.parse(entry.data)
    return [...Object.values(names), reason, ticket]
  },
  read(core): Content {
    const {content} = readQuestion(core)
    const {statement} = core
    const {type} = parsePublicKey(
      core.person.keys.find(({key}) => parsePublicKey(key).fingerprint === statement.key)?.key ?? '',
    )
    return {
      ...content,
      effects: {
        attest: `Yes: you hold the private half of ${statement.key} (${type}), and want this change. Once enough of the people above have approved it, your signatures with that key count. To say no, sign nothing.`,
      },
    }
  },
}
