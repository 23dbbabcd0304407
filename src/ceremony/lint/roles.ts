/** Rules on roles: how many people, and who may not be whom. */
import {custodyFold} from '../../custody/index.ts'
import type {View} from '../../ledger/index.ts'
import type {Role, Template} from '../template.ts'
import type {Remark, Script} from './script.ts'

/** The largest number of people in one role. */
const most = 50

/** The fewest people a role has. */
export function fewest(role: Role): number {
  return role.count ?? role.minimum ?? 0
}

/** Whether nobody may have both roles; said by either of them. */
export function areApart(template: Pick<Template, 'roles'>, one: string, other: string): boolean {
  const says = (role: string, about: string): boolean =>
    template.roles.get(role)?.excludes.includes(about) ?? false
  return one !== other && (says(one, other) || says(other, one))
}

export function* roles({template}: Script, view: Pick<View, 'of'> | null): Generator<Remark> {
  for (const [name, role] of template.roles) {
    const path = ['roles', name]
    if ((role.count === undefined) === (role.minimum === undefined))
      yield {
        rule: 'role-count',
        path,
        at: 'key',
        message: `role "${name}": expected either count (exactly) or minimum (at least)`,
      }
    else if (fewest(role) < 1 || fewest(role) > most)
      yield {
        rule: 'role-count',
        path: [...path, role.count === undefined ? 'minimum' : 'count'],
        message: `role "${name}": expected 1 to ${most} people, got ${fewest(role)}`,
      }
    const itself = role.excludes.indexOf(name)
    if (itself >= 0)
      yield {
        rule: 'excludes-itself',
        path: [...path, 'excludes', itself],
        message: `role "${name}" excludes itself: take it out of its list`,
      }
  }
  if (view === null) return
  const there = [...view.of(custodyFold).roster.values()].filter(({state}) => state === 'active').length
  const {people, among} = needed(template)
  if (people > there)
    yield {
      rule: 'too-few-people',
      path: ['roles'],
      at: 'key',
      message: `the roles ${among.join(', ')} need ${people} different people, and the roster has ${there} active: lower a number, lift an exclusion, or enroll more people`,
    }
}

/** The largest number of different people that roles which all exclude each other need: fewer can never do. */
function needed(template: Template): {readonly people: number; readonly among: readonly string[]} {
  const names = [...template.roles.keys()].slice(0, 16)
  let best: {people: number; among: readonly string[]} = {people: 0, among: []}
  const grow = (among: readonly string[], people: number, from: number): void => {
    if (people > best.people) best = {people, among}
    for (const [at, name] of names.entries()) {
      if (at < from || !among.every((one) => areApart(template, one, name))) continue
      const role = template.roles.get(name)
      if (role !== undefined) grow([...among, name], people + Math.max(0, fewest(role)), at + 1)
    }
  }
  grow([], 0, 0)
  return best
}
