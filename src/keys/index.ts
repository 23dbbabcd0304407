/** What the folders above use of keys. */
export {askedFault, demandNoFault} from './asked.ts'
export {accessOf, untoldOf, type KeyAccess, type Untold} from './access.ts'
export type {Hours} from './usage/count.ts'
export {Pace} from './usage/pace.ts'
export {readUsage, recordUsage, withoutLog, type Usage} from './usage/read.ts'
export {whichVersion, type KeyDocument} from './document.ts'
export {emergenciesFold} from './emergencies.ts'
export {keysFold} from './fold.ts'
export {keysBeside} from './beside.ts'
export {demandOffered, type Making} from './offered.ts'
export {keyDocument} from './known.ts'
export {proofOf, type Proof} from './effect.ts'
export {
  availabilityOf,
  keyEvents,
  keyStates,
  lifecycle,
  nextState,
  type KeyEvent,
  type KeyState,
} from './lifecycle.ts'
export {isPublished, jwksOf, versionJwk, type Jwk} from './jwk.ts'
export {demandReachable} from './operations/reach.ts'
export {noPolicy} from './operations/key-policy.ts'
export {giveUpChange} from './operations/give-up.ts'
export {changeState} from './operations/move.ts'
export {setAgain} from './operations/set-again.ts'
export {commandAgain, eventAgain} from './again.ts'
export type {Finding} from './sync/fold.ts'
export {triedAgain, tryAvailability} from './try-state.ts'
export {keyCancelDestroy} from './operations/cancel.ts'
export {keyDestroy, keyDestroyHeld, parseDestruction} from './operations/destroy.ts'
export {keyHold, keyReleaseHold} from './operations/hold.ts'
export {keyStandby} from './operations/standby.ts'
export {planStandby, replacementOf, standbyOf} from './plan-standby.ts'
export {giveAlias, keyAlias, keyReplicate} from './operations/reach.ts'
export {onePhase} from './one-phase.ts'
export {planAlias, planReplicate} from './plan-reach.ts'
export {keyDelete} from './operations/delete.ts'
export {planDelete} from './plan-delete.ts'
export {keyGrant, keyUngrant} from './operations/grant.ts'
export {
  begunPolicy,
  begunUngrant,
  grantCalled,
  grantsListed,
  planGrant,
  planPolicy,
  planUngrant,
} from './plan-grant.ts'
export {dayText, keySchedule} from './operations/schedule.ts'
export {
  keyIdOf,
  ownSchedule,
  planSchedule,
  scheduleStanding,
  daysBetween,
  wantedOf,
  type ScheduleStanding,
} from './rotation/schedule.ts'
export {dataKeysBehind, rewrapAll, wrapDataKey, type Rewrapped} from './envelope/acts.ts'
export {signedFiles} from './certified/files.ts'
export {certificationsFold} from './certified/fold.ts'
export {
  certify,
  outcomeContent,
  outcomesLeft,
  outcomeSubject,
  outcomeToSign,
  peopleToSign,
  type Outcome,
} from './certified/sign.ts'
export {envelopesFold} from './envelope/fold.ts'
export {dataKeysUnder, envelopes, type DataKey} from './envelope/state.ts'
export {dueEnds, type DueEnd} from './due-ends.ts'
export {keySet} from './operations/set.ts'
export {keptBy, keptInWords} from './kept.ts'
export {destructionCertificate} from './destruction-certificate.ts'
export {mayRemain} from './remains.ts'
export {planCancel, planDestroy, type Ending} from './plan-destroy.ts'
export {planHold, planRelease, planSet, type SetWish} from './plan-facts.ts'
export {holdKinds} from './state.ts'
export {keyAdopt} from './operations/adopt.ts'
export {parseAdoption, planAdopt, type AdoptWish} from './adoption/plan.ts'
export {survey, type FoundKey, type Survey} from './adoption/survey.ts'
export {materialPrefix, materialSha256} from './material.ts'
export {keyImport, planImport, type ImportContext} from './operations/import-file.ts'
export {compareWith, nextFor} from './sync/compare.ts'
export {lastSeen, syncsFold} from './sync/fold.ts'
export {checkKey} from './check/index.ts'
export {keyCreate} from './operations/create.ts'
export {importKey, importTypes, judgeImport} from './operations/import.ts'
export {
  keyActivate,
  keyCompromise,
  keyDeactivate,
  keyResume,
  keySuspend,
  type MoveName,
} from './operations/states.ts'
export {permissionsWish} from './permissions.ts'
export {planMove} from './plan-move.ts'
export {planCreate, profileOf, type KeyWish, type Planned} from './plans.ts'
export {keyVersion, probesOf, proveKey, proveWithin} from './prove.ts'
export {pemOf, publicFormats, publicKeyText, type PublicFormat} from './public.ts'
export {
  aliasName,
  classifications,
  defaultScheme,
  keyName,
  parseSpec,
  type Classification,
  type KeyPlanSpec,
} from './spec.ts'
export type {Key, Keys, OpenIntent, ProbeResult, Version} from './state.ts'
export {keyRollback, keyRotate} from './operations/rotate.ts'
export {makePrimary, makeVersion} from './rotation/acts.ts'
export {rotationsFold} from './rotation/fold.ts'
export {isDue, makesVersion, standing} from './rotation/standing.ts'
export {worstRotationFirst, type RotationStatus} from './rotation/status.ts'
export {judgedRefusal, lacksProver, tryerInWords, tryerOf, whoTries, type Tryer} from './who-tries.ts'
export {runHooks} from './rotation/hooks.ts'
export {keyTold} from './rotation/key-told.ts'
export {runHook} from './rotation/program.ts'
export {planRollback, planRotate} from './rotation/plan.ts'
export {advance, liveRequest, type Advance} from './rotation/run.ts'
export {isRunning, rotations, type Rotation} from './rotation/state.ts'
export {noteRotation, rollbackRequest, rollsBack} from './rotation/notes.ts'
export {hooksMissing} from './rotation/rules.ts'
export {dot} from './hierarchy/dot.ts'
export {demandParent, livingUnder} from './hierarchy/parents.ts'
export {mermaid, treeLines} from './hierarchy/text.ts'
export {keyForest, type Node as KeyNode} from './hierarchy/tree.ts'
export {noticeOf} from './rotation/notice.ts'
export {oweReencryption} from './reencrypt/owe.ts'
export {isSaidDone, reencryptPlan, wholeReencryptPlan, type ToReencrypt} from './reencrypt/plan.ts'
