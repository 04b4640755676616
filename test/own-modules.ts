import { vi } from 'vitest'

// Every file of tests has modules of its own: what one makes known as a secret, another one's texts may have in them.
vi.resetModules()
