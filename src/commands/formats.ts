import { EXIT, SetupError } from '../clouds/cause.ts'

export const FORMATS = ['text', 'markdown', 'json', 'sh', 'html'] as const
export type Format = (typeof FORMATS)[number]

/**
 * The format of the checklist.
 * @throws SetupError (exit 2) where `--json` and `--format` say different things
 */
export function formatOf({ json, format }: { readonly json: boolean; readonly format?: Format }): Format {
  if (!json || format === undefined || format === 'json') return json ? 'json' : (format ?? 'text')
  throw new SetupError(
    {
      code: 'two-formats',
      means: `--json and --format ${format} ask for two formats of one checklist.`,
      next: 'Leave one of them out, and run again.',
    },
    EXIT.input,
  )
}
