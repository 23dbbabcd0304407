/** A state that was recorded without being proven, asked of its place once more, tried, and recorded as it is seen now. */
import {KeyriteError} from '../../base/errors.ts'
import {undertake, type ActContext} from '../../requests/index.ts'
import {eventAgain} from '../again.ts'
import {keysFold} from '../fold.ts'
import {availabilityOf} from '../lifecycle.ts'
import {keyVersion} from '../prove.ts'
import {openIntent} from '../state.ts'
import {demandProof, tried, type Done} from './move.ts'

/**
 * Nobody approves it again: the state stays what it is, and takes use away. The ledger has `key.tried` with `enforced`.
 * @throws KeyriteError after recording as `changeState`; `KEY_STATE` where there is nothing to ask for again.
 */
export function setAgain(context: ActContext, name: string, number: number): Promise<void> {
  return context.ledger.alone(() => setWithin(context, name, number))
}

async function setWithin(context: ActContext, name: string, number: number): Promise<void> {
  const {ledger} = context
  const {key, version} = keyVersion(context, name, number)
  const {state, effect} = version
  if (effect === null || eventAgain(ledger.view, key, version) === undefined)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot ask for "${state}" of key "${name}" again: it is so, as was recorded`,
      {
        hints: [`keyrite key show ${name}`],
      },
    )
  const provider = await context.provider(key.profile)
  const open = openIntent(ledger.of(keysFold), 'try', key.name, version.version)
  await undertake<Done>(context, {
    types: {intended: 'key.try.intended', done: 'key.tried', failed: 'key.try.failed'},
    about: {key: key.name, version: version.version, profile: key.profile},
    intended: {probes: effect.results.map(({probe}) => probe)},
    open,
    // What was begun is ended as what it was begun as.
    approved: open?.approved ?? null,
    find: () => Promise.resolve(undefined), // setting it again has the same effect
    act: async ({id}) => {
      const enforced = await provider.life.setAvailability(version.ref, availabilityOf[state])
      return {id, enforced, destroyAt: null}
    },
    confirm: async (done) => {
      const results = await tried(context, provider, {key, version}, {...done, to: state})
      return {
        ok: results.every(({ok}) => ok),
        enforced: done.enforced,
        results: results.map((one) => ({...one})),
        sample: null,
        generation: await provider.evidence.generation(),
      }
    },
  })
  demandProof(ledger.view, keyVersion(context, name, number))
}
