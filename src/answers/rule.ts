/** What a value must be: data, which is checked here at once, and written as a JSON Schema where one is asked for. */
export interface Rule {
  /** It has all of these forms. */
  readonly forms?: readonly RegExp[]
  /** It is one of these. */
  readonly words?: readonly [string, ...string[]]
  /** How long it is, in UTF-16 units. */
  readonly shortest?: number
  readonly longest?: number
  /** What no form can say. */
  also?(value: string): boolean
}

/** Does a value keep a rule? Its length comes first: of a long one nothing else need be looked at. */
export const fits = (
  { forms = [], words, shortest = 0, longest = Number.POSITIVE_INFINITY, also }: Rule,
  value: string,
) =>
  value.length >= shortest &&
  value.length <= longest &&
  (words === undefined || words.includes(value)) &&
  forms.every(form => form.test(value)) &&
  (also === undefined || also(value))
