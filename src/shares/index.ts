/** What the folders above use of shares. */
export {combineApart, Dealer, openApart} from './child/line.ts'
export {drillOfQuarter, isSettled, oweFirstDrill, openDrillOf, settleDrill} from './drills.ts'
export {sharesFold} from './fold.ts'
export {badShare, type Share, type Wrapped} from './format.ts'
export type {Handing, Hands, SharesContext} from './hands.ts'
export type {Head} from './head.ts'
export {
  demandRecovers,
  factsOf,
  findSet,
  headOf,
  missingIn,
  openDrill,
  setsCalled,
  wrappedOf,
} from './known.ts'
export {brokenOff, settleRecoveries, settleSplit, voidBrokenOff} from './left-open.ts'
export {shareCombine} from './operations/combine.ts'
export {deliveryInWords, demandSealable, shareSplit} from './operations/split.ts'
export {oweAfterRecovery} from './owed.ts'
export {homeOf, recoveryFault} from './asked.ts'
export {mostHolders, planCombine, planSplit, type HolderWish, type SplitWish} from './plans.ts'
export {giveReceipt, holderOf, receiptDue} from './receipts.ts'
export {readRow, rowBytes, type Mend, type Row} from './row.ts'
export {readShareBlock, shareInRows, shareRows} from './blocks.ts'
export {demandPlainRecipient, openFor, sealFor} from './sealed.ts'
export {demandShareOf} from './split.ts'
export {parseCombine, parseSplit, type SplitSpec} from './spec.ts'
export {
  allGiven,
  recovers,
  statusOfSet,
  type Drill,
  type Holder,
  type SetStatus,
  type Shares,
  type ShareSet,
} from './state.ts'
export {faultOf, isQr, mostTextBytes, parseShareText, wrappedText} from './text.ts'
