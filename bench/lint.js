// How long the lint of a long ceremony takes after start-up: reading the file and every rule, in CPU time of this process, so that
// what else the machine does does not count.
//
//   node bench/lint.js [--steps N]     (300 unless told)
import {parseArgs} from 'node:util'
import {lint} from '../src/ceremony/lint.ts'
import {parseTemplate} from '../src/ceremony/template.ts'

const {values} = parseArgs({options: {steps: {type: 'string', default: '300'}}})
const steps = Number(values.steps)
if (!Number.isSafeInteger(steps) || steps < 1) throw new Error('expected a number of steps')

const step = (_, at) =>
  `      - {id: s${at}, kind: confirm, by: operator, minutes: 2, needs: {hsm: ${at % 2 ? 'connected' : 'off'}}, leaves: {hsm: ${at % 2 ? 'off' : 'connected'}}, text: The operator does what this step says.}`
const text = `keyrite: ceremony/1
id: long
title: Long
purpose: Be long.
location: Here
roles:
  operator: {count: 1}
materials:
  - {id: hsm, kind: hsm, text: The device.}
acts:
  - id: only
    title: Only
    steps:
${Array.from({length: steps}, step).join('\n')}
      - {id: end, kind: sign-off, by: operator, minutes: 5, text: Sign.}
`

for (const round of ['first', 'again']) {
  const before = process.cpuUsage()
  const findings = lint(parseTemplate(Buffer.from(text), 'long.yaml'), null, null, null, new Date())
  const {user, system} = process.cpuUsage(before)
  console.log(
    `lint of ${steps} steps, ${round}: ${Math.round((user + system) / 1000)} ms, ${findings.length} findings`,
  )
}
