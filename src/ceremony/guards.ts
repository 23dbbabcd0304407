/** What the program runs in, as far as it can see: recorded, and in production refused where someone else could steer it (T18). */
import {readFileSync} from 'node:fs'
import {KeyriteError} from '../base/errors.ts'
import type {Policy} from '../policy/index.ts'
import type {ProfileFacts} from '../profiles/index.ts'

/** Signs that another program could steer this one, in words; empty when none was seen. */
export function instruments(env: NodeJS.ProcessEnv, execArgv: readonly string[]): readonly string[] {
  return [
    ...['LD_PRELOAD', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES', 'NODE_OPTIONS']
      .filter((name) => (env[name] ?? '') !== '')
      .map((name) => `${name} is set`),
    ...(execArgv.some((argument) => argument.startsWith('--inspect')) ? ['a debugger port is open'] : []),
    ...(tracer() ? ['another process traces this one'] : []),
  ]
}

function tracer(): boolean {
  try {
    return !/^TracerPid:\s+0$/m.test(readFileSync('/proc/self/status', 'utf8'))
  } catch {
    return false // no /proc: nothing was seen
  }
}

/** @throws KeyriteError `PRODUCTION_GUARD` naming the first guard that fails. */
export function guardProduction(
  profile: ProfileFacts | null,
  policy: Policy,
  seen: readonly string[],
  by: {readonly answersFile: boolean},
): void {
  if (profile?.environment !== 'production') return
  const refuse = (fact: string, hint: string): never => {
    throw new KeyriteError(
      'PRODUCTION_GUARD',
      `cannot go on with production profile "${profile.name}": ${fact}`,
      {hints: [hint]},
    )
  }
  if (by.answersFile) refuse('answers come from a file', 'run it in a terminal, with the people in the room')
  if (policy.name === 'solo' || policy.rules.every((rule) => rule.people <= 1))
    refuse('its policy lets one person do everything', 'found a ledger with the default policy')
  const [first] = seen
  if (first !== undefined) refuse(first, 'start keyrite in a clean environment')
}
