/** A rotation as people read it before they sign. */
import type {Plan} from '../../requests/index.ts'
import {nativeWay, type NativeWay} from './native.ts'
import {isPair, type Algorithm} from '../../providers/algorithms.ts'

const newestInWords: Readonly<Record<NativeWay['newest'], (from: string, to: string) => readonly string[]>> =
  {
    waits: () => [],
    'at-once': (from) => [
      `AT ONCE: from when it is made, this provider uses the newest version for whoever names only the key. Until it is primary its users name version ${from}, or what they protect is under the new one already.`,
    ],
    alone: (from, to) => [
      `AT ONCE: from when it is made, this provider protects everything new under version ${to} alone, and no version can be named; what version ${from} made is decrypted there as before. The days between the phases change nothing there: they are only recorded.`,
    ],
  }

export function rotateInWords({change, phases, profile}: Plan): readonly string[] {
  const text = (name: string): string => {
    const value = change[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  const [key, from, to] = [text('key'), text('from'), text('to')]
  const way = nativeWay(profile?.kind ?? '', {
    algorithm: text('algorithm') as Algorithm,
    imported: change['imported'] === true,
  })
  const dated = (name: string): string => {
    const phase = phases.find((one) => one.name === name)
    const day = (time: string | null | undefined): string | null => time?.slice(0, 10) ?? null
    const [earliest, latest] = [day(phase?.earliest), day(phase?.latest)]
    return `${earliest === null ? '' : `from ${earliest} on, `}${latest === null ? 'at any time' : `until ${latest}`}`
  }
  const has = (name: string): boolean => phases.some((one) => one.name === name)
  return [
    `Rotate key "${key}" in profile "${profile?.name ?? ''}" (${profile?.kind ?? ''}, ${profile?.environment ?? ''}): version ${to} takes the place of version ${from}.`,
    ...(has('version') ? [`version, ${dated('version')}: make version ${to}: ${way.words}.`] : []),
    ...(has('accept')
      ? [
          `accept, ${dated('accept')}: prove that it works, and activate it${isPair(text('algorithm') as Algorithm) ? '; its public key is published beside the old one' : ''}.`,
        ]
      : []),
    ...newestInWords[way.newest](from, to),
    ...(has('version') && way.forGood !== undefined ? [way.forGood] : []),
    `primary, ${dated('primary')}, and not before both were accepted for ${text('verification')}: version ${to} is the one that is used${aliasesInWords(change['aliases'])}.`,
    `retire, ${dated('retire')}, and not before ${text('grace')} more: version ${from} is deactivated; what it made is still verified and decrypted.`,
    ...(change['strategy'] === 're-wrap'
      ? [
          `What was wrapped under version ${from} still unwraps after it is retired. The data keys that are recorded under it are wrapped anew by "keyrite key rewrap ${key}" once version ${to} is primary; others are their users’ to do.`,
        ]
      : []),
    `rollback, ${dated('rollback')}, only if somebody asks for it with a reason: version ${from} is primary again while it is still active.`,
    'These signatures hold for all of its phases: nobody is asked again.',
  ]
}

/** Of a plan: what others call the key at its service. */
function aliasesInWords(aliases: unknown): string {
  return Array.isArray(aliases)
    ? `, also by the aliases that keyrite gave: ${aliases.map((one) => `"${String(one)}"`).join(', ')}`
    : ''
}
