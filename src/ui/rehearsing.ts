/** Whom a rehearsal takes for whom, from flags and the answers file. */
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import type {Answers} from '../ceremony/answers.ts'
import {allSteps} from '../ceremony/plans.ts'
import {fill} from '../ceremony/template.ts'
import type {Earnest} from '../rehearsal/earnest.ts'
import type {Prepared} from '../rehearsal/rehearsal.ts'
import {signers} from './flags.ts'

/** @throws KeyriteError `USAGE` for a step that the template does not have. */
export function demandStep({loaded, values}: Prepared, from: string | undefined): void {
  const ids = allSteps(fill(loaded, values)).map(({id}) => id)
  if (from === undefined || ids.includes(from)) return
  const near = nearest(from, ids)
  throw new KeyriteError(
    'USAGE',
    `cannot begin at step "${from}": the template has none${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`,
    {hints: ['--from STEP, the id of a step']},
  )
}

export function partsByRole({cast, loaded}: Prepared): Record<string, readonly string[]> {
  return Object.fromEntries(
    [...loaded.template.roles.keys()].map((role) => [
      role,
      cast.parts.filter((one) => one.role === role).map(({player}) => player.address),
    ]),
  )
}

/** Whoever signs a quorum, by address. */
export function approving({cast, loaded, values}: Prepared): readonly string[] {
  const roles = allSteps(fill(loaded, values)).flatMap(({kind, by}) => (kind === 'quorum' ? [by] : []))
  return cast.parts.flatMap(({role, player, standIn}) =>
    roles.includes(role) && !standIn ? [player.address] : [],
  )
}

/** Who is asked for a key of their own: whose key was named, and on a terminal everybody of the real roster. */
export function ownersOf(
  {answers, signWith}: {readonly answers: Answers | null; readonly signWith: readonly string[] | undefined},
  earnest: Earnest | null,
  {addressOf, parts}: Prepared['cast'],
  attended: boolean,
): ReadonlySet<string> {
  const named = [...Object.keys(answers?.signers ?? {}), ...signers(signWith).map(({person}) => person)]
  const real = attended && earnest !== null ? parts.filter(({standIn}) => !standIn) : []
  return new Set([...named.map(addressOf), ...real.map(({player}) => player.address)])
}

export function called(pair: string, addressOf: (typed: string) => string): string {
  const at = pair.indexOf('=')
  return `${addressOf(pair.slice(0, at))}${pair.slice(at)}`
}

export function withSigners(answers: Answers, signWith: readonly string[] | undefined): Answers {
  const more = signers(signWith).map(({person, path}) => [person, path] as const)
  return {...answers, signers: {...answers.signers, ...Object.fromEntries(more)}}
}

export function lists(participants: Answers['participants']): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(participants).map(([role, people]) => [
      role,
      Array.isArray(people) ? people : people.split(',').map((one) => one.trim()),
    ]),
  )
}
