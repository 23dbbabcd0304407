/** Planned and real time, in words. */

/** How long it was between two times of entries: `2 h 05 min`, `3 min 12 s`, `7 s`. */
export function took(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000))
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  if (hours > 0) return `${hours}\u00a0h ${String(minutes).padStart(2, '0')}\u00a0min`
  return minutes > 0
    ? `${minutes}\u00a0min ${String(seconds % 60).padStart(2, '0')}\u00a0s`
    : `${seconds}\u00a0s`
}
