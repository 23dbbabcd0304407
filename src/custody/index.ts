/** What the folders above use of people. */
export {
  continuationDocument,
  continuationFold,
  continuationInWords,
  type Continuation,
} from './continuation.ts'
export {
  attestationDocument,
  attestationFault,
  parseAttestation,
  type Attestation,
} from './attestation/attestation.ts'
export {entryOf, isPersonId, parseChange, type Change} from './change.ts'
export {cloneFault, type OutOfOrder} from './counters.ts'
export {findPerson, peopleCalled} from './find.ts'
export {foundingData, foundPeople, signFounding, type Founder} from './found.ts'
export {custodyFold, rosterSchema} from './fold.ts'
export {judgeStatement, signedStatement, type Expected, type SignedStatement} from './judge.ts'
export {
  canBeMet,
  differentPeople,
  isMet,
  missingInWords,
  unmetRoles,
  type Approver,
  type Needs,
} from './quorum.ts'
export {demandRecipient, isRecipient, pluginOf} from './recipient.ts'
export {approversOf, keysFault, stateFault} from './roster-changes.ts'
export type {Custody, Suspension} from './custody.ts'
export {untilOf} from './suspension.ts'
export {isRole, roles, type Role} from './roles.ts'
export {
  enrolledKey,
  nameOf,
  personRef,
  rosterDocument,
  type EnrolledKey,
  type KeyClass,
  type Person,
  type PersonState,
  type Roster,
} from './roster.ts'
export {parseRoster} from './roster-document.ts'
export {
  namespaceOf,
  rehearsalFault,
  statementBytes,
  statementSchema,
  type Statement,
  type Use,
} from './statement.ts'
export {fingerprintOf, parsePublicKey, type PublicKey} from './ssh/public-key.ts'
export {armor, buildSshsig, parseArmored, parseSshsig, signedData, verifySshsig} from './ssh/sshsig.ts'
export {signerFor, type Signer} from './ssh/signer.ts'
export {generateEd25519} from './ssh/private-key.ts'
export {signStatement, type Signing} from './sign.ts'
export {listIdentities} from './ssh/agent.ts'
