/** What the folders above use of incidents. */
export {demandNotWaiting, incidentContain, planContain, planPromote} from './contain.ts'
export {askForChildren} from './children.ts'
export {incidentDocument, type IncidentDocument} from './document.ts'
export {clockText} from './elapsed.ts'
export type {OpenStep} from './open-steps.ts'
export {drillOfEntry, lastDrill, type LastDrill} from './drills.ts'
export {incidentsFold} from './fold.ts'
export {hooksLeft, runIncidentHooks} from './hooks.ts'
export {look, type Looking, type PreflightLine} from './look.ts'
export {
  closingDraft,
  demandOpenIncident,
  demandReplaced,
  demandTestKey,
  findIncident,
  noteIncident,
  openIncident,
  type Opening,
} from './open.ts'
export {openOwed} from './owed.ts'
export {emergencyCard} from './papers/card.ts'
export {postmortem} from './papers/postmortem.ts'
export {wholeRecord} from './papers/whole.ts'
export {drillMark, drillMarked, phaseName} from './phases.ts'
export {proveDead} from './prove.ts'
export {promotes} from './promote.ts'
export {incidentReplace, planReplace} from './replace.ts'
export {incidentRatify, planRatify} from './ratify.ts'
export {keyUnrevoke, planUnrevoke} from './release.ts'
export {enough, isContained, overdueIncidents, peopleOf, ratifyDue, containments, stripped} from './rules.ts'
export {overdueInWords, overdueRows} from './overdue.ts'
export {entriesOf} from './record/entries.ts'
export {incidentRecord, type IncidentRecord} from './record/index.ts'
export {incidentSentences} from './record/words.ts'
export {applyEach, applyThese, type StepOutcome} from './run.ts'
export {
  incidents,
  isOpen,
  openOn,
  orders,
  reasons,
  type Incident,
  type Incidents,
  type Order,
  type Reason,
} from './state.ts'
