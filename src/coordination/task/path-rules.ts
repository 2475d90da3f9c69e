/** Role of a file that says how a project is built, and the names it goes by. */
const roles: readonly (readonly [role: string, names: RegExp])[] = [
  [
    'docker',
    /^(Dockerfile.*|.+\.[dD]ockerfile|Containerfile|docker-compose.*\.ya?ml|compose(\.[^.]+)?\.ya?ml|\.dockerignore|docker-bake\.(hcl|json))$/,
  ],
  [
    'pm',
    /^(package\.json|package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|\.npmrc|\.yarnrc(\.yml)?|lerna\.json|bun\.lockb?|requirements.*\.txt|constraints.*\.txt|pyproject\.toml|setup\.cfg|Pipfile(\.lock)?|poetry\.lock|uv\.lock|environment\.ya?ml|Cargo\.toml|Cargo\.lock|go\.mod|go\.sum|go\.work(\.sum)?|vendor\.(mod|sum|conf)|Gemfile(\.lock)?|vcpkg\.json|conanfile\.(py|txt)|libs\.versions\.toml|composer\.(json|lock))$/,
  ],
  [
    'build',
    /^(CMakeLists\.txt|.+\.cmake(\.in)?|GNUmakefile|[Mm]akefile.*|.+\.mk|meson\.build|meson_options\.txt|BUILD(\.bazel)?|.+\.bzl|WORKSPACE(\.bazel)?|MODULE\.bazel|configure(\.ac|\.in)?|.+\.gradle(\.kts)?|gradle\.properties|pom\.xml|build\.rs|build\.xml|(webpack|rollup|vite|esbuild|tsup|babel|gulpfile|Gruntfile|metro|turbo)(\.[^/]*)?\.(js|ts|mjs|cjs|json)|tsconfig.*\.json|setup\.py|[Jj]ustfile|build\.(sh|py|zig|bat|ps1)|\.goreleaser\.ya?ml|SConstruct|\.bazelrc|magefile\.go|dune|.+\.(vcxproj|sln|csproj))$/,
  ],
];

const requirements = /^requirements\/[^/]+\.(txt|in)$/;

const pipelines =
  /^(\.github\/workflows\/|\.circleci\/|\.buildkite\/|\.semaphore\/|\.prow\/|\.azure-pipelines\/|\.gitlab-ci[^/]*\.yml$|\.travis\.yml$|azure-pipelines[^/]*\.ya?ml$|Jenkinsfile[^/]*$|\.?appveyor\.ya?ml$|\.cirrus\.ya?ml$|\.drone\.ya?ml$|cloudbuild[^/]*\.ya?ml$)/;

/** The longest ending that is told apart; longer ones are cut. */
const longestExtension = 12;

/**
 * What a file says of how its project is built, such as `pm:package.json` or `ci`; undefined for most. Only files at the
 * top and one directory below count.
 */
export function markerOf(path: string): string | undefined {
  if (pipelines.test(path)) return 'ci';
  const slash = path.lastIndexOf('/');
  if (slash !== path.indexOf('/')) return undefined;
  const name = path.slice(slash + 1);
  if (requirements.test(path)) return `pm:${name}`;
  const role = roleOf(name);
  return role === undefined ? undefined : `${role}:${name}`;
}

/** Role of a file by its name alone: `docker`, `pm` (package manager) or `build`; undefined for most. */
export function roleOf(name: string): string | undefined {
  return roles.find(([, names]) => names.test(name))?.[0];
}

/** Ending of a file's name in lower case, without the dot; undefined for `Makefile` and `.gitignore`. */
export function extensionOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const hasExtension = dot > 0 && dot < name.length - 1 && /[^.]/.test(name.slice(0, dot));
  return hasExtension
    ? name
        .slice(dot + 1)
        .toLowerCase()
        .slice(0, longestExtension)
    : undefined;
}
