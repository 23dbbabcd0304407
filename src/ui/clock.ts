/** A clock in words: this machine's beside the ledger's and the providers'. */
import type {CheckLine} from '../providers/ports.ts'

/** More than this apart, in ms, and clocks do not agree. */
const slackMs = 120_000

/** `3 s ahead of it`, `2 min 5 s behind it`, `the same as it`: how this machine's clock stands to another. */
export function skewInWords(wall: Date, other: Date): string {
  const seconds = Math.round((wall.getTime() - other.getTime()) / 1_000)
  if (seconds === 0) return 'the same as it'
  const size = Math.abs(seconds)
  const parts = [
    [Math.floor(size / 86_400), 'd'],
    [Math.floor(size / 3_600) % 24, 'h'],
    [Math.floor(size / 60) % 60, 'min'],
    [size % 60, 's'],
  ] as const
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`)
  return `${words.slice(0, 2).join(' ')} ${seconds < 0 ? 'behind' : 'ahead of'} it`
}

/** The finding on a provider's clock; none where its answers carry no time. */
export function providerClock(wall: Date, external: Date | null): readonly CheckLine[] {
  if (external === null) return []
  const detail = `it says ${external.toISOString()}, this clock is ${skewInWords(wall, external)}`
  return Math.abs(wall.getTime() - external.getTime()) <= slackMs
    ? [{name: 'clock', ok: true, detail, fix: null}]
    : [{name: 'clock', ok: false, detail, fix: 'set the clock of this machine: timedatectl set-ntp true'}]
}
