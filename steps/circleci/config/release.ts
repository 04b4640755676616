export interface Release {
  readonly app: string
  /** The variable with Heroku's token. */
  readonly tokenVariable: string
  /** Docker's own images come without it. */
  readonly hasCurl?: true
}

export const RELEASE_NAME = 'Release the image on Heroku'

/** Already releases: the heroku command, its API, or the orb's job for it. */
export const isRelease = (text: string): boolean => /container:release|\/formation\b|release-docker-image/.test(text)

/**
 * What `heroku container:release web` does (facts/heroku.md 4): the image's id is read from the registry, since a local
 * one can be another digest, and PATCHed into the formation. POSIX shell. The token goes to curl's stdin by the shell's
 * own printf, so it is in no process list. No << in it: CircleCI would take that for a parameter.
 */
export function releaseScript({ app, tokenVariable, hasCurl }: Release): readonly string[] {
  return [
    ...(hasCurl
      ? []
      : ["# Docker's own images come without curl.", 'command -v curl >/dev/null || apk add --no-cache curl']),
    'image=$(',
    `  printf 'user = ":%s"\\n' "$${tokenVariable}" |`,
    '    curl --config - --fail --silent --show-error \\',
    "      --header 'Accept: application/vnd.docker.distribution.manifest.v2+json' \\",
    `      https://registry.heroku.com/v2/${app}/web/manifests/latest |`,
    "    tr -d '[:space:]' |",
    `    sed -n 's/.*"config":{[^}]*"digest":"\\(sha256:[0-9a-f]*\\)".*/\\1/p'`,
    ')',
    `[ -n "$image" ] || { echo >&2 'The registry of ${app} has no image that can be released.'; exit 1; }`,
    `printf 'header = "Authorization: Bearer %s"\\n' "$${tokenVariable}" |`,
    '  curl --config - --fail --silent --show-error --output /dev/null --request PATCH \\',
    "    --header 'Content-Type: application/json' \\",
    "    --header 'Accept: application/vnd.heroku+json; version=3.docker-releases' \\",
    '    --data "{\\"updates\\":[{\\"type\\":\\"web\\",\\"docker_image\\":\\"$image\\"}]}" \\',
    `    https://api.heroku.com/apps/${app}/formation`,
    `echo "Released $image"`,
  ]
}

/** The lines of the step, its dash at this column. */
export function releaseStep(release: Release, column: number, step: number): readonly string[] {
  const dash = ' '.repeat(column)
  const keys = dash + ' '.repeat(2 + step)
  const script = keys + ' '.repeat(step)
  return [
    `${dash}# Since May 2018 a push alone releases nothing: this is what "heroku container:release web" does.`,
    `${dash}- run:`,
    `${keys}name: ${RELEASE_NAME}`,
    `${keys}command: |`,
    ...releaseScript(release).map(line => script + line),
  ]
}
