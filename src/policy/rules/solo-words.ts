/** A module of its own, without the rules: lists say this too, and start in a fraction of the time. */
import type {Policy} from '../document.ts'

/** What is said of such a policy, where it shows. */
export function soloInWords({name}: Pick<Policy, 'name'>): string {
  const what = name === 'solo' ? 'approves everything' : 'can change the policy, or make keys'
  return `Policy "${name}": one person alone ${what}. It is weak, and refused for production profiles.`
}
