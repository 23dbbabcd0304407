import {z} from 'zod'
import {runMachine} from '../run/machine.ts'
import type {StepKind} from '../kinds.ts'
import {base} from './common.ts'

const schema = z.strictObject({...base, kind: z.literal('machine')})
export type MachineStep = z.infer<typeof schema>

export const machine: StepKind<MachineStep> = {
  kind: 'machine',
  summary: 'The machine, the program and the device that will hold the key are recorded.',
  schema,
  plan(world) {
    world.keys.recordMachine()
  },
  run: runMachine,
}
