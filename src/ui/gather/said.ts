/** What is said of a plan before anybody is asked, of each answer, and of a request that waits. */
import type {App} from '../../app.ts'
import {wordLines} from '../../base/words.ts'
import {custodyFold, type Person} from '../../custody/index.ts'
import {isSolo, policyFold, soloInWords} from '../../policy/index.ts'
import {profilesFold, readConfig} from '../../profiles/index.ts'
import {
  goesOnBy,
  missing,
  planDigest,
  planInWords,
  requestDocument,
  type Asking,
  type Request,
} from '../../requests/index.ts'
import {called} from '../actor.ts'
import type {Document} from '../command.ts'

/** What the plan will do, for whoever is asked. */
export function planLines(app: App, asking: Pick<Asking, 'plan' | 'names'>): readonly string[] {
  const {roster} = app.ledger.of(custodyFold)
  const {policy} = app.ledger.of(policyFold)
  const {profile} = asking.plan
  const stands = profile !== null && app.ledger.of(profilesFold).profiles.has(profile.name)
  return [
    ...(profile?.environment === 'production' ? [`PRODUCTION: profile "${profile.name}".`] : []),
    ...planInWords({roster, policy}, app.operations, asking),
    `It rests on this: ${asking.plan.rests.join('; ')}.`,
    // Better said before people sign than when it is done.
    ...(stands && !readConfig(app.world.home).has(profile.name)
      ? [
          `Not to be done from here yet: config.yaml does not say where profile "${profile.name}" lies. Copy its settings from the machine that added it.`,
        ]
      : []),
    ...(isSolo(policy) ? [soloInWords(policy)] : []),
    `SHA-256 of the plan ${planDigest(asking.plan)}`,
    ...wordLines(Buffer.from(planDigest(asking.plan), 'hex')),
  ]
}

/** What somebody did, and who is still needed. */
export function said(app: App, request: Request, person: Person, what: string): string {
  const left = missing(app.ledger, request)
  return `${called(person)}: ${what}, signature verified. ${left === '' ? 'The quorum is there.' : `Still needed: ${left}.`}`
}

/** The document of a request that waits for people: exit 8, and what to type next. */
export function waitingDocument(
  app: App,
  request: Request,
): {
  readonly document: Document
  readonly lines: readonly string[]
} {
  const document = {
    schema: 'keyrite.request/1' as const,
    exit: 8,
    ...requestDocument(app.ledger, app.operations, request),
  }
  return {
    document,
    lines: [
      `Request ${request.id} is ${document.status}. ${request.plan.profile === null ? 'Nothing was changed.' : 'Nothing was done at the provider.'}`,
      ...(document.missing === '' ? [] : [`Still needed: ${document.missing}.`]),
      `It expires ${request.expires}.`,
      `Next: ${goesOnBy(app.operations, request, ' --sign-with PERSON=KEY')}`,
    ],
  }
}
