import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { needed } from './needed.ts'
import { type Service, serve } from './service.ts'

/** podman behind docker's own API: a real engine without a daemon of Docker's. */
export interface ContainerEngine {
  readonly socket: string
  /** What makes podman itself work on the same images. */
  readonly env: Readonly<Record<string, string>>
  start(): Promise<void>
  /** With all that it is at. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

/**
 * An engine of its own, not started yet.
 * @param folder what it keeps besides its images
 * @param images where its images are
 * @param proxy through which it goes to registries; it may speak plainly to `plain`
 */
export function containerEngine(
  folder: string,
  {
    images = join(folder, 'images'),
    proxy,
    plain,
  }: { readonly images?: string; readonly proxy: string; readonly plain: readonly string[] },
): ContainerEngine {
  mkdirSync(folder, { recursive: true })
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const env = {
    PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
    HOME: folder,
    TMPDIR: folder,
    XDG_RUNTIME_DIR: folder,
    // Without privileges of its own; what a build runs shares the machine's network.
    BUILDAH_ISOLATION: 'chroot',
    CONTAINERS_STORAGE_CONF: file(
      'storage.conf',
      `[storage]\ndriver = "vfs"\ngraphroot = "${images}"\nrunroot = "${join(folder, 'run')}"\n`,
    ),
    CONTAINERS_REGISTRIES_CONF: file(
      'registries.conf',
      [
        'unqualified-search-registries = ["docker.io"]',
        ...plain.map(name => `[[registry]]\nlocation = "${name}"\ninsecure = true`),
      ].join('\n'),
    ),
    CONTAINERS_CONF: file(
      'containers.conf',
      `[engine]\nruntime = "${needed('runc')}"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n[containers]\nnetns = "host"\n`,
    ),
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: '127.0.0.1',
  }
  const socket = join(folder, 'docker.sock')
  let service: Service | undefined
  return {
    socket,
    env,
    start: async () => {
      const argv = [needed('podman'), 'system', 'service', '--time', '0', `unix://${socket}`] as const
      service = await serve([...argv], { env, at: { path: socket }, log: join(folder, 'engine.log') })
    },
    stop: async signal => {
      await service?.stop(signal)
      service = undefined
    },
  }
}
