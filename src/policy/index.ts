/** What the folders above use of policy. */
export {hsmRootsOf} from './hsm-roots.ts'
export {
  classes,
  operations,
  parsePolicy,
  policyJsonSchema,
  policySchema,
  type KeyClassName,
  type OperationName,
  type Policy,
  type Rule,
} from './document.ts'
export {
  hooksAfter,
  incidentHookPhases,
  neverAutomatic,
  rotationPhases,
  scheduleInWords,
  scheduleOf,
  usualSchedules,
  type Hook,
  type RotationPhase,
  type Schedule,
} from './schedule.ts'
export {contactInWords, contactsFor, unreached, type Contact} from './contacts.ts'
export {channelInWords, isHere, untold, type Channel} from './notifications.ts'
export {destructionOf, retentionInWords, type DestructionRules} from './destruction.ts'
export {defaultPolicy, soloPolicy} from './default.ts'
export {explain, type Explanation} from './explain.ts'
export {policyChanges} from './changes.ts'
export {policyFold, readPolicy, type Adopted} from './fold.ts'
export {lockedOut} from './keeps.ts'
export {lintPolicy, type PolicyFinding} from './lint/index.ts'
export {authorStandsAside} from './rules/environment.ts'
export {keyCounts} from './rules/keys.ts'
export {demandPrinter} from './rules/printers.ts'
export {classifications, type Classification} from './classes.ts'
export {moduleOf, protectionInWords, protectionOf, type FipsModule} from './protection.ts'
export {demandAlgorithm, demandHardware, wantsHardware} from './rules/minimums.ts'
export {askedInWords, meetable, needsOf, ruleInWords} from './rules/needs.ts'
export {isSolo} from './rules/solo.ts'
export {soloInWords} from './rules/solo-words.ts'
export {ruleFor, type Matter} from './rules/which.ts'
export {eligible, mayAnswer, rolesAsked, type Concern} from './rules/who.ts'
