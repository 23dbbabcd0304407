/** What a founder signs: the first entry, with its people, its policy, and the key that writes. */
import {sha256Hex} from '../../base/bytes.ts'
import {parseJcs} from '../../base/jcs.ts'
import {parsePublicKey} from '../../custody/index.ts'
import {isBlobRef} from '../../ledger/index.ts'
import {askedInWords, isSolo, parsePolicy, soloInWords} from '../../policy/index.ts'
import {continuedInWords, reasonOf} from './continued.ts'
import {file, type UseReader} from './core.ts'
import {calledHere} from './subject.ts'

export const foundingContent: UseReader = {
  fields: ({entry}) => reasonOf(entry),
  read({entry, files, statement, facts, roster, open}) {
    const policyBytes = file(files, 'policy.json')
    const {policy: named} = entry.data
    if (entry.leaf !== facts.fingerprint || statement.plan_sha256 !== null)
      throw new TypeError('it is not the founding')
    if (!isBlobRef(named) || named.blob !== sha256Hex(policyBytes))
      throw new TypeError('policy.json is not the policy that the entry names')
    const policy = parsePolicy(parseJcs(policyBytes))
    return {
      id: 'founding',
      digest: facts.fingerprint,
      digestOf: 'the first entry, the fingerprint of the ledger',
      environment: null,
      lines: [
        `Found the ledger of ${facts.organisation}, ${facts.name}, opened ${entry.time}.`,
        `Its entries are signed by ${facts.vkey}.`,
        ...continuedInWords(entry, open),
        ...[...roster.values()].map(
          (person) =>
            `${calledHere(person)}, ${person.address ?? person.id}: ${person.roles.join(', ')}; ${person.keys.map(({key}) => parsePublicKey(key).fingerprint).join(', ')}.`,
        ),
        `Its policy is "${policy.name}", SHA-256 ${named.blob}.`,
        ...(isSolo(policy) ? [soloInWords(policy)] : []),
        ...policy.rules.map(
          (rule) => `Rule "${rule.id}" (${rule.operations.join(', ')}): ${askedInWords(rule)}.`,
        ),
      ],
      effects: {
        attest:
          'Yes: from then on you count in this ledger with this key, under this policy. To say no, sign nothing.',
      },
    }
  },
}
