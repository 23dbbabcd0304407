import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {discardDraft} from '../../ledger/index.ts'
import {findRequest, requestDocument, withdraw, type Request} from '../../requests/index.ts'
import {stated} from '../../ui/actor.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class RequestWithdraw extends KeyriteCommand {
  static override summary = 'Give a request up: it takes no more answers and can no longer be applied.'
  static override examples = ['<%= config.bin %> <%= command.id %> r41 --reason "wrong profile" --as alice']
  static override args = {request: Args.string({description: 'such as r41', required: true})}
  static override flags = {
    reason: Flags.string({summary: 'why, as the ledger will keep it', helpValue: 'TEXT', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RequestWithdraw)
    if (args.request === 'founding')
      throw new KeyriteError('REQUEST_STATE', 'cannot withdraw the founding: the ledger stands on it', {
        hints: ['keyrite request show founding'],
      })
    this.app.useDraft()
    const {ledger, operations} = this.app
    const request = findRequest(ledger, args.request)
    if (ledger.access.kind === 'draft') return this.#giveUp(request)
    ledger.demandWriter()
    const context = {ledger, ceremony: request.ceremony, actor: stated(await this.actor())}
    const after = await withdraw(context, request, flags.reason)
    const document = requestDocument(ledger, operations, after)
    return this.show({schema: 'keyrite.request/1', ...document}, [`Request ${after.id} is withdrawn.`])
  }

  /** A take-over that waits is in no ledger yet: it is forgotten, and the reason with it. */
  #giveUp(request: Request): Shown {
    const {ledger, operations, world} = this.app
    if (request.seq < ledger.checkpoint.size)
      throw new KeyriteError(
        'REQUEST_STATE',
        `cannot withdraw ${request.id}: only the machine that writes can`,
        {
          hints: ['keyrite request list'],
        },
      )
    const document = {...requestDocument(ledger, operations, request), status: 'withdrawn'}
    discardDraft(world.home)
    return this.show({schema: 'keyrite.request/1', ...document}, [
      `The take-over ${request.id} that waited here is withdrawn. Nothing of it was recorded.`,
    ])
  }
}
