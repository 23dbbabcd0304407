/** Asking for the values of a template, one after the other. */
import {typedValue} from '../ceremony/parameters.ts'
import type {Parameter, Value, Values} from '../ceremony/template.ts'
import type {Ask} from './ask.ts'

/**
 * Everything that was not set is asked; an empty answer leaves it as the template has it.
 * @param unset - what an empty answer means where there is no default, in words.
 * @returns what was set and what was answered.
 */
export async function askedValues(
  ask: Ask,
  parameters: ReadonlyMap<string, Parameter>,
  given: Values,
  unset = 'asked on the day',
): Promise<Values> {
  const values = new Map(given)
  for (const [name, parameter] of parameters) {
    if (values.has(name)) continue
    const read = (text: string): ReturnType<typeof typedValue> => typedValue(parameter.type, text)
    const text = await ask.text({
      message: questionOf(name, parameter, unset),
      flag: `--set ${name}=VALUE`,
      check: (typed) => {
        const one = typed === '' ? null : read(typed)
        return one !== null && 'problem' in one ? `${name}: ${one.problem}` : null
      },
    })
    const one = text === '' ? null : read(text)
    if (one !== null && 'value' in one) values.set(name, one.value)
  }
  return values
}

function questionOf(name: string, {text, default: value}: Parameter, unset: string): string {
  return `${name}: ${text} [${value === undefined ? unset : shownValue(value)}]`
}

/** A value as it would be typed. */
export function shownValue(value: Value): string {
  const text = Array.isArray(value) ? value.join(',') : String(value)
  return text === '' ? 'none' : text
}
