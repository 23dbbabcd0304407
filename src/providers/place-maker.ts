/** Making a place itself, where there is none yet and its service lets it be made. Nothing is kept open: each call asks anew. */
import type {Identity} from './ports.ts'

export interface PlaceMaker {
  /** Who will answer there, as far as that is known before: what people approve. */
  readonly place: Identity
  /** Who answers there; undefined where there is no such place. @throws KeyriteError where that cannot be told. */
  stands(): Promise<Identity | undefined>
  /** Makes it, and looks. @throws KeyriteError `EXISTS` where somebody else was faster, and whatever the service refuses. */
  make(): Promise<Identity>
}

/** What a kind of place says of making one. */
export interface MakingPlaces {
  /** What can never be taken back of it, as a sentence. */
  readonly lasting: string
  open(settings: Readonly<Record<string, string>>): Promise<PlaceMaker>
}
