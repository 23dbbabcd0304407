/** What a plan changes, as its operation has it. */
import type {Plan} from './plan.ts'

interface Form<T> {
  safeParse(value: unknown): {success: true; data: T} | {success: false}
}

/** @throws TypeError if the plan is not of the form. */
export function formed<T>(form: Form<T>, {change}: Pick<Plan, 'change'>): T {
  const parsed = form.safeParse(change)
  if (!parsed.success) throw new TypeError('the plan is not of its form')
  return parsed.data
}
