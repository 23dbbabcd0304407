/** Making the place of a profile that is to be added: approved, intended, made, looked at. Its service takes it back never. */
import {KeyriteError} from '../../base/errors.ts'
import {jcs} from '../../base/jcs.ts'
import {problem, type View} from '../../ledger/index.ts'
import {inWords, openPlace, placesFold, placeTypes, type ProfileFacts} from '../../profiles/index.ts'
import type {PlaceMaker} from '../../providers/place-maker.ts'
import {providerKind} from '../../providers/registry.ts'
import type {Identity} from '../../providers/ports.ts'
import {undertake} from '../intent.ts'
import type {ActContext, Operation} from '../operation.ts'
import type {Plan} from '../plan.ts'
import {planFor} from '../plan-for.ts'
import {demandNew} from './profiles.ts'

export const profileMake: Operation = {
  name: 'profile.make',
  writes: {[placeTypes.intended]: 'make', [placeTypes.done]: 'make', [placeTypes.failed]: 'make'},
  begins: [placeTypes.intended],
  formed: (plan) => void factsIn(plan),
  inWords: (plan) => {
    const {name, kind, environment, identity} = factsIn(plan)
    return [
      `Make ${inWords(identity)}, for a profile "${name}" (${kind}, ${environment}) that is to be added then.`,
      ...(providerKind(kind).makes === undefined ? [] : [providerKind(kind).makes?.lasting ?? '']),
    ]
  },
  stillTrue: (view, plan) => {
    demandNew(view, factsIn(plan), null)
  },
  judge: (_view, plan, entry) => {
    const {name, kind, environment, identity} = factsIn(plan)
    const said = ['name', 'kind', 'environment', 'place'].map((one) => jcs(entry.data[one] ?? null))
    const approved = [name, kind, environment, identity].map((one) => jcs(one as string))
    return jcs(said) === jcs(approved) ? [] : [problem('plan', entry, 'the place is not the one of the plan')]
  },
  matterOf: () => null,
  act: async (context, plan) => {
    const {name, kind, environment, identity} = factsIn(plan)
    const maker = await makerOf(context, name, kind)
    demandThat(plan, maker)
    await undertake<Identity>(context, {
      types: placeTypes,
      about: {name, kind, environment, place: {...identity}},
      intended: {},
      open: openPlace(context.ledger.of(placesFold), jcs({...identity})),
      approved: context.approved,
      find: () => maker.stands(),
      act: () => maker.make(),
      confirm: (made) => Promise.resolve({identity: {...made}}),
    })
  },
}

/** @throws KeyriteError `EXISTS` if a profile is called so, `PROFILE_ENVIRONMENT`, `POLICY_REFUSES`. */
export function planMake(
  view: Pick<View, 'of' | 'facts'>,
  {name, kind, environment}: Pick<ProfileFacts, 'name' | 'kind' | 'environment'>,
  {place}: Pick<PlaceMaker, 'place'>,
): Plan {
  const profile = {name, kind, environment, identity: {...place}}
  demandNew(view, profile, null)
  return planFor(view, {
    operation: 'profile.make',
    class: null,
    change: {},
    phases: ['make'],
    profile,
    rests: [`there is no profile "${name}"`, 'nothing answers there yet'],
  })
}

/** @throws TypeError. */
function factsIn({profile}: Plan): ProfileFacts {
  if (profile === null) throw new TypeError('a plan to make a place says which')
  return profile
}

async function makerOf({maker}: ActContext, name: string, kind: string): Promise<PlaceMaker> {
  if (maker !== undefined) return maker(name, kind)
  throw new KeyriteError('UNSUPPORTED', `cannot make the place of profile "${name}" here`, {
    hints: ['keyrite request list', 'keyrite request apply ID'],
  })
}

/** @throws KeyriteError `PLAN_MOVED` if what this machine remembers leads elsewhere than what was approved. */
function demandThat({profile}: Plan, {place}: PlaceMaker): void {
  if (jcs({...place}) === jcs({...profile?.identity})) return
  throw new KeyriteError(
    'PLAN_MOVED',
    `cannot make the place of profile "${profile?.name ?? ''}": this machine would make ${inWords(place)}`,
    {hints: ['keyrite profile make … with the same flags as when it was asked for']},
  )
}
