import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SetupError } from '../clouds/cause.ts'
import type { Tools } from '../clouds/exec.ts'
import { withoutUserInfo } from '../clouds/remote.ts'

/** The values that the documented set-up names, in a library of the same form: enough of dummyapp to rehearse without it. */
const STAND_IN = {
  'build/common.lib.sh': `#!/bin/echo you should source me

# ---- EDIT THESE ----
: "\${GITHUB_PROJECT:=PennockTech/dummyapp}"
: "\${DOCKER_PROJECT:=pennocktech/dummyapp}"
: "\${HEROKU_APP:=pt-dummy-app}"
: "\${GCR_HOST:=us.gcr.io}"
: "\${GCR_PROJECT:=dummyapp-214121}"
: "\${GCR_IMAGE_NAME:=pt-dummy-app}"
# ---- EDIT THESE ----
`,
  'build/Dockerfile': `ARG DATA_IMAGE="philpennock/poetry"
FROM golang AS maker
COPY . .
RUN CGO_ENABLED=0 go build -o /tmp/dummyapp

FROM \${DATA_IMAGE} AS data

FROM scratch
COPY --from=maker /tmp/dummyapp /
COPY --from=data / /poetry/
VOLUME /poetry
ENV POETRY_DIR=/poetry
CMD ["/dummyapp"]
`,
  // Played like docker itself, so it need not do anything.
  'build/build.with-docker.sh': `#!/bin/sh
echo "the rehearsal plays the build" >&2
exit 1
`,
}

/** The git hosts that a temporary checkout would push to: its origin is a folder beside it, whatever address it shows. */
const ORIGIN = 'origin.git'

/**
 * Clones a checkout into a new folder. Its remotes keep their addresses, without user info; what would go to origin
 * goes to a bare repository beside it.
 */
export async function cloneCheckout(
  from: { readonly folder: string; readonly remotes: Readonly<Record<string, string>> },
  to: string,
  tools: Tools,
): Promise<void> {
  await git(tools, from.folder, 'clone', '--quiet', '--no-hardlinks', '--', from.folder, to)
  await git(tools, to, 'remote', 'remove', 'origin')
  await setAuthor(to, tools)
  await setRemotes(from.remotes, to, tools)
}

/** Makes a checkout that looks to the wizard as a fresh clone of PennockTech/dummyapp does. */
export async function makeCheckout(to: string, tools: Tools): Promise<void> {
  mkdirSync(to)
  await git(tools, to, 'init', '--quiet', '--initial-branch=main')
  for (const [name, text] of Object.entries(STAND_IN)) {
    mkdirSync(join(to, name, '..'), { recursive: true })
    writeFileSync(join(to, name), text)
  }
  await setAuthor(to, tools)
  await git(tools, to, 'add', '--all')
  await git(tools, to, 'commit', '--quiet', '--message=A stand-in for dummyapp')
  await setRemotes({ origin: 'https://github.com/PennockTech/dummyapp.git' }, to, tools)
}

/** Whoever commits there is the rehearsal, whatever the machine's own configuration says. */
async function setAuthor(to: string, tools: Tools): Promise<void> {
  await git(tools, to, 'config', '--local', 'user.name', 'Rehearsal')
  await git(tools, to, 'config', '--local', 'user.email', 'rehearsal@example.com')
}

async function setRemotes(remotes: Readonly<Record<string, string>>, to: string, tools: Tools): Promise<void> {
  for (const [name, url] of Object.entries(remotes)) {
    await git(tools, to, 'config', '--local', `remote.${name}.url`, withoutUserInfo(url))
  }
  const bare = join(dirname(to), ORIGIN)
  await git(tools, to, 'clone', '--quiet', '--bare', '--', to, bare)
  const origin = withoutUserInfo(remotes.origin ?? '')
  if (origin) await git(tools, to, 'config', '--local', `url.${bare}.insteadOf`, origin)
}

async function git(tools: Tools, cwd: string, ...argv: readonly string[]): Promise<void> {
  const { code, stderr } = await tools.run({ argv: ['git', ...argv], cwd })
  if (code === 0) return
  throw new SetupError({
    code: 'no-clone',
    asked: `git ${argv.join(' ')}`,
    said: stderr.trim(),
    means: 'The temporary checkout for the rehearsal could not be made.',
    next: 'Put right what git says above, and rehearse again.',
  })
}
