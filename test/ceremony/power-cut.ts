/** The power goes while a ceremony is held; and what the ledger says of it afterwards. */
import type {App} from '../../src/app.ts'
import type {Ledger} from '../../src/ledger/index.ts'

export class PowerCut extends Error {}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What the ledger records of a ceremony that nothing broke off, without its interruptions. */
export const shapeOf = (app: App, id: string): string[] => {
  const entries = Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq))
  return entries.flatMap((entry) =>
    entry?.ceremony === id && !/^ceremony\.(?:resumed|stopped)$/.test(entry.type)
      ? [entry.type === 'step.done' ? `step.done ${textOf(entry.data['step'])}` : entry.type]
      : [],
  )
}

/** An object with one method replaced, whatever its class keeps private. */
export function instead<T extends object>(whole: T, name: keyof T, replaced: unknown): T {
  return new Proxy(whole, {
    get: (target, property) => {
      if (property === name) return replaced
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
}

/** A ledger where the power goes at its nth append: before it, or after. */
export function failing(ledger: Ledger, nth: number, when: 'before' | 'after'): Ledger {
  let count = 0
  return instead(ledger, 'append', async (drafts: Parameters<Ledger['append']>[0]) => {
    const now = ++count === nth
    if (now && when === 'before') throw new PowerCut()
    const entries = await ledger.append(drafts)
    if (now) throw new PowerCut()
    return entries
  })
}
