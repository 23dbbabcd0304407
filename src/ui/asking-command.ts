/** The way of every command that needs people: show the plan, ask, act, show what came of it. */
import type {KeyPlanSpec, Making} from '../keys/index.ts'
import {demandOfferedAt} from './offered.ts'
import {lacksSignatures, type Plan, type Asking, type Request} from '../requests/index.ts'
import {KeyriteCommand, type Shown} from './command.ts'
import {askAndApply, planLines, waitingDocument, type Brought, type Manner} from './gather.ts'

/** What the parser gives of `askFlags`. */
export interface ChangeFlags {
  readonly reason: string | undefined
  readonly ticket: string | undefined
  readonly 'sign-with': string[] | undefined
  readonly 'dry-run': boolean
}

export abstract class AskingCommand extends KeyriteCommand {
  /** Before anybody is asked. @throws KeyriteError as `demandOfferedAt`. */
  protected async demandOffered(spec: KeyPlanSpec, {profile}: Plan, making: Making): Promise<void> {
    if (profile !== null) await demandOfferedAt(this.app, spec, profile.name, making)
  }

  /**
   * With `--dry-run` the plan is shown and nothing is touched; without enough signatures the request is (exit 8).
   * @param done - what is shown when it was applied.
   * @param brought - what is typed again where nobody can take it back, and what the act takes and gives.
   */
  protected async asked(
    planned: Pick<Asking, 'plan' | 'names'>,
    flags: ChangeFlags,
    done: (request: Request) => Shown | Promise<Shown>,
    brought: Brought & Pick<Manner, 'final'> = {},
  ): Promise<Shown> {
    const {app} = this
    if (flags['dry-run'])
      return this.show({schema: 'keyrite.plan/1', plan: planned.plan}, planLines(app, planned))
    app.ledger.demandWriter()
    const asking = {...planned, reason: flags.reason ?? null, ticket: flags.ticket ?? null, only: null}
    const request = await askAndApply(app, asking, {
      ...brought,
      signWith: flags['sign-with'],
      actor: await this.actor(),
      say: (line) => {
        this.say(line)
      },
    })
    return lacksSignatures(app.ledger, request) ? waitingDocument(app, request) : done(request)
  }
}
