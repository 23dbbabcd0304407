/** What the folders above use of requests. */
export {
  answer,
  approvals,
  demandOpen,
  isProposal,
  lacksProposal,
  lacksSignatures,
  meet,
  missing,
  propose,
  withdraw,
} from './answer.ts'
export {apply, demandFounded, enough, inTheWay} from './apply.ts'
export {profileStands} from './checks.ts'
export {demandPlace, goesOnOutside} from './place.ts'
export {findRequest, openRequest, requestAt, statusNow, type Asking} from './ask.ts'
export {planInWords, policyOf, requestDocument, type RequestDocument} from './document.ts'
export {requestsFold} from './fold.ts'
export {formed} from './formed.ts'
export {undertake, type Intent} from './intent.ts'
export {withoutGivenUp} from './given-up.ts'
export {
  goesOnBy,
  matterOfPlan,
  operationOf,
  operationsOf,
  type ActContext,
  type Asked,
  type Operation,
  type Operations,
  type PhaseOf,
} from './operation.ts'
export {ledgerErase, placesIn, placesOf, planErase, type Place} from './operations/erase.ts'
export {
  planConfirm,
  planEnroll,
  planReplaceKey,
  planRestore,
  planRetire,
  planSetRecipient,
  planSuspend,
  type Enrolment,
  type PlannedChange,
} from './operations/people-plans.ts'
export {custodianChange, custodianSuspend} from './operations/people.ts'
export {planAdopt, policyAdopt} from './operations/policy.ts'
export {bringsKey, givePossession, needsPossession, possessor} from './possession.ts'
export {demandNotRehearsed, profileAdd, profileRemove} from './operations/profiles.ts'
export {planMake, profileMake} from './operations/place.ts'
export {isRun, ledgerRestore, ledgerWriter, restorePlan, writerPlan} from './operations/writer.ts'
export {phase, planDigest, type Phase, type Plan} from './plan.ts'
export {planFor} from './plan-for.ts'
export {requests, statusOf, type Answer, type Request, type Requests, type RequestStatus} from './state.ts'
