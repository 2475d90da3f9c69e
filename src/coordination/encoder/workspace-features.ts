import type { WorkspaceSummary } from '../task/planning-task.ts';
import { languagesOf } from './languages-of.ts';

/** Named features of a workspace: endings and languages with their shares, marker files, size. */
export function workspaceFeatures(workspace: WorkspaceSummary | undefined): Map<string, number> {
  const features = new Map<string, number>();
  if (!workspace) return features.set('none', 1);
  const files = Math.max(1, workspace.files);
  for (const [ending, count] of Object.entries(workspace.ext)) {
    features.set(`e:${ending}`, 1).set(`share:${ending}`, Math.sqrt(Math.min(1, count / files)));
  }
  languagesOf(workspace).forEach(({ language, share }, rank) => {
    features
      .set(`l:${language}`, 1)
      .set(`part:${language}`, share)
      .set(`part:${language}:${Math.floor(share * 4)}`, 1);
    if (rank === 0) features.set(`main:${language}`, 1);
  });
  for (const marker of workspace.markers) {
    const [role = '', path = ''] = marker.split(':', 2);
    features.set(`m:${role}`, 1).set(`f:${path.slice(path.lastIndexOf('/') + 1)}`, 1);
  }
  features.set(`markers:${Math.min(6, Math.floor(workspace.markers.length / 3))}`, 1);
  return features.set(`files:${Math.floor(Math.log2(files))}`, 1);
}
