import * as z from 'zod'
import type { Rule } from './rule.ts'
import { ANSWER_KEYS, definitionOf } from './schema.ts'

/** JSON Schema of an answers file: every answer may be left out, nothing else may stand there. */
export function answersSchema() {
  const shape = Object.fromEntries(
    ANSWER_KEYS.map(key => {
      const { rule, mustBe, why, byDefault } = definitionOf(key)
      const otherwise = byDefault === undefined ? '' : ` Without it: ${byDefault}.`
      return [key, typeOf(rule).optional().describe(`${why} Must be ${mustBe}.${otherwise}`)]
    }),
  )
  return z.toJSONSchema(z.strictObject(shape), { target: 'draft-7' })
}

/** As far as a JSON Schema can say it. */
function typeOf({ forms = [], words, shortest, longest }: Rule): z.ZodType<string> {
  if (words) return z.enum(words)
  let text = z.string()
  for (const form of forms) text = text.regex(form)
  if (shortest !== undefined) text = text.min(shortest)
  return longest === undefined ? text : text.max(longest)
}
