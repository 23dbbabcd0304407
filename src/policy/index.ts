/** What the folders above use of policy. */
export {
  classes,
  operations,
  parsePolicy,
  policySchema,
  type KeyClassName,
  type OperationName,
  type Policy,
  type Rule,
} from './document.ts'
export {defaultPolicy, soloPolicy} from './default.ts'
export {explain, type Explanation} from './explain.ts'
export {askedInWords, policyChanges} from './changes.ts'
export {policyFold, readPolicy, type Adopted} from './fold.ts'
export {lockedOut} from './keeps.ts'
export {lintPolicy, type PolicyFinding} from './lint.ts'
export {
  eligible,
  keyCounts,
  mayAnswer,
  needsOf,
  ruleFor,
  ruleInWords,
  type Concern,
  type Matter,
} from './rules.ts'
