/** What a command that opens the ledger to replay it has above the others: loaded when such a one runs. */
export {App} from '../app.ts'
export {custodyFold, findPerson} from '../custody/index.ts'
export {actor, stated} from './actor.ts'
export {overdueLines} from './incident/overdue.ts'
