/** What a command that opens the ledger to replay it has above the others: loaded when such a one runs. */
export {App} from '../app.ts'
export {actor} from './actor.ts'
export {idleLimit} from './idle.ts'
export {underWay} from './gather/under-way.ts'
export {overdueLines} from './incident/overdue.ts'
export {recordRefusal} from './refusal.ts'
