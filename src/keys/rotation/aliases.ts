/** The aliases by which others reach what is primary at its service: they stand for the version that takes its place from then on. */
import {KeyriteError} from '../../base/errors.ts'
import type {Provider, VersionRef} from '../../providers/ports.ts'
import type {ProbeResult, Version} from '../state.ts'

/** The aliases of the ledger that are moved with a change of what is primary; empty where its place has none. */
export function aliasesOf(versions: readonly Version[], number: number): readonly string[] {
  return versions.find(({version}) => version === number)?.aliases ?? []
}

export interface Moving {
  readonly aliases: readonly string[]
  readonly from: VersionRef
  readonly to: VersionRef
}

/** Gives each alias to the other version. One that somebody gave to another key meanwhile is left there. May be repeated. */
export async function moveAliases({service}: Provider, {aliases, from, to}: Moving): Promise<void> {
  if (service === undefined) return
  for (const alias of aliases) {
    const now = await service.aliased(alias)
    if (now === from.key || now === to.key || now === undefined) await service.setAlias(alias, to)
  }
}

/** What each stands for now. @throws KeyriteError `PROVIDER_FAILED` where one is still the old version's: it is moved again. */
export async function movedAliases(
  {service}: Provider,
  {aliases, from, to}: Moving,
): Promise<{readonly moved: readonly string[]; readonly results: readonly ProbeResult[]}> {
  const moved: string[] = []
  const results: ProbeResult[] = []
  for (const alias of aliases) {
    const now = await service?.aliased(alias)
    const ok = now === to.key
    if (ok) moved.push(alias)
    if (!ok && (now === undefined || now === from.key))
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot move alias "${alias}": the service says that it stands for ${now === undefined ? 'nothing' : 'the version from before'}`,
        {changed: true, hints: ['the same command again']},
      )
    results.push({
      probe: 'alias',
      ok,
      evidence: 'asserted',
      detail: ok
        ? `the service says that alias "${alias}" stands for it`
        : `alias "${alias}" stands for key ${now} by now, which is no version of this key: it is left there`,
    })
  }
  return {moved, results}
}
