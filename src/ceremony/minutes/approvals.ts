/** What people approved: the plan in words, who answered with which key, and what was needed. */
import {fromHex} from '../../base/bytes.ts'
import {wordLines} from '../../base/words.ts'
import {parsePublicKey} from '../../custody/index.ts'
import {code, codeLines, facts, heading, list, paragraph, strong, table} from '../../paper/document.ts'
import type {Block, Inline} from '../../paper/document.ts'
import {planInWords, policyOf, requests, type Answer, type Request} from '../../requests/index.ts'
import {utc, type Transcript} from './transcript.ts'
import {keyClassInWords} from './strength.ts'

export function approvals(record: Transcript): readonly Block[] {
  const {all, byMet} = record.view.of(requests)
  const cited = new Set(record.entries.flatMap(({approved}) => byMet.get(approved ?? -1) ?? []))
  const mine = [...all.values()].filter((one) => one.ceremony === record.ceremony.id || cited.has(one.seq))
  return [
    heading(2, 'Approvals'),
    ...(mine.length === 0 ? [paragraph('Nothing in this ceremony was put to a quorum.')] : []),
    ...mine.flatMap((one) => requestBlocks(record, one)),
  ]
}

function requestBlocks(record: Transcript, request: Request): readonly Block[] {
  const {plan, needs} = request
  return [
    heading(3, `Request ${request.id}: ${request.operation}`),
    list(
      planInWords(
        {roster: record.roster, policy: policyOf(record.view, request)},
        record.operations,
        request,
      ),
    ),
    facts([
      ['Outcome', outcome(request)],
      [
        'Opened',
        `${utc(request.openedAt)}, by ${request.author === null ? 'nobody named' : record.name(request.author)} (entry ${request.seq})`,
      ],
      [
        'Rule',
        `“${plan.rule}”: ${needs.people} people${needs.roles.length === 0 ? '' : `, among them ${needs.roles.join(' and ')}, each another person`}`,
      ],
      ['Asked', record.names(request.who.map(({person}) => person))],
      ['Plan', ['SHA-256 ', code(request.planSha256)]],
      ['Policy', ['SHA-256 ', code(request.policySha256)]],
    ]),
    codeLines(wordLines(fromHex(request.planSha256))),
    table({
      columns: ['Name', 'Answer', 'Key', 'When', 'Entry'],
      rows: request.answers.map((one) => answerRow(record, one)),
    }),
  ]
}

function outcome({met, withdrawn, voided}: Request): readonly Inline[] {
  if (met !== null) return [`Met at entry ${met}.`]
  if (voided !== null && !withdrawn) return [strong('Void:'), ` ${voided}.`]
  return [strong(withdrawn ? 'Withdrawn.' : 'Not met.')]
}

function answerRow(record: Transcript, one: Answer): readonly (readonly Inline[])[] {
  const key = record
    .person(one.person)
    ?.keys.map((enrolled) => parsePublicKey(enrolled.key))
    .find(({fingerprint}) => fingerprint === one.key)
  return [
    [strong(record.name(one.person))],
    [one.decision === 'approve' ? 'yes' : strong('no')],
    [`${keyClassInWords(one.class, key?.type ?? 'key')}, ${one.key}`],
    [record.time(one.at)],
    [String(one.seq)],
  ]
}
