import type { Json } from '../../clouds/json.ts'
import { ranged } from './range.ts'
import { refuse } from './refusals.ts'
import type { Ask, Reply, Route } from './route.ts'
import type { Account, HerokuWorld, Team } from './world.ts'

/** The account and its teams. */
export const ACCOUNTS: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/account',
    needs: 'identity',
    handle: ({ account }) => ({ status: 200, body: shown(account) }),
  },
  { method: 'GET', pattern: '/teams', needs: 'global', handle: teams },
  {
    method: 'GET',
    pattern: '/teams/*',
    needs: 'global',
    handle: ({ world, account, names: [name] }) => {
      const { team, role } = membership(world, account, name)
      return { status: 200, body: teamShown(team, role) }
    },
  },
]

/** A team and what an account is in it; refuses where it is nothing. */
export function membership(
  world: HerokuWorld,
  account: Account,
  name: string | undefined,
): { team: Team; role: string } {
  const team = world.teams.find(one => one.name === name || one.id === name)
  if (!team) throw refuse.unknown('team')
  const role = team.members.find(one => one.account === account.email)?.role
  if (!role) throw refuse.team(team.name)
  return { team, role }
}

function teams({ world, account, headers }: Ask): Reply {
  const own = world.teams.flatMap(team => {
    const role = team.members.find(one => one.account === account.email)?.role
    return role ? [teamShown(team, role)] : []
  })
  return ranged(own, ['id', 'name'], headers.range)
}

function shown(account: Account): Json {
  return {
    allow_tracking: true,
    beta: false,
    created_at: account.createdAt,
    default_organization: null,
    default_team: null,
    delinquent_at: null,
    email: account.email,
    federated: account.federated,
    id: account.id,
    identity_provider: null,
    last_login: account.createdAt,
    name: account.name,
    sms_number: null,
    suspended_at: null,
    two_factor_authentication: account.twoFactorCode !== null,
    updated_at: account.createdAt,
    verified: account.verified,
  }
}

function teamShown(team: Team, role: string): { readonly [key: string]: Json } {
  return {
    created_at: team.createdAt,
    credit_card_collections: true,
    default: false,
    enterprise_account: null,
    id: team.id,
    identity_provider: null,
    membership_limit: 25,
    name: team.name,
    provisioned_licenses: false,
    role,
    type: 'team',
    updated_at: team.createdAt,
  }
}
