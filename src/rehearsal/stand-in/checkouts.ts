import { CI_CONFIG } from './ci-config.ts'
import { dockerfile } from './dockerfile.ts'
import { LIBRARY } from './library.ts'
import { SCRIPTS } from './scripts.ts'
import { WORKFLOWS } from './workflows.ts'

/** A checkout that has the form and the size of dummyapp's own, in other words. */
export interface StandIn {
  readonly defaultBranch: string
  /** What is in each file; what begins with `#!` can be run. */
  readonly files: Readonly<Record<string, string>>
}

const goMod = (version: string) => `module go.pennock.tech/dummyapp\n\ngo ${version}\n`

const SHELL = { 'build/common.lib.sh': LIBRARY, ...SCRIPTS }

/** As it is today: CircleCI has no config, and GitHub only tests. */
export const TODAY: StandIn = {
  defaultBranch: 'main',
  files: { ...SHELL, 'build/Dockerfile': dockerfile('1.14.6'), 'go.mod': goMod('1.19'), ...WORKFLOWS },
}

/** As it was when the set-up was documented (2020): CircleCI builds and pushes. */
export const DOCUMENTED: StandIn = {
  defaultBranch: 'master',
  files: {
    ...SHELL,
    'build/Dockerfile': dockerfile('1.14.3'),
    'go.mod': goMod('1.14'),
    '.circleci/config.yml': CI_CONFIG,
  },
}
