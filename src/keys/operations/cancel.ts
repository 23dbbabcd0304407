/** Taking a scheduled destruction back: the version is again what it was, at its provider too. */
import type {Operation} from '../../requests/index.ts'
import {changeState, demandMove, judgeMove, stateWrites, textOf} from './move.ts'
import {enforcedInWords} from './states.ts'

export const keyCancelDestroy: Operation = {
  name: 'key.cancel-destroy',
  writes: stateWrites,
  begins: ['key.state.intended'],
  inWords: ({change, profile}) => [
    `Cancel the destruction of key "${textOf(change['key'])}" version ${textOf(change['version'])} in profile "${profile?.name ?? ''}": it is ${textOf(change['to'])} again, as it was before.`,
    ...enforcedInWords(change['to'], change['enforced'], profile?.kind ?? ''),
  ],
  stillTrue(view, plan) {
    demandMove(view, plan, 'cancel-destroy')
  },
  judge: judgeMove,
  matterOf: () => null,
  act: (context, {change}) =>
    changeState(context, {
      key: textOf(change['key']),
      version: Number(change['version']),
      event: 'cancel-destroy',
      enforced: change['enforced'] === true ? true : null,
    }),
}
