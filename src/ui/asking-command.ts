/** The way of every command that needs people: show the plan, ask, act, show what came of it. */
import {lacksSignatures, type Asking, type Request} from '../requests/index.ts'
import {KeyriteCommand, type Shown} from './command.ts'
import {askAndApply, planLines, waitingDocument, type Manner} from './gather.ts'

/** What the parser gives of `askFlags`. */
export interface ChangeFlags {
  readonly reason: string | undefined
  readonly ticket: string | undefined
  readonly 'sign-with': string[] | undefined
  readonly 'dry-run': boolean
}

export abstract class AskingCommand extends KeyriteCommand {
  /**
   * With `--dry-run` the plan is shown and nothing is touched; without enough signatures the request is (exit 8).
   * @param done - what is shown when it was applied.
   * @param final - what is typed again where nobody can take it back.
   * @param material - what is brought from outside, where the act needs that.
   * @param keep - where goes what is taken out, where the act needs that.
   * @param holders - to whom the service seals what is taken out, where it does.
   * @param hands - who gives shares out, or takes them, where the act needs that.
   */
  protected async asked(
    planned: Pick<Asking, 'plan' | 'names'>,
    flags: ChangeFlags,
    done: (request: Request) => Shown | Promise<Shown>,
    final?: Manner['final'],
    hands?: Manner['hands'],
    material?: Manner['material'],
    keep?: Manner['keep'],
    holders?: Manner['holders'],
  ): Promise<Shown> {
    const {app} = this
    if (flags['dry-run'])
      return this.show({schema: 'keyrite.plan/1', plan: planned.plan}, planLines(app, planned))
    app.ledger.demandWriter()
    const asking = {...planned, reason: flags.reason ?? null, ticket: flags.ticket ?? null, only: null}
    const request = await askAndApply(app, asking, {
      signWith: flags['sign-with'],
      actor: await this.actor(),
      ...(final === undefined ? {} : {final}),
      ...(hands === undefined ? {} : {hands}),
      ...(material === undefined ? {} : {material}),
      ...(keep === undefined ? {} : {keep}),
      ...(holders === undefined ? {} : {holders}),
      say: (line) => {
        this.say(line)
      },
    })
    return lacksSignatures(app.ledger, request) ? waitingDocument(app, request) : done(request)
  }
}
