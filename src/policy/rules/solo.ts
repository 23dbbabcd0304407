/** Policies by which one person does everything: weak, named so wherever they show, and refused for production. */
import {classes, type Policy} from '../document.ts'
import {ruleOf} from './which.ts'

/** Whether one person alone may change the policy, or make a key of some class: then nothing else that it says holds. */
export function isSolo(policy: Policy): boolean {
  if (policy.name === 'solo') return true
  const alone = (people: number | undefined): boolean => people !== undefined && people < 2
  const adopting = ruleOf(policy, {operation: 'policy.adopt', class: null, kind: null})
  return (
    alone(adopting?.people) ||
    classes.some((name) =>
      alone(ruleOf(policy, {operation: 'key.create', class: name, kind: 'local'})?.people),
    )
  )
}
