import type { Json } from '../../clouds/json.ts'
import { began } from './begin.ts'
import { nameOf, organizationBySlug } from './organization.ts'
import {
  branchOf,
  isRepositoryAdmin,
  projectBySlug,
  projecting,
  projectOf,
  repositoryBySlug,
  slugIn,
} from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, swapped } from './route.ts'
import { lastOf, organizationSlugOf, vcsTypeOf, vcsUrlOf } from './slug.ts'
import { type CircleciWorld, newProject, type Project } from './world.ts'

/** Projects, and how a repository becomes one (facts/circleci.md 6). */
export const PROJECTS: readonly Route[] = [
  { method: 'GET', pattern: '/api/v2/project/*/*/*', handle: info },
  { method: 'POST', pattern: '/api/v1.1/project/*/*/*/follow', handle: follow },
  { method: 'GET', pattern: '/api/v1.1/projects', handle: followed },
]

/** From here on the list has no branches (facts/circleci.md 1). */
const WITHOUT_BRANCHES = new Date('2026-12-07T00:00:00Z')

function info(ask: Ask): Reply {
  const project = projectOf(ask)
  const { slug } = project
  const organization = organizationBySlug(ask.world, organizationSlugOf(slug))
  return {
    status: 200,
    body: {
      id: project.id,
      slug,
      name: nameOf(project),
      organization_id: organization?.id ?? null,
      organization_name: organization ? nameOf(organization) : null,
      organization_slug: organizationSlugOf(slug),
      vcs_info: {
        vcs_url: vcsUrlOf(slug),
        provider: { github: 'GitHub', bitbucket: 'Bitbucket', circleci: 'CircleCI' }[vcsTypeOf(slug)] ?? '',
        default_branch: repositoryBySlug(ask.world, slug)?.defaultBranch ?? null,
      },
    },
  }
}

/**
 * Adds a key and a hook to the repository, which its admins alone may. Whoever is none is told that there is no
 * project, with status 200; so is whoever names one of an organization that stands alone.
 */
function follow(ask: Ask): Reply {
  const { world, user } = ask
  const slug = slugIn(ask) ?? ''
  const answers = (is: boolean): Json => ({ [world.rules.followAnswers]: is })
  if (vcsTypeOf(slug) === 'circleci' || !isRepositoryAdmin(world, slug, user.login)) {
    return { status: 200, body: { ...Object(answers(false)), message: 'Project not found' } }
  }
  const old = projectBySlug(world, slug)
  if (old?.followedBy.includes(user.login)) {
    if (world.rules.followAgain === 500) throw refuse.clash(500, 'Internal server error')
    return { status: 200, body: answers(true) }
  }
  return { status: 200, body: answers(true), world: building(ask, slug, following(ask, slug, old)) }
}

function following({ world, user, mint }: Ask, slug: string, old: Project | undefined): CircleciWorld {
  if (old) return projecting(world, old, { followedBy: [...old.followedBy, user.login] })
  const made = { ...world, projects: [...world.projects, newProject(mint, slug, user.login)] }
  const organization = organizationBySlug(world, organizationSlugOf(slug))
  if (!organization || organization.isUsed) return made
  return { ...made, organizations: swapped(made.organizations, organization, { ...organization, isUsed: true }) }
}

/** The first build, of the default branch, is seen only a while after the follow. */
function building({ mint, user, now }: Ask, slug: string, world: CircleciWorld): CircleciWorld {
  const repository = repositoryBySlug(world, slug)
  const branch = repository?.defaultBranch ?? ''
  const newest = branchOf(repository, branch)
  if (!newest || newest.skipCi) return world
  const at = new Date(now.getTime() + world.rules.followBuildDelayMs)
  return began(world, mint, newest, { slug, branch, actor: user.login, trigger: 'webhook', at }).world
}

function followed({ world, user, query, now }: Ask): Reply {
  const own = world.projects.filter(one => one.followedBy.includes(user.login))
  const isShort = query.get('shallow') === 'true' || now >= WITHOUT_BRANCHES
  return {
    status: 200,
    body: own.map(({ slug }) => ({
      vcs_type: vcsTypeOf(slug),
      vcs_url: vcsUrlOf(slug),
      username: lastOf(organizationSlugOf(slug)),
      reponame: lastOf(slug),
      default_branch: repositoryBySlug(world, slug)?.defaultBranch ?? null,
      following: true,
      ...(!isShort && { branches: branchesOf(world, slug) }),
    })),
  }
}

const branchesOf = (world: CircleciWorld, slug: string): Json =>
  Object.fromEntries(
    Object.keys(repositoryBySlug(world, slug)?.branches ?? {}).map(name => [encodeURIComponent(name), {}]),
  )
