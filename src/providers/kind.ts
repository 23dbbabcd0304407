/** What a kind of provider is, before any place of it is opened. */
import type {Secret} from '../base/secret.ts'
import type {Clock, Random} from '../base/world.ts'
import type {Grantable} from './grants.ts'
import type {Offered} from './offered.ts'
import type {Believing} from './attesting.ts'
import type {PermissionsWish, Policy} from './permissions.ts'
import type {MakingPlaces} from './place-maker.ts'
import type {Availability, BeforeSecret, Identity, Provider} from './ports.ts'
import type {SecurityDomains} from './security-domain.ts'

/** What a kind needs to be opened. */
export interface Opening {
  /** By the names that the kind lists; paths, regions, addresses, never a secret. */
  readonly settings: Readonly<Record<string, string>>
  /** The PIN or password, null where the kind takes none. Stays the caller's to wipe. */
  readonly secret: Secret | null
  /** The newest generation that the ledger holds of this place; null where it holds none. */
  readonly leastGeneration: number | null
  readonly random: Random
  readonly clock: Clock
  /** How long to wait for an answer, in ms; as long as the kind finds right where it is absent. */
  readonly within?: number
  /** Whom attestations of HSMs must lead to; nobody where it is absent. */
  readonly believing?: Believing
}

export interface ProviderKind {
  /** One line for lists and help. */
  readonly title: string
  /** The settings that it takes, each with what it is. */
  readonly settings: Readonly<Record<string, string>>
  /** What the secret is called when it is asked for; null where there is none. */
  readonly secret: string | null
  /** Whether these settings say where the secret is, so that nobody is asked for it; absent where they never do. */
  readonly hasSecret?: (settings: Opening['settings']) => boolean
  /** How roles are written in its own language; absent where it knows no permissions of single keys. */
  readonly permissions?: () => Promise<(wish: PermissionsWish) => Policy>
  /** What grants of single keys it keeps beside every policy; absent where it keeps none. */
  readonly grants?: () => Promise<Grantable>
  /** How what opens its backups elsewhere is read, and sealed for another place; absent where there is no such thing. */
  readonly domains?: () => Promise<SecurityDomains>
  /** Whether keys in it can lie in hardware at all. */
  readonly hardware: 'never' | 'possible' | 'always'
  /** What a version may be held to by the provider itself: said in plans, before it is opened. What it answers itself must not be less. */
  readonly enforces: readonly Availability[]
  /** The waits before destruction that it keeps itself, in days; absent where it destroys at once, and keyrite waits. */
  readonly window?: {readonly least: number; readonly most: number}
  /** Where each key has one wait and no other: how many days it is, as the place is set. A key that was made elsewhere may have another. @throws KeyriteError `USAGE`. */
  readonly ownWait?: (settings: Opening['settings']) => Promise<number>
  /** The flag that says that wait, where the place is not made with it already; absent where it is. */
  readonly waitFlag?: string
  /** Its service's wait can be cut short, where the place lets anybody; absent where it never can. */
  readonly purges?: true
  /** How what is brought travels there, where that is not always under a key of the place: a sentence for people who decide. */
  readonly brought?: string
  /** What only some places of this kind can: known when one is opened. */
  readonly mayEnforce?: readonly Availability[]
  /** The other regions in which keys of a place may have copies, by its identity; absent where keys have neither copies nor aliases. */
  readonly copies?: (identity: Readonly<Record<string, string>>) => readonly string[]
  /** Its service deletes material from outside by itself at a date, if told to: so many days ahead at most. Absent where none does. */
  readonly materialEnds?: {readonly mostDays: number}
  /** Whether the keys of a place of this identity lie in a key manager outside its service. Absent: never. */
  readonly outside?: (identity: Identity) => boolean
  /** Its service itself refuses to protect anything new with a version before and after dates of its own; absent where none does. */
  readonly keepsDates?: true
  /** Its places are made at its service, by keyrite too; absent where they are made by other means, or by `create`. */
  readonly makes?: MakingPlaces
  /** Its service can delete what is destroyed from its lists; absent where none can. */
  readonly deletes?: true
  /** Where a place of this kind holds no keys: where they are to be had instead. */
  readonly keysElsewhere?: string
  /** How whoever runs such a place keeps a copy of it, where keyrite has no command for that. */
  readonly keptBy?: readonly string[]
  /** What this machine lacks to use it at all; absent where it lacks nothing, ever. */
  readonly lacking?: () => Promise<{readonly fact: string; readonly fix: string} | null>
  /**
   * What keys a place can have, as far as that is known before anybody gives a secret; absent where only the open place says it.
   * @param within - how long to wait for an answer, in ms. @param identity - who answered when it was approved. @throws KeyriteError as `open`.
   */
  readonly offers?: (settings: Opening['settings'], within: number, identity?: Identity) => Promise<Offered>
  /** What the place says before anybody gives a secret, as how many tries are left; absent where there is nothing to ask. A line that is not ok is said before the secret is asked for. @throws KeyriteError `CREDENTIALS_REFUSED` where no secret would be taken. */
  readonly beforeSecret?: (settings: Opening['settings'], within?: number) => Promise<BeforeSecret>
  /** Which place it is, as it says itself before anybody gives a secret: believed only where that is another one. Absent where it says so only when it is open. @throws KeyriteError as `open`. */
  readonly identityAhead?: (settings: Opening['settings']) => Promise<Readonly<Record<string, string>>>
  open(opening: Opening): Promise<Provider>
  /** Makes the place itself; null where it must be there already. @param name - what people will call it. */
  readonly create: ((name: string, opening: Omit<Opening, 'leastGeneration'>) => Promise<Provider>) | null
}
