import { defineStep } from '../../src/engine/step.ts'
import { HUB_JOBS, pushesToHub } from '../push-job.ts'
import { TOKEN } from './tokens.ts'

export const provePush = defineStep({
  id: 'docker-hub.prove-push',
  title: 'See that CI’s token may push',
  why: 'The registry refuses every push with the same few words, whatever the cause. So the right is proven before CI runs, without pushing anything.',
  section: 'Authentication',
  document: '–',
  today:
    'Asked with the token itself while it was at hand: the registry must grant pull and push both (a push without pull fails). What it grants is the part of the right that is there, without an error; the token step names the cause where one of them is missing.',
  uses: ['dockerHubRoute', 'dockerHubRepository', 'dockerHubBot', ...HUB_JOBS],
  after: [TOKEN],
  when: pushesToHub,

  look: async ({ answers, fact }) => {
    const { dockerHubBot, dockerHubRepository, dockerHubRoute } = answers
    // The token step gives this away for one that was proven and delivered, and for no other.
    if (fact(`${TOKEN}:id`) === undefined) return { is: 'missing' }
    const who = dockerHubRoute === 'org-token' ? 'the organization’s token' : `the token of ${dockerHubBot}`
    const since = fact(`${TOKEN}:proven`)
    const note = `Granted to ${who}: pull and push on ${dockerHubRepository}${since ? `, asked at ${since}` : ''}.`
    return { is: 'present', state: undefined, notes: [note] }
  },

  actions: () => [],
  undo: () => [],
})
