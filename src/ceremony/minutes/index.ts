/** What bundles and commands use of minutes. */
export {minutesFile, type MinutesWanted} from './file.ts'
export {minutesOf, type Minuted} from './minutes.ts'
