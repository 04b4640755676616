import { EXIT, SetupError } from '../clouds/cause.ts'
import { quote } from '../clouds/quote.ts'

/**
 * The refusal of `--format` without `--dry-run`: whoever wants to read a checklist must not start the setup.
 * @param words the command line, in which nothing is a credential
 */
export function formatWithoutDryRun(words: readonly string[]): SetupError {
  const command = (more: readonly string[]) => ['dummyapp-setup', ...more.map(quote)].join(' ')
  const isFormat = (word: string) => word === '--format' || word.startsWith('--format=')
  const others = words.filter((word, at) => !isFormat(word) && words[at - 1] !== '--format')
  return new SetupError(
    {
      code: 'format-without-dry-run',
      means: '--format is for the checklist, which only --dry-run prints. Without it, the setup itself would start.',
      next: `Print the checklist: ${command(['--dry-run', ...words])}\nOr start the setup: ${command(others)}`,
    },
    EXIT.input,
  )
}
