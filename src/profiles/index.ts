/** What the folders above use of profiles. */
export {canBeMended, demandAble, filledWith} from './able.ts'
export {
  readChannels,
  readConfig,
  readLogs,
  writeChannel,
  writeConfig,
  writeLog,
  type LocalChannel,
  type LocalLog,
  type LocalSettings,
} from './config.ts'
export {
  elsewhere,
  environments,
  factsOf,
  generationOf,
  profileName,
  profilesFold,
  proverFault,
  servedBy,
  type Environment,
  type Profile,
  type ProfileFacts,
  type Profiles,
} from './fold.ts'
export {makerFor, makingOf} from './making.ts'
export {openProfile} from './open.ts'
export {openPlace, placesFold, placeTypes} from './places.ts'
export {demandSamePlace, inWords} from './same-place.ts'
