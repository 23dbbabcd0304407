/** What an act outside a ceremony works with. */
import type {App} from '../../app.ts'
import type {Person} from '../../custody/index.ts'
import {makerFor} from '../../profiles/index.ts'
import type {ActContext} from '../../requests/index.ts'

export type Context = Omit<ActContext, 'approved'>

export function contextFor(app: App, actor: Person | null): Context {
  const {clock, random} = app.world
  return {
    ledger: app.ledger,
    clock,
    random,
    provider: (name, facts) => app.provider(name, facts),
    maker: async (name, kind) => makerFor(app.world.home, name, kind),
    progress: app.world.say,
    actor: {person: actor?.id ?? null, evidence: 'stated'},
    ceremony: null,
  }
}
