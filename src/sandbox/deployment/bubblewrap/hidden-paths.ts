/** Places of the system that hold sockets of services, secrets, or other users' affairs. */
export const systemSecrets: readonly string[] = [
  '/run',
  '/root',
  '/etc/shadow',
  '/etc/shadow-',
  '/etc/gshadow',
  '/etc/gshadow-',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/security/opasswd',
  '/etc/ssh/ssh_host_dsa_key',
  '/etc/ssh/ssh_host_ecdsa_key',
  '/etc/ssh/ssh_host_ed25519_key',
  '/etc/ssh/ssh_host_rsa_key',
  '/etc/ssl/private',
  '/etc/pki/tls/private',
  '/etc/krb5.keytab',
  '/etc/wireguard',
  '/etc/NetworkManager/system-connections',
  '/sys/kernel/debug',
  '/sys/kernel/tracing',
  '/var/lib/containerd',
  '/var/lib/docker',
  '/var/lib/kubelet',
  '/var/lib/sudo',
  '/var/log',
  '/var/mail',
  '/var/spool/cron',
];

/** Places below a home directory that hold keys, tokens and histories. */
export const homeSecrets: readonly string[] = [
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.config/gcloud',
  '.config/gh',
  '.config/git/credentials',
  '.config/chromium',
  '.config/google-chrome',
  '.docker',
  '.git-credentials',
  '.kube',
  '.local/share/keyrings',
  '.mozilla',
  '.netrc',
  '.npmrc',
  '.password-store',
  '.pypirc',
  '.terraformrc',
  '.terraform.d/credentials.tfrc.json',
  '.bash_history',
  '.zsh_history',
  '.node_repl_history',
  '.python_history',
];

/** What programs need of the hidden `/run`: name resolution, and the system's programs on NixOS. */
export const neededBelowRun: readonly string[] = [
  '/run/systemd/resolve',
  '/run/resolvconf',
  '/run/NetworkManager/resolv.conf',
  '/run/NetworkManager/no-stub-resolv.conf',
  '/run/current-system',
  '/run/opengl-driver',
];

/** Kernel settings that user 0 could write in a sandbox even without a capability: shown read-only to it. */
export const kernelSettings: readonly string[] = [
  '/proc/sys',
  '/proc/sysrq-trigger',
  '/proc/irq',
  '/proc/bus',
  '/proc/fs',
];

/** Kernel internals that user 0 could read in a sandbox even without a capability. */
export const kernelSecrets: readonly string[] = [
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/kpagecgroup',
  '/proc/kpagecount',
  '/proc/kpageflags',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/sys/firmware',
];
