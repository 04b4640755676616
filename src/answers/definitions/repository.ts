import { readRemote } from '../../clouds/remote.ts'
import { type Definitions, line, words } from '../definition.ts'

/** git check-ref-format (and git branch, which takes no HEAD): what no branch's name may have, be, begin or end with; 244 is what a file's name leaves room for. */
const NO_BRANCH = /^(?:refs\/|HEAD$|-|\/|\.|@$)|\.\.|@\{|\/[/.]|\.lock(?:\/|$)|[./]$|[ ~^:?*[\\]/
const branch = { ...line(), shortest: 1, longest: 244, also: (name: string) => !NO_BRANCH.test(name) }
const BRANCH = 'a branch’s name as git takes it: no blanks, none of ~ ^ : ? * [ \\ and no two dots in a row'

export const REPOSITORY = {
  githubProject: {
    // GitHub: an owner has letters, digits and single inner dashes, 39 at most (a managed user also _ and a short code);
    // a repository also has _ and dots, 100 at most.
    rule: words(/^(?=[^/]{1,39}\/)[A-Za-z\d]+(?:-[A-Za-z\d]+)*(?:_[A-Za-z\d]+)?\/(?!\.{1,2}$)[\w.-]{1,100}$/),
    mustBe: 'OWNER/REPOSITORY as on GitHub',
    why: 'It decides whose set-up this is: progress is kept by it, and where it is a fork, no name of upstream is used.',
    suggest: bad => readRemote(bad)?.path,
  },
  defaultBranch: {
    rule: branch,
    mustBe: BRANCH,
    why: 'The branch that releases to Heroku and that restrictions name. A build that merely following the project starts there is cancelled.',
    inFork: 'keep',
    suggest: nearBranch,
  },
  firstRunBranch: {
    rule: branch,
    mustBe: BRANCH,
    why: 'The branch whose push makes CI run for the first time. The document pushed one named circle; where nothing is said it is the default branch.',
    inFork: 'keep',
    suggest: nearBranch,
  },
} as const satisfies Definitions

function nearBranch(bad: string): string {
  const name = bad.trim().replace(/^refs\/heads\//, '')
  return name.replace(/[^\w/.-]+/g, '-')
}

/** An image's name in parts: OCI distribution specification, "Pulling manifests". */
const PART = String.raw`[a-z\d]+(?:(?:\.|__?|-+)[a-z\d]+)*`

export const IMAGES = {
  dataImage: {
    // A registry's host and port, parts, a tag of 128 at most, a digest: OCI distribution specification.
    rule: {
      ...words(
        new RegExp(
          String.raw`^(?:[a-z\d][a-z\d.-]*(?::\d{1,5})?/)?${PART}(?:/${PART})*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f\d]{64})?$`,
        ),
      ),
      longest: 255,
    },
    mustBe: 'a container image as in a Dockerfile: NAME, HOST/NAME or NAME:TAG, in small letters',
    why: 'The image whose data the Dockerfile copies in. It decides every build, so it must still exist; without one, the line that copies it goes.',
    optional: true,
    // What the checkout’s own Dockerfile copies, it copies in a fork as well; absent then means that it was taken back.
    inFork: 'keep',
    suggest: bad => bad.trim().toLowerCase(),
  },
} as const satisfies Definitions
