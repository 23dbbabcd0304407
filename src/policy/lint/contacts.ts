/** Findings on who is called in an emergency: a name that stands twice, roles that nobody reaches, roles that nobody holds. */
import type {Roster} from '../../custody/index.ts'
import {unreached} from '../contacts.ts'
import type {Policy} from '../document.ts'
import {finding, type PolicyFinding} from './finding.ts'

export function* contacts(policy: Policy, roster: Roster | null): Generator<PolicyFinding> {
  const all = policy.contacts ?? []
  for (const [at, {name, roles = []}] of all.entries()) {
    if (all.findIndex((one) => one.name === name) !== at)
      yield finding('contact-twice', `contact "${name}" stands twice`, ['contacts', at, 'name'])
    const held = [...(roster?.values() ?? [])].flatMap((one) => (one.state === 'active' ? one.roles : []))
    const vacant = roster === null ? [] : roles.filter((role) => !held.includes(role))
    if (vacant.length > 0)
      yield finding('contact-vacant', `contact "${name}" is to reach ${vacant.join(', ')}, which nobody is`, [
        'contacts',
        at,
        'roles',
      ])
  }
  const missed = all.length === 0 ? [] : unreached(policy)
  if (missed.length > 0)
    yield finding('contact-missing', `no contact reaches ${missed.join(', ')} at night`, ['contacts'])
}
