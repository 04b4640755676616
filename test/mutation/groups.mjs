/**
 * What decides about secrets, consent, locks, policies and quoting, and the tests that must notice when it is changed:
 * those that run it in their own process, and quickly.
 */
export const GROUPS = [
  { files: ['src/clouds/quote.ts'], tests: ['test/output/shell.test.ts'] },
  {
    files: ['src/clouds/secret.ts', 'src/clouds/credential-shapes.ts', 'src/clouds/letters.ts'],
    tests: [
      'test/clouds/secret.test.ts',
      'test/clouds/letters.test.ts',
      'test/output/clean.test.ts',
      'test/answers/credentials.test.ts',
    ],
  },
  { files: ['src/clouds/policy.ts'], tests: ['test/clouds/policy.test.ts', 'test/steps/google/pushing.test.ts'] },
  { files: ['src/engine/lock.ts'], tests: ['test/engine/lock.test.ts'] },
  {
    files: ['src/engine/plan.ts', 'src/engine/plan-by-look.ts', 'src/engine/choices.ts', 'src/engine/select.ts'],
    tests: ['test/engine/*.test.ts'],
  },
  { files: ['src/engine/act.ts'], tests: ['test/engine/*.test.ts'] },
  { files: ['src/answers/plain.ts'], tests: ['test/answers/plain.test.ts'] },
  { files: ['steps/google/old-keys.ts'], tests: ['test/steps/google/keyless.test.ts'] },
  { files: ['steps/google/grant.ts', 'steps/google/temporary-role.ts'], tests: ['test/steps/google/pushing.test.ts'] },
  { files: ['steps/circleci/restrict.ts'], tests: ['test/steps/circleci/restrict.test.ts'] },
  {
    files: ['steps/docker-hub/tokens.ts'],
    tests: [
      'test/steps/docker-hub/org-token.test.ts',
      'test/steps/docker-hub/bot-team.test.ts',
      'test/steps/docker-hub/personal.test.ts',
    ],
  },
]
