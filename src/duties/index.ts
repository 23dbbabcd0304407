/** What the folders above use of duties. */
export {findDuty, meetDuty, openingDraft, openingDrafts, waiveDuty, type Owed} from './change.ts'
export {dutyDocument, type DutyDocument} from './document.ts'
export {dutiesFold} from './fold.ts'
export {
  duties,
  overdueBy,
  statusOfDuty,
  worstFirst,
  type Duties,
  type Duty,
  type DutyStatus,
} from './state.ts'
