import { hole, path, type Str, type Text } from '../../src/engine/text.ts'

/** The two parts of NAMESPACE/NAME; of a repository that is not known yet, a hole for each. */
export function partsOf(repository: string): { readonly namespace: string; readonly name: string }
export function partsOf(repository: Str): { readonly namespace: Str; readonly name: Str }
export function partsOf(repository: Str): { readonly namespace: Str; readonly name: Str } {
  if (typeof repository !== 'string') {
    return { namespace: hole('dockerHubRepository:namespace'), name: hole('dockerHubRepository:name') }
  }
  const [namespace = '', name = ''] = repository.split('/')
  return { namespace, name }
}

/** Where a repository is made and looked at. */
export function repositoryPath(repository: Str): Text {
  const { namespace, name } = partsOf(repository)
  return path`/v2/namespaces/${namespace}/repositories/${name}`
}

/** Where it is changed and deleted: no newer route does that (facts/docker-hub.md 5). */
export function legacyPath(repository: Str): Text {
  const { namespace, name } = partsOf(repository)
  return path`/v2/repositories/${namespace}/${name}`
}

/** The page of a repository, for people. */
export const pageOf = (repository: Str): Text =>
  path`https://hub.docker.com/repository/docker/${partsOf(repository).namespace}/${partsOf(repository).name}`
