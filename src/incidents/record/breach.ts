/**
 * Whether somebody outside has to be told, and by when. Which of these rules applies, and when its clock started, lawyers say;
 * keyrite counts from the first second that it knows of, which is the earliest that anybody could have become aware here.
 */
import {parseDuration} from '../../base/duration.ts'
import type {Incident} from '../state.ts'

export interface BreachClock {
  readonly rule: string
  /** Who is told. */
  readonly whom: string
  readonly when: string
  /** Null where the rule names no number of hours. */
  readonly due: string | null
  readonly passed: boolean
}

interface BreachRule {
  readonly rule: string
  readonly whom: string
  readonly when: string
  readonly within: string | null
}

/** Regulation (EU) 2016/679, Directive (EU) 2022/2555, 45 CFR 164; contracts are one's own to read. */
const rules: readonly BreachRule[] = [
  {
    rule: 'GDPR Art. 33(1)',
    whom: 'the supervisory authority',
    when: 'where personal data were concerned, unless that is unlikely to be a risk to anybody',
    within: 'PT72H',
  },
  {
    rule: 'GDPR Art. 33(2)',
    whom: 'those for whom you process personal data',
    when: 'without undue delay after becoming aware',
    within: null,
  },
  {
    rule: 'GDPR Art. 34',
    whom: 'the people whose data they are',
    when: 'without undue delay, where the risk to them is high; not where the data stay unreadable to whoever has them',
    within: null,
  },
  {
    rule: 'NIS 2 Art. 23(4)(a)',
    whom: 'the CSIRT or the authority: early warning',
    when: 'where you are an essential or important entity and the incident is significant',
    within: 'PT24H',
  },
  {
    rule: 'NIS 2 Art. 23(4)(b)',
    whom: 'the same: notification with a first assessment',
    when: 'as above; a final report within a month after it',
    within: 'PT72H',
  },
  {
    rule: 'HIPAA 45 CFR 164.404',
    whom: 'the people whose health data they are; with 500 or more of them the Secretary and the media too',
    when: 'without unreasonable delay, where the data were not secured',
    within: 'P60D',
  },
  {
    rule: 'Contracts (PCI DSS, customers)',
    whom: 'acquirer, payment brands, customers',
    when: 'as each contract says, often at once',
    within: null,
  },
]

/** The clocks as they stand; the next one that is due first. @param now - RFC 3339 */
export function breachClocks({startedAt}: Pick<Incident, 'startedAt'>, now: string): readonly BreachClock[] {
  return rules
    .map(({rule, whom, when, within}) => {
      const due =
        within === null ? null : new Date(Date.parse(startedAt) + parseDuration(within)).toISOString()
      return {rule, whom, when, due, passed: due !== null && now > due}
    })
    .sort((a, b) => ((a.due ?? '9') < (b.due ?? '9') ? -1 : (a.due ?? '9') > (b.due ?? '9') ? 1 : 0))
}
