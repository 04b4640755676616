import type { Condition } from './world.ts'

/** What an expiry says in CEL. */
const UNTIL = /^request\.time\s*(<=?)\s*timestamp\((["'])(.*?)\2\)$/

/** Is there anything wrong with the expression? What is not an expiry is taken as it is. */
export function isBroken({ title, expression }: Condition): boolean {
  if (!title.trim() || !expression.trim()) return true
  return [...expression.matchAll(/timestamp\((["'])(.*?)\1\)/g)].some(([, , time = '']) => !isTime(time))
}

/** Does it hold? Only expiries ever do, one or several: the simulation knows no other attribute. */
export const holds = (condition: Condition | undefined, now: Date): boolean =>
  condition === undefined || condition.expression.split('&&').every(part => isBefore(part.trim(), now))

function isBefore(part: string, now: Date): boolean {
  const [, sign, , time = ''] = UNTIL.exec(part) ?? []
  if (sign === undefined) return false
  return sign === '<' ? now.getTime() < Date.parse(time) : now.getTime() <= Date.parse(time)
}

const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
