type Given = Readonly<Record<string, string>>

/** What CircleCI's own orbs do with docker and Heroku, as scripts: by NAMESPACE/ORB/NAME (github.com/CircleCI-Public). */
const ORBS: Readonly<Record<string, (given: Given) => readonly string[]>> = {
  'circleci/docker/check': given => [hubLogin(given)],
  'circleci/docker/publish': given => [
    hubLogin(given),
    ...(given.tag ?? '$CIRCLE_SHA1').split(',').map(tag => `docker push ${imageOf(given)}:${tag}`),
  ],
  'circleci/docker/push': given =>
    (given.tag ?? '$CIRCLE_SHA1').split(',').map(tag => `docker push ${imageOf(given)}:${tag}`),
  'circleci/heroku/push-docker-image': () => ['heroku container:login', 'heroku container:push web'],
  'circleci/heroku/release-docker-image': () => ['heroku container:release web'],
}

/** The script of an orb's job or command; undefined where it is not known here. */
export const orbScript = (orb: string, name: string, given: Given): string | undefined =>
  ORBS[`${orb.replace(/@.*$/, '')}/${name}`]?.(given).join('\n')

const hubLogin = ({ registry = 'docker.io', ...given }: Given): string =>
  `docker login -u "$${given['docker-username'] ?? 'DOCKER_LOGIN'}" -p "$${given['docker-password'] ?? 'DOCKER_PASSWORD'}" ${registry}`

const imageOf = ({ registry = 'docker.io', image = '' }: Given): string =>
  registry === 'docker.io' ? image : `${registry}/${image}`
