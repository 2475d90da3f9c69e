import type { ToolPreset } from './tool-preset.ts';

/** Docker, by its command line. */
export const docker: ToolPreset = {
  name: 'docker',
  aliases: ['container', 'podman'],
  tools: [{ name: 'docker', version: ['docker', '--version'], install: 'https://docs.docker.com/engine/install' }],
  environment: { DOCKER_CLI_HINTS: 'false', BUILDKIT_PROGRESS: 'plain' },
  commands: {
    version: { command: ['docker', 'version', '--format', '{{.Server.Version}}'] },
    build: { command: ['docker', 'build', '--tag', '{tag}', '{directory}'] },
    pull: { command: ['docker', 'pull', '--quiet', '{image}'] },
    run: { command: ['docker', 'run', '--rm', '{image}', '{args*}'] },
    start: { command: ['docker', 'run', '--detach', '--name', '{container}', '{image}', '{args*}'] },
    exec: { command: ['docker', 'exec', '{container}', '{args*}'] },
    logs: { command: ['docker', 'logs', '--tail', '200', '{container}'] },
    list: { command: ['docker', 'ps', '--all', '--format', '{{.Names}}\t{{.Status}}'] },
    stop: { command: ['docker', 'rm', '--force', '{container}'] },
    push: { command: ['docker', 'push', '{tag}'], gated: true },
    composeUp: { command: ['docker', 'compose', 'up', '--detach', '--wait'] },
    composeDown: { command: ['docker', 'compose', 'down'] },
  },
  handlers: [
    {
      name: 'no-engine',
      pattern: /Cannot connect to the Docker daemon|docker daemon is not running|permission denied.*docker\.sock/,
      advice: 'Start the engine (systemctl start docker), or ask for access to its socket.',
      needs: ['dockerStart'],
      recover: [['sh', '-c', '{dockerStart}']],
    },
    {
      name: 'name-in-use',
      pattern: /The container name "\/?(?<name>[^"]+)" is already in use/,
      needs: ['replace'],
      recover: [['docker', 'rm', '--force', '{name}']],
      advice: 'Remove the container, or give the value `replace`.',
    },
    {
      name: 'image-missing',
      pattern: /No such image: (?<missing>\S+)|Unable to find image '(?<absent>[^']+)'/,
      recover: [['docker', 'pull', '{image}']],
      needs: ['image'],
    },
    {
      name: 'network-missing',
      pattern: /network (?<network>\S+) not found/,
      recover: [['docker', 'network', 'create', '{network}']],
    },
    {
      name: 'registry-down',
      pattern: /TLS handshake timeout|i\/o timeout|no such host|toomanyrequests/,
      recover: [['sleep', '2']],
      times: 2,
      advice: 'The registry cannot be reached.',
    },
  ],
};
