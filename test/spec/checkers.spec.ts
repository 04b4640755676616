import { type ConfigData, HtmlValidate } from 'html-validate'
import { lint } from 'markdownlint/sync'
import { describe, expect, test } from 'vitest'
import { hasShellcheck, shellcheck } from '../support/shellcheck.ts'
import { checklists } from './checklists.ts'

/* The checklist in the eyes of other people's checkers: each has nothing to say, but for what stands here with its reason. */

/** Of html-validate. */
const HTML: ConfigData = {
  extends: ['html-validate:recommended'],
  rules: {
    // A step's id has a point in it; HTML forbids blanks alone.
    'valid-id': ['error', { relaxed: true }],
  },
}

/** Of markdownlint. */
const MARKDOWN = {
  default: true,
  // A sentence is a line, and so is a command.
  MD013: false,
}

describe('By other people’s checkers,', () => {
  test.skipIf(!hasShellcheck)(
    `the script has nothing but what has a reason${hasShellcheck ? '' : ' (skipped: shellcheck is not installed)'}`,
    async () => {
      for (const script of await checklists('sh')) expect(shellcheck(script)).toBe('')
    },
  )

  test('the page has none', async () => {
    const html = new HtmlValidate(HTML)
    for (const page of await checklists('html')) {
      const { results } = await html.validateString(page)
      expect(
        results.flatMap(({ messages }) => messages.map(({ ruleId, message, line }) => ({ ruleId, message, line }))),
      ).toEqual([])
    }
  })

  test('the Markdown has none', async () => {
    for (const text of await checklists('markdown')) {
      const { text: notes = [] } = lint({ strings: { text }, config: MARKDOWN })
      expect(notes.map(({ ruleNames, lineNumber, errorContext }) => ({ ruleNames, lineNumber, errorContext }))).toEqual(
        [],
      )
    }
  })
})
