import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {findRequest, requestDocument, withdraw} from '../../requests/index.ts'
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
    const {ledger, operations} = this.app
    const request = findRequest(ledger, args.request)
    ledger.demandWriter()
    const context = {ledger, ceremony: request.ceremony, actor: stated(await this.actor())}
    const after = await withdraw(context, request, flags.reason)
    const document = requestDocument(ledger, operations, after)
    return this.show({schema: 'keyrite.request/1', ...document}, [`Request ${after.id} is withdrawn.`])
  }
}
