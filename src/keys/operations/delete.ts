/** Deleting what is destroyed already from the lists of its service: names and numbers are used up, and nothing comes back. */
import {z} from 'zod'
import {KeyriteError} from '../../base/errors.ts'
import {lately} from '../../base/lately.ts'
import type {View} from '../../ledger/index.ts'
import {formed, undertake, type ActContext, type Operation, type Plan} from '../../requests/index.ts'
import {deletionFault} from '../deletion.ts'
import {keysFold} from '../fold.ts'
import {keyVersion} from '../prove.ts'
import {keyName} from '../spec.ts'
import {openIntent} from '../state.ts'
import {judgeReach} from './reach.ts'

const form = z.strictObject({class: z.string(), key: keyName, version: z.int().min(1), whole: z.boolean()})
const schema = lately(form)
type Change = z.infer<typeof form>

const changeOf = (plan: Plan): Change => formed(schema, plan)

export const keyDelete: Operation = {
  name: 'key.delete',
  writes: {'key.delete.intended': 'delete', 'key.deleted': 'delete', 'key.delete.failed': 'delete'},
  begins: ['key.delete.intended'],
  formed: (plan) => void changeOf(plan),
  inWords: (plan) => {
    const {key, version, whole} = changeOf(plan)
    const where = `at the service of profile "${plan.profile?.name ?? ''}"`
    return [
      whole
        ? `Delete key "${key}" with all its versions ${where}: each is destroyed already.`
        : `Delete version ${version} of key "${key}" ${where}: it is destroyed already.`,
      'Nobody can take that back: the service shows it no more, and gives its name to nothing else. This ledger keeps all that it knows of it.',
    ]
  },
  stillTrue: (view, plan) => {
    const {key, version, whole} = changeOf(plan)
    demandDeletable(view, key, version, whole)
  },
  judge: (_view, plan, entry) => judgeReach(plan, entry, ['version', 'whole']),
  matterOf: () => null,
  act: async (context, plan) => remove(context, changeOf(plan)),
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`. */
export function demandDeletable(view: Pick<View, 'of'>, name: string, number: number, whole: boolean): void {
  const key = view.of(keysFold).keys.get(name)
  const fault = key === undefined ? undefined : deletionFault(key, number, whole)
  if (key !== undefined && fault === undefined) return
  throw new KeyriteError(
    key === undefined ? 'KEY_NOT_FOUND' : 'KEY_STATE',
    `cannot delete key "${name}" at its service: ${fault ?? 'there is none'}`,
    {hints: [`keyrite key show ${name}`, `keyrite key destroy ${name} --reason R`]},
  )
}

async function remove(context: ActContext, {key: name, version: number, whole}: Change): Promise<void> {
  const {ledger} = context
  const {key, version} = keyVersion(context, name, number)
  const {deletion, kind} = await context.provider(key.profile)
  if (deletion === undefined)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot delete key "${name}": a place of kind ${kind} has no call for it`,
    )
  const refs = (whole ? key.versions : [version]).map(({ref}) => ref)
  await undertake<null>(context, {
    types: {intended: 'key.delete.intended', done: 'key.deleted', failed: 'key.delete.failed'},
    about: {key: key.name, version: number, profile: key.profile},
    intended: {whole},
    open: openIntent(ledger.of(keysFold), 'delete', key.name, number),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // what is gone stays gone
    act: async () => {
      for (const ref of refs) await deletion.deleteVersion(ref)
      if (whole) await deletion.deleteKey(version.ref.key)
      return null
    },
    confirm: async () => {
      const left = []
      for (const ref of refs) if (!(await deletion.isGone(ref))) left.push(ref.version)
      if (left.length > 0)
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot call key "${name}" deleted: its service still has version ${left.join(', ')}`,
          {changed: true, hints: [`keyrite key show ${name}`]},
        )
      return {whole}
    },
  })
}
