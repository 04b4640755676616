import { expect, test } from 'vitest'
import { jobTokens } from '../../src/rehearsal/circleci/oidc.ts'
import { newPrivateKey } from '../../src/rehearsal/private-key.ts'
import { emptyWorld } from '../../src/rehearsal/world.ts'

test('A job’s tokens claim what CircleCI documents, and nothing else', () => {
  const now = new Date('2026-11-22T10:00:00Z')
  const { circleci } = emptyWorld(now)
  circleci.privateKey = newPrivateKey()
  const tokens = jobTokens(
    circleci,
    {
      organization: 'O',
      project: 'P',
      user: 'U',
      origin: 'github.com/acme/app',
      branch: 'main',
      contexts: ['C1', 'C2'],
      pipeline: 'L',
      workflow: 'W',
      job: 'J',
      ssh: true,
    },
    now,
  )
  const claimsOf = (name: string) =>
    JSON.parse(Buffer.from((tokens[name] ?? '').split('.')[1] ?? '', 'base64url').toString())
  const both = {
    iss: 'https://oidc.circleci.com/org/O',
    aud: 'O',
    iat: now.getTime() / 1000,
    exp: now.getTime() / 1000 + 3600,
    'oidc.circleci.com/org-id': 'O',
    'oidc.circleci.com/project-id': 'P',
    'oidc.circleci.com/context-ids': ['C1', 'C2'],
    'oidc.circleci.com/pipeline-id': 'L',
    'oidc.circleci.com/workflow-id': 'W',
    'oidc.circleci.com/job-id': 'J',
    'oidc.circleci.com/vcs-origin': 'github.com/acme/app',
    'oidc.circleci.com/vcs-ref': 'refs/heads/main',
    'oidc.circleci.com/ssh-rerun': true,
  }
  const sub = 'org/O/project/P/user/U'
  expect(claimsOf('CIRCLE_OIDC_TOKEN')).toEqual({ ...both, sub })
  expect(claimsOf('CIRCLE_OIDC_TOKEN_V2')).toEqual({
    ...both,
    sub: `${sub}/vcs-origin/github.com/acme/app/vcs-ref/refs/heads/main`,
  })
})
