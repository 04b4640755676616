import type { Identity } from '../clouds/identity.ts'
import { Secret } from '../clouds/secret.ts'
import type { Credential } from '../clouds/vendor.ts'
import { acceptInvite, addCollaborator, signUp, verifyMail } from './docker-hub/people.ts'
import { deploy } from './heroku/people.ts'
import { mintOf } from './mint.ts'
import type { World } from './world.ts'

/** The names that people act on, where the set-up has them. */
interface About {
  readonly dockerHubRepository?: string
  readonly dockerHubBot?: string
  readonly herokuApp?: string
}

/** The people of a rehearsal: what they do in pages and mails, and what only they know. */
export interface People {
  /**
   * Does what a person is asked for by the action of that step and key.
   * @returns whether anybody here knows how
   * @throws Error where they cannot: nobody invited them
   */
  play(step: string, key: string, about: About): boolean
  /** What only they know; undefined where they have it not. */
  secretFor(
    need: { readonly identity: Identity; readonly what: 'password' | 'code' },
    about: About,
  ): Credential | undefined
}

/** People who live in a world. */
export function peopleOf(world: World, now: () => Date = () => new Date()): People {
  const chosen = new Map<string, string>()

  /** Of an account that is there its own; else the one that they will sign it up with. */
  function passwordOf(bot: string): string {
    const password =
      world.dockerHub.users.find(({ username }) => username === bot)?.password ??
      chosen.get(bot) ??
      mintOf(world).letters(20)
    chosen.set(bot, password)
    return password
  }

  const acts: Readonly<Record<string, (bot: string, namespace: string, name: string, app: string) => void>> = {
    'heroku.first-deploy/elsewhere': (_bot, _namespace, _name, app) => deploy(world, app, now()),
    'docker-hub.bot/sign-up': bot => {
      signUp(world, { username: bot, email: `${bot}@example.com`, password: passwordOf(bot) }, now())
      verifyMail(world, bot)
    },
    'docker-hub.bot/accept': (bot, namespace) => acceptInvite(world, bot, namespace, now()),
    'docker-hub.bot/collaborate': (bot, namespace, name) => {
      verifyMail(world, bot)
      addCollaborator(world, namespace, name, bot)
    },
  }

  return {
    play(step, key, { dockerHubBot = '', dockerHubRepository = '', herokuApp = '' }) {
      const act = acts[`${step}/${key}`]
      const [namespace = '', name = ''] = dockerHubRepository.split('/')
      act?.(dockerHubBot, namespace, name, herokuApp)
      return act !== undefined
    },
    secretFor({ identity, what }, { dockerHubBot }) {
      if (identity !== 'docker-hub.bot' || dockerHubBot === undefined) return undefined
      const user = world.dockerHub.users.find(({ username }) => username === dockerHubBot)
      const credential = { user: dockerHubBot, secret: Secret.of(passwordOf(dockerHubBot)) }
      if (what === 'password') return credential
      return user?.twoFactorCode ? { ...credential, code: Secret.of(user.twoFactorCode) } : undefined
    },
  }
}
