import type { Route } from '../http/route.ts';
import type { ServerContext } from '../server-context.ts';
import { archiveRoutes } from './archive-routes.ts';
import { fileRoutes } from './file-routes.ts';
import { processRoutes } from './process-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { statusRoutes } from './status-routes.ts';

/** Everything under `/rex/v1`. */
export function rexRoutes(context: ServerContext): readonly Route[] {
  return [
    ...statusRoutes(context),
    ...processRoutes(context),
    ...sessionRoutes(context),
    ...fileRoutes(context),
    ...archiveRoutes(context),
  ];
}
