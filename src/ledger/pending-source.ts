/** Where a replay looks things up: in a store, and in what is about to be added to it. */
import {OpeningsAhead} from './ahead.ts'
import type {Built} from './build.ts'
import type {Claims} from './claims.ts'
import type {Source} from './source.ts'
import type {Store} from './store.ts'

/** @param whole - whether the whole store is going to be read, from the beginning, while nothing changes in it. @param claims - is told every commitment then */
export function sourceOf(store: Store, pending: () => Built, whole: boolean, claims?: Claims): Source {
  const ahead = whole ? new OpeningsAhead(store) : undefined
  return {
    bytes: (seq) => pending().rows.find((row) => row.seq === seq)?.bytes ?? store.row(seq)?.bytes,
    blob: (sha256) => pending().blobs.find((blob) => blob.sha256 === sha256)?.bytes ?? store.blob(sha256),
    opening: (commitment) =>
      pending().erased.includes(commitment)
        ? undefined
        : (pending().openings.find((one) => one.commitment === commitment) ?? store.opening(commitment)),
    ...(ahead === undefined
      ? {}
      : {
          seal: (commitment) => {
            claims?.claim(commitment)
            return ahead.seal(commitment)
          },
        }),
    leaves: (from, count) => store.leaves(from, count),
  }
}
