import type { PersonAction } from '../../src/engine/step.ts'

/**
 * How an edit of a file is undone, by a person: what stood there before is in git, not in the answers; and a checkout
 * has other changes, which are nobody's to drop.
 */
export const takeBack = (file: string): PersonAction => ({
  kind: 'person',
  key: 'take-back',
  does: `take the change to ${file} back`,
  who: 'whoever has the checkout',
  instructions: [
    `git checkout --patch -- ${file} takes back what is not committed, asking for each part.`,
    'git revert COMMIT takes back what was committed.',
  ],
})
