/** What is known to hang on a key that was revoked, what its place saw, and what nobody here knows. */
import {isObject, parseJcs, type Json} from '../base/jcs.ts'
import {custodyFold, personRef} from '../custody/index.ts'
import type {Key} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'
import type {Incident} from './state.ts'

export interface Impact {
  readonly declared: readonly {readonly kind: string; readonly name: string}[]
  readonly observed: readonly {readonly kind: string; readonly detail: string}[]
  readonly unknown: readonly string[]
}

export function impactOf(ledger: Ledger, {looked, used, key: name}: Incident, key: Key | undefined): Impact {
  const facts = looked === null ? null : parseJcs(ledger.view.blob(looked.facts))
  const impact = isObject(facts) ? facts['impact'] : null
  const found = isObject(impact) ? impact : {}
  const observed = isObject(found['observed']) ? found['observed'] : null
  return {
    declared: [
      ...texts(found['consumers']).map((id) => ({kind: 'consumer', name: key?.names[id] ?? id})),
      ...texts(found['children']).map((name) => ({kind: 'child', name})),
    ],
    observed: [
      ...(used?.callers ?? []).map(({caller, uses}) => ({
        kind: uses ? 'user' : 'administrator',
        detail: called(ledger, caller),
      })),
      ...(observed === null
        ? []
        : [
            ...texts(observed['aliases']).map((name) => ({kind: 'alias', detail: name})),
            ...texts(observed['replicas']).map((name) => ({kind: 'replica', detail: name})),
            ...(observed['grants'] === 0
              ? []
              : [{kind: 'grants', detail: String(Number(observed['grants']))}]),
            ...(typeof observed['last_use'] === 'string'
              ? [
                  {
                    kind: 'last use',
                    detail:
                      `${observed['last_use']} ${typeof observed['last_operation'] === 'string' ? observed['last_operation'] : ''}`.trim(),
                  },
                ]
              : []),
          ]),
    ],
    unknown: [
      ...(looked === null ? ['nothing was looked at yet'] : []),
      ...(used === null
        ? [
            `who used it, and who uses it without being declared: keyrite key usage ${name} reads the log of its place`,
          ]
        : used.gaps),
    ],
  }
}

/** Where a log is the ledger, it names people by their ids. */
function called(ledger: Ledger, caller: string): string {
  return personRef(ledger.of(custodyFold).roster, caller).name ?? caller
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
