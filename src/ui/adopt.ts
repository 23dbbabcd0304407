/** What is shown of keys that a provider has already: before they are taken over, and after. */
import type {App} from '../app.ts'
import {visible} from '../base/visible.ts'
import {keysFold, parseAdoption, type Survey} from '../keys/index.ts'
import {requests, statusNow, type Request} from '../requests/index.ts'
import type {Shown} from './command.ts'
import type {Print} from './print.ts'

export function surveyShown(print: Print, profile: string, {keys, known, left}: Survey): Shown {
  const rows = keys.map(({id, called, spec, versions}) => [
    called,
    ...(called === id ? ['the same'] : [id]),
    spec.algorithm,
    spec.purpose,
    String(versions.length),
  ])
  return {
    document: {
      schema: 'keyrite.adoptable/1',
      exit: 0,
      profile,
      known,
      keys: keys.map(({id, called, spec: {algorithm, scheme, purpose}, versions}) => ({
        ...{id, called, algorithm, scheme, purpose},
        versions: versions.map(({ref, state, created}) => ({version: ref.version, state, created})),
      })),
      left: left.map(({id, called, why}) => ({id, called, why})),
    },
    lines: [
      ...print.table(['Called', 'Id', 'Algorithm', 'To', 'Versions'], rows, 'Nothing there is new.'),
      ...left.map(({id, called, why}) => visible(`Not to be taken over: ${called} (${id}): ${why}.`)),
      `${known} of its keys are in this ledger already.`,
      ...(keys.length === 0
        ? []
        : [`Next: keyrite key adopt ID --profile ${profile} --class CLASS --owner OWNER, or --all`]),
    ],
  }
}

/** What people agreed to and was cut off: gone on with before anything else is asked for. */
export function adoptionUnderWay({ledger}: Pick<App, 'ledger'>, profile: string): Request | undefined {
  return [...ledger.of(requests).all.values()].find(
    (one) =>
      one.operation === 'key.adopt' && one.plan.profile?.name === profile && statusNow(ledger, one) === 'met',
  )
}

/** Exit 10 where some were left out, or did not stand the test. */
export function adoptionShown({ledger}: Pick<App, 'ledger'>, {id, plan}: Request): Shown {
  const {keys} = ledger.of(keysFold)
  const rows = parseAdoption(plan).keys
  const adopted = rows.flatMap((row) => {
    const key = keys.get(row.key)
    const [first] = row.versions
    return key !== undefined && key.versions[0]?.ref.key === first?.ref.key ? [key] : []
  })
  const names = new Set(adopted.map(({name}) => name))
  const left = rows.flatMap(({key, versions}) =>
    names.has(key) ? [] : [{name: key, id: versions[0]?.ref.key ?? ''}],
  )
  const unproved = adopted
    .filter(({versions}) => versions.some(({state, tried}) => state === 'active' && tried?.ok !== true))
    .map(({name}) => name)
  const few = (all: readonly string[]): string =>
    `${all.slice(0, 10).join(', ')}${all.length > 10 ? ` and ${all.length - 10} more` : ''}`
  return {
    document: {
      schema: 'keyrite.adoption/1',
      exit: left.length + unproved.length === 0 ? 0 : 10,
      request: id,
      profile: plan.profile?.name ?? '',
      adopted: [...names],
      left,
      unproved,
    },
    lines: [
      `${names.size} of ${rows.length} keys were taken over.`,
      ...(left.length === 0
        ? []
        : [
            visible(
              `Left out, as they are not there any more as was agreed: ${few(left.map(({name}) => name))}.`,
            ),
            `Next: keyrite key adopt --profile ${plan.profile?.name ?? ''} --list`,
          ]),
      ...(unproved.length === 0
        ? []
        : [`Not proved: ${few(unproved)}.`, `Next: keyrite key show ${unproved[0] ?? ''}`]),
    ],
  }
}
