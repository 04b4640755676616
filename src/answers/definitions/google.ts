import { cut, type Definitions, dashed, fromFirstLetter, line, oneOf, variable, words } from '../definition.ts'

/** facts/google.md 1, validation rules: a project id may not contain these. */
const FORBIDDEN = /google|ssl|null|undefined/g

export const GOOGLE = {
  googleRoute: {
    // steps.md, google.*; the default is the document's own way.
    ...oneOf('documented', 'least-privilege', 'keyless', 'bucket'),
    why: 'How CI gets its right to push: as the document did it, never with a broad role, by CircleCI’s own identity without any key, or on a bucket of the old registry. Without a key there is nothing to leak: keyless is the recommended way.',
    byDefault: 'documented',
  },
  googleBranch: {
    // The rules of git check-ref-format, as for the other branches; it stands in quotes in an expression.
    rule: { ...words(/^(?!refs\/)(?!.*(?:\.\.|\/\/))[A-Za-z\d][\w./-]*[\w]$|^[A-Za-z\d]$/), longest: 200 },
    mustBe: 'a branch: letters, digits, and . _ - / between them',
    why: 'On the way without a key, the one branch whose builds may push to Google. Without it, every branch of the repository may.',
    optional: true,
    when: { key: 'googleRoute', is: ['keyless'] },
    suggest: bad => bad.trim().replace(/^refs\/heads\//, ''),
  },
  googleProject: {
    // facts/google.md 1, validation rules; gcloud itself would let a dash at the end pass.
    rule: words(/^(?!.*(?:google|ssl|null|undefined))[a-z][a-z\d-]{4,28}[a-z\d]$/),
    mustBe:
      '6 to 30 lowercase letters, digits and dashes, starting with a letter, not ending with a dash, without google or ssl',
    why: 'The id of the Google Cloud project that the images lie in. Ids are shared by all of Google and never given out twice.',
    suggest: projectId,
  },
  googleProjectName: {
    // facts/google.md 1.1
    rule: words(/^[A-Za-z\d'"! -]{4,30}$/),
    // In words, since a script says it too, where quotes would end its own.
    mustBe: '4 to 30 letters, digits, blanks, dashes, apostrophes, double quotes and exclamation marks',
    why: 'What people see of the project; it can be changed later.',
    suggest: bad =>
      bad
        .replace(/[^A-Za-z\d'"! -]+/g, ' ')
        .trim()
        .slice(0, 30),
  },
  googleParent: {
    // facts/google.md 1.1: --organization, --folder. The API's names for them are numbers.
    rule: words(/^(?:organizations|folders)\/[1-9]\d{0,24}$/),
    mustBe: 'organizations/NUMBER or folders/NUMBER',
    why: 'Where in an organization the project is made; its policies then hold. Without it, the project belongs to the signed-in account.',
    optional: true,
    suggest: bad =>
      bad
        .trim()
        .toLowerCase()
        .replace(/^(organization|folder)\//, '$1s/'),
  },
  googleBillingAccount: {
    // facts/google.md 1, validation rules
    rule: words(/^[\dA-F]{6}-[\dA-F]{6}-[\dA-F]{6}$/),
    mustBe: 'three groups of six of 0-9 A-F, as in 012345-6789AB-CDEF01',
    why: 'Who pays. A registry needs billing, though half a gigabyte is free. Without it, your one open account is taken; of several you choose one, where the project has none yet.',
    optional: true,
    chosenLater: true,
    suggest: bad =>
      bad
        .trim()
        .replace(/^billingAccounts\//, '')
        .toUpperCase(),
  },
  googleServiceAccountId: {
    // facts/google.md 0.1
    rule: words(/^[a-z][a-z\d-]{4,28}[a-z\d]$/),
    mustBe: '6 to 30 lowercase letters, digits and dashes, starting with a letter, not ending with a dash',
    why: 'The part before the @ of the account that CI pushes as. The document’s own name is one sign too long for it.',
    suggest: serviceAccountId,
  },
  googleKeyVariable: {
    ...variable,
    why: 'The variable in which CI looks for Google’s key, in base64. It must be the one that the job in .circleci/config.yml decodes.',
    byDefault: 'GCLOUD_AUTH_ENCODED',
    inFork: 'keep',
  },
  googleServiceAccountName: {
    // facts/google.md 0.1: a display name of 100 bytes in UTF-8 at most.
    rule: {
      forms: [...line().forms, /^\S(?:.*\S)?$/],
      also: (name: string) => Buffer.byteLength(name) <= 100,
    },
    mustBe: '1 to 100 bytes without a blank at its ends',
    why: 'What people see of the account that CI pushes as.',
    suggest: bad => bad.trim().slice(0, 100).trimEnd(),
  },
  registryHost: {
    // facts/google.md 1, AR repo id: the names that Artifact Registry still answers to (2: writes since 2025 go there).
    ...oneOf('us.gcr.io', 'eu.gcr.io', 'asia.gcr.io', 'gcr.io'),
    why: 'Where the images lie: in the United States, in Europe or in Asia. It cannot be changed later.',
    byDefault: 'us.gcr.io',
    // One of four hosts of Google's: no name of upstream's.
    inFork: 'keep',
  },
  imageName: {
    // OCI distribution specification, a repository's name; one part of it, since the build script adds host and project.
    rule: { ...words(/^[a-z\d]+(?:(?:\.|__?|-+)[a-z\d]+)*$/), longest: 128 },
    mustBe: '1 to 128 small letters and digits with . _ __ or dashes between them',
    why: 'The image’s name in the Google project.',
    suggest: bad => cut(dashed(bad), 128),
  },
} as const satisfies Definitions

/** The nearest project id; a forbidden word is broken by a dash. */
export function projectId(text: string): string {
  const name = dashed(text).replace(
    FORBIDDEN,
    word => `${word.slice(0, word.length / 2)}-${word.slice(word.length / 2)}`,
  )
  return cut(fromFirstLetter(name), 30)
}

/** The nearest account id: where it is too long, an agent's ending goes first (image-builder → image-build). */
export function serviceAccountId(name: string): string {
  const id = fromFirstLetter(dashed(name))
  return cut(id.length > 30 ? id.replace(/er$/, '') : id, 30)
}
