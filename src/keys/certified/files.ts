/** A signed outcome as files, for `sha256sum` and `ssh-keygen` alone. */
import {fromBase64} from '../../base/bytes.ts'
import {isObject, jcs} from '../../base/jcs.ts'
import {KeyriteError} from '../../base/errors.ts'
import {armor, custodyFold, namespaceOf, signedStatement} from '../../custody/index.ts'
import type {View} from '../../ledger/index.ts'
import {certifications} from './state.ts'
import {outcomeOf} from './fold.ts'
import {textFile} from './sign.ts'

/** @throws KeyriteError `NOT_FOUND` where nobody signed it. */
export function signedFiles(
  view: View,
  name: string,
  number: number,
): readonly (readonly [string, Uint8Array])[] {
  const outcome = outcomeOf(view, name, number)
  const found = view.of(certifications).all.get(outcome?.seq ?? -1)
  if (found === undefined)
    throw new KeyriteError(
      'NOT_FOUND',
      `cannot write what was signed of key "${name}" version ${number}: nobody signed that it was done, only the plan`,
      {hints: [`keyrite key certify ${name}`]},
    )
  const {roster} = view.of(custodyFold)
  const entries = [...found.signed].flatMap(([person, seq]) => {
    const entry = view.entry(seq)
    return entry === undefined ? [] : [{person, entry}]
  })
  const namespace = namespaceOf('certificate', view.facts)
  const bytes = (text: string): Uint8Array => Buffer.from(text)
  const allowed = entries.flatMap(({person}) =>
    (roster.get(person)?.keys ?? []).map(({key}) => `${person} namespaces="${namespace}" ${key}`),
  )
  return [
    [textFile, view.blob(found.text)],
    ['allowed_signers', bytes(`${allowed.join('\n')}\n`)],
    ...entries.flatMap(({person, entry: {data}}): [string, Uint8Array][] => [
      [`${person}.statement`, bytes(jcs(isObject(data['statement']) ? data['statement'] : {}))],
      [`${person}.sig`, bytes(armor(fromBase64(signedStatement(data).signature)))],
    ]),
    [
      'CHECK.md',
      bytes(
        guide(
          view,
          found.text,
          entries.map(({person}) => person),
          namespace,
        ),
      ),
    ],
  ]
}

function guide({facts}: View, sha256: string, people: readonly string[], namespace: string): string {
  return [
    `# How to check this without keyrite${facts.rehearsal ? ' (REHEARSAL: it counts nowhere else)' : ''}`,
    '',
    `\`${textFile}\` says what was destroyed. Its SHA-256 stands in each statement as \`plan_sha256\`, and each statement is signed:`,
    '',
    '```sh',
    `echo '${sha256}  ${textFile}' | sha256sum -c`,
    ...people.flatMap((person) => [
      `grep -c '"plan_sha256":"${sha256}"' ${person}.statement`,
      `ssh-keygen -Y verify -f allowed_signers -I ${person} -n ${namespace} -s ${person}.sig < ${person}.statement`,
    ]),
    '```',
    '',
    '`allowed_signers` holds the keys that the ledger gives these people: whose they are is known from the roster, or told by another channel.',
    `Each statement names the ledger, whose fingerprint must be that on your paper: ${facts.fingerprint}`,
    '',
  ].join('\n')
}
