/** Makes and signs a statement: the person's side of every gate. */
import {base64} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import type {LedgerFacts} from '../ledger/index.ts'
import type {Person} from './roster.ts'
import {parsePublicKey} from './ssh/public-key.ts'
import type {Signer} from './ssh/signer.ts'
import {namespaceOf, statementBytes, type Statement, type Use} from './statement.ts'
import type {SignedStatement} from './judge.ts'

/** What is to be signed, and what the signer has seen of the ledger. */
export interface Signing {
  readonly use: Use
  readonly decision: Statement['decision']
  /** Leaf hash of the entry that it is about. */
  readonly about: string
  readonly planSha256: string | null
  readonly checkpoint: {readonly root: string; readonly size: number}
  readonly facts: LedgerFacts
  readonly issued: Date
}

/** @throws KeyriteError `BAD_SIGNATURE` if the signer's key is not one of this person's, and whatever the signer throws. */
export async function signStatement(
  person: Person,
  signer: Signer,
  signing: Signing,
): Promise<SignedStatement> {
  const keys = person.keys.map((key) => parsePublicKey(key.key).fingerprint)
  if (!keys.includes(signer.publicKey.fingerprint)) {
    throw new KeyriteError(
      'BAD_SIGNATURE',
      `cannot sign for ${person.name ?? person.id}: key ${signer.publicKey.fingerprint} is not theirs in the roster`,
      {
        hints: [`keyrite custodian show ${person.address ?? person.id}`],
      },
    )
  }
  const statement: Statement = {
    about: signing.about,
    checkpoint: signing.checkpoint,
    decision: signing.decision,
    issued: signing.issued.toISOString(),
    key: signer.publicKey.fingerprint,
    ledger: signing.facts.fingerprint,
    person: person.id,
    plan_sha256: signing.planSha256,
    roles: [...person.roles].sort(),
    type: 'keyrite.statement/1',
    use: signing.use,
  }
  const signature = await signer.sign(namespaceOf(signing.use, signing.facts), statementBytes(statement))
  return {statement, signature: base64(signature)}
}
