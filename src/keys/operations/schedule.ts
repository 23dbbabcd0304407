/** Setting a provider's own schedule of rotation: asked what it would take, set, and read back. */
import {KeyriteError} from '../../base/errors.ts'
import {problem} from '../../ledger/index.ts'
import {jcs} from '../../base/jcs.ts'
import {
  scheduleDifferences,
  termWords,
  type RotationSchedule,
  type ScheduleTerms,
  type Term,
} from '../../providers/schedule.ts'
import {undertake, type Operation, type Plan} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {keyNamed} from '../known.ts'
import {demandInUse, keyIdOf, ownSchedule} from '../rotation/schedule.ts'
import {parseTerms} from '../rotation/entries.ts'
import {openIntent} from '../state.ts'
import {textOf} from './move.ts'

export const keySchedule: Operation = {
  name: 'key.schedule',
  writes: {'key.schedule.intended': 'set', 'key.schedule.set': 'set', 'key.schedule.failed': 'set'},
  begins: ['key.schedule.intended'],
  formed: ({change}) => {
    parseTerms(change['terms'])
  },
  inWords: scheduleInWords,
  stillTrue(view, {change}) {
    const key = keyNamed(view, textOf(change['key']))
    demandInUse(key)
    if (key.primary !== change['version'])
      throw new KeyriteError(
        'PLAN_MOVED',
        `cannot set a schedule of key "${key.name}": version ${key.primary} is primary by now`,
        {hints: [`keyrite rotation policy ${key.name}`]},
      )
  },
  judge(_view, {change, profile}, entry) {
    const {type, data} = entry
    const same =
      data['key'] === change['key'] &&
      data['version'] === change['version'] &&
      data['profile'] === profile?.name &&
      (type === 'key.schedule.failed' || jcs(data['terms'] ?? null) === jcs(change['terms'] ?? null))
    return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
  },
  matterOf: () => null,
  async act(context, {change}) {
    const {ledger} = context
    const key = keyNamed(ledger, textOf(change['key']))
    const terms = parseTerms(change['terms'])
    const provider = await context.provider(key.profile)
    const own = ownSchedule(provider, key)
    await own.permit(keyIdOf(key), terms)
    await undertake<RotationSchedule>(context, {
      types: {intended: 'key.schedule.intended', done: 'key.schedule.set', failed: 'key.schedule.failed'},
      about: {key: key.name, version: key.primary, profile: key.profile},
      intended: {terms: {...terms}},
      open: openIntent(ledger.of(keysFold), 'schedule', key.name, key.primary),
      approved: context.approved,
      find: () => Promise.resolve(undefined), // setting it again does no harm
      act: () => own.set(keyIdOf(key), terms),
      async confirm() {
        const found = await own.read(keyIdOf(key))
        const [wrong] = scheduleDifferences(terms, found)
        if (wrong !== undefined)
          throw new KeyriteError(
            'KEY_NOT_AS_PLANNED',
            `cannot rely on the schedule of key "${key.name}": the provider says ${dayText(wrong.found)} for ${termWords[wrong.term]}, not ${dayText(wrong.wanted)}`,
            {changed: true, hints: [`keyrite rotation policy ${key.name}`]},
          )
        return {
          terms: {...terms},
          next: found.next?.toISOString() ?? null,
          generation: await provider.evidence.generation(),
        }
      },
    })
  },
}

export function dayText(days: number | null): string {
  return days === null ? 'none' : days === 1 ? '1 day' : `${days} days`
}

/** The terms that say something, in words. */
export function termLines(terms: ScheduleTerms): readonly string[] {
  return (Object.keys(termWords) as Term[])
    .filter((term) => terms[term] !== null)
    .map((term) => `${termWords[term]}: ${dayText(terms[term])}`)
}

function scheduleInWords({change, profile}: Plan): readonly string[] {
  const lines = termLines(parseTerms(change['terms']))
  const key = textOf(change['key'])
  const where = `in profile "${profile?.name ?? ''}" (${profile?.kind ?? ''}, ${profile?.environment ?? ''})`
  return lines.length === 0
    ? [`Have the provider make no further version of key "${key}" ${where} by itself.`]
    : [
        `Have the provider make further versions of key "${key}" ${where} by itself: ${lines.join('; ')}.`,
        'What it makes so is in no plan, and nobody is asked: the ledger does not know of it before it is compared with the place.',
      ]
}
