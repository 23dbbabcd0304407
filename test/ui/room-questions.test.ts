/** Questions in the room, at 80 columns. */
import {expect, test} from '@jest/globals'
import {askRoom, type RoomQuestion} from '../../src/ui/room-questions.ts'
import {somebody} from '../support/run.ts'

test.each([
  ['yes or no', 'yes/no', 'yes'],
  ['their answer to a plan', 'approve/reject/later', 'approve'],
  ['a number', 'number', '1'],
])('what is typed for %s is not broken by the edge of the screen', async (_name, expects, answer) => {
  const lengths: number[] = []
  for (let length = 1; length < 90; length++) {
    const said: string[] = []
    const ask = somebody(answer)
    const question: RoomQuestion<string> = {
      message: 'm'.repeat(length),
      expects,
      flag: '--answers FILE',
      help: [],
      read: (typed) => ({value: typed}),
    }
    const questioner = {ask, say: (line: string) => said.push(line), title: () => '2.2 approve', asides: true}
    expect(await askRoom(questioner, question, (work) => work(new AbortController().signal))).toBe(answer)
    // A mark and a blank before it, and a blank behind.
    const [prompt = ''] = ask.asked
    lengths.push(`? ${prompt} ${answer}`.length)
    expect(said.join('')).toContain(prompt.includes('mmm') || length < 3 ? '' : 'mmm')
  }
  expect(Math.max(...lengths)).toBeLessThanOrEqual(80)
})
