import { EXIT, SetupError } from '../clouds/cause.ts'
import { looksLikeCredential } from '../clouds/credential-shapes.ts'

/**
 * Looks through a command line before anything of it is repeated. What is given with --set is told of by itself.
 * @throws SetupError (exit 2) where a word looks like a credential, which is not repeated
 */
export function assertNoCredential(words: readonly string[]): void {
  const isSet = (word: string, index: number) => word.startsWith('--set=') || words[index - 1] === '--set'
  const isToken = (word: string) => looksLikeCredential(word.replace(/^--[\w-]+=/, ''))
  const found = words.filter((word, index) => !isSet(word, index) && isToken(word))
  if (found.length === 0) return
  throw new SetupError(
    {
      code: 'credential-argument',
      means:
        'An argument looks like a credential (it is not shown here). Every user of this machine can read arguments.',
      next: 'Take it out, and revoke it; a token goes into its environment variable or is asked for.',
    },
    EXIT.input,
  )
}
