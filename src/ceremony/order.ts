/** The steps of a template in their order: all that the fold needs to hold a ceremony to its script. */
import {isUtf8} from 'node:buffer'
import {z} from 'zod'
import {sha256Hex} from '../base/bytes.ts'
import {marksOfTemplate, readYaml, YamlProblem} from '../base/yaml.ts'
import type {View} from '../ledger/index.ts'

export interface OrderedStep {
  readonly id: string
  readonly kind: string
}

const schema = z.object({
  acts: z.array(z.object({steps: z.array(z.object({id: z.string(), kind: z.string()}))})),
})
const known = new Map<string, readonly OrderedStep[]>()

/** Those of the template of this digest; null where a bundle withholds it. @throws TypeError as `stepsOf`. */
export function scriptOf(
  view: Pick<View, 'blob' | 'holds'>,
  template: string,
): readonly OrderedStep[] | null {
  return view.holds(template) ? stepsOf(view.blob(template)) : null
}

/** @throws TypeError if the bytes hold no acts with steps. */
export function stepsOf(template: Uint8Array): readonly OrderedStep[] {
  const sha256 = sha256Hex(template)
  const before = known.get(sha256)
  if (before !== undefined) return before
  const parsed = schema.safeParse(parseYaml(template))
  if (!parsed.success) throw new TypeError('the template has no acts with steps')
  const steps = parsed.data.acts.flatMap((act) => act.steps)
  known.set(sha256, steps)
  return steps
}

/** As `parseTemplate` reads it: whoever records a template can record any bytes. */
function parseYaml(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new TypeError('the template is not UTF-8 text')
  try {
    return readYaml(Buffer.from(bytes).toString('utf8'), undefined, marksOfTemplate).value
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error
    throw new TypeError(`the template is not YAML: ${error.message}`, {cause: error})
  }
}
