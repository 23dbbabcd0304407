/** What bundles and commands use of minutes. */
export {minutesOf, type Minuted} from './minutes.ts'
export {checkedMinutes} from './checked.ts'
