/** What a ceremony leaves people to do afterwards (C4), as its template says. */
import {parseDuration} from '../base/duration.ts'
import type {Owed} from '../duties/index.ts'
import {actorOf, ceremonyOf, peopleIn, type RunContext} from './run-context.ts'

/** Each duty of the template: owed by all who had that role, or by whoever acted where nobody had it; counted from the opening. */
export function dutiesOwed(context: Pick<RunContext, 'app' | 'id' | 'filled'>): readonly Owed[] {
  const began = Date.parse(ceremonyOf(context).opened.time)
  const actor = actorOf(context).person
  return context.filled.after.map(({id, text, owner, due}) => {
    const holders = peopleIn(context, owner).map((person) => person.id)
    return {
      name: id,
      what: text,
      owners: holders.length > 0 ? holders : actor === null ? [] : [actor],
      due: new Date(began + parseDuration(due)),
    }
  })
}
