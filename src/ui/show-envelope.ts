/** Data keys under a key, for people. */
import type {DataKey, Key, Rewrapped} from '../keys/index.ts'
import type {Shown} from './command.ts'
import type {Print} from './print.ts'

export function rewrapLine({name, from, to, error}: Rewrapped, at: number, of: number): string {
  return `${at} of ${of}: ${name}, from version ${from} to ${to}: ${error === null ? 'compared, recorded' : `NOT DONE: ${error.message} (${error.code})`}`
}

export function behindShown(print: Print, key: Key, behind: readonly DataKey[]): Shown {
  const rows = behind.map(({name, classification, version, wrappedAt}) => [
    name,
    classification,
    `version ${version}`,
    wrappedAt.slice(0, 10),
  ])
  return {
    document: {
      schema: 'keyrite.data-keys/1',
      exit: behind.length === 0 ? 0 : 10,
      key: key.name,
      primary: key.primary,
      behind: behind.map(({name, classification, version, wrappedAt}) => ({
        ...{name, classification, version, wrappedAt},
      })),
    },
    lines: [
      ...print.table(
        ['Data key', 'Protects', 'Lies under', 'Wrapped'],
        rows,
        `every data key that is recorded under "${key.name}" lies under version ${key.primary}`,
      ),
      ...(behind.length === 0 ? [] : ['', `Next: keyrite key rewrap ${key.name}`]),
    ],
  }
}

export function rewrappedShown(key: Key, all: readonly Rewrapped[]): Shown {
  const failed = all.filter(({error}) => error !== null)
  return {
    document: {
      schema: 'keyrite.rewrap/1',
      exit: failed.length === 0 ? 0 : 10,
      key: key.name,
      rewrapped: all.length - failed.length,
      failed: failed.length,
      dataKeys: all.map((one) => ({...one})),
    },
    lines: [
      all.length === 0
        ? `Nothing is to be wrapped anew: every data key that is recorded under "${key.name}" lies under version ${key.primary}.`
        : `${all.length - failed.length} of ${all.length} data keys under "${key.name}" were wrapped anew under version ${key.primary}.`,
      ...(failed.length === 0 ? [] : [`Next: keyrite key rewrap ${key.name}`]),
    ],
  }
}
